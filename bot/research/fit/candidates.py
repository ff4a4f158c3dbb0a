"""What `fit` compares: kinds of models, each made from people who answered the long form."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from bot.questionnaire.model import Prototype
from bot.research.fit.arrays import Floats, Ints
from bot.research.fit.asking import Model
from bot.research.fit.bank import Bank
from bot.research.fit.classes import Classes
from bot.research.fit.normal import Normal
from bot.research.fit.rules import EXPERT_PEOPLE, Scores, discriminant, logistic, nearest_centre, profiles

DAMPING = 1.5
_EVEN = 0.5  # what each choice counts before anybody has chosen it (Jeffreys)

Make = Callable[[Bank, Ints, Ints], Model]
"""From a bank, people's choices and their segments to a model."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """One kind of model."""

    name: str
    kind: str
    """The `type` under `model:`."""
    make: Make


def candidates(bank: Bank) -> tuple[Candidate, ...]:
    """Return the kinds of models that can be fitted to a questionnaire."""
    plain = (
        Candidate("gaussian, nearest centre", "gaussian", _gaussian_centre),
        Candidate("gaussian, logistic rule", "gaussian", _gaussian_logistic),
        Candidate("linear, discriminant", "linear", _linear_discriminant),
        Candidate("linear, logistic", "linear", _linear_logistic),
        Candidate("latent-class", "latent-class", _latent_class),
    )
    if profiles(bank) is None:
        return plain
    return (
        *plain,
        Candidate("gaussian, nearest centre, expert prior", "gaussian", _gaussian_expert),
        Candidate("latent-class, expert prior", "latent-class", _latent_class_expert),
    )


def _gaussian_centre(bank: Bank, choices: Ints, segments: Ints) -> Model:
    keyed = bank.keyed(choices)
    return _normal(keyed, nearest_centre(bank, keyed, segments))


def _gaussian_expert(bank: Bank, choices: Ints, segments: Ints) -> Model:
    keyed = bank.keyed(choices)
    return _normal(keyed, nearest_centre(bank, keyed, segments, expert=profiles(bank)))


def _gaussian_logistic(bank: Bank, choices: Ints, segments: Ints) -> Model:
    keyed = bank.keyed(choices)
    return _normal(keyed, logistic(keyed, segments, len(bank.segments)))


def _linear_discriminant(bank: Bank, choices: Ints, segments: Ints) -> Model:
    keyed = bank.keyed(choices)
    return _normal(keyed, discriminant(keyed, segments, len(bank.segments)), temperature=1.0)


def _linear_logistic(bank: Bank, choices: Ints, segments: Ints) -> Model:
    keyed = bank.keyed(choices)
    return _normal(keyed, logistic(keyed, segments, len(bank.segments)), temperature=1.0)


def _normal(keyed: Floats, scores: Scores, temperature: float | None = None) -> Normal:
    covariance = np.cov(keyed.T)
    covariance += 1e-6 * np.trace(covariance) / len(covariance) * np.eye(len(covariance))
    return Normal(keyed.mean(0), covariance, scores.intercepts, scores.weights, temperature)


def _latent_class(bank: Bank, choices: Ints, segments: Ints) -> Model:
    return _classes(bank, choices, segments, _EVEN * (~np.isnan(bank.values)))


def _latent_class_expert(bank: Bank, choices: Ints, segments: Ints) -> Model:
    return _classes(bank, choices, segments, None)


def _classes(bank: Bank, choices: Ints, segments: Ints, even: Floats | None) -> Classes:
    """Count how often each segment gives each answer, on top of what is believed beforehand."""
    items, most = bank.values.shape
    count = len(bank.segments)
    table = np.zeros((items, most, count))
    np.add.at(table, (np.arange(items)[None, :], choices, segments[:, None]), 1)
    table += EXPERT_PEOPLE * expected_answers(bank) if even is None else even[:, :, None]
    chances = table / table.sum(1, keepdims=True)
    shares = (np.bincount(segments, minlength=count) + 1) / (len(segments) + count)
    with np.errstate(divide="ignore"):
        logs = np.where(chances > 0, np.log(chances), 0.0)
    return Classes(shares, logs, chances, bank.values, bank.scale, DAMPING)


def expected_answers(bank: Bank) -> Floats:
    """Return item x choice x segment: an expert's profiles as a normal curve over the choices."""
    model = bank.questionnaire.model
    assert isinstance(model, Prototype)  # noqa: S101 - only where profiles exist
    profile = profiles(bank)
    assert profile is not None  # noqa: S101 - the same
    middle = profile[:, bank.scale].T[:, None, :]
    with np.errstate(invalid="ignore"):
        heights = np.exp(-((bank.values[:, :, None] - middle) ** 2) / (2 * model.sd**2))
    heights = np.nan_to_num(heights)
    return np.asarray(heights / heights.sum(1, keepdims=True))
