"""How this process is: can the store take a write, does Telegram reach us, is there room on the disk.

Law: a store that answers but can't write isn't well, so something small is written each time. Nobody who asks
waits longer than a few seconds, and whoever asks often is given what was found a moment ago.
"""

import asyncio
import shutil
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from time import monotonic
from typing import Final, Protocol

from bot.errors import StoreUnavailable
from bot.operation.hearing import Hearing, State
from bot.storage.upkeep import Backlog

PATIENCE: Final = 8.0
"""Seconds after which a store that says nothing counts as one that can't."""
FRESH: Final = 1.0
"""Seconds for which a finding is given again."""
MEGABYTE: Final = 1_000_000
ERASURE_LATE: Final = timedelta(hours=24)
REPLY_LATE: Final = timedelta(minutes=10)
_HEARINGS: Final = {
    State.STUCK: "polling-stuck",
    State.UNREACHABLE: "telegram-unreachable",
    State.TAKEN: "other-program",
    State.FAILING: "webhook-failing",
    State.REFUSED: "token-refused",
}
_NEEDS_RESTART: Final = frozenset({State.STUCK})


class Store(Protocol):
    """What is asked of a store here."""

    async def remember(self, name: str, value: str) -> None:
        """Keep a small fact."""
        ...

    async def backlog(self) -> Backlog:
        """Return what waits."""
        ...


@dataclass(frozen=True, slots=True)
class Finding:
    """How it is at one moment."""

    at: datetime
    writes: bool
    telegram: State
    disk_free: int | None
    backlog: Backlog | None = None

    @property
    def ready(self) -> bool:
        """Tell whether people should be sent here; while Telegram is away, the web still works."""
        return self.writes and self.telegram not in _NEEDS_RESTART


class Condition:
    """Looks after one process."""

    def __init__(
        self, store: Store, clock: Callable[[], datetime], hearing: Hearing, database: Path | None = None
    ) -> None:
        self._store = store
        self._clock = clock
        self._hearing = hearing
        self.database: Final = database
        self._found: Finding | None = None
        self._found_at = 0.0
        self._looking = asyncio.Lock()

    async def look(self) -> Finding:
        """Return how it is."""
        async with self._looking:
            if self._found is None or monotonic() - self._found_at > FRESH:
                self._found = await self._look()
                self._found_at = monotonic()
            return self._found

    async def _look(self) -> Finding:
        now = self._clock()
        backlog = None
        with suppress(StoreUnavailable, TimeoutError):
            async with asyncio.timeout(PATIENCE):
                await self._store.remember("ready", now.isoformat())
                backlog = await self._store.backlog()
        free = free_bytes(self.database) if self.database else None
        return Finding(now, backlog is not None, self._hearing.state(now), free, backlog)


def free_bytes(database: Path) -> int | None:
    """Return what is free on the disk of a database."""
    try:
        return shutil.disk_usage(database.absolute().parent).free
    except OSError:
        return None


def alarms_of(finding: Finding, channel: str, disk_warning: int) -> dict[str, str]:
    """Return which alarms a finding gives, each with its detail; `channel` is the one looked after."""
    present = {} if finding.writes else {"store-unavailable": ""}
    if finding.disk_free is not None and finding.disk_free < disk_warning:
        present["disk-low"] = f"{finding.disk_free // MEGABYTE} MB are free."
    if finding.telegram in _HEARINGS:
        present[_HEARINGS[finding.telegram]] = ""
    return present | _late(finding, channel)


def _late(finding: Finding, channel: str) -> dict[str, str]:
    if finding.backlog is None:
        return {}
    present = {}
    erasures, owed = finding.backlog.erasures, finding.backlog.owed.get(channel)
    if erasures.age(finding.at) > ERASURE_LATE:
        present["erasure-pending"] = f"{erasures.n} pending."
    if owed is not None and owed.age(finding.at) > REPLY_LATE:
        present["replies-waiting"] = f"{owed.n} waiting."
    return present
