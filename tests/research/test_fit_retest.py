"""Retest agreement: the same people twice, scored by the model on what they answered both times."""

import csv
from pathlib import Path

import numpy as np
import pytest

from bot.errors import OperatorError
from bot.research.fit.arrays import MISSING, Ints
from bot.research.fit.bank import Bank, bank
from bot.research.fit.normal import Normal
from bot.research.fit.people import Columns, read_people
from bot.research.fit.retest import Twice, read_twice, retest
from bot.research.made_up import nearest
from tests.research.made_up_people import questionnaire, spread_out

PEOPLE = 300


@pytest.fixture(scope="module")
def items() -> Bank:
    """Return the tiny questionnaire's items."""
    return bank(questionnaire())


@pytest.fixture(scope="module")
def model(items: Bank) -> Normal:
    """Return a model that is known exactly."""
    return spread_out(items)


def drawn(items: Bank, model: Normal, noise: float, people: int = PEOPLE) -> Ints:
    """Draw what people answer twice: the same wish, with noise of its own each time."""
    chance = np.random.default_rng(5)
    wish = chance.multivariate_normal(model.mean, model.covariance, people)
    return np.array([nearest(items, wish + chance.normal(0, noise, wish.shape)) for _ in range(2)])


def independent(items: Bank, model: Normal, choices: Ints) -> tuple[float, float]:
    """Work out agreement and kappa in another way: person by person, from the verdicts alone."""
    every = np.arange(len(items.items))
    one, other = (model.fixed(items.keyed(time), every).argmax(1) for time in choices)
    same = sum(int(a == b) for a, b in zip(one, other, strict=True)) / len(one)
    chance = sum((one == each).mean() * (other == each).mean() for each in range(len(items.segments)))
    return same, (same - chance) / (1 - chance)


@pytest.mark.parametrize("noise", [0.0, 0.5, 3.0])
def test_agreement_and_kappa_are_those_worked_out_apart(items: Bank, model: Normal, noise: float) -> None:
    choices = drawn(items, model, noise)
    found = retest(items, model, Twice(choices, (14.0, 20.0, 21.0), once=4))
    same, kappa = independent(items, model, choices)
    assert (found.agreement.value, found.kappa.value) == pytest.approx((same, kappa))
    assert found.kappa.low <= found.kappa.value <= found.kappa.high
    assert (found.people, found.days, found.once, found.enough) == (PEOPLE, 20.0, 4, True)
    assert (noise > 0) or found.kappa.value == 1


@pytest.mark.slow
def test_the_interval_covers_the_truth_about_as_often_as_it_says(items: Bank, model: Normal) -> None:
    """Of 60 samples of 80 people, 95 % intervals miss the kappa of a very large sample a few times."""
    large = drawn(items, model, 0.8, people=20_000)
    truth = retest(items, model, Twice(large, (), 0)).kappa.value
    parts = [large[:, place : place + 80] for place in range(0, 4_800, 80)]
    found = [retest(items, model, Twice(part, (), 0)).kappa for part in parts]
    assert 50 <= sum(one.low <= truth <= one.high for one in found) <= 60


def test_both_times_are_scored_on_what_was_answered_both_times(items: Bank, model: Normal) -> None:
    """A skip at one time takes the item out of both; who has too few of them is left out."""
    choices = drawn(items, model, 0.0)
    choices[0, :100, 0] = MISSING
    choices[1, 100:110] = MISSING
    found = retest(items, model, Twice(choices, (), 0))
    assert (found.people, found.too_few) == (PEOPLE - 10, 10)
    assert found.kappa.value == 1


def test_few_people_are_said_to_be_too_few(items: Bank, model: Normal) -> None:
    found = retest(items, model, Twice(drawn(items, model, 0.5, people=12), (), 0))
    assert not found.enough


def test_nobody_with_enough_items_is_told(items: Bank, model: Normal) -> None:
    nobody = np.full((2, 3, len(items.items)), MISSING)
    with pytest.raises(OperatorError, match="Nobody answered"):
        retest(items, model, Twice(nobody, (), 0))


# ---------------------------------------------------------------- the file


def table(path: Path, rows: list[dict[str, str]]) -> Path:
    """Write rows as CSV."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return path


def answers(items: Bank, value: str) -> dict[str, str]:
    """Return a row's items, all answered alike."""
    return {item.id: value for item in items.items}


def interview(items: Bank, code: str, value: str, **more: str) -> dict[str, str]:
    """Return a row of an export."""
    fixed = {"response_id": code, "follows": "-97", "arm": "-97", "started_at": "2026-11-01T09:00:00.000Z"}
    return fixed | answers(items, value) | more


def test_an_export_is_read_by_what_follows_what(items: Bank, tmp_path: Path) -> None:
    """The longer form repeats the first answers, so it is no second time; nor is anybody asked once."""
    later = "2026-11-16T09:00:00.000Z"
    rows = [
        interview(items, "b", "2", follows="a", arm="form=short|part=retest", started_at=later),
        interview(items, "a", "1"),
        interview(items, "c", "3", follows="a", arm="form=long|part=longer"),
        interview(items, "d", "3"),
    ]
    found = read_twice(table(tmp_path / "wide.csv", rows), items)
    assert found.choices[:, :, 0].tolist() == [[0], [1]]
    assert (found.days, found.once) == ((15.0,), 1)


def test_any_other_file_has_two_lines_a_person(items: Bank, tmp_path: Path) -> None:
    rows = [{"who": who} | answers(items, value) for who, value in (("x", "1"), ("y", "2"), ("x", "3"))]
    found = read_twice(table(tmp_path / "data.csv", rows), items, "WHO")
    assert found.choices[:, :, 0].tolist() == [[0], [2]]
    assert (found.days, found.once) == ((), 1)


@pytest.mark.parametrize(
    ("rows", "told"),
    [
        ([{"who": "x"}], "no column that is an item"),
        ([{"who": "x", "{item}": "1"}], "no column `person_id`"),
        ([{"person_id": "x", "{item}": "1"}, {"person_id": "x", "{item}": "77"}], "line 3, column `{item}`"),
    ],
)
def test_a_file_that_can_not_be_right_is_told(
    items: Bank, tmp_path: Path, rows: list[dict[str, str]], told: str
) -> None:
    item = items.items[0].id
    named = [{key.format(item=item): value for key, value in row.items()} for row in rows]
    with pytest.raises(OperatorError) as caught:
        read_twice(table(tmp_path / "data.csv", named), items)
    assert told.format(item=item) in caught.value.message


def test_who_consented_in_an_export_is_an_adult(items: Bank, tmp_path: Path) -> None:
    """The consent asks for 18 or older, so the file needs no column of ages."""
    agreed = [{"consented_at": at} | answers(items, "1") for at in ("2026-11-01T09:00:00.000Z", "-97")]
    found = read_people(table(tmp_path / "wide.csv", agreed), items, Columns())
    assert found.adults is not None
    assert found.adults.tolist() == [True, False]
