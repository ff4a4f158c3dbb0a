"""Tracked links of people in the experiment with voices: one for everybody in an arm, whatever they read."""

from dataclasses import replace

import pytest

from bot.conversation.replies import Page, Reply
from bot.conversation.voices import NEUTRAL_ARM, OWN_ARM
from bot.conversation.wording import word
from bot.links import tracked
from bot.storage.invites import CODE, Destination
from bot.storage.memory import MemoryStore
from tests.conversation.places import SURE
from tests.conversation.test_voices import ALL, NONE, somebody
from tests.conversation.world import Person

HOME = "https://quiz.example.org"
TIP = Reply(Page.TIP, "en")


def finished(share: float, name: str = "ana", *, research: bool = True) -> Person:
    """Return somebody who has a result in the experiment, with so many of ten in the neutral arm."""
    person = somebody(share, name)
    person.agrees(research=research)
    person.finishes(*SURE)
    return person


async def link_of(store: MemoryStore, person: Person, reply: Reply = TIP) -> str:
    """Return the id that stands under somebody's tip."""
    session = person.interview
    content = person.content_of(session)
    message = await tracked(store, HOME, content, session, reply, word(content, session, reply))
    (address,) = (one.url for one in message.buttons if one.url)
    link = address.removeprefix(f"{HOME}/go/")
    assert CODE.fullmatch(link)
    return link


async def where(store: MemoryStore, person: Person) -> Destination:
    """Return what stands behind it."""
    found = await store.destination(await link_of(store, person))
    assert found is not None
    return found


@pytest.mark.parametrize(("share", "arm"), [(ALL, NEUTRAL_ARM), (NONE, OWN_ARM)])
async def test_in_either_arm_it_is_of_the_segment_that_was_shown(share: float, arm: str) -> None:
    store, ana = MemoryStore(), finished(share)
    shown = ana.interview.shown
    assert shown is not None
    there = await where(store, ana)
    assert (there.arm, there.segment) == (arm, shown.segment)


async def test_it_is_the_same_for_everybody_in_an_arm() -> None:
    store = MemoryStore()
    links = {await link_of(store, finished(ALL, name)) for name in ("ana", "ben", "eva")}
    assert len(links) == 1
    assert await link_of(store, finished(NONE)) not in links


async def test_without_a_yes_to_research_it_is_of_no_arm() -> None:
    """Nor after it was taken back, whatever had been drawn."""
    store = MemoryStore()
    assert (await where(store, finished(ALL, research=False))).arm == ""
    ana = finished(ALL)
    assert (await where(store, ana)).arm == NEUTRAL_ARM
    ana.types("/privacy")
    ana.taps("Stop research use")
    assert (await where(store, ana)).arm == ""


async def test_what_follows_an_interview_is_of_no_arm() -> None:
    """The report counts people by their own interview; a second one would be taps without a person."""
    store, ana = MemoryStore(), finished(ALL)
    session = replace(ana.interview, follows="the first one")
    content = ana.content_of(session)
    message = await tracked(store, HOME, content, session, TIP, word(content, session, TIP))
    (address,) = (one.url for one in message.buttons if one.url)
    there = await store.destination(address.removeprefix(f"{HOME}/go/"))
    assert there is not None
    assert there.arm == ""
