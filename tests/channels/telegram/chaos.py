"""Everything goes wrong at once, for a day: Telegram, the line to it, the order of updates, the bot itself.

Law of the harness: while a storm of faults blows, people answer the Big Five, each question with one tap; a
day passes in leaps, the disk stalls, and the bot is killed now and then, with its store: what wasn't in a
commit then is gone. Telegram drops a tap after 150 s, so leaps and kills lose taps; only while somebody is in
the middle of an interview who was heard more than half an hour ago, whom nobody is bound to ask again, no
waiting tap is let expire. Whatever was confirmed to Telegram must be stored. Now and then, right after a kill
or a leap and with all else going on, there is calm until everybody who waits was answered, so that no later
trouble makes it good. Once the storm is over everybody must get to their result, with exactly the answers
that they tapped, each once. One seed is one storm, but for the moments in which its strokes fall. Run
`python -m tests.channels.telegram.chaos 20` for figures.
"""

import argparse
import asyncio
import logging
import random
import sqlite3
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack, ExitStack, closing
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, Final
from unittest.mock import patch

import structlog

from bot.storage.operations import Call
from bot.storage.sqlite import SqliteStore, open_sqlite
from bot.storage.tables import EPOCH
from bot.turns import ACTIVE_WITHIN
from tests.channels.telegram import kills
from tests.channels.telegram.bot import KEYS, Running, desk_on, running, time_of
from tests.channels.telegram.kills import Report, Tapper, doubled, look
from tests.channels.telegram.plants import PLANTS
from tests.emulator import Clock, Emulator
from tests.emulator.faults import Drop, Fault, Hang, Slow, bad_gateway, server_error, too_many_requests

DAY: Final = 86_400.0
OUTAGES: Final = 0.5
"""Share of kills after which nobody listens for long."""
AGAIN: Final = 0.3
"""Share of kills after which the bot is killed again at once."""
STALLS: Final = 0.5
"""Share of kills that come while the disk stalls."""
WEATHER: Final[dict[str, tuple[Fault, float]]] = {
    "429": (too_many_requests(1), 0.01),
    "500": (server_error(), 0.02),
    "502": (bad_gateway(), 0.03),
    "cut before effect": (Drop(after_effect=False), 0.03),
    "cut after effect": (Drop(after_effect=True), 0.03),
    "timeout before effect": (Hang(after_effect=False), 0.01),
    "timeout after effect": (Hang(after_effect=True), 0.01),
    "slow": (Slow(0.05), 0.05),
}
GARBAGE: Final[tuple[dict[str, Any], ...]] = (
    {"message": {"message_id": "7"}},
    {"callback_query": []},
    {"callback_query": {"id": "1", "from": {"id": 1}, "data": "x", "message": {"chat": None}}},
    {"my_chat_member": None},
    {"wormhole": {"id": 1}},
    {"edited_message": {"chat": {"id": 2**62, "type": "private"}}},
    {},
)
IMPATIENT: Final = {
    "bot.channels.telegram.receive.FIRST_PAUSE": 0.05,
    "bot.channels.telegram.receive.STALLED_AFTER": 0.2,
    "bot.delivery.PATIENCE": (0.05, 0.1, 0.2),
    "bot.delivery.DOUBT": (0.1, 1.0),
    "bot.channels.telegram.duties.TICK": 0.2,
}
"""Pauses made shorter; how often and in which order things are tried stays the same."""


@dataclass(slots=True)
class Storm:
    """What blew."""

    seed: int
    report: Report = field(default_factory=Report)
    struck: Counter[str] = field(default_factory=Counter)
    day: float = DAY  # seconds of Telegram's time that it lasts
    passed: float = 0.0  # seconds of it
    confirmed: set[int] = field(default_factory=set)  # updates that Telegram was told we have
    lost: list[str] = field(default_factory=list)

    @property
    def troubles(self) -> list[str]:
        """Return everything that must not be."""
        report = self.report
        return [*self.lost, *report.hanging, *report.wrong, *([f"{report.owed} owed"] if report.owed else [])]

    def __str__(self) -> str:
        struck = ", ".join(f"{n} x {what}" for what, n in sorted(self.struck.items()))
        return f"seed {self.seed}, {self.passed / 3600:.0f} h of Telegram's time; {struck}; {self.report}"


@dataclass(frozen=True, slots=True)
class At:
    """Where a database is."""

    url: str


class Chaos:
    """Makes trouble around a bot, by the dice."""

    def __init__(self, telegram: Emulator, database: Path, storm: Storm, everybody: Sequence[Tapper]) -> None:
        self._telegram = telegram
        self._database = database
        self._storm = storm
        self._everybody = everybody
        self._dice = random.Random(storm.seed)
        self._life = AsyncExitStack()
        self._store: SqliteStore
        self._bot: Running

    async def start(self) -> None:
        """Start the bot; Telegram may be away just then."""
        now = partial(time_of, self._telegram.clock)
        self._store = await open_sqlite(self._database, KEYS.fingerprint, clock=now)
        while True:
            try:
                desk = await desk_on(self._store, self._telegram.clock)
                self._bot = await self._life.enter_async_context(running(self._telegram, desk))
            except Exception:  # noqa: BLE001 - what a supervisor does: again
                await self._life.aclose()
                await asyncio.sleep(0.05)
            else:
                return

    async def blow(self) -> None:
        """Make one trouble after the other until a day has passed."""
        self._telegram.updates._confirm_below = self._confirming(self._telegram.updates._confirm_below)  # type: ignore[method-assign,assignment]  # with a witness
        for name, (fault, chance) in WEATHER.items():
            self._telegram.faults.add("*", fault, times=None, when=self._now_and_then(name, chance))
        troubles = (self._repeat, self._swap, self._delay, self._garbage, self._stall, self._leap, self._kill)
        while self._storm.passed < self._storm.day and not self._storm.report.hanging:
            trouble = self._dice.choices(troubles, (4, 4, 4, 2, 1, 3, 4))[0]
            self._storm.struck[trouble.__name__.strip("_")] += 1
            await trouble()
            await asyncio.sleep(self._dice.uniform(0.01, 0.1))

    async def end(self) -> None:
        """End the storm, and later the bot."""
        self._telegram.faults.clear()
        self._storm.report.killing = False

    async def close(self) -> None:
        """Stop the bot as one should."""
        await self._life.aclose()
        await self._store.close()

    def _now_and_then(self, name: str, chance: float) -> Any:
        def when(_params: dict[str, Any]) -> bool:
            strikes = self._dice.random() < chance
            self._storm.struck[name] += strikes
            return strikes

        return when

    def _confirming(self, confirm: Callable[[int], None]) -> Callable[[int], None]:
        def confirming(offset: int) -> None:
            pending = self._telegram.updates._pending
            self._storm.confirmed |= {number for number in pending if number < offset}
            confirm(offset)

        return confirming

    async def _repeat(self) -> None:
        recent = self._telegram.updates._recent
        if recent:
            self._telegram.updates.repeat(self._dice.choice(recent).id)

    async def _swap(self) -> None:
        with self._telegram.updates.held(reverse=True):
            await asyncio.sleep(self._dice.uniform(0.05, 0.3))

    async def _delay(self) -> None:
        with self._telegram.updates.held():
            await asyncio.sleep(self._dice.uniform(0.01, 0.3))

    async def _garbage(self) -> None:
        self._telegram.updates.push_raw(self._dice.choice(GARBAGE))

    async def _stall(self) -> None:
        """Let the disk take long."""
        seconds = self._dice.uniform(0.5, 1.5)
        self._store._group.later(Call(lambda _: time.sleep(seconds)))

    async def _leap(self) -> None:
        """Let time pass, as for a machine that was suspended: taps that wait are lost."""
        if not len(self._telegram.updates) or await self._taps_may_be_lost():
            self._pass(self._dice.uniform(60, 7200))
            await self._maybe_calm(0.2)

    async def _kill(self) -> None:
        """Kill the bot; sometimes nobody listens for long, so that taps get lost; sometimes it dies again."""
        again = True
        while again:
            outage = self._dice.random() < OUTAGES and await self._taps_may_be_lost()
            if self._dice.random() < STALLS:
                await asyncio.gather(self._swap(), self._stall())
                await asyncio.sleep(self._dice.uniform(0.2, 0.8))
            await self._bot.kill()
            await self._life.aclose()
            await cut(self._store)
            self._storm.report.kills += 1
            if outage:
                await asyncio.sleep(0.2)
                self._pass(self._dice.uniform(200, 7200))
                self._storm.report.outages += 1
            await self.start()
            again = self._dice.random() < AGAIN
            await asyncio.sleep(self._dice.uniform(0, 0.5) if again else 0)
        await self._maybe_calm(0.5)

    async def _maybe_calm(self, chance: float) -> None:
        """Wait until everybody who waits now was answered, and note who isn't."""
        if self._dice.random() >= chance:
            return
        waiting = [(one, one.waits) for one in self._everybody if one.waiting]
        deadline = time.monotonic() + kills.PATIENCE
        while left := [one for one, waits in waiting if one.waiting and one.waits == waits]:
            if time.monotonic() > deadline:
                self._storm.report.hanging += [f"P{one.number} in a calm\n{one.phone.screen}" for one in left]
                return
            await asyncio.sleep(0.02)
        self._storm.report.calms += 1

    async def _taps_may_be_lost(self) -> bool:
        """Say whether everybody in the middle of an interview would be asked again."""
        lately = time_of(self._telegram.clock) - 0.8 * ACTIVE_WITHIN
        everybody = await self._store.active_since(EPOCH)
        return len(await self._store.active_since(lately)) == len(everybody)

    def _pass(self, seconds: float) -> None:
        self._telegram.clock.advance(seconds)
        self._storm.passed += seconds


async def cut(store: SqliteStore) -> None:
    """End a store as SIGKILL would: what isn't in a commit that has begun never will be."""
    for waiting in store._group._waiting:
        if waiting.answer is not None:
            waiting.answer.cancel()
    store._group._waiting.clear()
    await store.close()


def lost(database: Path, confirmed: set[int]) -> list[str]:
    """Return the updates that Telegram was told we have, and that we don't have."""
    with closing(sqlite3.connect(database)) as reader:
        heard = {key for (key,) in reader.execute("SELECT key FROM heard")}
    return [
        f"tg:{number} was confirmed and isn't stored" for number in confirmed if f"tg:{number}" not in heard
    ]


async def weather(storm: Storm, people: int, folder: Path) -> Storm:
    """Let one storm blow over so many people, then look at what is stored."""
    clock, began = Clock(), time.monotonic()
    database = folder / f"storm-{storm.seed}.db"
    async with Emulator(clock=clock, keep=5000) as telegram:
        everybody = [Tapper(telegram, number, storm.report, 0.6) for number in range(people)]
        chaos = Chaos(telegram, database, storm, everybody)
        await chaos.start()
        interviews = [asyncio.create_task(tapper.interview()) for tapper in everybody]
        await chaos.blow()
        await chaos.end()
        if storm.report.hanging:
            for interview in interviews:
                interview.cancel()
        await asyncio.gather(*interviews, return_exceptions=True)
        if not storm.report.hanging:
            await telegram.quiet(1.5, seconds=60)
        await chaos.close()
    storm.lost = lost(database, storm.confirmed)
    storm.report.people = people
    storm.report.duplicates = sum(doubled(tapper.phone) for tapper in everybody)
    await look(At(f"sqlite:///{database}"), everybody, storm.report)  # type: ignore[arg-type]  # only its address is asked for
    storm.report.seconds = time.monotonic() - began
    return storm


def blow(seed: int, people: int, folder: Path, plant: str = "") -> Storm:
    """Run one storm with a bot less patient than a real one, and maybe with a planted fault."""
    with ExitStack() as stack:
        for name, value in {**IMPATIENT, **PLANTS.get(plant, {})}.items():
            stack.enter_context(patch(name, value))
        if plant:
            stack.enter_context(patch("tests.channels.telegram.kills.PATIENCE", 20.0))
        storm = Storm(seed, day=DAY / 2 if plant else DAY)
        return asyncio.run(weather(storm, people, folder))


def main() -> None:
    """Print the figures of as many storms as asked for."""
    reader = argparse.ArgumentParser()
    reader.add_argument("storms", type=int, nargs="?", default=5)
    reader.add_argument("--seed", type=int, default=1)
    reader.add_argument("--people", type=int, default=30)
    reader.add_argument("--plant", choices=PLANTS, default="")
    given = reader.parse_args()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    bad = 0
    for seed in range(given.seed, given.seed + given.storms):
        with tempfile.TemporaryDirectory() as folder:
            storm = blow(seed, given.people, Path(folder), given.plant)
        print(storm, *storm.troubles, sep="\n", flush=True)  # noqa: T201 - that is what it is for
        bad += bool(storm.troubles)
    sys.exit(bool(bad))


if __name__ == "__main__":
    main()
