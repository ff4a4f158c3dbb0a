"""Models in which, given the segment, each item has its own table of likelihoods: prototype, latent-class.

Items of one scale repeat each other, so their log-likelihoods are damped by `mean_weight` (see the model's
docstring).
"""

import math
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from bot.questionnaire.model.segment_models import mean_weight
from bot.scoring.models.information import Counts, Information, ItemTable, softmax
from bot.scoring.models.protocol import Given

Likelihoods = Mapping[str, tuple[float, ...]]
"""For each choice, its log-likelihood under each segment; up to a constant of the item."""


@dataclass(frozen=True, slots=True)
class Table:
    """One item: the scale on which others repeat it (None: nothing does), and its log-likelihoods."""

    item: str
    scale: str | None
    logs: Likelihoods


class TableScorer:
    """A model made of tables."""

    def __init__(self, log_shares: Sequence[float], tables: Iterable[Table], damping: float) -> None:
        self._log_shares = tuple(log_shares)
        self._tables = {table.item: table for table in tables}
        named = (table.scale for table in self._tables.values() if table.scale is not None)
        self._scales = {scale: place for place, scale in enumerate(dict.fromkeys(named))}
        self._weights = lru_cache(maxsize=None)(lambda answered: mean_weight(damping, answered))
        self._expected = lru_cache(maxsize=None)(self._make_expected)
        self._information = Information([self._laid(table) for table in self._tables.values()], damping)

    def _laid(self, table: Table) -> ItemTable:
        scale = None if table.scale is None else self._scales[table.scale]
        return ItemTable(table.item, scale, tuple(table.logs.values()))

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
        terms = {}
        for item, choice in given:
            table = self._tables[item]
            weight = 1.0 if table.scale is None else self._weights(counts[self._scales[table.scale]])
            terms[item] = tuple([weight * log for log in table.logs[choice]])
        return terms

    def _counts(self, given: Given) -> Counts:
        counts = [0] * len(self._scales)
        for item, _ in given:
            scale = self._tables[item].scale
            if scale is not None:
                counts[self._scales[scale]] += 1
        return tuple(counts)

    def ranked(self, given: Given, shares: tuple[float, ...]) -> tuple[str, ...]:
        """Return every other item, the one first that is expected to tell most about the segment."""
        gains = self.gains(given, shares)
        for item, _ in given:
            del gains[item]
        return tuple(sorted(gains, key=gains.__getitem__, reverse=True))

    def gains(self, given: Given, shares: tuple[float, ...]) -> dict[str, float]:
        """Return the mutual information of the segment and each item's answer, in nats."""
        return dict(zip(self._tables, self._information.gains(self._counts(given), shares), strict=True))

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
