"""Two halves of the answers: they share no item, agree where people are of one mind, and else by chance."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest

from bot.questionnaire.load import load
from bot.research.fit.arrays import Floats
from bot.research.report.people import People
from bot.research.report.steadiness import agreement, halved, steadiness
from bot.research.report.table import Cell, Estimate
from tests.conftest import ROOT

EDITION = load(ROOT / "questionnaires" / "health-mindset").edition
ITEMS = EDITION.questionnaire.form.items


def answering(count: int, *, minds: bool, seed: int = 1) -> People:
    """Return people who are drawn to a segment with all they say, or who answer by chance."""
    asked, chance = EDITION.questionnaire, np.random.default_rng(seed)
    scale_of = {item: scale.id for scale in asked.scales for item in scale.items}
    model = asked.model
    assert model is not None
    assert model.type == "prototype"
    segments = chance.choice([one.id for one in asked.segments], count)
    values: dict[str, Floats] = {}
    for item in ITEMS:
        numbers = [one.value for one in asked.choices(item)]
        low, high = min(numbers), max(numbers)
        meant = np.array([model.profiles[str(one)][scale_of[item]] for one in segments])
        said = np.clip(np.round(meant), low, high) if minds else chance.integers(low, high + 1, count)
        values[item] = np.asarray(low + high - said if asked.item(item).reverse else said, dtype=np.float64)
    return People(edition=EDITION, values=values, gone={}, columns={"segment": segments}, count=count)


def halves(people: People) -> Sequence[Cell]:
    """Return the row about halves."""
    tables = [block.table for block in steadiness(people, people) if block.table]
    return next(one.rows[0] for one in tables if one.id == "halves")


def test_halves_share_no_item_and_have_as_many_of_each_scale() -> None:
    people = answering(1, minds=True)
    chance = np.random.default_rng(3)
    for _ in range(20):
        one, other = halved(people, ITEMS, chance)
        assert sorted([*one, *other]) == sorted(ITEMS)
        for scale in EDITION.questionnaire.scales:
            counts = [sum(item in scale.items for item in half) for half in (one, other)]
            assert abs(counts[0] - counts[1]) <= 1


def test_agreement_is_counted_and_chance_taken_away() -> None:
    """By hand: three of four the same, chance 3/8 + ... as their shares say."""
    said = np.array([[[0, 0]], [[1, 1]], [[0, 1]], [[1, 1]]])
    same, chance, kappa = agreement(said)
    assert (same, chance) == (0.75, 0.5 * 0.25 + 0.5 * 0.75)
    assert kappa == pytest.approx((0.75 - 0.5) / 0.5)


@pytest.mark.slow
def test_people_of_one_mind_are_steady_and_chance_is_not() -> None:
    """Kappa is high for the first, and its interval holds 0 for the others; the same numbers each time."""
    steady, chance = halves(answering(150, minds=True)), halves(answering(150, minds=False))
    assert isinstance(steady[4], Estimate)
    assert isinstance(chance[4], Estimate)
    assert steady[4].low > 0.5
    assert chance[4].low < 0.05
    assert chance[4].high < 0.2
    assert steady == halves(answering(150, minds=True))


def test_too_few_whole_answers_say_so() -> None:
    """Fewer than a hundred, or answers that aren't whole."""
    assert halves(answering(99, minds=True))[2:] == (None, None, None)
    people = answering(150, minds=True)
    gaps = {item: np.where(np.arange(150) < 60, np.nan, cells) for item, cells in people.values.items()}
    assert halves(replace(people, values=gaps))[:3] == (90, 12, None)


def test_segments_of_a_file_arent_worked_out_again() -> None:
    """Nobody knows by which rule they came about."""
    given = replace(answering(150, minds=True), segments_given=True)
    assert [block.table.id for block in steadiness(given, given) if block.table] == ["steadiness"]
