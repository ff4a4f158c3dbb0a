"""A house that can be restarted: a library, keys, and a store that outlives the program."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bot.conversation.library import Library
from bot.privacy import Keys
from bot.storage.memory import MemoryStore
from bot.storage.opening import open_store
from bot.storage.store import Store
from bot.turns import Desk

KEYS = Keys(bytes(range(32)))


@dataclass
class House:
    """Opens a desk as often as the program is started; the memory store goes from one start to the next."""

    library: Library
    folder: Path
    in_memory: bool
    memory: MemoryStore = field(default_factory=MemoryStore)
    new_database: Callable[[], Awaitable[str]] | None = None  # on a server; made when it is first opened
    server_url: str | None = None
    days: int = 0  # gone by since, in a journey that waits

    def now(self) -> datetime:
        """Return the time that it is in the house."""
        return datetime.now(UTC) + timedelta(days=self.days)

    @asynccontextmanager
    async def open(self) -> AsyncIterator[Desk]:
        """Start the program."""
        store = await self._store()
        for edition in self.library.editions():
            await store.keep_edition(edition)
        try:
            yield Desk(store, self.library, KEYS, self.now)
        finally:
            if not self.in_memory:
                await store.close()

    async def _store(self) -> Store:
        if self.in_memory:
            return self.memory
        if self.new_database is not None and self.server_url is None:
            self.server_url = await self.new_database()
        url = self.server_url or f"sqlite:///{self.folder / 'attune.db'}"
        return await open_store(url, KEYS.fingerprint, clock=self.now)
