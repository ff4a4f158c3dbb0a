"""How long the export takes against the sqlite3 shell's plain dump of the answers, side by side in one run.

The database holds interviews of `health-mindset`, every twelfth of them unfinished; sessions, events and the
answer projection are written directly. `python benchmarks/export.py [--sessions N] [--runs N] [--keep FILE]`.
"""

import random
import sqlite3
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from bot.conversation.events import (
    Answered,
    Began,
    Consented,
    Continued,
    Event,
    ResearchSet,
    ResultAsked,
    dump_event,
)
from bot.conversation.session import Answer, Consent, Session, Step, dump, session_id
from bot.questionnaire.load import load_all
from bot.questionnaire.model import Edition
from bot.scoring.segments import Verdict, assign
from bot.storage.codes import person_code, response_code
from bot.storage.sqlite import open_sqlite
from bot.storage.tables import EPOCH

ROOT = Path(__file__).resolve().parents[1]
BEGINS = datetime(2026, 1, 5, 8, 0, tzinfo=UTC)
UNFINISHED = 12  # one in so many left before the end
STEPS = timedelta(milliseconds=2345)


class Made:
    """Makes interviews by chance, the same ones every time."""

    def __init__(self, edition: Edition) -> None:
        self.edition = edition
        self.asked = edition.questionnaire.form.items
        self.choices = {item: edition.questionnaire.choices(item) for item in self.asked}
        self.chance = random.Random(20261124)
        self.known: dict[tuple[str, ...], Verdict | None] = {}

    def interview(self, number: int) -> tuple[Session, list[Event]]:
        """Return one interview and its log."""
        seed = f"{self.chance.getrandbits(128):032x}"
        at = BEGINS + timedelta(seconds=37 * number)
        done = number % UNFINISHED != 0
        items = self.asked if done else self.asked[: self.chance.randrange(len(self.asked))]
        events: list[Event] = [self._began(at, seed)]
        consented = (
            Continued,
            lambda at: Consented(at, "c" * 64, "en"),
            lambda at: ResearchSet(at, allowed=True),
        )
        for event in consented:
            at += STEPS
            events.append(event(at))
        answers = {}
        for item in items:
            at += STEPS + timedelta(milliseconds=self.chance.randrange(9000))
            choice = self.chance.choice(self.choices[item]).id
            answers[item] = Answer(choice, at)
            events.append(Answered(at, item, choice))
        if done:
            at += STEPS
            events.append(ResultAsked(at))
        return self._session(seed, events, answers, done=done), events

    def _began(self, at: datetime, seed: str) -> Began:
        edition = self.edition
        return Began(
            at,
            seed,
            "telegram",
            "en",
            edition.questionnaire.id,
            edition.digest,
            "example-hospital",
            {},
            "InViTeCoDe_00-11",
        )

    def _session(self, seed: str, events: list[Event], answers: dict[str, Answer], *, done: bool) -> Session:
        first, last = events[0], events[-1].at
        assert isinstance(first, Began)
        return Session(
            id=session_id(seed),
            questionnaire=first.questionnaire,
            edition=first.edition,
            organisation=first.organisation,
            channel=first.channel,
            language=first.language,
            seed=seed,
            began_at=first.at,
            arm={"second_part": "before"},
            invite=first.invite,
            step=Step.RESULT if done else Step.ASKING,
            revision=len(events),
            item=None if done else self.asked[len(answers)],
            answers=answers,
            consent=Consent("c" * 64, "en", events[2].at),
            research=True,
            research_at=events[3].at,
            shown=assign(self.edition.questionnaire, {item: one.choice for item, one in answers.items()})
            if done
            else None,
            ended_at=last if done else None,
            seen_at=last,
        )


def micros(at: datetime | None) -> int | None:
    """Return a moment as the tables keep it."""
    return None if at is None else (at - EPOCH) // timedelta(microseconds=1)


def rows(made: Made, sessions: int) -> Iterator[tuple[list[Any], list[Any], list[Any], list[Any]]]:
    """Yield the rows of each interview: person, session, events, answers."""
    values = {item: {one.id: one.value for one in choices} for item, choices in made.choices.items()}
    as_of = 0
    for number in range(sessions):
        session, events = made.interview(number)
        person = f"{number:011d}"
        log = []
        for turn, event in enumerate(events, start=1):
            as_of += 1
            kind, body = dump_event(event)
            log.append((session.id, turn, as_of, kind, micros(event.at), body))
        consented = session.consent.at if session.consent else None
        yield (
            [person, person_code(session.seed), session.id, 1, 1],
            [
                session.id,
                person,
                response_code(session.seed),
                session.questionnaire,
                session.edition,
                session.channel,
                session.language,
                session.step.value,
                len(events),
                f"k{number}",
                1,
                None,
                micros(session.began_at),
                micros(consented),
                micros(session.ended_at),
                micros(session.seen_at),
                dump(session).decode(),
            ],
            log,
            [
                (session.id, item, one.choice, values[item][one.choice or ""], "answered", micros(one.at), 0)
                for item, one in session.answers.items()
            ],
        )


async def database(file: Path, sessions: int) -> None:
    """Write the database."""
    edition = load_all(ROOT / "questionnaires")["health-mindset"].edition
    store = await open_sqlite(file, "benchmark", clock=lambda: BEGINS)
    await store.keep_edition(edition)
    await store.close()
    with sqlite3.connect(file) as connection:
        for person, session, log, answers in rows(Made(edition), sessions):
            connection.execute("INSERT INTO person VALUES (?,?,?,?,?)", person)
            connection.execute(f"INSERT INTO session VALUES ({','.join('?' * len(session))})", session)  # noqa: S608 - question marks only
            connection.executemany("INSERT INTO event VALUES (?,?,?,?,?,?)", log)
            connection.executemany("INSERT INTO answer VALUES (?,?,?,?,?,?,?)", answers)
        connection.execute("UPDATE counter SET n = (SELECT count(*) FROM event)")
    connection.close()
