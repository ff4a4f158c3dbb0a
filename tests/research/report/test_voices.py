"""Tailored against neutral words: everybody in the arm that chance gave, and nothing said of too few."""

from dataclasses import replace

import numpy as np
import pytest

from bot.research.report.paradata import Paradata
from bot.research.report.people import People
from bot.research.report.table import Estimate
from bot.research.report.voices import voices
from tests.research.report.made import people


def crowd(count: int, own: float, neutral: float) -> People:
    """Return people in two arms, of whom so many called a tip helpful; every fifth didn't finish."""
    chance = np.random.default_rng(5)
    made = people(chance, count)
    ids = np.char.mod("r%d", np.arange(count))
    of_neutral = chance.random(count) < 0.3
    helped = chance.random(count) < np.where(of_neutral, neutral, own)
    columns = {
        **made.columns,
        "response_id": ids,
        "arm": np.where(of_neutral, "form=short|voice=neutral", "form=short|voice=own"),
        "status": np.where(np.arange(count) % 5 == 0, "partial", "complete"),
    }
    return replace(made, columns=columns, paradata=Paradata({}, {}, frozenset(ids[helped].tolist())))


@pytest.mark.parametrize(
    ("own", "neutral", "said"),
    [
        (0.5, 0.2, "With tailored words more people called a tip helpful than with neutral ones: +"),
        (
            0.2,
            0.5,
            "With tailored words fewer people called a tip helpful than with neutral ones: \N{HYPHEN-MINUS}",
        ),
        (0.4, 0.4, "no difference shown."),
    ],
)
def test_a_difference_is_told_with_its_direction(own: float, neutral: float, said: str) -> None:
    section = voices(crowd(1_000, own, neutral))
    assert section is not None
    assert said in section.findings[0]
    (table,) = section.tables
    everybody, *segments = table.rows
    assert everybody[1] == sum(row[1] for row in segments if isinstance(row[1], int))
    assert everybody[1] + everybody[3] == 800  # type: ignore[operator]  # two counts
    gap, one, other = everybody[5], everybody[2], everybody[4]
    assert isinstance(gap, Estimate)
    assert isinstance(one, Estimate)
    assert isinstance(other, Estimate)
    assert gap.value == pytest.approx(one.value - other.value)


def test_of_too_few_nothing_is_said() -> None:
    section = voices(crowd(60, 0.9, 0.1))
    assert section is not None
    assert section.findings == (
        "Tailored against neutral words, who called a tip helpful: too few people to say.",
    )


def test_without_an_arm_there_is_no_section() -> None:
    made = crowd(500, 0.5, 0.5)
    columns = {**made.columns, "arm": np.full(500, "form=short")}
    assert voices(replace(made, columns=columns)) is None
