"""A disk that says no, once at every single write and sync of an interview, and for a while from there on.

Law of the harness: a person answers everything, each thing once. Whatever the disk does meanwhile, they reach
their result with exactly those answers, their interview is what its events amount to, and the same store goes
on with the next person. Figures: `python -m tests.storage.failing 1` (every operation; it takes minutes).
"""

import asyncio
import errno
import json
import os
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from bot.channels.telegram import inbox
from bot.channels.telegram.inbox import Inbox
from bot.conversation.replies import Message, Page
from bot.conversation.session import Step
from bot.delivery import Delivery, Hint
from bot.errors import OperatorError, StoreUnavailable
from bot.storage import group, sqlite, tidying
from bot.storage.sqlite import SqliteStore, open_sqlite
from bot.storage.store import Outcome
from bot.turns import Desk
from tests.channels.telegram.bot import KEYS, library
from tests.channels.telegram.kills import choice, right
from tests.conftest import ROOT
from tests.storage import disk
from tests.storage.images import Told, faults

KINDS: Final = {
    "EIO once": (errno.EIO, 1),
    "disk full once": (errno.ENOSPC, 1),
    "disk full for a while": (errno.ENOSPC, 25),
    "read-only for a while": (errno.EROFS, 40),
}
PATIENCE: Final = 10.0
"""Seconds after which a person was left without an answer."""
FORWARD: Final = {Page.WELCOME: 0, Page.CONSENT: 0, Page.RESEARCH: 0, Page.READY: 0}


class Room:
    """A channel of one room: what was said last, and whoever waits for it."""

    def __init__(self) -> None:
        self._said: asyncio.Queue[Message] = asyncio.Queue()

    async def acknowledge(self, hint: Hint, toast: str | None) -> None:
        """Let the button rest."""

    async def speak(self, whereabouts: str, message: Message, hint: Hint | None) -> str:
        """Say it."""
        del hint
        self._said.put_nowait(message)
        return whereabouts

    async def next(self) -> Message:
        """Wait for what is said next."""
        async with asyncio.timeout(PATIENCE):
            return await self._said.get()


@dataclass(slots=True)
class Report:
    """What failed, and what came of it."""

    failures: Counter[str] = field(default_factory=Counter)
    people: int = 0
    refused_openings: int = 0
    wrong: list[str] = field(default_factory=list)
    seconds: float = 0.0

    def __str__(self) -> str:
        failures = ", ".join(f"{n} x {kind}" for kind, n in sorted(self.failures.items()))
        return (
            f"{failures}; {self.refused_openings} openings refused; {self.people} people interviewed, "
            f"{self.seconds:.0f} s: {len(self.wrong)} wrong"
        )


class House:
    """The bot without Telegram: inbox, turns, store and delivery as they are."""

    def __init__(self, store: SqliteStore, report: Report) -> None:
        self.room = Room()
        self.store = store
        self.report = report
        desk = Desk(store, library(), KEYS, lambda: datetime.now(UTC))
        self.delivery = Delivery(self.room, store, KEYS)
        self.inbox = Inbox(desk, self.delivery)
        self.updates = 0
        self.told = Told()

    async def hears(self, **content: Any) -> None:
        """Take an update; when that returns, it is on disk."""
        self.updates += 1
        await self.inbox.take({"update_id": self.updates} | content)
        self.told.keys.add(f"tg:{self.updates}")

    async def interview(self, person: int) -> None:
        """Interview a person to the end."""
        chat = {"id": person, "type": "private"}
        sender = {"id": person, "is_bot": False, "first_name": "A"}
        written = {"message_id": 1, "date": 1, "chat": chat, "from": sender, "text": "/start"}
        await self.hears(message=written)
        asked = 0
        while (message := await self.room.next()).page is not Page.RESULT:
            asked += message.page is Page.QUESTION
            place = FORWARD.get(message.page)
            row = message.rows[choice(person, asked) if place is None else place]
            tapped = {"message_id": 1, "date": 1, "chat": chat}
            tap = {"id": "q", "from": sender, "message": tapped, "data": row[0].token}
            await self.hears(callback_query=tap)
        self.report.people += 1

    async def look(self, person: int) -> None:
        """See whether everything that a person answered is there, once."""
        edition = library().questionnaires["big-five"].edition
        items = edition.questionnaire.form.items
        wanted = [
            [one.id for one in edition.questionnaire.choices(item)][choice(person, place)]
            for place, item in enumerate(items, 1)
        ]
        sessions = await self.store.sessions_of(KEYS.person("telegram", str(person)))
        if len(sessions) != 1 or sessions[0].step is not Step.RESULT or not right(sessions[0], items, wanted):
            self.report.wrong.append(f"person {person}: {len(sessions)} interviews, or other answers")
        if await self.store.owed():
            self.report.wrong.append(f"person {person}: something is still owed")


@asynccontextmanager
async def house(database: Path, report: Report) -> AsyncIterator[House]:
    """Open the store for a while, and look at the whole file afterwards."""
    store = await open_sqlite(database, KEYS.fingerprint, clock=lambda: datetime.now(UTC))
    try:
        for edition in library().editions():
            await store.keep_edition(edition)
        made = House(store, report)
        yield made
        await made.delivery.close(within=5)
    finally:
        await store.close()
    disk.fail(0, 0, 0)  # who looks is no part of it
    report.wrong += faults(database, made.told)


async def interviews(database: Path, kind: str, step: int, report: Report) -> None:
    """Let the disk fail at an operation of each interview, further on each time, until one ends before it."""
    error, times = KINDS[kind]
    async with house(database, report) as made:
        person, at = 1, 1
        while True:
            disk.fail(at, times, error)
            try:
                await made.interview(person)
            except Exception as fault:  # noqa: BLE001 - whatever it is, it is the finding
                report.wrong.append(f"{kind} at operation {at}: {type(fault).__name__}: {fault}")
                disk.fail(0, 0, 0)
                return
            reached = disk.count() >= at
            disk.fail(0, 0, 0)
            await made.delivery.close(within=5)
            await made.look(person)
            if not reached:
                return
            report.failures[kind] += 1
            person, at = person + 1, at + step


async def openings(folder: Path, step: int, report: Report) -> None:
    """Let the disk fail at an operation of making a database, then try again."""
    at = 1
    while True:
        database = folder / f"made-{at}.db"
        disk.fail(at, 1, errno.EIO)
        try:
            async with house(database, report):
                pass
        except (OperatorError, StoreUnavailable):
            report.refused_openings += 1
        except Exception as fault:  # noqa: BLE001 - whatever it is, it is the finding
            report.wrong.append(f"opening, EIO at operation {at}: {type(fault).__name__}: {fault}")
        reached = disk.count() >= at
        disk.fail(0, 0, 0)
        async with house(database, report) as made:
            await made.interview(1)
            await made.look(1)
        if not reached:
            return
        report.failures["EIO at an opening"] += 1
        at += step


async def within(folder: Path, step: int) -> Report:
    """Do everything; called in a process that stands on a watched disk."""
    group.RETRY = 0.01
    setattr(inbox, "STORE_BACK_OFF", (0.002, 0.005))  # noqa: B010 - a constant; as a real bot, but sooner
    tidying.LARGE, tidying.HUGE, sqlite.REST_AFTER = 64 * 1024, 256 * 1024, 0.05
    report, began = Report(), time.monotonic()
    for kind in KINDS:
        if not report.wrong:
            await interviews(folder / f"{kind.replace(' ', '-')}.db", kind, step, report)
    if not report.wrong:
        await openings(folder, step, report)
    report.seconds = time.monotonic() - began
    return report


def run(folder: Path, step: int, planted: str = "") -> Report:
    """Run in a process of its own that stands on a watched disk, maybe with a planted fault."""
    around = disk.environment(disk.built(folder), folder / "x") | {"DISK_FILES": f"{folder.resolve()}/"}
    command = [sys.executable, "-m", "tests.storage.failing", "--within", str(folder), str(step), planted]
    done = subprocess.run(command, cwd=ROOT, env=around, check=True, stdout=subprocess.PIPE, text=True)
    said = json.loads(done.stdout.splitlines()[-1])
    return Report(Counter(said.pop("failures")), **said)


# ---------------------------------------------------------------- planted faults


def plant(fault: str) -> None:
    """Make the program wrong on purpose."""
    real = SqliteStore._commit

    async def carefree(self: Any, queue: Any, one: Any) -> None:
        async with queue.lock:
            with suppress(StoreUnavailable):  # Telegram is told that we have it
                if one in queue.waiting:
                    await self._settle(queue.waiting)
            if one in queue.waiting:
                queue.waiting.remove(one)

    def hasty(self: SqliteStore, operations: Any) -> list[object]:
        answers = real(self, operations)
        return [Outcome.STORED if isinstance(one, StoreUnavailable) else one for one in answers]

    if fault == "acknowledge before saving":
        Inbox._take = carefree  # type: ignore[method-assign]  # a planted fault
    elif fault == "answer before the commit":
        SqliteStore._commit = hasty  # type: ignore[method-assign]  # a planted fault


def main() -> None:
    """Print the figures of a run at every so-maniest operation."""
    if sys.argv[1:2] == ["--within"]:
        name, every, planted = sys.argv[2:]
        plant(planted)
        report = asyncio.run(within(Path(name), int(every)))
        said = {name: getattr(report, name) for name in Report.__slots__}
        os.write(1, f"\n{json.dumps(said)}\n".encode())
        return
    step = int(sys.argv[1]) if len(sys.argv) > 1 else 1  # every operation
    with tempfile.TemporaryDirectory() as folder:
        report = run(Path(folder), step)
    print(report, *report.wrong, sep="\n")  # noqa: T201 - that is what it is for
    sys.exit(bool(report.wrong))


if __name__ == "__main__":
    main()
