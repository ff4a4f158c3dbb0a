"""The answer table and the session are the fold of the event log, whatever a person does."""

import sqlite3
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from random import Random

import pytest

from bot.conversation.content import Content
from bot.conversation.event_log import parse_event
from bot.conversation.events import (
    Answered,
    Began,
    CheckAsked,
    Consented,
    Continued,
    EditAsked,
    Event,
    ResearchSet,
    ResultAsked,
    Resumed,
    Skipped,
    Stopped,
    WentBack,
)
from bot.conversation.library import Library
from bot.conversation.machine import advance, fold
from bot.conversation.phrasebook import open_phrasebook
from bot.conversation.session import Answer, Session
from bot.organisation.load import load_all as load_organisations
from bot.questionnaire.load import load_all as load_questionnaires
from bot.storage.sqlite import SqliteStore
from bot.storage.store import Outcome, Saved
from tests.storage.made import NOON


@pytest.fixture(scope="module")
def content(root: Path) -> Content:
    """Return a small questionnaire in which some questions depend on answers."""
    questionnaires = load_questionnaires(root / "tests" / "questionnaires")
    library = Library(
        questionnaires, load_organisations(root / "organisations"), open_phrasebook(), "show-if"
    )
    return library.content(questionnaires["show-if"].edition, library.default_organisation)


def beginning(content: Content, seed: str) -> Began:
    """Return the event that begins an interview."""
    return Began(
        at=NOON,
        seed=seed,
        channel="tg",
        language="en",
        questionnaire=content.questionnaire.id,
        edition=content.edition.digest,
        organisation=content.organisation.id,
        arm={},
    )


def something(chance: Random, content: Content, session: Session) -> Event:
    """Return something that a person might do next, sensible or not."""
    at = NOON + timedelta(seconds=session.revision)
    item = session.item or chance.choice(content.questionnaire.form.items)
    choice = chance.choice(content.questionnaire.choices(item)).id
    likely: list[Event] = [Continued(at), Consented(at, "c" * 64, "en"), ResearchSet(at, allowed=True)]
    likely += [Answered(at, item, choice)] * 6
    likely += [
        Skipped(at, item),
        WentBack(at),
        CheckAsked(at),
        EditAsked(at, item),
        ResultAsked(at),
        Resumed(at),
    ]
    return chance.choice(likely) if chance.random() > 0.02 else Stopped(at)


async def live(store: SqliteStore, content: Content, person: str, chance: Random) -> None:
    """Live through 60 random events, each saved."""
    await store.save(Saved(person), advance(content, None, beginning(content, person)), f"{person}:0")
    for number in range(1, 60):
        saved = await store.load(person)
        assert saved.session is not None
        turn = advance(content, saved.session, something(chance, content, saved.session))
        if turn.event.kept and not turn.erase:
            assert await store.save(saved, turn, f"{person}:{number}") is Outcome.STORED


@pytest.mark.slow
async def test_answers_and_session_are_the_fold_of_the_log(sqlite: SqliteStore, content: Content) -> None:
    """For 12 random histories, with every number taken from the edition."""
    await sqlite.keep_edition(content.edition)
    for number in range(12):
        await live(sqlite, content, f"P{number}", Random(number))
    seen: list[Answer] = []
    with closing(sqlite3.connect(sqlite.database)) as reader:
        for number in range(12):
            session = (await sqlite.load(f"P{number}")).session
            assert session is not None
            log = reader.execute(
                "SELECT kind, body FROM event WHERE session_id = ? ORDER BY turn", (session.id,)
            )
            folded = fold(content, [parse_event(kind, body) for kind, body in log])
            assert folded is not None
            assert folded == session
            rows = reader.execute(
                "SELECT item_id, choice, value, state, edits FROM answer WHERE session_id = ?", (session.id,)
            ).fetchall()
            assert sorted(rows) == sorted(_rows(content, folded))
            seen += folded.answers.values()
    assert len(seen) > 12
    assert any(answer.edits for answer in seen)
    assert any(answer.choice is None for answer in seen)


def _rows(content: Content, session: Session) -> list[tuple[str, str | None, int | None, str, int]]:
    values = {
        (item.id, choice.id): choice.value
        for item in content.questionnaire.items
        for choice in content.questionnaire.choices(item.id)
    }
    return [
        (item, answer.choice, None, "skipped", answer.edits)
        if answer.choice is None
        else (item, answer.choice, values[item, answer.choice], "answered", answer.edits)
        for item, answer in session.answers.items()
    ]
