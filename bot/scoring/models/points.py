"""Points that stand for a standard normal distribution in a few dimensions: fixed, evenly spread, no chance.

Point n has in dimension j the normal quantile of the fractional part of 1/2 + n / g^j, n = 1 .. count, where
g is the positive root of x^(d + 1) = x + 1 (the golden ratio for one dimension): Roberts' sequence.
"""

from functools import lru_cache
from statistics import NormalDist

Columns = tuple[tuple[float, ...], ...]
"""For each dimension, the coordinate of each point."""


@lru_cache(maxsize=16)
def normal_points(dimensions: int, count: int) -> Columns:
    """Return the points, dimension by dimension."""
    root = 1.5
    for _ in range(64):
        root = (1 + root) ** (1 / (dimensions + 1))
    quantile = NormalDist().inv_cdf
    return tuple(
        tuple(quantile((0.5 + number * root**-axis) % 1) for number in range(1, count + 1))
        for axis in range(1, dimensions + 1)
    )
