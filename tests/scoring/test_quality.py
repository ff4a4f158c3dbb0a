"""A response that may not mean what it says is marked: a long run of one choice, haste, an odd pattern."""

from datetime import UTC, datetime, timedelta

import pytest

from bot.questionnaire.load import load
from bot.questionnaire.model import Quality, Questionnaire
from bot.scoring.quality import longest_run, marks, median_gap
from tests.conftest import ROOT

BEGINS = datetime(2026, 11, 24, 9, tzinfo=UTC)
ALIKE = dict.fromkeys(("plan", "drift", "list", "ask", "alone", "share"), "just_me")


def made(**quality: float | None) -> Questionnaire:
    """Return a small questionnaire with thresholds of its own."""
    read = load(ROOT / "tests" / "questionnaires" / "latent-class").edition.questionnaire
    return read.model_copy(update={"quality": Quality.model_validate(quality)})


def at(*seconds: float) -> list[datetime]:
    """Return times, so many seconds after the beginning."""
    return [BEGINS + timedelta(seconds=each) for each in seconds]


def test_a_run_is_counted_as_tapped_never_reversed() -> None:
    """Somebody who taps one button again and again contradicts themselves on reversed items."""
    assert longest_run(made(), ALIKE) == 6


def test_a_run_ends_at_another_choice_and_at_a_skip() -> None:
    assert longest_run(made(), {**ALIKE, "list": "a_bit"}) == 3
    assert longest_run(made(), {**ALIKE, "ask": None}) == 3
    assert longest_run(made(), {}) == 0
    assert longest_run(made(), dict.fromkeys(ALIKE)) == 0


def test_the_order_asked_decides_what_is_in_a_row() -> None:
    answers = {"plan": "just_me", "ask": "not_me", "drift": "just_me"}
    assert longest_run(made(), answers) == 1
    assert longest_run(made(), {item: answers[item] for item in ("plan", "drift", "ask")}) == 2


def test_the_pace_is_the_median_so_a_pause_does_not_hide_haste() -> None:
    """Answers that were changed later come in another order; times are taken as they were."""
    assert median_gap(at(0, 1, 2, 3600, 3601)) == 1
    assert median_gap(at(3600, 1, 2, 0, 3601)) == 1


def test_two_gaps_say_nothing_about_the_pace() -> None:
    assert median_gap(at(0, 1, 2)) is None
    assert median_gap(at(0, 1, 2, 3)) == 1


@pytest.mark.parametrize(
    ("quality", "flags"),
    [
        ({"long_string": 6, "min_seconds": 2, "person_fit": 99}, ("long_string", "too_fast", "person_fit")),
        ({"long_string": 7, "min_seconds": 1, "person_fit": -99}, ()),
        ({"long_string": None, "min_seconds": None, "person_fit": None}, ()),
    ],
)
def test_the_thresholds_stand_in_the_file(quality: dict[str, float | None], flags: tuple[str, ...]) -> None:
    """At the threshold a run is marked and a pace isn't; a mark that is switched off never comes."""
    assert marks(made(**quality), ALIKE, at(0, 1, 2, 3)).flags == flags


def test_what_cannot_be_measured_is_not_marked() -> None:
    """No times, no answers, no model: nothing is said about them."""
    found = marks(made(min_seconds=99), {}, [])
    assert (found.median_seconds, found.person_fit, found.flags) == (None, None, ())
    without = load(ROOT / "tests" / "questionnaires" / "tiny").edition.questionnaire
    assert marks(without, {"tea": "a_little"}, []).person_fit is None


def test_thresholds_have_careful_defaults() -> None:
    assert Quality() == Quality(long_string=8, min_seconds=1.0, person_fit=-2.0)
