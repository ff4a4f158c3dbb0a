"""Everything goes wrong at once, for a day: Telegram, the line to it, the order of updates, the bot itself.

Law of the harness: while a storm of faults blows, people answer the Big Five; a day passes in leaps; the bot
is killed now and then. Whatever was confirmed to Telegram must be stored; and once the storm is over
everybody must get to their result, with exactly the answers that they tapped, each once. One seed is one
storm. Run `python -m tests.channels.telegram.chaos 20` for figures.
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
from collections.abc import Callable
from contextlib import AsyncExitStack, ExitStack, closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final
from unittest.mock import patch

import structlog

from bot.channels.telegram.duties import Duties
from bot.channels.telegram.inbox import Inbox
from bot.channels.telegram.receive import Receiver
from bot.storage.sqlite import open_sqlite
from bot.storage.tables import EPOCH
from bot.turns import ACTIVE_WITHIN
from tests.channels.telegram.bot import KEYS, Running, desk_on, running, time_of
from tests.channels.telegram.kills import Report, Tapper, doubled, look
from tests.emulator import Clock, Emulator
from tests.emulator.faults import Drop, Fault, Hang, Slow, bad_gateway, server_error, too_many_requests

DAY: Final = 86_400.0
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
    fair: bool = True  # nobody loses a tap whom the bot isn't bound to ask again
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

    def __init__(self, telegram: Emulator, store: Any, storm: Storm) -> None:
        self._telegram = telegram
        self._store = store
        self._storm = storm
        self._dice = random.Random(storm.seed)
        self._bot: Running | None = None
        self._life = AsyncExitStack()
        self._lives = asyncio.Lock()

    async def start(self) -> None:
        """Start the bot; Telegram may be away just then."""
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
        troubles = (self._repeat, self._swap, self._delay, self._garbage, self._leap, self._kill)
        while self._storm.passed < self._storm.day:
            trouble = self._dice.choices(troubles, (4, 4, 4, 2, 4, 1))[0]
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
            await asyncio.sleep(self._dice.uniform(0.01, 0.15))

    async def _delay(self) -> None:
        with self._telegram.updates.held():
            await asyncio.sleep(self._dice.uniform(0.01, 0.3))

    async def _garbage(self) -> None:
        self._telegram.updates.push_raw(self._dice.choice(GARBAGE))

    async def _leap(self) -> None:
        """Let time pass while nothing waits: Telegram drops no tap of a bot that listens."""
        if not len(self._telegram.updates):
            self._pass(self._dice.uniform(60, 4 * 3600))

    async def _kill(self) -> None:
        """Kill the bot; sometimes nobody listens for long, so that taps get lost."""
        assert self._bot is not None
        await self._bot.kill()
        await self._life.aclose()
        self._storm.report.kills += 1
        if self._dice.random() < 0.5 and not (self._storm.fair and await self._somebody_is_long_gone()):
            await asyncio.sleep(0.2)
            self._pass(self._dice.uniform(200, 7200))
            self._storm.report.outages += 1
        await self.start()

    async def _somebody_is_long_gone(self) -> bool:
        """Say whether somebody wouldn't be asked again, who was last heard half an hour ago."""
        lately = time_of(self._telegram.clock) - 0.8 * ACTIVE_WITHIN
        everybody = await self._store.active_since(EPOCH)
        return len(await self._store.active_since(lately)) < len(everybody)

    def _pass(self, seconds: float) -> None:
        self._telegram.clock.advance(seconds)
        self._storm.passed += seconds


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
    store = await open_sqlite(database, KEYS.fingerprint, clock=lambda: time_of(clock))
    async with Emulator(clock=clock, keep=5000) as telegram:
        chaos = Chaos(telegram, store, storm)
        await chaos.start()
        everybody = [Tapper(telegram, number, storm.report, 0.3) for number in range(people)]
        interviews = [asyncio.create_task(tapper.interview()) for tapper in everybody]
        await chaos.blow()
        await chaos.end()
        await asyncio.gather(*interviews)
        if not storm.report.hanging:
            await telegram.quiet(1.5, seconds=60)
        await chaos.close()
    await store.close()
    storm.lost = lost(database, storm.confirmed)
    storm.report.people = people
    storm.report.duplicates = sum(doubled(tapper.phone) for tapper in everybody)
    await look(At(f"sqlite:///{database}"), everybody, storm.report)  # type: ignore[arg-type]  # only its address is asked for
    storm.report.seconds = time.monotonic() - began
    return storm


# ---------------------------------------------------------------- planted faults


async def _confirm_at_once(self: Receiver, batch: list[Any]) -> int:
    """Move the offset over a batch that is only begun, as python-telegram-bot's own Updater does."""
    for update in batch:
        self._start(update["update_id"], update)
    self._forget_done()
    return max((update["update_id"] + 1 for update in batch), default=0)


async def _unhurried(self: Inbox, update: Any) -> None:
    await asyncio.sleep(0.1)
    await TAKE(self, update)


async def _forget(self: Duties, *_: Any) -> None:
    """Owe nothing."""


TAKE: Final = Inbox.take
PLANTS: Final[dict[str, dict[str, Any]]] = {
    "acknowledge before saving": {
        "bot.channels.telegram.receive.Receiver._take": _confirm_at_once,
        "bot.channels.telegram.inbox.Inbox.take": _unhurried,
    },
    "forget what is owed": {
        "bot.channels.telegram.duties.Duties.note_owed": _forget,
        "bot.channels.telegram.duties.Duties._pay_late": _forget,
        "bot.channels.telegram.duties.Duties._nudge": _forget,
    },
}


def blow(seed: int, people: int, folder: Path, plant: str = "") -> Storm:
    """Run one storm with a bot less patient than a real one, and maybe with a planted fault."""
    with ExitStack() as stack:
        for name, value in {**IMPATIENT, **PLANTS.get(plant, {})}.items():
            stack.enter_context(patch(name, value))
        if plant:
            stack.enter_context(patch("tests.channels.telegram.kills.PATIENCE", 5.0))
        storm = Storm(seed, day=DAY / 8 if plant else DAY, fair=not plant)
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
