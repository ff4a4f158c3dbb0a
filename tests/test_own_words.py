"""Own words: asked only where two people say so, sealed before they are kept, and gone with the rest."""

from dataclasses import replace
from pathlib import Path

import pytest

from bot.conversation.event_log import dump_event
from bot.conversation.events import Commanded, Typed
from bot.conversation.library import Library
from bot.conversation.offers import taken_over
from bot.conversation.replies import Attachment, Page
from bot.conversation.session import Session
from bot.conversation.taps import Act
from bot.own_words import open_words
from bot.privacy import Keys, SealBroken
from bot.storage.memory import MemoryStore
from bot.storage.opening import open_store
from bot.storage.store import Store
from tests.research.conftest import small_library
from tests.research.interviewing import BEGINS, Interviewing, Person
from tests.storage.needles import found

SECRET = "Zanzibar, and more sleep"
KEYS = Keys(bytes(32))  # as `Interviewing` has it


def library(*, free_text: bool = True) -> Library:
    """Return the questionnaire that asks for words; the operator allows it or not."""
    return replace(small_library(), default_questionnaire="every-kind", free_text=free_text)


async def house(store: Store, *, free_text: bool = True) -> Interviewing:
    """Open a desk."""
    shelf = library(free_text=free_text)
    for edition in shelf.editions():
        await store.keep_edition(edition)
    return Interviewing(store, shelf)


async def types(person: Person, text: str) -> None:
    """Type something."""
    await person.hear(Typed(person.desk.tick(), text, "seed"))


async def asked_for_words(person: Person) -> None:
    """Go to the question that asks for words."""
    await person.starts()
    await person.agrees()
    await person.answers(0, None, None, None)
    await types(person, "2020-02-29")
    await person.answers(None)


async def events_of(person: Person) -> bytes:
    """Return the logs of everybody who allows research, as they are stored."""
    async with person.desk.store.snapshot() as snapshot:
        kept = [one async for one in snapshot.sessions("every-kind")]
    return b"".join(dump_event(event)[1] for one in kept for _, event in one.events)


async def session_of(person: Person) -> Session:
    """Return what is stored."""
    return (await person.desk.store.sessions_of(KEYS.person(person.channel, person.name)))[-1]


async def test_words_are_stored_sealed_and_shown_to_their_person() -> None:
    """In the session and the log they are unreadable; on the person's own pages they are plain."""
    person = (await house(MemoryStore())).person("ana")
    await asked_for_words(person)
    assert "Please write no names." in person.newest[-1].text
    await types(person, SECRET)
    session, events = await session_of(person), await events_of(person)
    sealed = session.answers["wish"].choice or ""
    assert SECRET not in repr(session)
    assert SECRET.encode() not in events
    assert sealed.encode() in events
    assert open_words(KEYS, session.id, "wish", sealed) == SECRET
    await person.does(Act.CHECK)
    assert SECRET in person.newest[-1].text
    await person.hear(Commanded(person.desk.tick(), "mydata"))
    assert SECRET in person.newest[-1].text
    assert SECRET.encode() in (person.newest[-1].attachment or Attachment("", b"")).body


async def test_sealed_words_open_only_as_the_answer_that_they_are() -> None:
    """Not as another item's, another session's, or with another key."""
    person = (await house(MemoryStore())).person("ana")
    await asked_for_words(person)
    await types(person, SECRET)
    session = await session_of(person)
    sealed = session.answers["wish"].choice or ""
    for keys, whose, item in (
        (KEYS, session.id, "other"),
        (KEYS, "AAAAAAAAAAA", "wish"),
        (Keys(bytes(range(32))), session.id, "wish"),
    ):
        with pytest.raises(SealBroken):
            open_words(keys, whose, item, sealed)


async def test_without_leave_the_question_is_left_out() -> None:
    """Off by default: the interview ends one question sooner, and words are dropped as everywhere."""
    person = (await house(MemoryStore(), free_text=False)).person("ana")
    await asked_for_words(person)
    assert person.page is Page.READY
    await types(person, SECRET)
    session = await session_of(person)
    assert "wish" not in session.answers
    assert "free_text" not in session.arm
    assert SECRET.encode() not in await events_of(person)


@pytest.mark.parametrize(("text", "notice"), [("", "type your answer"), ("x" * 201, "too long")])
async def test_nothing_and_too_much_are_asked_again(text: str, notice: str) -> None:
    """At most 200 characters, and at least one."""
    person = (await house(MemoryStore())).person("ana")
    await asked_for_words(person)
    await types(person, text)
    assert notice in person.newest[-1].text
    assert "wish" not in (await session_of(person)).answers


async def test_words_of_urgent_need_are_not_kept() -> None:
    """The card comes first, and nothing is stored of them."""
    person = (await house(MemoryStore())).person("ana")
    await asked_for_words(person)
    await types(person, f"{SECRET}. I want to die.")
    assert person.page is Page.URGENT
    assert "wish" not in (await session_of(person)).answers


async def test_neither_words_nor_what_seals_them_are_in_the_files_after_erasure(tmp_path: Path) -> None:
    """In the file of the database the words never were; after /forget their seal is gone as well."""
    database = tmp_path / "attune.db"
    store = await open_store(f"sqlite:///{database}", "fingerprint", clock=lambda: BEGINS)
    try:
        person = (await house(store)).person("ana")
        await asked_for_words(person)
        await types(person, SECRET)
        sealed = (await session_of(person)).answers["wish"].choice or ""
        await store.flush()
        assert {needle for hit in found(database, [sealed.encode()]).values() for needle in hit}
        assert not found(database, [b"Zanzibar"])
        await person.does(Act.BACK)
        for act in (Act.PAGE, Act.PAGE, Act.ERASE):
            if act is Act.PAGE and person.page is Page.ERASE:
                await person.does(act, Page.ERASE_SURE.value)
            elif act is Act.PAGE:
                await person.hear(Commanded(person.desk.tick(), "forget"))
            else:
                await person.does(act)
        await store.verify_erasures()
        assert not await store.sessions_of(KEYS.person(person.channel, person.name))
        assert not found(database, [sealed.encode(), b"Zanzibar"])
    finally:
        await store.close()


async def test_words_arent_taken_over_into_another_interview() -> None:
    """A seal opens only for the very answer that it was made for, so a longer form asks again."""
    person = (await house(MemoryStore())).person("ana")
    await asked_for_words(person)
    await types(person, SECRET)
    session = await session_of(person)
    asked = library().questionnaires["every-kind"].edition.questionnaire
    longer = asked.model_copy(update={"longer_form": asked.forms[0].id})
    assert session.answers["wish"].choice
    assert taken_over(longer, session).keys() == {
        item for item, one in session.answers.items() if one.choice is not None and item != "wish"
    }
