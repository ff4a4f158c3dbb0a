"""A scale is the mean or sum of what was answered, where enough was; otherwise it says why there is none."""

import csv
from collections.abc import Mapping
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.questionnaire.load import load
from bot.scoring.scales import NOT_ASKED, TOO_FEW, ScaleScore, keyed, score
from tests.scoring.questionnaires import HIGH, LOW, questionnaire

ITEMS = [f"i{place}" for place in range(1, 11)]
CALM = settings(deadline=None)  # a busy machine is no fault
TURNED = {item: item in {"i2", "i4"} for item in ITEMS}


def scored(answers: Mapping[str, int | None], asked: list[str] | None = None, **scale: object) -> ScaleScore:
    """Return the score of one scale over ten items; the answers are numbers, None is a skip."""
    made = questionnaire(TURNED, {"all_ten": {"items": ITEMS, **scale}})
    choices = {item: None if value is None else f"c{value}" for item, value in answers.items()}
    return score(made, ITEMS if asked is None else asked, choices)["all_ten"]


def test_the_mean_of_the_answered_items() -> None:
    """All fives, of which two are reversed: (8 * 5 + 2 * 1) / 10."""
    assert scored(dict.fromkeys(ITEMS, 5)) == ScaleScore(4.2, None, 10, 10)


def test_the_sum_of_the_answered_items() -> None:
    assert scored(dict.fromkeys(ITEMS, 5), method="sum").value == 42


@pytest.mark.parametrize("value", range(LOW, HIGH + 1))
def test_a_reversed_item_is_min_plus_max_minus_x(value: int) -> None:
    made = questionnaire({"plain": False, "turned": True}, {})
    assert keyed(made, made.item("plain"), f"c{value}") == value
    assert keyed(made, made.item("turned"), f"c{value}") == LOW + HIGH - value


def test_missing_answers_within_tolerance_keep_the_scale() -> None:
    """Two of ten missing, the share asked for is 0.8: the mean of eight."""
    answers: dict[str, int | None] = dict.fromkeys(ITEMS, 3)
    answers |= {"i9": None, "i10": None}
    assert scored(answers) == ScaleScore(3.0, None, 8, 10)


def test_one_answer_below_the_share_and_the_scale_is_missing() -> None:
    """Three of ten missing: too few."""
    answers: dict[str, int | None] = {**dict.fromkeys(ITEMS, 3), "i8": None, "i9": None, "i10": None}
    assert scored(answers) == ScaleScore(None, TOO_FEW, 7, 10)


@pytest.mark.parametrize("tenths", range(1, 11))
def test_exactly_the_share_is_enough_however_it_is_rounded(tenths: int) -> None:
    """0.7 of 10 is 7, though 0.7 * 10 may be a little more as a binary fraction; for 1 to 40 items."""
    for count in range(1, 41):
        items = [f"i{place}" for place in range(count)]
        scale = {"items": items, "min_share": tenths / 10}
        made = questionnaire(dict.fromkeys(items, False), {"whole": scale})
        needed = -(-tenths * count // 10)  # in whole numbers, rounded up
        assert score(made, items, dict.fromkeys(items[:needed], "c3"))["whole"].value == 3
        assert score(made, items, dict.fromkeys(items[: needed - 1], "c3"))["whole"].value is None


def test_a_scale_of_which_nothing_was_asked_says_so() -> None:
    assert scored({}) == ScaleScore(None, NOT_ASKED, 0, 10)
    assert scored({}, asked=[]) == ScaleScore(None, NOT_ASKED, 0, 0)


def test_a_scale_of_which_all_was_skipped_has_too_few() -> None:
    """Who skips was asked."""
    assert scored(dict.fromkeys(ITEMS, None)) == ScaleScore(None, TOO_FEW, 0, 10)


def test_an_answer_to_an_item_that_is_not_asked_does_not_count() -> None:
    """An edit has left it behind: neither its value nor its place counts."""
    assert scored({"i1": 5, "i3": 1}, asked=["i3"]) == ScaleScore(1.0, None, 1, 1)


def test_nothing_is_imputed() -> None:
    """The sum of nine answers is the sum of nine answers."""
    answers: dict[str, int | None] = {**dict.fromkeys(ITEMS, 1), "i2": 5, "i4": 5, "i10": None}
    assert scored(answers, method="sum").value == 9


@pytest.mark.parametrize(("value", "t"), [(3, 50.0), (4, 60.0), (2, 40.0)])
def test_a_t_score_stands_where_norms_do(value: int, t: float) -> None:
    """Mean 3 and standard deviation 1: one above the mean is 60."""
    norms = {"mean": 3, "sd": 1, "group": "Made up."}
    answers = {item: LOW + HIGH - value if TURNED[item] else value for item in ITEMS}
    assert scored(answers, norms=norms).t == t
    assert scored(answers).t is None
    assert scored({}, norms=norms).t is None


@CALM
@given(st.permutations(ITEMS), st.lists(st.integers(LOW, HIGH) | st.none(), min_size=10, max_size=10))
def test_the_order_of_answers_is_irrelevant(order: list[str], values: list[int | None]) -> None:
    answers = dict(zip(ITEMS, values, strict=True))
    assert scored(answers) == scored({item: answers[item] for item in order})


@CALM
@given(st.lists(st.integers(LOW, HIGH) | st.none(), min_size=10, max_size=10))
def test_a_mean_is_what_three_lines_say(values: list[int | None]) -> None:
    """An independent computation, in fractions of whole numbers."""
    given_values = [
        6 - x if TURNED[item] else x for item, x in zip(ITEMS, values, strict=True) if x is not None
    ]
    found = scored(dict(zip(ITEMS, values, strict=True)))
    if len(given_values) >= 8:
        assert found.value == pytest.approx(sum(given_values) / len(given_values), abs=1e-12)
    else:
        assert found == ScaleScore(None, TOO_FEW, len(given_values), 10)


def test_the_shipped_big_five_is_keyed_as_its_source_says(root: Path, shared: Path) -> None:
    """Which scale an item is on, and in which direction, stands in `bfi_items.csv`."""
    big_five = load(root / "questionnaires" / "big-five").edition.questionnaire
    scale_of = {item: scale.id for scale in big_five.scales for item in scale.items}
    with (shared / "data" / "bfi_items.csv").open(encoding="utf-8", newline="") as file:
        known = {row["item"].lower(): row for row in csv.DictReader(file)}
    for item in big_five.items:
        row = known[item.id]
        assert scale_of[item.id] == row["Big6"].lower().replace(" ", "_")
        assert item.reverse == (row["Keying"] == "-1")
        assert item.source == f"IPIP {row['ItemLabel']}"
