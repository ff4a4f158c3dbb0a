"""The segment model that stands in a questionnaire, for many people at once."""

import numpy as np

from bot.errors import AuthorError
from bot.questionnaire.model import Gaussian, JointNormal, LatentClass, Linear, Prototype, Questionnaire
from bot.research.fit.arrays import Floats
from bot.research.fit.asking import Model
from bot.research.fit.bank import Bank, bank
from bot.research.fit.classes import Classes
from bot.research.fit.normal import Normal


def model_of(questionnaire: Questionnaire) -> tuple[Bank, Model]:
    """Return a questionnaire's own model, and the items that it can use."""
    model = questionnaire.model
    match model:
        case Prototype():
            bank_ = bank(questionnaire)
            return bank_, _prototype(bank_, model)
        case LatentClass():
            bank_ = bank(questionnaire, model.probabilities)
            return bank_, _latent_class(bank_, model)
        case Linear() | Gaussian():
            bank_ = bank(questionnaire, model.items)
            return bank_, _normal(bank_, model)
        case None:
            raise AuthorError(f"{questionnaire.id} has no segment model.", remedy="Write one under `model:`.")


def _prototype(bank_: Bank, model: Prototype) -> Classes:
    scales = [scale.id for scale in bank_.questionnaire.scales]
    profile = np.array([[model.profiles[name][scale] for scale in scales] for name in bank_.segments])
    middle = profile[:, bank_.scale].T[:, None, :]
    logs = np.nan_to_num(-((bank_.values[:, :, None] - middle) ** 2) / (2 * model.sd**2))
    heights = np.where(np.isnan(bank_.values)[:, :, None], 0.0, np.exp(logs))
    return Classes(
        shares=_shares(bank_, model.shares),
        logs=logs,
        chances=heights / heights.sum(1, keepdims=True),
        values=bank_.values,
        scale=bank_.scale,
        damping=model.damping,
    )


def _latent_class(bank_: Bank, model: LatentClass) -> Classes:
    chances = np.zeros((*bank_.values.shape, len(bank_.segments)))
    for place, item in enumerate(bank_.items):
        for segment, name in enumerate(bank_.segments):
            given = model.probabilities[item.id][name]
            chances[place, : len(given), segment] = given
    with np.errstate(divide="ignore"):
        logs = np.where(chances > 0, np.log(chances), 0.0)
    return Classes(_shares(bank_, model.shares), logs, chances, bank_.values, bank_.scale, model.damping)


def _normal(bank_: Bank, model: JointNormal) -> Normal:
    """Return the model with its items in the bank's order."""
    place = {item: number for number, item in enumerate(model.items)}
    order = [place[item.id] for item in bank_.items]
    size = len(model.items)
    lower = np.zeros((size, size))
    for row, values in enumerate(model.covariance):
        lower[row, : row + 1] = values
    covariance = lower + np.tril(lower, -1).T
    rules = [model.rules[name] for name in bank_.segments]
    return Normal(
        mean=np.array(model.mean)[order],
        covariance=covariance[np.ix_(order, order)],
        intercepts=np.array([rule.intercept for rule in rules]),
        weights=np.array([rule.weights for rule in rules])[:, order],
        temperature=model.temperature if isinstance(model, Linear) else None,
        tails=model.tails if isinstance(model, Gaussian) else None,
        points=model.points,
    )


def _shares(bank_: Bank, shares: dict[str, float] | None) -> Floats:
    count = len(bank_.segments)
    return np.array([shares[name] for name in bank_.segments]) if shares else np.full(count, 1 / count)
