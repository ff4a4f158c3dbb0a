"""After the last answer: the result, who disagrees, the tips, the second part, and one's rights."""

from dataclasses import replace
from datetime import date

import pytest

from bot.conversation.replies import Page
from bot.conversation.session import Step, session_id
from bot.organisation.model import SignOff
from tests.conversation.places import BETWEEN, SURE, begins_the_second, seed_of
from tests.conversation.world import Person, World, library


@pytest.fixture
def ana() -> Person:
    """Return somebody in front of an empty chat whose second part comes after the result."""
    return Person(World(), seed=seed_of("after"))


# ---------------------------------------------------------------- the result


@pytest.mark.parametrize("choices", [SURE, BETWEEN, ("Skip", "Skip", "No", "Skip", "Skip")])
def test_the_first_line_of_a_result_names_nothing(ana: Person, choices: tuple[str, ...]) -> None:
    """It shows on a lock screen."""
    ana.agrees()
    ana.finishes(*choices)
    assert ana.page.text.split("\n")[0] == "Your result is ready."


def test_a_result_says_the_sentence_how_sure_it_is_and_what_weighed_most(ana: Person) -> None:
    ana.agrees()
    ana.finishes(*SURE)
    assert "**A plan moves you.**" in ana.sees
    assert "It's a good guess, not a measurement." in ana.sees
    assert '"I plan my week." Just like me' in ana.sees
    assert "Steady Planner" not in ana.sees
    ana.taps("How it works")
    assert "Steady Planner" in ana.sees


def test_a_result_that_is_not_sure_names_both(ana: Person) -> None:
    ana.agrees()
    ana.finishes(*BETWEEN)
    verdict = ana.interview.shown
    assert verdict is not None
    assert verdict.unsure
    assert "A plan moves you." in ana.sees
    assert "Other people move you." in ana.sees


def test_too_few_answers_give_no_segment_and_the_tips_all_the_same(ana: Person) -> None:
    ana.agrees()
    ana.finishes("Skip", "Skip", "No", "Skip", "Skip")
    assert ana.interview.shown is None
    assert "not enough answers" in ana.sees
    assert "That's not me" not in ana.labels
    ana.taps("Show me a tip")
    assert "In the voice neutral" in ana.sees


def test_not_me_offers_the_others_and_stands_beside_the_verdict(ana: Person) -> None:
    ana.agrees()
    ana.finishes(*SURE)
    verdict = ana.interview.shown
    ana.taps("That's not me")
    assert ana.labels == ["Other people", "Your own way", "Back to my result"]
    ana.taps("Your own way")
    assert (ana.interview.correction, ana.interview.shown) == ("free", verdict)
    ana.taps("Show me a tip")
    assert "In the voice free" in ana.sees


# ---------------------------------------------------------------- tips


def test_tips_come_in_the_voice_of_the_segment_each_with_one_step_and_a_link(ana: Person) -> None:
    ana.agrees()
    ana.finishes(*SURE)
    ana.taps("Show me a tip")
    assert "In the voice steady, en." in ana.sees
    assert "**One thing to do today:** Walk for ten minutes today." in ana.sees
    assert [one.label for one in ana.page.buttons if one.url] == [
        "Read: Exercise and fitness, at MedlinePlus"
    ]


def test_the_voices_take_turns_where_the_result_is_not_sure(ana: Person) -> None:
    ana.agrees()
    ana.finishes(*BETWEEN)
    verdict = ana.interview.shown
    assert verdict is not None
    for place, voice in enumerate((verdict.segment, verdict.runner_up)):
        ana.taps("Another tip" if place else "Show me a tip")
        assert f"In the voice {voice}, en." in ana.sees


def test_the_fact_is_the_same_in_every_voice() -> None:
    tips = library().questionnaires["ways"].tips
    for topic in ("activity", "sleep"):
        for language in ("en", "eo"):
            same = {tip.fact for key, tip in tips.items() if key[1:] == (topic, language)}
            assert len(same) == 1


def test_a_link_in_another_language_says_so() -> None:
    """In Esperanto, for a topic of which the organisation has no link of its own."""
    ana = Person(World(), language="eo")
    shelf = ana.world.shelf
    hospital = next(iter(shelf.organisations.values()))
    bare = {hospital.id: hospital.model_copy(update={"links": {}})}
    ana.world.desk = replace(ana.world.desk, library=replace(shelf, organisations=bare))
    ana.starts()
    for _ in range(3):
        ana.taps(ana.labels[0])
    ana.finishes()
    ana.taps(ana.labels[0])
    links = [one.label for one in ana.page.buttons if one.url]
    assert links == ["\u27e6\u27e6Read\u27e7: Walking for health (MedlinePlus, in \u27e6English\u27e7)\u27e7"]


def test_a_tip_is_rated_once_and_the_last_one_says_that_it_was_the_last(ana: Person) -> None:
    ana.agrees()
    ana.finishes(*SURE)
    ana.taps("Show me a tip", "Helpful")
    assert ana.interview.ratings == {"0": True}
    assert ana.page.toast == "Thank you"
    assert "Helpful" not in ana.labels
    ana.taps("Another tip", "Not for me", "Another tip")
    assert ana.interview.ratings == {"0": True, "1": False}
    assert ana.page.page is Page.NO_MORE_TIPS
    ana.taps("Back to my result")
    assert "Your result is ready." in ana.sees


@pytest.mark.parametrize(
    ("on", "until", "holds"),
    [
        (date(2026, 2, 1), date(2026, 12, 31), True),
        (date(2026, 3, 1), date(2026, 3, 1), True),
        (date(2026, 2, 1), date(2026, 2, 28), False),
        (date(2026, 3, 2), date(2026, 12, 31), False),
    ],
)
def test_a_sign_off_names_who_and_when_only_while_it_holds(
    ana: Person, on: date, until: date, holds: bool
) -> None:
    """Today is 1 March 2026."""
    shelf = ana.world.shelf
    hospital = next(iter(shelf.organisations.values()))
    signed = hospital.model_copy(update={"tips_signed_off": SignOff(by="Dr. Who", on=on, until=until)})
    ana.world.desk = replace(ana.world.desk, library=replace(shelf, organisations={signed.id: signed}))
    ana.agrees()
    ana.finishes(*SURE)
    ana.taps("Show me a tip")
    assert ("Reviewed by Dr. Who" in ana.sees) is holds
    assert ("Not yet reviewed by a clinician." in ana.sees) is not holds


# ---------------------------------------------------------------- the second part


@pytest.mark.parametrize("arm", ["before", "after"])
def test_the_second_part_takes_consent_and_switches_from_the_first(ana: Person, arm: str) -> None:
    begins_the_second(ana, arm)
    first, second = ana.sessions
    assert (second.consent, second.research, second.plain) == (first.consent, first.research, first.plain)
    assert (second.questionnaire, second.step) == ("more", Step.ASKING)
    assert second.id == session_id(f"second:{first.seed}")


@pytest.mark.parametrize("arm", ["before", "after"])
def test_the_second_part_is_offered_only_where_its_arm_says(ana: Person, arm: str) -> None:
    ana.seed = seed_of(arm)
    ana.agrees()
    for label in SURE:
        ana.taps(label)
    assert ("2 more questions" in ana.labels) is (arm == "before")
    ana.taps("Show my result")
    assert ("2 more questions" in ana.labels) is (arm == "after")


@pytest.mark.parametrize("arm", ["before", "after"])
def test_the_second_part_leads_back_to_the_first_and_begins_once_only(ana: Person, arm: str) -> None:
    first = begins_the_second(ana, arm)
    ana.taps("Yes", "No", "Finish", "Back to my result")
    assert ana.interview.id == first
    ana.taps("2 more questions")
    assert "You have answered these already." in ana.sees
    assert len(ana.sessions) == 2


@pytest.mark.parametrize("arm", ["before", "after"])
def test_who_stops_the_second_part_finds_back_to_the_first(ana: Person, arm: str) -> None:
    first = begins_the_second(ana, arm)
    ana.types("/stop")
    ana.taps("Back to my result")
    assert ana.interview.id == first
    assert ana.page.page is (Page.RESULT if arm == "after" else Page.READY)


def test_a_second_part_that_was_stopped_goes_on_where_it_was(ana: Person) -> None:
    begins_the_second(ana, "after")
    ana.taps("Yes")
    ana.types("/stop")
    ana.taps("Back to my result", "2 more questions")
    assert ana.interview.questionnaire == "more"
    assert "2 of 2" in ana.sees
    assert ana.interview.ended_at is None


def test_who_begins_again_after_a_second_part_begins_with_the_first(ana: Person) -> None:
    begins_the_second(ana, "after")
    ana.taps("Yes", "No", "Finish")
    ana.seed = ""
    ana.types("/start")
    ana.taps("Begin again")
    assert ana.interview.questionnaire == "ways"
    assert ana.page.page is Page.WELCOME


def test_an_old_button_of_the_first_part_does_not_disturb_the_second(ana: Person) -> None:
    ana.agrees()
    old = ana.button("Not me").token or ""
    ana.finishes(*SURE)
    ana.taps("2 more questions")
    before = ana.interview
    ana.taps_token(old)
    assert ana.interview == before
    assert "Do you read the news?" in ana.sees
