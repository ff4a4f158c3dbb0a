"""A house that can be restarted: a library, keys, and a store that outlives the program."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from bot.conversation.library import Library
from bot.privacy import Keys
from bot.storage.memory import MemoryStore
from bot.storage.opening import open_store
from bot.turns import Desk

KEYS = Keys(bytes(range(32)))


@dataclass
class House:
    """Opens a desk as often as the program is started; the memory store goes from one start to the next."""

    library: Library
    folder: Path
    in_memory: bool
    memory: MemoryStore = field(default_factory=MemoryStore)

    @asynccontextmanager
    async def open(self) -> AsyncIterator[Desk]:
        """Start the program."""
        store = self.memory if self.in_memory else await open_store(self._url, KEYS.fingerprint, clock=_now)
        for edition in self.library.editions():
            await store.keep_edition(edition)
        try:
            yield Desk(store, self.library, KEYS, _now)
        finally:
            if not self.in_memory:
                await store.close()

    @property
    def _url(self) -> str:
        return f"sqlite:///{self.folder / 'attune.db'}"


def _now() -> datetime:
    return datetime.now(UTC)
