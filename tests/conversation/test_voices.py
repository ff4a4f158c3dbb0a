"""The experiment with voices: who is in it, what they read, and what they were told before."""

from dataclasses import replace

import pytest

from bot.conversation.library import Library
from bot.conversation.replies import Page, Reply
from bot.conversation.tips import fitting, voice
from bot.conversation.voices import ARM, NEUTRAL_ARM, OWN_ARM
from bot.conversation.wording import word
from bot.questionnaire.model import NEUTRAL, Experiment
from tests.conversation.places import SURE
from tests.conversation.world import Person, World, library

TOLD = "chance decides if your tips come in words picked for you or in plain words"


def running(share: float = 0.5) -> Library:
    """Return the shelf with the experiment running in `ways`."""
    shelf = library()
    loaded = shelf.questionnaires["ways"]
    changed = loaded.edition.questionnaire.model_copy(
        update={"experiment": Experiment(neutral_voice=share), "second_part": None}
    )
    edition = loaded.edition.model_copy(update={"questionnaire": changed, "digest": f"{share:064}"})
    return replace(shelf, questionnaires={**shelf.questionnaires, "ways": replace(loaded, edition=edition)})


def somebody(share: float, name: str = "ana") -> Person:
    return Person(World(running(share)), name=name)


ALL, NONE = 1 - 1e-9, 1e-9


def test_the_page_that_asks_says_so_and_only_where_it_is_so() -> None:
    ana, other = somebody(0.5), Person(World(library()))
    for person in (ana, other):
        person.starts()
        person.taps("Let's begin", "I am 18 or older and I agree")
    assert TOLD in ana.page.text
    assert TOLD not in other.page.text


@pytest.mark.parametrize(("share", "arm"), [(ALL, NEUTRAL_ARM), (NONE, OWN_ARM)])
def test_the_arm_is_drawn_when_research_is_allowed_and_decides_the_words(share: float, arm: str) -> None:
    ana = somebody(share)
    ana.agrees(research=True)
    assert ana.interview.arm[ARM] == arm
    ana.finishes(*SURE)
    own = fitting(ana.interview, 0)
    assert own != NEUTRAL
    assert voice(ana.interview, 0) == (NEUTRAL if arm == NEUTRAL_ARM else own)


def test_nobody_is_in_it_without_research() -> None:
    ana = somebody(ALL)
    ana.agrees(research=False)
    ana.finishes(*SURE)
    assert ARM not in ana.interview.arm
    assert voice(ana.interview, 0) == fitting(ana.interview, 0)


def test_whoever_takes_the_yes_back_gets_their_own_words_again() -> None:
    ana = somebody(ALL)
    ana.agrees(research=True)
    ana.finishes(*SURE)
    ana.types("/privacy")
    ana.taps("Stop research use")
    assert voice(ana.interview, 0) == fitting(ana.interview, 0)


def test_whoever_allows_research_after_the_result_is_too_late_for_it() -> None:
    """They may have read tips in their own words already."""
    ana = somebody(ALL)
    ana.agrees(research=False)
    ana.finishes(*SURE)
    ana.types("/privacy")
    ana.taps("Let researchers use my answers")
    assert ana.interview.research is True
    assert ARM not in ana.interview.arm


def test_whoever_allows_research_on_the_way_is_in_it() -> None:
    ana = somebody(ALL)
    ana.agrees(research=False)
    ana.types("/privacy")
    assert TOLD in ana.page.text
    ana.taps("Let researchers use my answers")
    assert ana.interview.arm[ARM] == NEUTRAL_ARM


def test_the_line_for_a_clinician_stays_the_person_s_own() -> None:
    ana = somebody(ALL)
    ana.agrees(research=True)
    ana.finishes(*SURE)
    session = ana.interview
    words = {one.id: one.clinician for one in ana.content_of(session).questionnaire.segments}
    page = word(ana.content_of(session), session, Reply(Page.CLINICIAN, "en"))
    assert words[fitting(session, 0)] in page.text


@pytest.mark.slow
def test_about_the_declared_share_gets_neutral_words() -> None:
    world, drawn = World(running(0.3)), []
    for number in range(400):
        person = Person(world, name=f"p{number}")
        person.agrees(research=True)
        drawn.append(person.interview.arm[ARM])
    share = drawn.count(NEUTRAL_ARM) / len(drawn)
    assert set(drawn) == {OWN_ARM, NEUTRAL_ARM}
    assert abs(share - 0.3) < 0.08  # three and a half standard errors
