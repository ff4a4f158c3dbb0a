"""Switches, what is kept, a line to copy, and an erasure that leaves nothing."""

import json

import pytest

from bot.conversation.replies import Page
from bot.conversation.session import Step
from tests.conversation.places import PLACES, SURE, at_a_question, begins_the_second, seed_of
from tests.conversation.world import Person, World


@pytest.fixture
def ana() -> Person:
    """Return somebody in front of an empty chat whose second part comes after the result."""
    return Person(World(), seed=seed_of("after"))


# ---------------------------------------------------------------- rights


@pytest.mark.parametrize("first", [False, True])
def test_research_can_be_switched_at_any_later_time(ana: Person, first: bool) -> None:
    ana.agrees(research=first)
    ana.types("/privacy")
    ana.taps("Stop research use" if first else "Let researchers use my answers")
    assert ana.interview.research is not first
    assert ana.interview.step is Step.ASKING
    assert ana.page.toast == "Saved"
    assert f"Research: **{'off' if first else 'on'}**" in ana.sees


def test_a_switch_tapped_twice_is_the_same_as_once(ana: Person) -> None:
    ana.agrees()
    ana.types("/privacy")
    switch = ana.button("Let researchers use my answers").token or ""
    ana.taps_token(switch)
    ana.taps_token(switch)
    assert ana.interview.research is True


def test_each_question_comes_as_a_new_message_for_who_wants_that(ana: Person) -> None:
    ana.agrees()
    ana.types("/privacy")
    ana.taps("New message for each question")
    ana.types("/resume")
    answer = ana.button("Mostly").token or ""
    ana.taps_token(answer)
    assert ana.page.new
    again = ana.taps_token(answer)  # the second half of a double tap doesn't fill the chat
    assert [message.new for message in again] == [False]
    ana.types("/privacy")
    ana.taps("One message for all questions")
    ana.types("/resume")
    ana.taps("Mostly")
    assert not ana.page.new


@pytest.mark.parametrize("place", PLACES)
def test_forget_asks_twice_and_then_nothing_is_left(place: object) -> None:
    """Keeping is the first choice on both pages; before the second tap it says what can't be called back."""
    assert callable(place)
    ana = Person(World())
    place(ana)
    bo = Person(ana.world, "bo")
    bo.agrees()
    ana.types("/forget")
    assert ana.labels[0] == "Keep my answers"
    assert "What I can't call back" in ana.sees
    ana.taps("Yes, erase")
    assert ana.labels[0] == "Keep my answers"
    assert ana.sessions
    ana.taps("Erase everything now")
    assert ana.page.page is Page.ERASED
    assert not ana.page.buttons
    assert not ana.sessions
    assert ana.pseudonym not in repr(ana.world.store.__dict__)
    assert bo.sessions
    assert ana.world.count("erased") == 1


def test_who_keeps_the_answers_keeps_them(ana: Person) -> None:
    at_a_question(ana)
    before = ana.interview
    ana.types("/forget")
    ana.taps("Yes, erase", "Keep my answers", "Go on")
    assert ana.interview == before


def test_a_yes_to_erase_from_long_ago_is_asked_again(ana: Person) -> None:
    """The interview has moved on since: the old button asks, and erases nothing."""
    ana.agrees()
    ana.types("/forget")
    ana.taps("Yes, erase")
    old = ana.button("Erase everything now").token or ""
    ana.types("Mostly")
    ana.taps_token(old)
    assert ana.page.page is Page.ERASE
    assert ana.sessions


def test_old_buttons_create_nothing_after_an_erasure(ana: Person) -> None:
    """Every button that was ever shown, of every page."""
    ana.agrees()
    ana.finishes(*SURE)
    ana.types("/forget")
    ana.taps("Yes, erase", "Erase everything now")
    for one in [button.token for page in ana.pages for button in page.buttons if button.token]:
        ana.taps_token(one)
        assert not ana.sessions
        assert ana.page.page is Page.NOBODY
    assert ana.pseudonym not in repr(ana.world.store.__dict__)


@pytest.mark.parametrize("command", ["/resume", "/stop", "/mydata", "/forget", "/language", "/nonsense"])
def test_commands_of_somebody_unknown_create_nothing(ana: Person, command: str) -> None:
    ana.types(command)
    assert ana.page.page is Page.NOBODY
    assert not ana.sessions


def test_mydata_shows_and_sends_everything_kept(ana: Person) -> None:
    """Both interviews of a person, as a page and as a file."""
    begins_the_second(ana, "after")
    ana.taps("Yes")
    ana.types("/mydata")
    assert "I plan my week. **Just like me**" in ana.sees
    assert "Do you read the news? **Yes**" in ana.sees
    assert ana.page.attachment is not None
    told = json.loads(ana.page.attachment.body)
    assert [one["questionnaire"] for one in told["interviews"]] == ["ways", "more"]
    first, session = told["interviews"][0], ana.sessions[0]
    assert {row["item"]: row["choice"] for row in first["answers"]} == {
        item: answer.choice for item, answer in session.answers.items()
    }
    assert first["result"]["segment"] == "steady"
    assert session.consent is not None
    assert first["consent"]["text_sha256"] == session.consent.digest


def test_the_line_for_a_clinician_is_copied_and_sent_to_nobody(ana: Person) -> None:
    ana.agrees()
    ana.finishes(*SURE)
    ana.taps("That's all", "A line for your clinician")
    assert "A plan helps me most." in ana.sees
    assert [one.copy for one in ana.page.buttons if one.copy] == ["A plan helps me most."]


def test_the_questions_are_shared_and_never_the_result(ana: Person) -> None:
    ana.agrees()
    ana.finishes(*SURE)
    ana.taps("That's all", "Share the questions")
    addresses = " ".join(one.url or "" for one in ana.page.buttons)
    assert "t.me%2Fattune_bot" in addresses
    for word in ("plan", "steady", ana.interview.id):
        assert word not in f"{addresses} {ana.page.text}".lower()
