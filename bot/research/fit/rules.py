"""How the long form decides: linear scores of the items, found again from people's verdicts."""

from dataclasses import dataclass

import numpy as np

from bot.questionnaire.model import Prototype
from bot.research.fit.arrays import Floats, Ints
from bot.research.fit.bank import Bank

EXPERT_PEOPLE = 20
"""How many people of each segment an expert's profile is worth (`docs/typing-tool.md`)."""


@dataclass(frozen=True, slots=True, eq=False)
class Scores:
    """One linear score for each segment."""

    intercepts: Floats
    weights: Floats

    def of(self, keyed: Floats) -> Floats:
        """Return people's scores."""
        return self.intercepts + keyed @ self.weights.T


def nearest_centre(bank: Bank, keyed: Floats, segments: Ints, *, expert: Floats | None = None) -> Scores:
    """Return the rule that takes the nearest centre of standardised scale scores, as k-means does.

    An expert's profiles, where given, count as so many people of each segment.
    """
    raw = bank.scores(keyed)
    middle, spread = raw.mean(0), np.maximum(raw.std(0), 1e-6)
    own = EXPERT_PEOPLE if expert is not None else 0
    sums = np.array([raw[segments == place].sum(0) for place in range(len(bank.segments))])
    numbers = np.bincount(segments, minlength=len(bank.segments))[:, None]
    centres = (sums + own * (expert if expert is not None else 0)) / (numbers + own)
    away = (centres - middle) / spread
    weights = (away / spread) @ bank.scoring
    return Scores(-(away**2).sum(1) / 2 - (away / spread) @ middle, weights)


def discriminant(keyed: Floats, segments: Ints, count: int) -> Scores:
    """Return linear discriminant scores: one covariance within all segments."""
    means = np.array([keyed[segments == place].mean(0) for place in range(count)])
    within = keyed - means[segments]
    covariance = within.T @ within / (len(keyed) - count)
    covariance += 1e-3 * np.trace(covariance) / len(covariance) * np.eye(len(covariance))
    weights = np.linalg.solve(covariance, means.T).T
    shares = np.bincount(segments, minlength=count) / len(segments)
    return Scores(np.log(shares) - (weights * means).sum(1) / 2, weights)


def logistic(keyed: Floats, segments: Ints, count: int) -> Scores:
    """Return the scores of a multinomial logistic regression, lightly shrunk."""
    from sklearn.linear_model import LogisticRegression  # noqa: PLC0415 - slow to import

    middle, spread = keyed.mean(0), np.maximum(keyed.std(0), 1e-6)
    found = LogisticRegression(C=1.0, max_iter=500, tol=1e-4).fit((keyed - middle) / spread, segments)
    coefficients, constants = found.coef_, found.intercept_
    if count == 2:  # noqa: PLR2004 - the library gives only the second's
        coefficients = np.vstack([np.zeros_like(coefficients), coefficients])
        constants = np.concatenate([[0.0], constants])
    weights = coefficients / spread
    return Scores(np.asarray(constants - weights @ middle), np.asarray(weights))


def profiles(bank: Bank) -> Floats | None:
    """Return the expert's profiles as segment x scale, where the file has a whole set of them."""
    model = bank.questionnaire.model
    if not isinstance(model, Prototype):
        return None
    scales = [scale.id for scale in bank.questionnaire.scales]
    whole = all(scale in profile for profile in model.profiles.values() for scale in scales)
    if not whole or any(scale.method != "mean" for scale in bank.questionnaire.scales):
        return None
    return np.array([[model.profiles[segment][scale] for scale in scales] for segment in bank.segments])
