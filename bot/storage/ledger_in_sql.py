"""The part of the SQL stores that keeps the ledger of erasures."""

import asyncio
from datetime import datetime
from typing import Any, cast

from bot.storage import ledger
from bot.storage.cache import Cache
from bot.storage.group import GroupCommit
from bot.storage.ledger import Ledger, Marking
from bot.storage.operations import Call
from bot.storage.reading import Reader


def _log() -> Any:
    import structlog  # noqa: PLC0415 - it brings much along, and is needed on bad days only

    return structlog.get_logger()


class LedgerInSql:
    """The ledger beside a store; without a marking there is none, as in tests of other things."""

    _reader: Reader
    _group: GroupCommit
    _cache: Cache
    _marking: Marking | None = None
    _ledger: Ledger | None = None

    async def begin_ledger(self, marking: Marking) -> int:
        """Keep a ledger from now on; first erase again whom it names, and return how many were here again."""
        self._marking = marking
        identity = cast("str", await self._group.submit(Call(ledger.identify)))
        self._ledger = Ledger(marking.folder, identity)
        entries = await asyncio.to_thread(self._ledger.begun)
        mine = {entry for entry in entries if entry.key == marking.key}
        if mine <= set(await self._reader.run(ledger.noted)):
            return 0
        again = Call(lambda connection: ledger.erase_again(connection, marking, entries))
        gone = cast("int", await self._group.submit(again))
        self._cache.clear()
        if gone:
            _log().warning("a backup was put back; who was erased since is erased again", people=gone)
        return gone

    async def _noted_outside(self) -> bool:
        """Bring the ledger up to date with the database; say whether that is certain."""
        if self._ledger is None:
            return True
        entries = await self._reader.run(ledger.noted)
        try:
            await asyncio.to_thread(self._ledger.add, entries)
        except OSError as error:
            _log().error("the ledger of erasures can't be written", error=error.strerror)
            return False
        return True

    async def _forget_marks(self, now: datetime) -> None:
        """Forget what no backup can bring back any more."""
        if self._ledger is None or self._marking is None:
            return
        before = now - self._marking.keep
        await self._group.submit(Call(lambda connection: ledger.forget(connection, before)))
        try:
            await asyncio.to_thread(self._ledger.forget, before)
        except OSError as error:
            _log().error("the ledger of erasures can't be written", error=error.strerror)
