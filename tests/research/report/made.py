"""People made up for a report: columns drawn at random, with or without a planted difference."""

from functools import cache

import numpy as np

from bot.questionnaire.load import load
from bot.questionnaire.model import Edition
from bot.research.report.people import People
from bot.research.report.traits import Demographic, Outcome
from tests.conftest import ROOT

SEGMENTS = ("s1", "s2", "s3", "s4", "s5")


@cache
def edition() -> Edition:
    """Return the questionnaire that they answered."""
    return load(ROOT / "tests" / "questionnaires" / "spi40").edition


def people(chance: np.random.Generator, count: int) -> People:
    """Return people with segments and no answers."""
    segments = chance.choice(SEGMENTS, count)
    return People(edition=edition(), values={}, gone={}, columns={"segment": segments}, count=count)


def outcomes(
    chance: np.random.Generator, crowd: People, many: int, *, share: float = 0.25, planted: float = 0.0
) -> list[Outcome]:
    """Return outcomes that no segment has more of; in the first of them, the first segment does."""
    found = []
    for number in range(many):
        odds = np.full(crowd.count, share)
        if number == 0:
            odds += planted * (crowd.segment == SEGMENTS[0])
        found.append(
            Outcome(f"o{number}", f"outcome {number}", (chance.random(crowd.count) < odds).astype(float))
        )
    return found


def demographics(chance: np.random.Generator, count: int) -> list[Demographic]:
    """Return an age and a sex that say nothing."""
    ages = np.char.mod("%d", chance.integers(18, 90, count))
    return [Demographic("age", "age", ages), Demographic("sex", "sex", chance.choice(["1", "2"], count))]
