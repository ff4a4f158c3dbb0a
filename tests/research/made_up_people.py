"""People for tests of `fit`: drawn from models that are known exactly."""

import csv
from pathlib import Path

import numpy as np

from bot.questionnaire.load import load
from bot.questionnaire.model import Questionnaire
from bot.research.fit.arrays import Floats, Ints
from bot.research.fit.bank import Bank
from bot.research.fit.normal import Normal
from bot.research.made_up import nearest

TESTS = Path(__file__).resolve().parent.parent
TINY = TESTS / "questionnaires" / "with-segments"
SPI40 = TESTS / "questionnaires" / "spi40"


def questionnaire(folder: Path = TINY) -> Questionnaire:
    """Return a questionnaire of the tests."""
    return load(folder).edition.questionnaire


def spread_out(bank: Bank, seed: int = 1) -> Normal:
    """Return a known model: items of one scale go together, and the nearest centre is the segment.

    The centres are k-means' own, so that each is the mean of its people, as in a real long form.
    """
    chance = np.random.default_rng(seed)
    items = len(bank.items)
    same = bank.scale[:, None] == bank.scale[None, :]
    covariance = 1.2 * (0.45 * same + 0.05 + 0.5 * np.eye(items))
    middle = float(np.nanmean(bank.values))
    mean = middle + chance.uniform(-0.4, 0.4, items)
    scores = chance.multivariate_normal(np.zeros(items), covariance, 4_000) @ bank.scoring.T
    centres = scores[: len(bank.segments)]
    for _ in range(100):
        nearest_one = ((scores[:, None] - centres) ** 2).sum(2).argmin(1)
        centres = np.array([scores[nearest_one == place].mean(0) for place in range(len(centres))])
    weights = centres @ bank.scoring
    return Normal(mean, covariance, -(centres**2).sum(1) / 2 - weights @ mean, weights)


def answered(bank: Bank, model: Normal, people: int, seed: int = 2) -> tuple[Ints, Ints]:
    """Draw people's choices from a known model, and what its rule makes of them."""
    chance = np.random.default_rng(seed)
    wished = chance.multivariate_normal(model.mean, model.covariance, people, method="cholesky")
    choices = nearest(bank, wished)
    return choices, by_rule(model, bank.keyed(choices))


def by_rule(model: Normal, keyed: Floats) -> Ints:
    """Return the segment with the highest score."""
    return np.asarray((model.intercepts + keyed @ model.weights.T).argmax(1), dtype=np.intp)


def write_answers(path: Path, bank: Bank, choices: Ints, segments: Ints, **more: list[str]) -> Path:
    """Write people's answers as a researcher's file would have them."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow([item.id for item in bank.items] + ["segment", *more])
        for person, row in enumerate(choices):
            values = [bank.choices(item)[choice].value for item, choice in enumerate(row)]
            named = bank.segments[segments[person]]
            writer.writerow([*values, named, *(column[person] for column in more.values())])
    return path
