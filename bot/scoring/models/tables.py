"""Models in which, given the segment, each item has its own table of likelihoods: prototype, latent-class.

Items of one scale repeat each other, so their log-likelihoods are damped by `mean_weight` (see the model's
docstring). What a further item would tell is counted at the weight that it would add: the mutual information
of segment and answer, H(answer) - sum_k P(k) H(answer | k), with the tables of H(answer | k) made once.
"""

import math
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain

from bot.questionnaire.model.segment_models import mean_weight
from bot.scoring.models.protocol import Given

Likelihoods = Mapping[str, tuple[float, ...]]
"""For each choice, its log-likelihood under each segment; up to a constant of the item."""


@dataclass(frozen=True, slots=True)
class Table:
    """One item: the scale on which others repeat it (None: nothing does), and its log-likelihoods."""

    item: str
    scale: str | None
    logs: Likelihoods


@dataclass(frozen=True, slots=True)
class Block:
    """What the items of one scale would tell: tables laid end to end, so that one pass weighs them all."""

    items: tuple[str, ...]
    choices: tuple[int, ...]  # how many each item has
    probabilities: tuple[tuple[float, ...], ...]  # for each segment, those of each item's choices in turn
    entropies: tuple[tuple[float, ...], ...]  # for each item, the one of its answer under each segment


class TableScorer:
    """A model made of tables."""

    def __init__(self, log_shares: Sequence[float], tables: Iterable[Table], damping: float) -> None:
        self._log_shares = tuple(log_shares)
        self._tables = {table.item: table for table in tables}
        self._damping = damping
        self._scales = tuple(dict.fromkeys(table.scale for table in self._tables.values()))
        self._place = {item: place for place, item in enumerate(self._tables)}
        self._weights = lru_cache(maxsize=None)(lambda answered: mean_weight(damping, answered))
        self._block = lru_cache(maxsize=None)(self._make_block)
        self._expected = lru_cache(maxsize=None)(self._make_expected)

    @property
    def items(self) -> Collection[str]:
        """Return the items that it can use."""
        return self._tables.keys()

    def given(self, answers: Mapping[str, str | None]) -> Given:
        """Return those of the answers that it can use, in its own order."""
        return tuple((item, choice) for item in self._tables if (choice := answers.get(item)) is not None)

    def probabilities(self, given: Given) -> tuple[float, ...]:
        """Return the probability of each segment."""
        terms = self.spoken(given).values()
        logs = [math.fsum(one) for one in zip(self._log_shares, *terms, strict=True)]
        return softmax(logs)

    def spoken(self, given: Given) -> dict[str, tuple[float, ...]]:
        """Return each answer's damped log-likelihood under each segment."""
        counts = self._counts(given)
        tables = self._tables
        terms = {}
        for item, choice in given:
            table = tables[item]
            weight = self._weight(counts, table.scale)
            terms[item] = tuple([weight * log for log in table.logs[choice]])
        return terms

    def _counts(self, given: Given) -> dict[str | None, int]:
        counts: dict[str | None, int] = {}
        for item, _ in given:
            scale = self._tables[item].scale
            counts[scale] = counts.get(scale, 0) + 1
        return counts

    def _weight(self, counts: Mapping[str | None, int], scale: str | None) -> float:
        return 1.0 if scale is None else self._weights(counts[scale])

    # ------------------------------------------------------------ what an item would tell

    def ranked(self, given: Given, shares: tuple[float, ...]) -> tuple[str, ...]:
        """Return every other item, the one first that is expected to tell most about the segment."""
        gains = self.gains(given, shares)
        answered = {item for item, _ in given}
        left = [item for item in gains if item not in answered]
        return tuple(sorted(left, key=lambda item: (-gains[item], self._place[item])))

    def gains(self, given: Given, shares: tuple[float, ...]) -> dict[str, float]:
        """Return the mutual information of the segment and each item's answer, in nats."""
        counts = self._counts(given)
        blocks = [self._block(scale, 0 if scale is None else counts.get(scale, 0)) for scale in self._scales]
        answer_entropies = _mixed(shares, blocks)
        gains = {}
        for block in blocks:
            for item, entropies in zip(block.items, block.entropies, strict=True):
                known = sum([share * entropy for share, entropy in zip(shares, entropies, strict=True)])
                gains[item] = next(answer_entropies) - known
        return gains

    def _make_block(self, scale: str | None, answered: int) -> Block:
        """Lay the tables of a scale end to end, at the weight that one more answer on it adds."""
        weight = 1 / (1 + self._damping * answered) if scale is not None else 1.0
        tables = [table for table in self._tables.values() if table.scale == scale]
        spread = [
            [softmax([weight * one[segment] for one in table.logs.values()]) for table in tables]
            for segment in range(len(self._log_shares))
        ]
        return Block(
            tuple(table.item for table in tables),
            tuple(len(table.logs) for table in tables),
            tuple(tuple(chain.from_iterable(rows)) for rows in spread),
            tuple(tuple(map(entropy, rows)) for rows in zip(*spread, strict=True)),
        )

    # ------------------------------------------------------------ how usual the answers are

    def person_fit(self, given: Given) -> float | None:
        """Return the standardised log-likelihood of the answers under the most probable segment (l_z)."""
        shares = self.probabilities(given)
        segment = shares.index(max(shares))
        found = [self._expected(item, segment) for item, _ in given]
        spread = math.fsum(variance for _, _, variance in found)
        if spread <= 0:
            return None
        surplus = math.fsum(
            logs[choice] - mean for (_, choice), (logs, mean, _) in zip(given, found, strict=True)
        )
        return surplus / math.sqrt(spread)

    def _make_expected(self, item: str, segment: int) -> tuple[dict[str, float], float, float]:
        """Return an item's log-probabilities under a segment, their mean and their variance."""
        logs = self._tables[item].logs
        unscaled = [one[segment] for one in logs.values()]
        top = max(unscaled)
        total = top + math.log(math.fsum(math.exp(log - top) for log in unscaled))
        own = {choice: log - total for choice, log in zip(logs, unscaled, strict=True)}
        mean = math.fsum(math.exp(log) * log for log in own.values())
        variance = math.fsum(math.exp(log) * (log - mean) ** 2 for log in own.values())
        return own, mean, variance


def _mixed(shares: Sequence[float], blocks: Sequence[Block]) -> Iterator[float]:
    """Yield the entropy of each item's answer, over the segments as probable as they are now."""
    columns = [
        list(chain.from_iterable([block.probabilities[segment] for block in blocks]))
        for segment in range(len(shares))
    ]
    mixed = [shares[0] * one for one in columns[0]]
    for share, column in zip(shares[1:], columns[1:], strict=True):
        mixed = [sum_so_far + share * one for sum_so_far, one in zip(mixed, column, strict=True)]
    terms = [one * math.log(one) if one > 0 else 0.0 for one in mixed]
    start = 0
    for block in blocks:
        for choices in block.choices:
            yield -sum(terms[start : start + choices])
            start += choices


def softmax(logs: Sequence[float]) -> tuple[float, ...]:
    """Return numbers above 0 that sum to 1 and stand to each other as the exponentials do."""
    top = max(logs)
    weights = [math.exp(value - top) for value in logs]
    total = math.fsum(weights)
    return tuple([weight / total for weight in weights])


def entropy(shares: Iterable[float]) -> float:
    """Return the entropy of a distribution, in nats."""
    return -sum([share * math.log(share) for share in shares if share > 0])
