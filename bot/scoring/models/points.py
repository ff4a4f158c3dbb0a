"""Points that stand for a standard normal distribution in a few dimensions: fixed, evenly spread, no chance.

The first half is Hammersley's set: point n of N has in its first dimension the normal quantile of
(n - 1/2) / N, in the others that of n written in base 2, 3, 5, ... and mirrored at the point (4 is 100 in
base 2 and becomes 0.001). The second half is the first with every sign turned. Of the sets tried (Roberts',
Halton's, Sobol's, each also centred and scaled) this one gave the smallest errors at 256 points.
"""

from collections.abc import Iterator
from functools import lru_cache
from itertools import count, islice
from statistics import NormalDist

Columns = tuple[tuple[float, ...], ...]
"""For each dimension, the coordinate of each point."""


@lru_cache(maxsize=16)
def normal_points(dimensions: int, points: int) -> Columns:
    """Return an even number of points, dimension by dimension."""
    half = points // 2
    quantile = NormalDist().inv_cdf
    columns = [[(number - 0.5) / half for number in range(1, half + 1)]]
    columns += [
        [_mirrored(number, base) for number in range(1, half + 1)]
        for base in islice(_primes(), dimensions - 1)
    ]
    halves = [tuple(map(quantile, column)) for column in columns[:dimensions]]
    return tuple((*column, *[-one for one in column]) for column in halves)


def _mirrored(number: int, base: int) -> float:
    mirrored, place = 0.0, 1 / base
    while number:
        number, digit = divmod(number, base)
        mirrored += digit * place
        place /= base
    return mirrored


def _primes() -> Iterator[int]:
    found: list[int] = []
    for number in count(2):
        if all(number % prime for prime in found):
            found.append(number)
            yield number
