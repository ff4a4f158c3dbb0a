"""From Start to the last answer: what each tap does, said as a person would notice it."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from bot.conversation.replies import Page
from bot.conversation.session import Step
from bot.conversation.taps import Act, token
from bot.conversation.wording import consent_digest
from tests.conversation.places import (
    BACK,
    PLACES,
    at_a_question,
    at_consent,
    at_the_end,
    checking,
    editing,
    paused,
    stopped,
    with_a_result,
)
from tests.conversation.world import Person, World

FIRST, SECOND, THIRD = "I plan my week.", "I take each day as it comes.", "Do you have a dog?"
WAYS_BACK = {("/start", Step.PAUSED), ("/resume", Step.PAUSED), ("/resume", Step.STOPPED)}
COMMANDS = ["/start", "/resume", "/language", "/privacy", "/mydata", "/forget", "/help", "/stop"]


@pytest.fixture
def ana() -> Person:
    """Return somebody in front of an empty chat."""
    return Person(World())


# ---------------------------------------------------------------- consent


@pytest.mark.parametrize(
    ("label", "page", "count"),
    [
        ("I am under 18", Page.UNDER_AGE, "under_age"),
        ("No, thank you", Page.DECLINED, "declined"),
    ],
)
def test_who_is_too_young_or_says_no_is_forgotten_but_for_a_count_of_one(
    ana: Person, label: str, page: Page, count: str
) -> None:
    at_consent(ana)
    ana.taps(label)
    assert ana.page.page is page
    assert not ana.page.buttons
    assert not ana.sessions
    assert ana.world.count(count) == 1


def test_consent_is_kept_with_the_digest_of_its_text_its_language_and_its_time(ana: Person) -> None:
    at_consent(ana)
    ana.taps("I am 18 or older and I agree")
    consent, held_with = ana.interview.consent, ana.content_of(ana.interview)
    assert consent is not None
    assert consent.digest == consent_digest(held_with, "en") != consent_digest(held_with, "eo")
    assert ana.last is not None
    assert (consent.language, consent.at) == ("en", ana.last.heard.at)


def test_nobody_agrees_in_one_language_to_what_was_read_in_another(ana: Person) -> None:
    """The English page is closed once Esperanto was chosen, so the digest is of the page that was tapped."""
    at_consent(ana)
    agree = ana.button("I am 18 or older and I agree").token or ""
    ana.types("/language")
    ana.taps("Esperanto")
    ana.taps_token(agree)
    assert ana.interview.step is Step.CONSENT
    ana.taps("⟦I am 18 or older and I agree⟧")
    consent = ana.interview.consent
    assert consent is not None
    assert consent.language == "eo"


def test_the_whole_text_is_there_on_demand_and_agreed_to_from_there(ana: Person) -> None:
    at_consent(ana)
    ana.taps("Read it all")
    assert "made-up number" in ana.sees
    ana.taps("Show less", "Read it all", "I am 18 or older and I agree")
    assert ana.interview.step is Step.RESEARCH


@pytest.mark.parametrize(("label", "allowed"), [("No, just my tips", False), ("Yes, they may", True)])
def test_research_is_a_switch_of_its_own_and_no_comes_first(ana: Person, label: str, allowed: bool) -> None:
    at_consent(ana)
    ana.taps("I am 18 or older and I agree")
    assert ana.labels[0] == "No, just my tips"
    ana.taps(label)
    assert ana.interview.research is allowed


# ---------------------------------------------------------------- back, skip, check and edit


def test_back_shows_what_was_chosen_and_forward_goes_to_the_first_open_question(ana: Person) -> None:
    """From the third question back to the first; its new answer leads to the third again."""
    ana.agrees()
    ana.taps("Mostly", "A little", BACK, BACK)
    assert FIRST in ana.sees
    assert "✓ Mostly" in ana.labels
    ana.taps("Not me")
    assert THIRD in ana.sees
    assert ana.interview.answers["plan"].choice == "not_me"
    assert ana.interview.answers["plan"].edits == 1


def test_back_from_the_first_question_leads_to_the_research_switch(ana: Person) -> None:
    ana.agrees()
    ana.taps(BACK, "Yes, they may")
    assert FIRST in ana.sees
    assert ana.interview.research is True


def test_the_same_answer_again_is_no_edit(ana: Person) -> None:
    ana.agrees()
    ana.taps("Mostly", BACK, "✓ Mostly")
    assert ana.interview.answers["plan"].edits == 0


def test_a_question_can_be_skipped_and_answered_later(ana: Person) -> None:
    ana.agrees()
    ana.taps("Skip")
    assert ana.interview.answers["plan"].choice is None
    ana.taps(BACK, "Mostly")
    assert ana.interview.answers["plan"].choice == "mostly"


def test_a_required_question_offers_no_skip_and_takes_none(ana: Person) -> None:
    ana.agrees()
    ana.taps("Skip", "Skip")
    assert THIRD in ana.sees
    assert "Skip" not in ana.labels
    ana.taps_token(token(ana.interview.id, ana.interview.revision, Act.SKIP))
    assert "has_dog" not in ana.interview.answers


def test_progress_counts_only_what_is_asked(ana: Person) -> None:
    """Five questions without a dog, seven with one."""
    ana.agrees()
    ana.taps("Mostly", "Mostly")
    assert "3 of 5" in ana.sees
    ana.taps("Yes")
    assert "4 of 6" in ana.sees
    ana.taps("Yes")
    assert "5 of 7" in ana.sees


def test_an_answer_that_an_edit_leaves_behind_opens_nothing(ana: Person) -> None:
    """No dog after all: neither the walks nor the rain are asked, though the walks were answered."""
    ana.agrees()
    ana.taps("Mostly", "Mostly", "Yes", "Yes", BACK, BACK, "No")
    assert "4 of 5" in ana.sees
    assert "rain" not in ana.sees


def test_the_list_shows_every_answer_and_a_number_to_change_it(ana: Person) -> None:
    checking(ana)
    assert "2. I take each day as it comes. **Not me**" in ana.sees
    assert [label for label in ana.labels if label.startswith("Change")] == [
        f"Change {n}" for n in range(1, 6)
    ]
    ana.taps("Change 2", "Just like me")
    assert ana.page.page is Page.CHECK
    assert "2. I take each day as it comes. **Just like me**" in ana.sees


def test_an_edit_that_opens_questions_asks_them_and_comes_to_the_end_again(ana: Person) -> None:
    checking(ana)
    ana.taps("Change 3", "Yes")
    assert "Do you walk your dog?" in ana.sees
    ana.taps("No")
    assert ana.page.page is Page.READY


def test_back_from_an_edit_and_from_the_list_changes_nothing(ana: Person) -> None:
    editing(ana)
    answers = ana.interview.answers
    ana.taps(BACK, BACK)
    assert ana.page.page is Page.READY
    assert ana.interview.answers == answers


# ---------------------------------------------------------------- leaving and coming back


@pytest.mark.parametrize("place", [at_a_question, at_the_end, checking, editing])
def test_who_pauses_comes_back_to_the_same_page_a_month_later(
    ana: Person, place: Callable[[Person], None]
) -> None:
    place(ana)
    before = ana.interview
    ana.taps_token(token(before.id, before.revision, Act.PAUSE))
    assert "Come back any time" in ana.sees
    ana.world.now += timedelta(days=30)
    ana.types("/resume")
    assert ana.sees.startswith("Welcome back.")
    assert (ana.interview.step, ana.interview.item) == (before.step, before.item)


def test_start_is_a_way_back_from_a_pause(ana: Person) -> None:
    paused(ana)
    ana.starts()
    assert ana.interview.step is Step.ASKING
    assert SECOND in ana.sees


def test_who_stops_keeps_the_answers_and_may_go_on(ana: Person) -> None:
    stopped(ana)
    assert ana.interview.step is Step.STOPPED
    assert ana.interview.ended_at is not None
    ana.taps("Go on")
    assert SECOND in ana.sees
    assert ana.interview.ended_at is None


def test_who_stops_may_begin_again_beside_the_old_answers(ana: Person) -> None:
    stopped(ana)
    ana.taps("Begin again")
    assert ana.page.page is Page.WELCOME
    assert [one.step for one in ana.sessions] == [Step.STOPPED, Step.WELCOME]


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_is_answered_everywhere_and_moves_only_what_it_says(
    ana: Person, command: str, place: Callable[[Person], object]
) -> None:
    place(ana)
    before = ana.interview
    ana.types(command)
    assert ana.page.text
    after = ana.interview
    assert after.id == before.id
    assert after.answers == before.answers
    if command == "/stop" and before.step is not Step.RESULT:
        assert after.step is Step.STOPPED
    elif (command, before.step) in WAYS_BACK:
        assert after.step is Step.ASKING
    else:
        assert after == before


@pytest.mark.parametrize("place", [stopped, with_a_result])
def test_start_after_the_end_offers_what_is_there_and_a_new_beginning(
    ana: Person, place: Callable[[Person], None]
) -> None:
    place(ana)
    ana.starts()
    assert ana.page.page is Page.AGAIN
    assert ana.labels[-1] == "Begin again"
    ana.taps("Begin again")
    assert len(ana.sessions) == 2
