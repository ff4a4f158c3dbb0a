"""Intervals and tests for counts. Each function names the paper that its formula is from."""

import math
from collections.abc import Callable, Sequence

import numpy as np
from scipy import optimize, stats

from bot.research.fit.arrays import Flags, Floats, Ints
from bot.research.report.rules import EXPECTED, LEAST
from bot.research.report.table import Estimate

Z = float(stats.norm.ppf(0.975))


def share(hits: int, people: int) -> Estimate | None:
    """Return a share with its score interval (Wilson, 1927), or None for too few people."""
    return wilson(hits, people) if people >= LEAST else None


def wilson(hits: int, people: int) -> Estimate:
    """Return a share with its score interval, however few people there are."""
    whole = people + Z * Z
    middle = (hits + Z * Z / 2) / whole
    reach = Z / whole * math.sqrt(hits * (people - hits) / people + Z * Z / 4)
    return Estimate(hits / people, max(0.0, middle - reach), min(1.0, middle + reach))


def difference(hits: int, people: int, other_hits: int, other_people: int) -> Estimate | None:
    """Return a difference of two shares with Newcombe's interval (1998, method 10)."""
    if min(people, other_people) < LEAST:
        return None
    one, other = wilson(hits, people), wilson(other_hits, other_people)
    value = one.value - other.value
    low = value - math.hypot(one.value - one.low, other.high - other.value)
    high = value + math.hypot(one.high - one.value, other.value - other.low)
    return Estimate(value, low, high)


def index(hits: int, people: int, other_hits: int, other_people: int) -> Estimate | None:
    """Return 100 times a group's share over everybody's, with a delta-method interval on the log scale.

    Everybody is the group and the others together, so the two shares aren't independent: the derivatives of
    log(p / (w p + (1 - w) q)) by p and by q weigh the two variances.
    """
    if min(people, other_people) < LEAST or hits + other_hits == 0:
        return None
    weight = people / (people + other_people)
    everybody = (hits + other_hits) / (people + other_people)
    value = 100 * (hits / people) / everybody
    p, q = (hits + 0.5) / (people + 1), (other_hits + 0.5) / (other_people + 1)  # so that 0 has an interval
    whole = weight * p + (1 - weight) * q
    own = (1 / p - weight / whole) ** 2 * p * (1 - p) / people
    others = ((1 - weight) / whole) ** 2 * q * (1 - q) / other_people
    spread, middle = Z * math.sqrt(own + others), 100 * p / whole
    return Estimate(value, min(value, middle * math.exp(-spread)), max(value, middle * math.exp(spread)))


def two_by_two(hits: int, people: int, other_hits: int, other_people: int) -> float | None:
    """Return the p value of the N - 1 chi-squared test (Campbell, 2007); None where counts are too small."""
    table = np.array([[hits, people - hits], [other_hits, other_people - other_hits]], dtype=float)
    if min(people, other_people) < LEAST or expected(table).min() < EXPECTED:
        return None
    total = table.sum()
    return float(stats.chi2.sf(_chi2(table) * (total - 1) / total, 1))


def median(values: Sequence[float] | Floats) -> Estimate | None:
    """Return a median with its distribution-free interval (order statistics; Conover, 1999)."""
    if len(values) < LEAST:
        return None
    found = stats.quantile_test(np.asarray(values, dtype=float), p=0.5).confidence_interval()
    return Estimate(float(np.median(values)), float(found.low), float(found.high))


def mean(values: Sequence[float] | Floats) -> Estimate | None:
    """Return a mean with Student's interval."""
    if len(values) < LEAST:
        return None
    middle, error = float(np.mean(values)), float(stats.sem(values))
    reach = float(stats.t.ppf(0.975, len(values) - 1)) * error
    return Estimate(middle, middle - reach, middle + reach)


def rate(events: int, people: int) -> Estimate | None:
    """Return events per 100 people with the exact interval of a Poisson count (Garwood, 1936)."""
    if people < LEAST:
        return None
    low = stats.chi2.ppf(0.025, 2 * events) / 2 if events else 0.0
    high = stats.chi2.ppf(0.975, 2 * events + 2) / 2
    return Estimate(*(100 * float(count) / people for count in (events, low, high)))


def rate_ratio(events: int, people: int, other_events: int, other_people: int) -> Estimate | None:
    """Return a ratio of two rates with its exact interval, given their sum (Przyborowski & Wilenski, 1940).

    None without an event on either side, where it has no value or no end.
    """
    if min(people, other_people) < LEAST or not events or not other_events:
        return None
    found = stats.binomtest(events, events + other_events).proportion_ci(method="exact")
    odds = (part / (1 - part) for part in (events / (events + other_events), found.low, found.high))
    return Estimate(*(float(one) * other_people / people for one in odds))


def same_rate(events: int, people: int, other_events: int, other_people: int) -> float | None:
    """Return the p value of the test that belongs to that interval: twice the smaller tail."""
    total = events + other_events
    if min(people, other_people) < LEAST or not total:
        return None
    share = people / (people + other_people)  # not a frozen `binom`, which costs four times as much to make
    tails = stats.binom.cdf(events, total, share), stats.binom.sf(events - 1, total, share)
    return min(1.0, 2 * float(min(tails)))


def slope(times: Floats, has: Floats | Flags) -> tuple[Estimate, float]:
    """Return how a share changes with time, least squares, and the p of no change; Student's t.

    The spread of a share depends on the share, so the variance is HC3 (MacKinnon & White, 1985).
    """
    y, x = has.astype(np.float64), times - times.mean()
    spread = float(x @ x)
    value = float(x @ y) / spread
    rest = (y - y.mean() - value * x) / (1 - 1 / len(y) - x * x / spread)
    error = math.sqrt(float(x * x @ rest**2)) / spread
    reach = float(stats.t.ppf(0.975, len(y) - 2)) * error
    p = 2 * float(stats.t.sf(abs(value) / error, len(y) - 2))
    return Estimate(value, value - reach, value + reach), p


def resampled(figures: Callable[[Ints], Floats], people: int, seed: int, draws: int = 1000) -> list[Estimate]:
    """Return figures of people with percentile intervals over resampled people (Efron, 1979)."""
    chance = np.random.default_rng(seed)
    drawn = np.array([figures(chance.integers(people, size=people)) for _ in range(draws)])
    low, high = np.quantile(drawn, (0.025, 0.975), axis=0)
    found = zip(figures(np.arange(people)).tolist(), low.tolist(), high.tolist(), strict=True)
    return [Estimate(*each) for each in found]


def holm(ps: Sequence[float]) -> list[float]:
    """Return p values corrected for their number, whatever their dependence (Holm, 1979)."""
    adjusted, highest = [0.0] * len(ps), 0.0
    for rank, place in enumerate(sorted(range(len(ps)), key=ps.__getitem__)):
        highest = max(highest, min(1.0, (len(ps) - rank) * ps[place]))
        adjusted[place] = highest
    return adjusted


def expected(table: Floats) -> Floats:
    """Return the counts that independence would give."""
    return np.asarray(np.outer(table.sum(1), table.sum(0)) / max(table.sum(), 1), dtype=np.float64)


def cramers_v(table: Floats) -> tuple[Estimate, float] | None:
    """Return Cramér's V and the p of Pearson's test, or None where a cell expects too few people.

    The interval comes from the noncentral chi-squared distribution (Smithson, 2003).
    """
    table = table[table.sum(1) > 0][:, table.sum(0) > 0]
    if min(table.shape) < 2 or expected(table).min() < EXPECTED:  # noqa: PLR2004 - one row compares nothing
        return None
    chi2, freedom = _chi2(table), (table.shape[0] - 1) * (table.shape[1] - 1)
    scale = table.sum() * (min(table.shape) - 1)
    low, high = (_noncentrality(chi2, freedom, tail) for tail in (0.975, 0.025))

    def v(noncentrality: float) -> float:
        return min(1.0, math.sqrt((noncentrality + freedom) / scale)) if noncentrality > 0 else 0.0

    value = math.sqrt(chi2 / scale)
    return Estimate(value, v(low), max(value, v(high))), float(stats.chi2.sf(chi2, freedom))


def _chi2(table: Floats) -> float:
    due = expected(table)
    return float(((table - due) ** 2 / due).sum())


def _noncentrality(chi2: float, freedom: int, tail: float) -> float:
    """Return the noncentrality under which so large a value has this probability of not being exceeded."""
    if stats.chi2.cdf(chi2, freedom) <= tail:
        return 0.0
    far = 4 * chi2 + 100
    return float(optimize.brentq(lambda by: stats.ncx2.cdf(chi2, freedom, by) - tail, 1e-9, far))
