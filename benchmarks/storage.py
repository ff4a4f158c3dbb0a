"""How many turns a second the SQLite store takes, each durable before it is answered.

So many people answer one question after the other; each waits for the commit before the next answer. Run it
on an idle machine and on the disk that matters: `python benchmarks/storage.py [FOLDER]`.
"""

import asyncio
import statistics
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from time import perf_counter, process_time

from bot.storage.sqlite import SqliteStore, open_sqlite
from bot.storage.store import Outcome, Saved
from tests.storage.made import EDITION, ITEMS, NOON, VALUES, answered, began

SECONDS = 3.0


async def answer_on(store: SqliteStore, person: str, until: float, waits: list[float]) -> None:
    """Answer items in turn until the time is up."""
    number = 0
    while perf_counter() < until:
        saved = await store.load(person)
        assert saved.session is not None
        turn = answered(saved.session, NOON, ITEMS[number % 4], list(VALUES)[number % 3])
        began_at = perf_counter()
        outcome = await store.save(saved, turn, f"{person}:{number}")
        waits.append(perf_counter() - began_at)
        assert outcome is Outcome.STORED
        store.sent(person, f"{person}:{number}")
        number += 1


async def measure(folder: Path, waiting: int) -> tuple[float, float, float, float]:
    """Return turns a second, the median and 99th percentile of the wait, and CPU per turn in microseconds."""
    with tempfile.TemporaryDirectory(dir=folder) as inside:
        store = await open_sqlite(Path(inside) / "attune.db", "benchmark", clock=lambda: datetime.now(UTC))
        await store.keep_edition(EDITION)
        people = [f"P{number}" for number in range(waiting)]
        for person in people:
            await store.save(Saved(person), began(person), f"begin:{person}")
        waits: list[float] = []
        cpu, wall = process_time(), perf_counter()
        await asyncio.gather(*(answer_on(store, person, wall + SECONDS, waits) for person in people))
        cpu, wall = process_time() - cpu, perf_counter() - wall
        await store.close()
    waits.sort()
    return len(waits) / wall, statistics.median(waits), waits[int(len(waits) * 0.99)], cpu / len(waits) * 1e6


async def main() -> None:
    """Print the table."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else Path.cwd()
    print(f"{'waiting':>8} {'turns/s':>9} {'p50 ms':>8} {'p99 ms':>8} {'CPU us/turn':>12}")
    for waiting in (1, 50, 500):
        rate, median, tail, cpu = await measure(folder, waiting)
        print(f"{waiting:>8} {rate:>9,.0f} {median * 1e3:>8.2f} {tail * 1e3:>8.2f} {cpu:>12,.0f}")


if __name__ == "__main__":
    asyncio.run(main())
