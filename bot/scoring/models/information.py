"""What a further item would tell about the segment, for models made of tables.

The mutual information of segment and answer is H(answer) - sum_k P(k) H(answer | k). The second part is a
table; for the first, the tables of all items are laid end to end, so that a few passes over long rows weigh
every item at once. Which tables they are depends only on how many answers each scale has: an item counts at
the weight that one more answer on its scale adds, 1 / (1 + damping n).
"""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain, pairwise
from operator import add, mul

KEPT = 256  # layouts; some 10 kB each for 40 items of 6 choices

Counts = tuple[int, ...]
"""How many answers each scale has, scale by scale."""


@dataclass(frozen=True, slots=True)
class ItemTable:
    """An item, its scale by number (None: nothing repeats it), its log-likelihoods by choice and segment."""

    item: str
    scale: int | None
    logs: tuple[tuple[float, ...], ...]


@dataclass(frozen=True, slots=True)
class Layout:
    """Tables laid end to end, segment by segment."""

    probabilities: tuple[tuple[float, ...], ...]  # for each segment, of each item's choices in turn
    entropies: tuple[tuple[float, ...], ...]  # for each segment, of each item's answer


class Information:
    """The mutual information of the segment and the answer to each item."""

    def __init__(self, tables: Sequence[ItemTable], damping: float) -> None:
        self._tables = tuple(tables)
        self._damping = damping
        ends = [sum(len(table.logs) for table in tables[:many]) for many in range(len(tables) + 1)]
        self._spans = [slice(start, end) for start, end in pairwise(ends)]
        self._spread = lru_cache(maxsize=None)(self._make_spread)
        self._layout = lru_cache(maxsize=KEPT)(self._make_layout)

    def gains(self, counts: Counts, shares: Sequence[float]) -> list[float]:
        """Return what each item would tell, in nats, in the order of the tables."""
        layout = self._layout(counts if self._damping else (0,) * len(counts))
        mixed = _mixed(shares, layout.probabilities)
        try:
            terms = list(map(mul, mixed, map(math.log, mixed)))
        except ValueError:  # an answer that nobody gives tells nothing
            terms = [one * math.log(one) if one > 0 else 0.0 for one in mixed]
        known = _mixed(shares, layout.entropies)
        return [-sum(terms[span]) - one for span, one in zip(self._spans, known, strict=True)]

    def _make_layout(self, counts: Counts) -> Layout:
        spreads = [
            self._spread(place, 0 if table.scale is None else counts[table.scale])
            for place, table in enumerate(self._tables)
        ]
        return Layout(
            tuple(tuple(chain.from_iterable(rows)) for rows in zip(*spreads, strict=True)),
            tuple(tuple(map(entropy, rows)) for rows in zip(*spreads, strict=True)),
        )

    def _make_spread(self, place: int, answered: int) -> tuple[tuple[float, ...], ...]:
        """Return an item's probabilities, for each segment those of its choices."""
        table = self._tables[place]
        weight = 1.0 if table.scale is None else 1 / (1 + self._damping * answered)
        return tuple(softmax([weight * log for log in logs]) for logs in zip(*table.logs, strict=True))


def _mixed(shares: Sequence[float], rows: Sequence[Sequence[float]]) -> list[float]:
    """Return the rows added up, each as much as its segment is probable; up to five in one pass."""
    mixed = _PASSES[min(len(rows), AT_ONCE)](*shares[:AT_ONCE], zip(*rows[:AT_ONCE], strict=True))
    if len(rows) > AT_ONCE:
        mixed = list(map(add, mixed, _mixed(shares[AT_ONCE:], rows[AT_ONCE:])))
    return mixed


AT_ONCE = 5
_PASSES: Mapping[int, Callable[..., list[float]]] = {
    1: lambda p, rows: [p * a for (a,) in rows],
    2: lambda p, q, rows: [p * a + q * b for a, b in rows],
    3: lambda p, q, r, rows: [p * a + q * b + r * c for a, b, c in rows],
    4: lambda p, q, r, s, rows: [p * a + q * b + r * c + s * d for a, b, c, d in rows],
    5: lambda p, q, r, s, t, rows: [p * a + q * b + r * c + s * d + t * e for a, b, c, d, e in rows],
}
"""Written out, because a pass for each segment takes twice as long."""


def softmax(logs: Sequence[float]) -> tuple[float, ...]:
    """Return numbers that sum to 1 and stand to each other as the exponentials do."""
    top = max(logs)
    weights = [math.exp(value - top) for value in logs]
    total = math.fsum(weights)
    return tuple([weight / total for weight in weights])


def entropy(shares: Sequence[float]) -> float:
    """Return the entropy of a distribution, in nats."""
    return -sum([share * math.log(share) for share in shares if share > 0])
