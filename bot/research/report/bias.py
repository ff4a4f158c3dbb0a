"""Whether an item means the same to two groups: differential item functioning (DIF).

People with the same rest score are compared, so a group that simply has more of what the scale measures
doesn't make its items look biased.
"""

from dataclasses import dataclass

import numpy as np
from scipy import stats

from bot.research.fit.arrays import Flags, Floats
from bot.research.report.rules import RELIABILITY

SLIGHT, LARGE = 0.17, 0.25
_STRATA = 10


@dataclass(frozen=True, slots=True)
class Bias:
    """One item in a focal group against the others."""

    p: float
    effect: float
    """The mean difference in standard deviations of the item; below 0, the focal group scores lower."""

    @property
    def size(self) -> str:
        """Return A (negligible), B (slight) or C (large), by the thresholds of Zwick, Donoghue and Grima."""
        effect = abs(self.effect)
        return "A" if effect < SLIGHT else "B" if effect < LARGE else "C"


def bias(item: Floats, rest: Floats, focal: Flags) -> Bias | None:
    """Compare a group with the others at the same rest score, or return None for too few people.

    Mantel's test (1963) for ordered answers, and the standardised mean difference (Dorans & Schmitt, 1991),
    weighted by the focal group, both over tenths of the rest score.
    """
    if min(focal.sum(), (~focal).sum()) < RELIABILITY or not item.std():
        return None
    strata = np.searchsorted(np.unique(np.quantile(rest, np.arange(1, _STRATA) / _STRATA)), rest, side="left")
    observed = due = variance = gap = weight = 0.0
    for stratum in np.unique(strata):
        here = strata == stratum
        own, others = item[here & focal], item[here & ~focal]
        if not len(own) or not len(others):
            continue
        many, all_here = len(own) + len(others), item[here]
        observed, due = observed + own.sum(), due + len(own) * all_here.mean()
        variance += len(own) * len(others) * all_here.var() / (many - 1)
        gap, weight = gap + len(own) * (own.mean() - others.mean()), weight + len(own)
    if not variance:
        return None
    p = float(stats.chi2.sf((observed - due) ** 2 / variance, 1))
    return Bias(p, float(gap / weight / item.std(ddof=1)))
