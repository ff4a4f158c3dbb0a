"""Old, double, forged and forwarded buttons change nothing; another language keeps all answers."""

import pytest

from bot.conversation.replies import Page
from tests.conversation.places import at_a_question, at_consent, checking
from tests.conversation.world import Person, World, library

SECOND, THIRD = "I take each day as it comes.", "Do you have a dog?"


@pytest.fixture
def ana() -> Person:
    """Return somebody in front of an empty chat."""
    return Person(World())


# ---------------------------------------------------------------- double taps and old buttons


@pytest.mark.parametrize("label", ["Mostly", "Skip"])
def test_a_double_tap_says_saved_and_changes_nothing(ana: Person, label: str) -> None:
    """The present question stays where it is: no new message."""
    ana.agrees()
    tapped = ana.button(label).token or ""
    ana.taps_token(tapped)
    once = ana.interview
    ana.taps_token(tapped)
    assert ana.interview == once
    assert ana.page.toast == "Saved"
    assert not ana.page.new
    assert SECOND in ana.sees


def test_a_double_tap_on_consent_and_on_research_says_saved(ana: Person) -> None:
    at_consent(ana)
    agree = ana.button("I am 18 or older and I agree").token or ""
    ana.taps_token(agree)
    ana.taps_token(agree)
    assert (ana.page.toast, ana.page.page) == ("Saved", Page.RESEARCH)
    no = ana.button("No, just my tips").token or ""
    ana.taps_token(no)
    ana.taps_token(no)
    assert (ana.page.toast, ana.page.page) == ("Saved", Page.QUESTION)


def test_another_answer_that_comes_too_late_is_not_said_to_be_saved(ana: Person) -> None:
    """Two thumbs: the first counts, and nobody is told that the second did."""
    ana.agrees()
    late = ana.button("Not me").token or ""
    ana.taps("Mostly")
    ana.taps_token(late)
    assert ana.interview.answers["plan"].choice == "mostly"
    assert "That question is closed" in ana.sees


def test_a_tap_after_a_pause_is_not_said_to_be_saved(ana: Person) -> None:
    ana.agrees()
    ana.taps("Mostly")
    late = ana.button("Mostly").token or ""
    ana.taps("Pause")
    ana.taps_token(late)
    assert "drift" not in ana.interview.answers
    assert ana.page.toast != "Saved"


def test_an_old_button_is_answered_kindly_with_the_present_question_at_the_end_of_the_chat(
    ana: Person,
) -> None:
    ana.agrees()
    old = ana.button("Not me").token or ""
    ana.taps("Mostly", "A little")
    before = ana.interview
    ana.taps_token(old)
    assert ana.interview == before
    assert ana.page.new
    assert ana.page.text.startswith("That question is closed. Here is where we are.")
    assert THIRD in ana.sees


def test_what_was_heard_before_is_not_answered_again(ana: Person) -> None:
    """A channel that got no receipt delivers once more."""
    ana.agrees()
    ana.taps("Mostly")
    before = ana.interview
    assert not ana.again()
    assert ana.interview == before


@pytest.mark.parametrize("forged", ["", "nonsense", "1.AAAAAAAAAAA.0.c.0", "x" * 64, "\u202e"])
def test_a_forged_button_changes_nothing(ana: Person, forged: str) -> None:
    at_a_question(ana)
    before = ana.interview
    ana.taps_token(forged)
    assert ana.interview == before
    assert SECOND in ana.sees


def test_a_button_of_somebody_else_changes_neither_interview(ana: Person) -> None:
    bo = Person(ana.world, "bo")
    ana.agrees()
    bo.agrees()
    mine, theirs = bo.interview, ana.interview
    bo.taps_token(ana.button("Mostly").token or "")
    assert (bo.interview, ana.interview) == (mine, theirs)


@pytest.mark.parametrize("label", ["Let's begin", "⟦Let's begin⟧"])
def test_who_reaches_us_in_a_language_that_we_speak_is_greeted_in_it(label: str) -> None:
    """A phone says `eo-XX`; one that we don't speak gets the questionnaire's own."""
    language = "eo-XX" if "⟦" in label else "xx"
    ana = Person(World(library()), language=language)
    ana.starts()
    assert ana.labels[0] == label


def test_another_language_in_the_middle_keeps_every_answer(ana: Person) -> None:
    """Choices are ids: the list shows the same answers in the new words."""
    checking(ana)
    answers = ana.interview.answers
    ana.types("/language")
    ana.taps("Esperanto")
    assert ana.interview.answers == answers
    assert "Mi planas mian semajnon." in ana.sees
    assert "Tute ne" in ana.sees
