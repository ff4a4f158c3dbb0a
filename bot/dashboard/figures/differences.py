"""Whether shares differ or it may be chance: Fisher's exact test of every two rows, with Holm's correction.

It is exact for any size, so it needs no rule about how many people are enough; and the correction keeps
the chance of any false alarm in one table at 5 %, however many rows are compared.
"""

from collections.abc import Mapping
from itertools import combinations
from math import exp, lgamma
from typing import Final

LEVEL: Final = 0.05
"""How likely a false alarm in one table may be."""
_NEAR: Final = 1e-7  # tables as likely as the true one, but for rounding

Counted = tuple[int, int]
"""How many did it, and how many didn't."""


def fisher(one: Counted, other: Counted) -> float:
    """Return how likely so great a difference is by chance alone (two-sided)."""
    did, all_of_one, everybody = one[0] + other[0], sum(one), sum(one) + sum(other)
    least, most = max(0, did + all_of_one - everybody), min(did, all_of_one)
    odds = [_hypergeometric(k, did, all_of_one, everybody) for k in range(least, most + 1)]
    limit = odds[one[0] - least] + _NEAR
    return min(1.0, sum(exp(log) for log in odds if log <= limit))


def _hypergeometric(k: int, did: int, of_one: int, everybody: int) -> float:
    return _choose(did, k) + _choose(everybody - did, of_one - k) - _choose(everybody, of_one)


def _choose(n: int, k: int) -> float:
    return lgamma(n + 1) - lgamma(k + 1) - lgamma(n - k + 1)


def clear_difference(rows: Mapping[str, Counted]) -> tuple[str, str] | None:
    """Return the two rows that differ most among those that clearly do: the greater share first."""
    some = {name: counted for name, counted in rows.items() if sum(counted)}
    pairs = sorted((fisher(some[a], some[b]), a, b) for a, b in combinations(some, 2))
    clear = []
    for place, (chance, one, other) in enumerate(pairs):
        if chance > LEVEL / (len(pairs) - place):
            break
        clear.append((one, other))
    ordered = [sorted(pair, key=lambda name: _share(some[name]), reverse=True) for pair in clear]
    best = max(ordered, key=lambda pair: _share(some[pair[0]]) - _share(some[pair[1]]), default=None)
    return None if best is None else (best[0], best[1])


def _share(counted: Counted) -> float:
    return counted[0] / sum(counted)
