"""How long the export takes against the sqlite3 shell's plain dump of the answers, side by side in one run.

The database holds interviews of `health-mindset`, every twelfth of them unfinished; sessions, events and the
answer projection are written directly. Whole processes are timed, start-up included, in pairs; memory is the
most that `/usr/bin/time` saw. Run it on an idle machine: `python benchmarks/export.py --runs 5 --everything`.
"""

import argparse
import asyncio
import base64
import os
import random
import shutil
import sqlite3
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import perf_counter
from typing import Any

from bot.conversation.event_log import dump_event
from bot.conversation.events import Answered, Began, Consented, Continued, Event, ResearchSet, ResultAsked
from bot.conversation.session import Answer, Consent, Session, Step, dump, session_id
from bot.privacy import Keys
from bot.questionnaire.load import load_all
from bot.questionnaire.model import Edition
from bot.research.quick.kept import WIDE
from bot.scoring.segments import Verdict, assign
from bot.storage.codes import person_code, response_code
from bot.storage.sqlite import open_sqlite
from bot.storage.tables import EPOCH

ROOT = Path(__file__).resolve().parents[1]
BEGINS = datetime(2026, 1, 5, 8, 0, tzinfo=UTC)
UNFINISHED = 12  # one in so many left before the end
KEY = bytes(32)  # of nobody's answers
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
    """Yield the rows of each interview: person, session, events, and answers."""
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
    store = await open_sqlite(file, Keys(KEY).fingerprint, clock=lambda: BEGINS)
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
    store = await open_sqlite(file, Keys(KEY).fingerprint, clock=lambda: BEGINS, wide=WIDE)
    while await store.keep_lines(datetime.now(UTC)):  # as the bot does from an hour after they began
        pass
    await store.close()


# ---------------------------------------------------------------- measuring


def timed(
    command: Sequence[str], folder: Path, environment: Mapping[str, str], out: Path
) -> tuple[float, float]:
    """Run a command; return its wall time in seconds and its most memory in MiB."""
    clock = ["/usr/bin/time", "-f", "%M", "-o", str(folder / "memory")]
    with out.open("wb") as file:
        began = perf_counter()
        subprocess.run(  # noqa: S603 - our own program and the sqlite3 shell
            [*clock, *command], cwd=folder, env=environment, stdout=file, check=True
        )
        wall = perf_counter() - began
    return wall, int((folder / "memory").read_text()) / 1024


def exporting(tables: str, formats: str, out: Path) -> list[str]:
    """Return the command that exports."""
    options = ["--tables", tables, "--formats", formats, "--out", str(out)]
    return [sys.executable, "-m", "bot", "export", *options]


def compared(file: Path, runs: int, folder: Path, environment: Mapping[str, str]) -> None:
    """Time the dump and the wide CSV in pairs, after one that warms up; print the ratio with its spread."""
    ratios, ours, dumps, memory = [], [], [], 0.0
    for run in range(runs + 1):
        query = ["sqlite3", "-csv", str(file), "SELECT * FROM answer"]
        dump, _ = timed(query, folder, environment, folder / "dump.csv")
        out = folder / f"out-{run}"
        wall, used = timed(exporting("wide", "csv", out), folder, environment, folder / "said")
        shutil.rmtree(out)
        if run:
            ratios.append(wall / dump)
            ours.append(wall)
            dumps.append(dump)
            memory = max(memory, used)
    middle = statistics.median
    print(f"dump of the answers: {middle(dumps):.2f} s [{min(dumps):.2f}-{max(dumps):.2f}]")
    print(f"wide CSV:            {middle(ours):.2f} s [{min(ours):.2f}-{max(ours):.2f}], {memory:.0f} MiB")
    print(f"ratio:               {middle(ratios):.2f} [{min(ratios):.2f}-{max(ratios):.2f}]")


def whole(folder: Path, environment: Mapping[str, str]) -> None:
    """Time the default bundle and the one with everything."""
    every = "wide,long,events,scores"
    for formats in ("csv", "all"):
        out = folder / f"whole-{formats}"
        wall, used = timed(exporting(every, formats, out), folder, environment, folder / "said")
        size = sum(path.stat().st_size for path in out.iterdir()) / 2**20
        print(f"the bundle, --formats {formats}: {wall:.1f} s, {used:.0f} MiB, {size:.0f} MiB written")
        shutil.rmtree(out)


def main() -> None:
    """Make the database, or take the one that was kept, and print what was measured."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sessions", type=int, default=83_333)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--keep", type=Path, help="the database: made where it isn't there, and left there")
    parser.add_argument("--everything", action="store_true", help="also the whole bundle, in all formats")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        file = (given.keep or folder / "attune.db").resolve()
        if not file.exists():
            asyncio.run(database(file, given.sessions))
        key = base64.b64encode(KEY).decode()
        environment = {
            **os.environ,
            "DATABASE_URL": f"sqlite:///{file}",
            "PRIVACY_KEY": key,
            "PYTHONPATH": str(ROOT),
        }
        compared(file, given.runs, folder, environment)
        if given.everything:
            whole(folder, environment)


if __name__ == "__main__":
    main()
