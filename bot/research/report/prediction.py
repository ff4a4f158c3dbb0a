"""Do segments tell more than demographics? Out-of-fold predictions of an outcome, and their AUCs compared."""

from dataclasses import dataclass

import numpy as np
from scipy import stats
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold

from bot.research.fit.arrays import Flags, Floats
from bot.research.report.intervals import Z
from bot.research.report.rules import EACH_OUTCOME, PREDICTION
from bot.research.report.table import Estimate

FOLDS, SEED = 10, 20_261_124


@dataclass(frozen=True, slots=True)
class Compared:
    """How well each kind of knowledge tells who has an outcome, among the same people."""

    people: int
    demographics: Estimate
    segments: Estimate
    both: Estimate
    difference: Estimate  # segments less demographics
    gain: Estimate  # both less demographics
    p: float  # of the difference
    p_gain: float


def compare(outcome: Flags, demographics: Floats, segments: Floats) -> Compared | None:
    """Compare logistic regressions, 10-fold cross-fitted; None for too few people.

    AUCs and their differences have DeLong, DeLong and Clarke-Pearson's (1988) paired intervals.
    """
    people, hits = len(outcome), int(outcome.sum())
    if people < PREDICTION or min(hits, people - hits) < EACH_OUTCOME:
        return None
    known = (demographics, segments, np.hstack([demographics, segments]))
    areas, covariance = delong(outcome, np.array([_out_of_fold(each, outcome) for each in known]))
    spread = np.sqrt(np.diagonal(covariance))
    demo, segment, both = (_between(*pair) for pair in zip(areas, spread, strict=True))
    difference, p = _difference(areas, covariance, 1, 0)
    gain, p_gain = _difference(areas, covariance, 2, 0)
    return Compared(people, demo, segment, both, difference, gain, p, p_gain)


def delong(outcome: Flags, predictions: Floats) -> tuple[Floats, Floats]:
    """Return the AUC of each row of predictions, and their covariance."""
    placed = [_placements(outcome, each) for each in predictions]
    hits, misses = np.array([hit for hit, _ in placed]), np.array([miss for _, miss in placed])
    covariance = np.cov(hits) / hits.shape[1] + np.cov(misses) / misses.shape[1]
    return hits.mean(1), np.atleast_2d(covariance)


def _placements(outcome: Flags, predicted: Floats) -> tuple[Floats, Floats]:
    """Return the share of misses that each hit is above, and of hits that each miss is below (midranks)."""
    hits, misses = predicted[outcome], predicted[~outcome]
    ranks = stats.rankdata(predicted)
    above = (ranks[outcome] - stats.rankdata(hits)) / len(misses)
    below = 1 - (ranks[~outcome] - stats.rankdata(misses)) / len(hits)
    return above, below


def _out_of_fold(known: Floats, outcome: Flags) -> Floats:
    """Return everybody's prediction by a model that hasn't seen them, as a log odds."""
    predicted = np.zeros(len(outcome))
    folds = StratifiedKFold(FOLDS, shuffle=True, random_state=SEED)
    for train, test in folds.split(known, outcome):
        model = LogisticRegression(solver="newton-cholesky").fit(known[train], outcome[train])
        predicted[test] = model.decision_function(known[test])
    return predicted


def _between(value: float, error: float) -> Estimate:
    return Estimate(float(value), float(max(0, value - Z * error)), float(min(1, value + Z * error)))


def _difference(areas: Floats, covariance: Floats, one: int, other: int) -> tuple[Estimate, float]:
    value = float(areas[one] - areas[other])
    variance = covariance[one, one] + covariance[other, other] - 2 * covariance[one, other]
    error = float(np.sqrt(max(variance, 0)))
    p = float(2 * stats.norm.sf(abs(value) / error)) if error else 1.0
    return Estimate(value, value - Z * error, value + Z * error), p
