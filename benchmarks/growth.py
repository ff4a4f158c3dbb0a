"""Does a turn slow down as the database grows? `python -m benchmarks.growth [1000,10000,100000,1000000]`.

One finished interview is copied so many times (every row with ids of its own), beyond `--whole` of them one
that was left at its first question; then people who are new to the database take whole interviews through
`take_turn`: half a hundred at once, nothing cached from before. All sizes take turns, several times.
"""

import argparse
import asyncio
import shutil
import sqlite3
import statistics
import sys
import tempfile
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from time import perf_counter, process_time
from typing import Final

from benchmarks.bots import ROOT, pin
from bot.conversation.events import Started, Tapped
from bot.conversation.library import Library
from bot.conversation.phrasebook import open_phrasebook
from bot.conversation.replies import Message
from bot.organisation.load import load_all as load_organisations
from bot.privacy import Keys
from bot.questionnaire.load import load_all as load_questionnaires
from bot.research.quick.kept import WIDE
from bot.storage.sqlite import open_sqlite
from bot.turns import Desk, Incoming, take_turn

TABLES: Final = ("person", "address", "session", "event", "answer", "heard", "wide_row")
OWN: Final = frozenset({"person_id", "session_id", "response_id", "code", "key"})
ACTS: Final = ("b", "y", "r.1", *["c.2"] * 12, "v")
AT_ONCE: Final = 50
PEOPLE: Final = 200
CHUNK: Final = 200_000
"""Copies in one transaction: the log of one holds them twice."""
WHOLE, LEFT = "whole", "left"


def now() -> datetime:
    """Return the time."""
    return datetime.now(UTC)


@asynccontextmanager
async def desk_on(database: Path) -> AsyncIterator[Desk]:
    """Open a desk whose store remembers nobody from before."""
    questionnaires = load_questionnaires(ROOT / "questionnaires")
    organisations = load_organisations(ROOT / "organisations")
    library = Library(questionnaires, organisations, open_phrasebook(), "health-mindset")
    keys = Keys(bytes(range(32)))
    store = await open_sqlite(database, keys.fingerprint, clock=now, wide=WIDE)
    for edition in library.editions():
        await store.keep_edition(edition)
    yield Desk(store, library, keys, now)
    await store.close()


async def interview(desk: Desk, person: str, waits: list[float], acts: Sequence[str] = ACTS) -> None:
    """Take one interview, a whole one unless told otherwise."""
    messages: tuple[Message, ...] = ()
    for number, act in enumerate((None, *acts)):
        seed = desk.keys.random_id()
        tokens = [button.token or "" for message in messages for button in message.buttons]
        token = next((one for one in tokens if ".".join(one.split(".")[3:]) == act), "")
        what = Tapped(now(), token, seed) if act else Started(now(), seed, "cli", "en")
        began = perf_counter()
        key = f"cli:{person}:{number}"
        spoken = await take_turn(desk, Incoming("cli", person, person, key, what))
        waits.append(perf_counter() - began)
        desk.store.sent(spoken.person, key)
        messages = spoken.messages


def multiply(database: Path, who: str, begin: int, end: int) -> None:
    """Copy the rows of one of the first two people, numbered from `begin` to `end`."""
    for start in range(begin, end, CHUNK):
        copy(database, who, start, min(start + CHUNK, end))


def copy(database: Path, who: str, begin: int, end: int) -> None:
    """Copy them in one transaction."""
    with closing(sqlite3.connect(database)) as connection:
        connection.execute("PRAGMA synchronous = OFF")  # only while it is filled
        connection.execute("PRAGMA cache_size = -500000")
        (person,) = connection.execute(
            "SELECT person_id FROM session WHERE person_id > 'A' AND (ended_at IS NULL) = ?", [who == LEFT]
        ).fetchone()
        for table in TABLES:
            names = [row[1] for row in connection.execute(f"PRAGMA table_info({table})")]
            copied = ", ".join(f"printf('0%s%09d', {it}, n)" if it in OWN else it for it in names)
            own = "SELECT response_id FROM session WHERE person_id = :person"
            where = {
                "session": "person_id = :person",
                "heard": f"key >= 'cli:{who}:' AND key < 'cli:{who};'",
                "wide_row": f"response_id = ({own})",
            }.get(
                table,
                "person_id = :person"
                if "person_id" in names
                else "session_id = (SELECT session_id FROM person WHERE person_id = :person)",
            )
            counted = "SELECT :begin UNION ALL SELECT n + 1 FROM numbers WHERE n < :end"
            connection.execute(
                f"WITH RECURSIVE numbers(n) AS ({counted})"  # noqa: S608 - names of our own tables
                f" INSERT INTO {table} SELECT {copied} FROM {table}, numbers WHERE {where}",
                {"begin": begin, "end": end - 1, "person": person},
            )
        connection.commit()
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")


@dataclass(frozen=True, slots=True)
class Round:
    """What one crowd saw."""

    turns: int
    wall: float
    middle: float
    tail: float
    cpu: float


async def measured(database: Path, crowd: str) -> Round:
    """Interview a crowd that nobody knows yet."""
    waits: list[float] = []
    async with desk_on(database) as desk:
        people = iter(range(PEOPLE))

        async def visitor() -> None:
            for number in people:
                await interview(desk, f"{crowd}-{number}", waits)

        cpu, wall = process_time(), perf_counter()
        await asyncio.gather(*(visitor() for _ in range(AT_ONCE)))
        cpu, wall = process_time() - cpu, perf_counter() - wall
    waits.sort()
    return Round(
        len(waits), wall, statistics.median(waits), waits[int(len(waits) * 0.99)], cpu / len(waits) * 1e6
    )


def row(size: int, database: Path, rounds: list[Round]) -> str:
    """Return a row of the table: medians, and the lowest cost, which other work disturbs least."""
    mib = database.stat().st_size / (1 << 20)
    rate = statistics.median(one.turns / one.wall for one in rounds)
    middle, tail = (
        statistics.median(getattr(one, name) for one in rounds) * 1e3 for name in ("middle", "tail")
    )
    costs = sorted(one.cpu for one in rounds)
    cost = f"{costs[0]:,.0f} | {statistics.median(costs):,.0f} [{costs[0]:,.0f}-{costs[-1]:,.0f}]"
    return f"| {size:,} | {mib:,.0f} | {rate:,.0f} | {middle:.1f} | {tail:.1f} | {cost} |"


async def main() -> None:
    """Print the table."""
    asked = argparse.ArgumentParser()
    asked.add_argument("sizes", nargs="?", default="1000,10000,100000")
    asked.add_argument("--rounds", type=int, default=5)
    asked.add_argument("--whole", type=int, default=1_000_000, help="more than so many were left")
    given = asked.parse_args()
    sizes = [int(one) for one in given.sizes.split(",")]
    with tempfile.TemporaryDirectory(dir=Path.cwd()) as folder:
        databases = await made(Path(folder), sizes, given.whole)
        rounds: dict[int, list[Round]] = {size: [] for size in sizes}
        for number in range(given.rounds):  # by turns, so that a busy moment falls on every size
            for size in sizes:
                rounds[size].append(await measured(databases[size], f"{number}"))
        print("| stored interviews | MiB | turns/s | p50 ms | p99 ms | CPU us a turn, lowest | median |")
        print("| --- | --- | --- | --- | --- | --- | --- |")
        for size in sizes:
            print(row(size, databases[size], rounds[size]))


async def made(folder: Path, sizes: list[int], whole: int) -> dict[int, Path]:
    """Make a database of each size, each begun as a copy of the one before."""
    databases = {size: folder / f"{size}.db" for size in sizes}
    before, filled = folder / "first.db", 0
    async with desk_on(before) as desk:
        await interview(desk, WHOLE, [])
        await interview(desk, LEFT, [], ACTS[:3])
    for size, database in databases.items():
        shutil.copyfile(before, database)
        multiply(database, WHOLE, filled, min(size, whole))
        multiply(database, LEFT, max(filled, whole), size)
        print(f"made: {size:,}", file=sys.stderr, flush=True)
        before, filled = database, size
    return databases


if __name__ == "__main__":
    pin(1)
    asyncio.run(main())
