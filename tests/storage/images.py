"""Power cuts played from the notes of a real run: what a disk may hold then, and what is left in it.

Law of the harness: at any moment of the run, what was synced is there; of what wasn't, each write arrived
whole, in some of its sectors, or not at all, whatever came after it; and a file whose folder wasn't synced
may be missing. Whatever was acknowledged before that moment must be in every such image, whole, once SQLite
has opened it. Run `python -m tests.storage.images 10000` for figures, with `--synchronous 1` to see it fail.
"""

import argparse
import asyncio
import random
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from bot.conversation.event_log import parse_event
from bot.conversation.events import Began
from bot.conversation.machine import fold
from bot.conversation.session import parse
from bot.storage.sqlite import open_sqlite
from tests.channels.telegram.bot import KEYS, library
from tests.conftest import ROOT
from tests.storage import disk
from tests.storage.disk import Operation

SECTOR: Final = 512
OPENED: Final = 20
"""Every so-maniest image is opened by the real store, which then goes on with it."""
VOLATILE: Final = ("-shm", "-acks")
FOLDED: Final = 3
"""Interviews of an image that are folded from their events: those that moved last."""


@dataclass(frozen=True, slots=True)
class Ack:
    """What the store said that it has, or that somebody is about to be erased."""

    what: str
    key: str
    session: str
    turn: int


@dataclass(slots=True)
class Told:
    """Everything that was acknowledged up to a moment."""

    keys: set[str] = field(default_factory=set)
    turns: dict[str, int] = field(default_factory=dict)
    erased_by: dict[str, str] = field(default_factory=dict)

    def add(self, ack: Ack) -> None:
        """Add one word of the store."""
        if ack.what == "erases":
            self.erased_by[ack.session] = ack.key
            return
        self.keys.add(ack.key)
        if ack.what == "saved":
            self.turns[ack.session] = max(ack.turn, self.turns.get(ack.session, 0))


class Disk:
    """The files as they were synced, and what hangs in the air."""

    def __init__(self) -> None:
        self._synced: dict[str, bytearray] = {}
        self._named: set[str] = set()  # files whose folder knows them for certain
        self._loose: dict[str, list[Operation]] = {}
        self._unlinked: set[str] = set()

    def happens(self, operation: Operation) -> None:
        """Take one operation on."""
        name = operation.name
        match operation.kind:
            case "w" | "t":
                if name in self._unlinked:  # made again
                    self._forget(name)
                self._loose.setdefault(name, []).append(operation)
            case "s":
                self._synced[name] = applied(self._synced.get(name), self._loose.pop(name, []))
            case "u":
                self._unlinked.add(name)
            case _:
                for gone in tuple(self._unlinked):
                    self._forget(gone)
                self._named |= self._synced.keys() | self._loose.keys()

    def _forget(self, name: str) -> None:
        self._unlinked.discard(name)
        self._named.discard(name)
        self._synced.pop(name, None)
        self._loose.pop(name, None)

    @property
    def loose(self) -> int:
        """How many operations hang in the air."""
        return sum(map(len, self._loose.values()))

    def image(self, dice: random.Random) -> dict[str, bytearray]:
        """Return what may be left of the files."""
        left = {}
        for name in self._synced.keys() | self._loose.keys():
            doubtful = name in self._unlinked or name not in self._named
            if not (doubtful and dice.random() < 0.5):
                left[name] = applied(self._synced.get(name), survivors(self._loose.get(name, []), dice))
        return left


def survivors(loose: list[Operation], dice: random.Random) -> Iterator[Operation]:
    """Yield what arrives of operations in the air: whole, in pieces, or not."""
    share = dice.choice((0.1, 0.4, 0.8))
    for operation in loose:
        chance = dice.random()
        if chance < share:
            yield operation
        elif chance < share + 0.2 and operation.kind == "w":
            yield from torn(operation, dice)


def torn(operation: Operation, dice: random.Random) -> Iterator[Operation]:
    """Yield some sectors of a write."""
    for at in range(0, len(operation.data), SECTOR):
        if dice.random() < 0.5:
            data = operation.data[at : at + SECTOR]
            yield Operation("w", operation.name, operation.offset + at, data)


def applied(before: bytearray | None, operations: Iterator[Operation] | list[Operation]) -> bytearray:
    """Return a file after operations."""
    content = bytearray(before or b"")
    for operation in operations:
        if operation.kind == "t":
            del content[operation.offset :]
            content.extend(bytes(operation.offset - len(content)))
            continue
        end = operation.offset + len(operation.data)
        if end > len(content):
            content.extend(bytes(end - len(content)))
        content[operation.offset : end] = operation.data
    return content


# ---------------------------------------------------------------- looking


def faults(database: Path, told: Told) -> list[str]:
    """Return everything that is wrong with an image."""
    if not database.exists():
        return ["lost: there is no database"] if told.keys else []
    with closing(sqlite3.connect(database)) as reader:
        try:
            found = reader.execute("PRAGMA integrity_check").fetchone()
            if found != ("ok",):
                return [f"corrupt: {found}"]
            tables = {name for (name,) in reader.execute("SELECT name FROM sqlite_master")}
            if "heard" not in tables:
                return ["lost: there are no tables"] if told.keys else []
            return [*_lost(reader, told), *_uneven(reader), *_unfolded(reader)]
        except sqlite3.DatabaseError as error:
            return [f"corrupt: {error}"]


def _lost(reader: sqlite3.Connection, told: Told) -> Iterator[str]:
    heard = {key for (key,) in reader.execute("SELECT key FROM heard")}
    for key in told.keys - heard:
        yield f"lost: {key}"
    stands = dict(reader.execute("SELECT session_id, turn FROM session"))
    for session, turn in told.turns.items():
        if stands.get(session, 0) < turn and told.erased_by.get(session) not in heard:
            yield f"lost: {session} stands at {stands.get(session)}, not at {turn}"


UNEVEN: Final = {
    "a turn without its event": "SELECT count(*) FROM session s"
    " WHERE turn <> (SELECT count(*) FROM event e WHERE e.session_id = s.session_id)",
    "an event without its turn": "SELECT count(*) FROM event WHERE session_id NOT IN"
    " (SELECT session_id FROM session)",
    "an answer that isn't projected": "SELECT (SELECT count(DISTINCT session_id ||"
    " json_extract(body, '$.item')) FROM event WHERE kind = 'Answered')"
    " - (SELECT count(*) FROM answer WHERE state <> 'skipped')",
    "a number drawn twice": "SELECT count(*) - count(DISTINCT as_of) FROM event",
    "a reference to nothing": "SELECT count(*) FROM pragma_foreign_key_check",
}


def _uneven(reader: sqlite3.Connection) -> Iterator[str]:
    for name, query in UNEVEN.items():
        (found,) = reader.execute(query).fetchone()
        if found:
            yield f"half: {found} x {name}"


def _unfolded(reader: sqlite3.Connection) -> Iterator[str]:
    newest = reader.execute(
        "SELECT s.session_id, s.state FROM session s JOIN event e USING (session_id)"
        " GROUP BY s.session_id ORDER BY max(e.as_of) DESC LIMIT ?",
        (FOLDED,),
    ).fetchall()
    for session, state in newest:
        rows = reader.execute("SELECT kind, body FROM event WHERE session_id = ? ORDER BY turn", (session,))
        events = [parse_event(kind, body) for kind, body in rows]
        began = events[0]
        assert isinstance(began, Began)
        edition = library().questionnaires[began.questionnaire].edition
        if fold(library().content(edition, began.organisation), events) != parse(state):
            yield f"fold: {session} isn't what its events amount to"


def opened(database: Path) -> list[str]:
    """Return what keeps the real store from going on with an image."""

    async def goes_on() -> None:
        store = await open_sqlite(database, KEYS.fingerprint, clock=lambda: datetime.now(UTC))
        try:
            await store.owed()
            await store.note("image:after", datetime.now(UTC))
        finally:
            await store.close()

    try:
        asyncio.run(goes_on())
    except Exception as error:  # noqa: BLE001 - whatever it is, it is the finding
        return [f"unusable: {type(error).__name__}: {error}"]
    with closing(sqlite3.connect(database)) as reader:
        found = reader.execute("PRAGMA integrity_check").fetchone()
    return [] if found == ("ok",) else [f"corrupt: {found} after it was opened"]


# ---------------------------------------------------------------- playing


@dataclass(slots=True)
class Report:
    """What became of all images."""

    operations: int = 0
    images: int = 0
    loose: int = 0
    acks: int = 0
    wrong: Counter[str] = field(default_factory=Counter)
    examples: list[str] = field(default_factory=list)
    seconds: float = 0.0

    def __str__(self) -> str:
        wrong = ", ".join(f"{n} {what}" for what, n in sorted(self.wrong.items())) or "none wrong"
        return (
            f"{self.images} crash images from {self.operations} operations and {self.acks} acknowledgements "
            f"({self.loose / max(1, self.images):.1f} operations in the air at each, on average), "
            f"{self.seconds:.0f} s: {wrong}"
        )


def record(shim: Path, folder: Path, people: int, synchronous: int = 2) -> list[Operation]:
    """Run the real bot, and return what it did to its disk."""
    database, log = folder / "attune.db", folder / "notes"
    command = [sys.executable, "-m", "tests.storage.recorded", str(database), str(people), str(synchronous)]
    around = disk.environment(shim, database, log)
    subprocess.run(command, check=True, cwd=ROOT, env=around, timeout=600)
    return [*disk.read(log)]


def play(operations: list[Operation], images: int, folder: Path, seed: int) -> Report:
    """Cut the power so many times, at moments spread over the whole run, and look."""
    report, dice, began = Report(operations=len(operations)), random.Random(seed), time.monotonic()
    files, told = Disk(), Told()
    moments = Counter(dice.choices(range(len(operations)), k=images))
    database = folder / "image" / "attune.db"
    for number, operation in enumerate(operations):
        if operation.name.endswith("-acks"):
            for line in operation.data.decode().splitlines():
                what, key, session, turn = line.split(" ")
                told.add(Ack(what, key, session, int(turn)))
                report.acks += 1
        elif not operation.name.endswith(VOLATILE):
            files.happens(operation)
        for _ in range(moments[number]):
            lay(files.image(dice), database)
            report.images += 1
            report.loose += files.loose
            found = faults(database, told) or (opened(database) if report.images % OPENED == 0 else [])
            report.wrong.update({fault.partition(":")[0] for fault in found})
            report.examples += [f"operation {number}, seed {seed}: {fault}" for fault in found[:2]]
    report.seconds = time.monotonic() - began
    return report


def lay(image: dict[str, bytearray], database: Path) -> None:
    """Write an image to files."""
    shutil.rmtree(database.parent, ignore_errors=True)
    database.parent.mkdir(parents=True)
    for name, content in image.items():
        (database.parent / name).write_bytes(content)


def main() -> None:
    """Print the figures of as many images as asked for."""
    reader = argparse.ArgumentParser()
    reader.add_argument("images", type=int, nargs="?", default=10_000)
    reader.add_argument("--people", type=int, default=20)
    reader.add_argument("--synchronous", type=int, default=2, help="1 plants a fault: no sync at a commit")
    reader.add_argument("--seed", type=int, default=1)
    given = reader.parse_args()
    memory = Path("/dev/shm")  # noqa: S108 - images are many, and not worth a disk
    with tempfile.TemporaryDirectory(dir=memory if memory.is_dir() else None) as name:
        folder = Path(name)
        operations = record(disk.built(folder), folder, given.people, given.synchronous)
        report = play(operations, given.images, folder, given.seed)
    print(report, *report.examples[:10], sep="\n")  # noqa: T201 - that is what it is for
    sys.exit(bool(report.wrong))


if __name__ == "__main__":
    main()
