"""Do segments tell more than demographics? Out-of-fold predictions of an outcome, and their AUCs compared."""

from dataclasses import dataclass

import numpy as np
from scipy import stats
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import log_loss
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
    p: float  # of the difference
    p_any: float  # of nothing of it telling anything
    p_gain: float  # of segments adding nothing to demographics


def compare(outcome: Flags, demographics: Floats, segments: Floats) -> Compared | None:
    """Compare logistic regressions, 10-fold cross-fitted; None for too few people.

    The difference has DeLong, DeLong and Clarke-Pearson's (1988) paired variance, which takes the models as
    given, and beside it that of having other people to train with: a jackknife over the folds. Both are too
    small where nothing tells anything, and wrong for nested models (Demler, Pencina & D'Agostino, 2012), so
    whether anything tells, and whether segments add, are likelihood-ratio tests (Pepe et al., 2013).
    """
    people, hits = len(outcome), int(outcome.sum())
    if people < PREDICTION or min(hits, people - hits) < EACH_OUTCOME:
        return None
    everything = np.hstack([demographics, segments])
    models = [_cross_fitted(each, outcome) for each in (demographics, segments, everything)]
    areas, covariance = delong(outcome, np.array([one.out_of_fold for one in models]))
    demo, segment, both = (
        _between(*pair) for pair in zip(areas, np.sqrt(np.diagonal(covariance)), strict=True)
    )
    given = covariance[0, 0] + covariance[1, 1] - 2 * covariance[0, 1]
    trained = (FOLDS - 1) * float(np.var(models[1].areas - models[0].areas))
    difference, p = _difference(float(areas[1] - areas[0]), float(np.sqrt(given + trained)))
    whole, less = _likelihood(everything, outcome), _likelihood(demographics, outcome)
    alone = float(-log_loss(outcome, np.full(people, outcome.mean()), normalize=False))
    p_any = float(stats.chi2.sf(2 * (whole - alone), everything.shape[1]))
    p_gain = float(stats.chi2.sf(2 * (whole - less), segments.shape[1]))
    return Compared(people, demo, segment, both, difference, p, p_any, p_gain)


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


@dataclass(frozen=True, slots=True, eq=False)
class _CrossFitted:
    """Everybody's log odds by the model that hasn't seen them, and each fold's model tried on everybody."""

    out_of_fold: Floats
    areas: Floats


def _cross_fitted(known: Floats, outcome: Flags) -> _CrossFitted:
    predicted, everybody = np.zeros(len(outcome)), []
    folds = StratifiedKFold(FOLDS, shuffle=True, random_state=SEED)
    for train, test in folds.split(known, outcome):
        model = LogisticRegression(solver="newton-cholesky").fit(known[train], outcome[train])
        everybody.append(model.decision_function(known))
        predicted[test] = everybody[-1][test]
    return _CrossFitted(predicted, delong(outcome, np.array(everybody))[0])


def _likelihood(known: Floats, outcome: Flags) -> float:
    """Return the log likelihood of an unpenalised logistic regression."""
    model = LogisticRegression(C=np.inf, solver="newton-cholesky").fit(known, outcome)
    return float(-log_loss(outcome, model.predict_proba(known)[:, 1], normalize=False))


def _between(value: float, error: float) -> Estimate:
    return Estimate(float(value), float(max(0, value - Z * error)), float(min(1, value + Z * error)))


def _difference(value: float, error: float) -> tuple[Estimate, float]:
    """Return a difference with its interval, and its p value, by Student's t over the folds."""
    if not error:
        return Estimate(value, value, value), 1.0
    reach = float(stats.t.ppf(0.975, FOLDS - 1)) * error
    return Estimate(value, value - reach, value + reach), float(2 * stats.t.sf(abs(value) / error, FOLDS - 1))
