"""How well the items of a scale hang together: alpha, omega, and each item with the rest.

Law: only complete answers to a form that everybody is asked alike. An adaptive form chooses its items by the
answers before, so its correlations say what was chosen, not how people are.
"""

from dataclasses import dataclass

import numpy as np
from scipy import stats

from bot.research.fit.arrays import Floats
from bot.research.report.rules import RELIABILITY
from bot.research.report.table import Estimate

DRAWS, SEED = 1_000, 20_261_124
_STEPS, _CLOSE = 2_000, 1e-10
_ROUGH = 50  # steps for a resample: enough for the limits of an interval
_FEWEST_FOR_OMEGA = 3  # one factor of two items isn't identified


@dataclass(frozen=True, slots=True, eq=False)
class Reliability:
    """What was found of one scale."""

    people: int
    alpha: Estimate | None
    omega: Estimate | None
    item_rest: tuple[float, ...] | None  # in the order of the items
    alpha_without: tuple[float, ...] | None


def reliability(answers: Floats) -> Reliability:
    """Return what complete people x items say of a scale, reversed items reversed."""
    people, items = answers.shape
    if people < RELIABILITY or items < 2 or not answers.std(0).all():  # noqa: PLR2004 - a pair at least
        return Reliability(people, None, None, None, None)
    covariance = np.cov(answers, rowvar=False)
    return Reliability(
        people,
        feldt(alpha(covariance), people, items),
        bootstrapped(answers) if items >= _FEWEST_FOR_OMEGA else None,
        tuple(_rest(covariance, item) for item in range(items)),
        tuple(_without(covariance, item) for item in range(items)) if items > 2 else None,  # noqa: PLR2004 - the same
    )


def alpha(covariance: Floats) -> float:
    """Return Cronbach's alpha (1951): k / (k - 1) (1 - sum of variances / variance of the sum)."""
    items = len(covariance)
    return float(items / (items - 1) * (1 - np.trace(covariance) / covariance.sum()))


def feldt(value: float, people: int, items: int) -> Estimate:
    """Return alpha with its exact interval for normal answers (Feldt, 1965; as R's psych::alpha)."""
    free = people - 1, (people - 1) * (items - 1)
    low = 1 - (1 - value) * float(stats.f.ppf(0.975, *free))
    high = 1 - (1 - value) * float(stats.f.ppf(0.025, *free))
    return Estimate(value, low, high)


def omega(covariance: Floats, steps: int = _STEPS) -> Floats:
    """Return McDonald's omega (1999) of each matrix of a stack: one factor by minimum residuals.

    The factor is that of the correlations (as R's psych::fa with its default), brought back to raw scores.
    """
    spread = np.sqrt(np.diagonal(covariance, axis1=-2, axis2=-1))
    loadings = one_factor(covariance / (spread[..., :, None] * spread[..., None, :]), steps)
    common = (loadings * spread).sum(-1) ** 2
    return np.asarray(common / (common + ((1 - loadings**2) * spread**2).sum(-1)), dtype=np.float64)


def one_factor(correlation: Floats, steps: int = _STEPS) -> Floats:
    """Return the loadings on one factor: principal axes, iterated until the communalities stand.

    There the residuals off the diagonal are as small as one factor can make them (Harman & Jones, 1966).
    """
    diagonal = np.arange(correlation.shape[-1])
    reduced = correlation.copy()
    shared = 1 - 1 / np.diagonal(np.linalg.inv(correlation), axis1=-2, axis2=-1)
    loadings = np.zeros_like(shared)
    for _ in range(steps):
        reduced[..., diagonal, diagonal] = shared
        values, vectors = np.linalg.eigh(reduced)
        loadings = vectors[..., -1] * np.sqrt(np.maximum(values[..., -1:], 0))
        now = np.minimum(loadings**2, 1)
        if np.abs(now - shared).max() < _CLOSE:
            break
        shared = now
    return np.asarray(loadings * np.where(loadings.sum(-1, keepdims=True) < 0, -1, 1), dtype=np.float64)


def bootstrapped(answers: Floats) -> Estimate:
    """Return omega with its percentile interval over resampled people (Kelley & Pornprasertmanit, 2016)."""
    chance, people = np.random.default_rng(SEED), len(answers)
    products = np.einsum("pi,pj->pij", answers, answers).reshape(people, -1)
    drawn = np.empty((DRAWS, answers.shape[1], answers.shape[1]))
    for place in range(DRAWS):
        weights = chance.multinomial(people, np.full(people, 1 / people)) / people
        means = weights @ answers
        drawn[place] = (weights @ products).reshape(drawn.shape[1:]) - np.outer(means, means)
    whole = drawn[(np.diagonal(drawn, axis1=-2, axis2=-1) > 0).all(-1)]
    low, high = np.quantile(omega(whole, _ROUGH), (0.025, 0.975))
    return Estimate(float(omega(np.cov(answers, rowvar=False))), float(low), float(high))


def _rest(covariance: Floats, item: int) -> float:
    """Return an item's correlation with the sum of the others."""
    rest = np.delete(np.arange(len(covariance)), item)
    together = covariance[item, rest].sum()
    return float(together / np.sqrt(covariance[item, item] * covariance[np.ix_(rest, rest)].sum()))


def _without(covariance: Floats, item: int) -> float:
    rest = np.delete(np.arange(len(covariance)), item)
    return alpha(covariance[np.ix_(rest, rest)])
