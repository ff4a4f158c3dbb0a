"""Does a turn slow down as the database grows? `python -m benchmarks.growth [1000,10000,100000,1000000]`.

One finished interview is copied so many times (every row with ids of its own), and then people who are new to
the database take whole interviews through `take_turn`: half a hundred at once, nothing cached from before.
"""

import asyncio
import sqlite3
import statistics
import sys
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
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
from bot.storage.sqlite import open_sqlite
from bot.turns import Desk, Incoming, take_turn

TABLES: Final = ("person", "address", "session", "event", "answer", "heard")
OWN: Final = frozenset({"person_id", "session_id", "response_id", "code", "key"})
ACTS: Final = ("b", "y", "r.1", *["c.2"] * 12, "v")
AT_ONCE: Final = 50
PEOPLE: Final = 200


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
    store = await open_sqlite(database, keys.fingerprint, clock=now)
    for edition in library.editions():
        await store.keep_edition(edition)
    yield Desk(store, library, keys, now)
    await store.close()


async def interview(desk: Desk, person: str, waits: list[float]) -> None:
    """Take one whole interview."""
    messages: tuple[Message, ...] = ()
    for number, act in enumerate((None, *ACTS)):
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


def multiply(database: Path, begin: int, end: int) -> None:
    """Copy the first person's rows, numbered from `begin` to `end`."""
    with closing(sqlite3.connect(database)) as connection:
        connection.execute("PRAGMA synchronous = OFF")  # only while it is filled
        connection.execute("PRAGMA cache_size = -500000")
        (person,) = connection.execute("SELECT min(person_id) FROM person WHERE person_id > 'A'").fetchone()
        for table in TABLES:
            names = [row[1] for row in connection.execute(f"PRAGMA table_info({table})")]
            copied = ", ".join(f"printf('0%s%09d', {it}, n)" if it in OWN else it for it in names)
            first = "key >= 'cli:first:' AND key < 'cli:first;'"
            where = {"session": "person_id = :person", "heard": first}.get(
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


async def measured(database: Path, stored: int) -> str:
    """Return a row of the table."""
    waits: list[float] = []
    async with desk_on(database) as desk:
        people = iter(range(PEOPLE))

        async def visitor() -> None:
            for number in people:
                await interview(desk, f"{stored}-{number}", waits)

        cpu, wall = process_time(), perf_counter()
        await asyncio.gather(*(visitor() for _ in range(AT_ONCE)))
        cpu, wall = process_time() - cpu, perf_counter() - wall
    waits.sort()
    size = database.stat().st_size / (1 << 20)  # noqa: ASYNC240 - nothing else waits
    middle, tail = statistics.median(waits) * 1e3, waits[int(len(waits) * 0.99)] * 1e3
    cells = f"{stored:,} | {size:,.0f} | {len(waits) / wall:,.0f} | {middle:.1f} | {tail:.1f}"
    return f"| {cells} | {cpu / len(waits) * 1e6:,.0f} |"


async def main() -> None:
    """Print the table."""
    sizes = [int(one) for one in (sys.argv[1] if len(sys.argv) > 1 else "1000,10000,100000").split(",")]
    print("| stored interviews | MiB | turns/s | p50 ms | p99 ms | CPU us a turn |")
    print("| --- | --- | --- | --- | --- | --- |")
    with tempfile.TemporaryDirectory(dir=Path.cwd()) as folder:
        database = Path(folder) / "attune.db"
        async with desk_on(database) as desk:
            await interview(desk, "first", [])
        filled = 0
        for size in sizes:
            multiply(database, filled, size)
            filled = size
            print(await measured(database, size), flush=True)


if __name__ == "__main__":
    pin(1)
    asyncio.run(main())
