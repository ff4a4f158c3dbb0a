"""The real bot on a disk that is watched: people are interviewed over Telegram, some erase themselves.

Run by `images` as `python -m tests.storage.recorded DATABASE PEOPLE SYNCHRONOUS`. Only the sizes and pauses
at which the log is copied back are smaller than a real bot's, so that it happens many times in a short run.
What is saved is noted in `DATABASE-acks` at the first moment at which the bot may say so.
"""

import asyncio
import os
import random
import sys
from pathlib import Path
from typing import Any

from bot.storage import connections, sqlite, tidying
from bot.storage.sqlite import SqliteStore, open_sqlite
from bot.storage.store import Outcome, Saved
from tests.channels.telegram.bot import KEYS, desk_on, running, time_of
from tests.channels.telegram.kills import Report, Tapper
from tests.emulator import Clock, Emulator

ERASES = 5  # every so-maniest person


def noted(store: SqliteStore, acks: int) -> None:
    """Note each turn when the store says that it has it, and each erasure when it begins."""
    save, note = store.save, store.note

    async def noting_save(saved: Saved, turn: Any, key: str, **more: Any) -> Outcome:
        before = saved.session.id if saved.session else "-"
        if turn.erase:
            os.write(acks, f"erases {key} {before} 0\n".encode())
        outcome = await save(saved, turn, key, **more)
        if outcome is Outcome.STORED and turn.session is not None and turn.event.kept:
            number = saved.turn + 1 if before == turn.session.id else 1
            os.write(acks, f"saved {key} {turn.session.id} {number}\n".encode())
        elif outcome is Outcome.STORED:
            os.write(acks, f"heard {key} - 0\n".encode())
        return outcome

    async def noting_note(key: str, *more: Any) -> bool:
        new = await note(key, *more)
        os.write(acks, f"heard {key} - 0\n".encode())
        return new

    store.save = noting_save  # type: ignore[method-assign]  # the same, with a witness
    store.note = noting_note  # type: ignore[method-assign,assignment]  # the same


async def leaves(tapper: Tapper) -> None:
    """Have everything erased."""
    await tapper.phone.types("/forget")
    await tapper.phone.taps("Yes, erase")
    await tapper.phone.taps("Erase everything now")
    await tapper.phone.sees("Everything is erased", seconds=30)


async def person(tapper: Tapper, dice: random.Random) -> None:
    """Come at some moment, answer everything, and maybe leave no trace."""
    await asyncio.sleep(dice.uniform(0, 2))
    await tapper.interview()
    if tapper.number % ERASES == ERASES - 1:
        await leaves(tapper)


async def main(database: Path, people: int, synchronous: int) -> None:
    """Interview people until all are done."""
    tidying.LARGE, tidying.HUGE, sqlite.REST_AFTER = 96 * 1024, 384 * 1024, 0.05
    connections.PRAGMAS["synchronous"] = synchronous  # 2, unless a fault is planted
    acks = os.open(f"{database}-acks", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    report, clock, dice = Report(), Clock(), random.Random(3)
    store = await open_sqlite(database, KEYS.fingerprint, clock=lambda: time_of(clock))
    noted(store, acks)
    async with Emulator(clock=clock, keep=0) as telegram, running(telegram, await desk_on(store, clock)):
        tappers = [Tapper(telegram, number, report, 0.05) for number in range(people)]
        await asyncio.gather(*(person(tapper, dice) for tapper in tappers))
        await telegram.quiet(0.3)
    await store.close()
    if report.hanging:
        sys.exit("\n".join(report.hanging))


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])))
