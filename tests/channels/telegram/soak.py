"""An hour of ordinary work with thousands of interviews open: does anything grow that shouldn't?

Law of the harness: the bot is a process of its own; interviews are opened and left open, and all the while
others are held to their end. Each minute shows the bot's memory, open files, threads, its write-ahead log and
its database, and what was done. Memory and files are compared between the first and the last third: they may
not grow. Run `python -m tests.channels.telegram.soak --minutes 60`.
"""

import argparse
import asyncio
import itertools
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Final

from tests.channels.telegram.kills import Report, Tapper
from tests.channels.telegram.program import Program, free_port
from tests.emulator import Clock, Emulator

MIB: Final = 1 << 20
SLOPE: Final = 0.05
"""By this share memory may be higher in the last third than in the first: pages come and go."""
MOST_LOG: Final = 64 * MIB


@dataclass(frozen=True, slots=True)
class Minute:
    """How the bot stands."""

    minute: float
    rss: int
    files: int
    threads: int
    log: int
    database: int
    held: int
    taps: int

    def __str__(self) -> str:
        return (
            f"{self.minute:6.1f} {self.rss / MIB:8.1f} {self.files:6} {self.threads:8} {self.log / MIB:8.1f}"
            f" {self.database / MIB:8.1f} {self.held:8} {self.taps:8}"
        )


HEADER: Final = (
    f"{'minute':>6} {'MiB':>8} {'files':>6} {'threads':>8} {'log':>8} {'db':>8} {'held':>8} {'taps':>8}"
)


def standing(process: int, folder: Path, minute: float, held: int, taps: int) -> Minute:
    """Look at a process and its files."""
    status = dict(
        line.split(":", 1) for line in Path(f"/proc/{process}/status").read_text("utf-8").splitlines()
    )
    sizes = {name: _size(folder / name) for name in ("attune.db-wal", "attune.db")}
    files = len([*Path(f"/proc/{process}/fd").iterdir()])
    rss, threads = int(status["VmRSS"].split()[0]) * 1024, int(status["Threads"])
    return Minute(minute, rss, files, threads, sizes["attune.db-wal"], sizes["attune.db"], held, taps)


def _size(path: Path) -> int:
    with suppress(FileNotFoundError):
        return path.stat().st_size
    return 0


def troubles(minutes: list[Minute]) -> Iterator[str]:
    """Yield what grew."""
    third = max(1, len(minutes) // 3)
    first, last = minutes[:third], minutes[-third:]
    before, after = median(one.rss for one in first), median(one.rss for one in last)
    if after > before * (1 + SLOPE):
        yield f"memory grew from {before / MIB:.1f} to {after / MIB:.1f} MiB"
    if median(one.files for one in last) > median(one.files for one in first) + 5:
        yield "open files grew"
    if max(one.log for one in minutes) > MOST_LOG:
        yield "the write-ahead log grew"


async def opened(telegram: Emulator, people: int) -> None:
    """Open so many interviews, and leave them at the first question."""
    report = Report()
    slots = asyncio.Semaphore(50)

    async def open_one(number: int) -> None:
        async with slots:
            tapper = Tapper(telegram, number, report, 0)
            await tapper.phone.starts()
            await tapper.phone.taps("Let's begin", seconds=60)
            await tapper.phone.taps("I am 18 or older", seconds=60)
            await tapper.phone.sees("One more thing", seconds=60)
            await tapper.phone.taps("No")
            await tapper.phone.sees("1 of 25", seconds=60)

    await asyncio.gather(*(open_one(10**6 + number) for number in range(people)))


async def crowd(telegram: Emulator, people: int, report: Report) -> None:
    """Hold interviews, so many at a time, until cancelled; who is done is forgotten by Telegram too."""
    numbers = itertools.count()

    async def one_after_the_other() -> None:
        for number in numbers:
            tapper = Tapper(telegram, number, report, 0.5)
            await tapper.interview()
            telegram.world.chats.pop(tapper.phone.person.id)
            report.people += 1

    await asyncio.gather(*(one_after_the_other() for _ in range(people)))


async def run(folder: Path, *, minutes: float, people: int, still: int, webhook: bool) -> list[str]:
    """Soak, and print a line a minute; return what is wrong."""
    report, seen = Report(), list[Minute]()
    async with Emulator(clock=Clock(), strict=False, keep=0) as telegram:
        program = Program(folder, telegram, free_port() if webhook else None)
        await program.start()
        await program.listening()
        await opened(telegram, still)
        print(f"{still} interviews are open\n{HEADER}", flush=True)  # noqa: T201 - that is what it is for
        others = asyncio.create_task(crowd(telegram, people, report))
        began = time.monotonic()
        while (passed := time.monotonic() - began) < minutes * 60 and not report.hanging:
            await asyncio.sleep(min(60.0, minutes * 60 - passed + 0.1))
            now = (time.monotonic() - began) / 60
            seen.append(standing(program.process, folder, now, report.people, report.taps))
            print(seen[-1], flush=True)  # noqa: T201 - the same
        others.cancel()
        await asyncio.gather(others, return_exceptions=True)
        await program.stop()
    return [*troubles(seen[1:] or seen), *report.hanging]


def main() -> None:
    """Print the table."""
    reader = argparse.ArgumentParser()
    reader.add_argument("--minutes", type=float, default=60)
    reader.add_argument("--people", type=int, default=30, help="interviews held at a time")
    reader.add_argument("--open", type=int, default=5000, help="interviews left open")
    reader.add_argument("--webhook", action="store_true")
    given = reader.parse_args()
    with tempfile.TemporaryDirectory() as name:
        soaking = run(
            Path(name), minutes=given.minutes, people=given.people, still=given.open, webhook=given.webhook
        )
        wrong = asyncio.run(soaking)
    print(*(wrong or ["nothing grew"]), sep="\n")  # noqa: T201 - that is what it is for
    sys.exit(bool(wrong))


if __name__ == "__main__":
    main()
