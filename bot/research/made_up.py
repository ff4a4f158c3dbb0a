"""People who don't exist: drawn from a model, made more alike, careless, or agreeing with everything."""

from dataclasses import dataclass

import numpy as np

from bot.research.fit.arrays import Flags, Floats, Ints
from bot.research.fit.asking import Model
from bot.research.fit.bank import Bank
from bot.research.fit.classes import Classes
from bot.research.fit.normal import Normal

_SHARED = 0.5
"""How far a person's answers on one scale move together, in standard deviations of an item."""


@dataclass(frozen=True, slots=True, eq=False)
class Crowd:
    """People's choices, and the segment that they are held against."""

    choices: Ints
    truth: Ints


def drawn(bank: Bank, model: Model, people: int, chance: np.random.Generator, *, alike: bool) -> Crowd:
    """Draw people from a model; `alike`: the answers on one scale move together more than it knows."""
    if isinstance(model, Classes):
        truth = chance.choice(len(model.shares), people, p=model.shares / model.shares.sum())
        wished = bank.values[np.arange(len(bank.items)), _by_class(model, truth, chance)]
        if alike:
            wished = wished + _shared(bank, wished, chance)
        return Crowd(nearest(bank, wished), truth)
    assert isinstance(model, Normal)  # noqa: S101 - there are only two kinds
    wished = chance.multivariate_normal(model.mean, model.covariance, people, method="cholesky")
    if alike:
        wished = wished + _shared(bank, wished, chance)
    choices = nearest(bank, wished)
    return Crowd(choices, by_long_form(bank, model, choices))


def by_long_form(bank: Bank, model: Model, choices: Ints) -> Ints:
    """Return the segment that all answers together give."""
    return np.asarray(model.fixed(bank.keyed(choices), np.arange(len(bank.items))).argmax(1), dtype=np.intp)


def nearest(bank: Bank, wished: Floats) -> Ints:
    """Return the choice that is worth most nearly what each person would say."""
    away = np.abs(bank.values[None] - wished[:, :, None])
    return np.asarray(np.nanargmin(away, axis=2), dtype=np.intp)


def agreeing(bank: Bank, choices: Ints, by: float, chance: np.random.Generator) -> Ints:
    """Let everybody choose higher by so many choices on average, whatever the item says."""
    moved = choices + np.floor(by + chance.random(choices.shape)).astype(np.intp)
    return np.minimum(moved, bank.choice_counts - 1)


def careless(bank: Bank, choices: Ints, share: float, chance: np.random.Generator) -> tuple[Ints, Flags]:
    """Let a share of people answer without reading: anything, about the middle, or always the same."""
    people, items = choices.shape
    who = np.zeros(people, dtype=np.bool_)
    who[chance.permutation(people)[: round(share * people)]] = True
    counts = bank.choice_counts[None, :]
    anything = chance.integers(0, counts, (people, items))
    middle = np.clip((counts - 1) // 2 + chance.integers(0, 2, (people, items)), 0, counts - 1)
    same = np.minimum(chance.integers(0, counts.max(), (people, 1)), counts - 1)
    kind = chance.integers(0, 3, (people, 1))
    without_reading = np.where(kind == 0, anything, np.where(kind == 1, middle, same))
    return np.where(who[:, None], without_reading, choices), who


def _by_class(model: Classes, truth: Ints, chance: np.random.Generator) -> Ints:
    """Draw each answer independently, as the class of each person gives it."""
    steps: Floats = np.cumsum(model.chances[:, :, truth], axis=1)
    passed: Flags = chance.random((len(steps), 1, len(truth))) > steps[:, :-1]
    return np.asarray(np.count_nonzero(passed, axis=1), dtype=np.intp).T


def _shared(bank: Bank, wished: Floats, chance: np.random.Generator) -> Floats:
    groups = bank.scale - bank.scale.min()
    person = chance.standard_normal((len(wished), int(groups.max()) + 1))
    return np.asarray(_SHARED * wished.std(0) * person[:, groups])
