"""The SQLite store: one file, one writer, many waiters.

Law: `save` answers after its commit is on disk, each turn for itself. Whatever another process does to the
file meanwhile, a turn is stored on the state that it began with, or not at all.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import TypeVar

from sqlalchemy import Connection

from bot.errors import StoreUnavailable
from bot.storage import erasing, files
from bot.storage.cache import Cache
from bot.storage.commit import commit
from bot.storage.connections import ROOMY, Line
from bot.storage.counting_in_sql import FiguresInSql
from bot.storage.group import GroupCommit
from bot.storage.invites_in_sql import InvitesInSql
from bot.storage.ledger import Marking
from bot.storage.operations import Call, Operation
from bot.storage.projection import Editions
from bot.storage.snapshot import SqlSnapshot
from bot.storage.sql import SqlStore
from bot.storage.staff_in_sql import StaffInSql
from bot.storage.store import Receipt
from bot.storage.tidying import Log
from bot.storage.upgrading import prepare
from bot.storage.upkeep_in_sql import UpkeepInSql
from bot.storage.wide_rows import Wide

CACHED_PEOPLE = 2048
REST_AFTER = 1.0  # seconds without anything to do, after which the log is tidied

Answer = TypeVar("Answer")


async def open_sqlite(
    database: Path,
    fingerprint: str,
    *,
    clock: Callable[[], datetime],
    cached: int = CACHED_PEOPLE,
    marking: Marking | None = None,
    wide: Wide | None = None,
) -> "SqliteStore":
    """Open the database in a file, made or upgraded first where that is needed."""
    if files.MOUNTS.exists():
        files.refuse_network(database, files.MOUNTS.read_text("utf-8", "surrogateescape"))
    await asyncio.to_thread(prepare, database, fingerprint, clock())
    store = SqliteStore(database, cached=cached, wide=wide)
    try:
        await store.flush()  # opens the connection, and hears now what is wrong with it
        if marking is not None:
            await store.begin_ledger(marking)
    except BaseException:
        await store.close()
        raise
    return store


class SqliteStore(SqlStore, InvitesInSql, StaffInSql, FiguresInSql, UpkeepInSql):
    """Everything that is remembered, in one file."""

    def __init__(self, database: Path, *, cached: int = CACHED_PEOPLE, wide: Wide | None = None) -> None:
        self.database = database = database.absolute()  # wherever this process goes later
        self._identity = files.identity(database)
        self._closed = False
        self._cache = Cache(cached)
        self._editions = Editions(wide)
        self._reader = self._reading = Line(database, writes=False)
        self._writer = Line(database, writes=True)
        self._log = Log(database, self._writer)
        self._group = GroupCommit(
            lambda operations: self._in_writer(partial(self._commit, operations)),
            settled=self._cache.settled,
            rest=lambda: self._in_writer(self._log.rest),
            rest_after=REST_AFTER,
        )

    async def verify_erasures(self) -> Sequence[Receipt]:
        """Make erased rows truly gone from the files; return the receipts that may now be sent."""
        try:
            pending = await self._reader.run(erasing.pending)
            noted = await self._noted_outside() if pending else False
            gone = await self._in_writer(self._log.cleanse) if noted else False
            if gone:
                # Only these: what was erased since then may lie in the log again.
                await self._group.submit(Call(lambda connection: erasing.mark_verified(connection, pending)))
            return await self._reader.run(erasing.due) if self._log.owned() else ()
        except StoreUnavailable:
            return ()  # a full disk: it stays pending

    @staticmethod
    async def on_duty() -> bool:
        """Say yes: one process speaks for one file."""
        return True

    @asynccontextmanager
    async def snapshot(self) -> AsyncIterator[SqlSnapshot]:
        """Open a consistent view for research; while it is open, erasures stay pending."""
        line = Line(self.database, writes=False, more=ROOMY)
        try:
            yield await SqlSnapshot.taken(line)
        finally:
            await line.close()

    async def close(self) -> None:
        """Finish what waits, then let go."""
        if self._closed:
            return
        self._closed = True
        await self._group.close()
        await self._reading.close()
        with suppress(Exception):  # the log is found and used by whoever opens the database next
            await self._in_writer(self._log.cut)
        await self._writer.close()
        self._log.release()

    # ------------------------------------------------------------ the writer

    async def _in_writer(self, function: Callable[[], Answer]) -> Answer:
        return await asyncio.get_running_loop().run_in_executor(self._writer.thread, function)

    def _commit(self, operations: Sequence[Operation]) -> list[object]:
        """Commit operations together; where that fails by a fault of one of them, each alone."""
        try:
            self._refuse_elsewhere()
            answers = self._writer.transact(lambda connection: self._carried_out(connection, operations))
        except StoreUnavailable as error:
            return [StoreUnavailable(error.message, remedy=error.remedy) for _ in operations]
        except Exception as error:  # noqa: BLE001 - whoever asked for it gets it
            return [error] if len(operations) == 1 else [self._commit([one])[0] for one in operations]
        self._log.written()
        return answers

    def _carried_out(self, connection: Connection, operations: Sequence[Operation]) -> list[object]:
        return commit(connection, operations, self._editions, marking=self._marking)

    def _refuse_elsewhere(self) -> None:
        """Refuse to write on into a file that was moved or deleted: the next start wouldn't find it."""
        if files.identity(self.database) != self._identity:
            raise StoreUnavailable(
                f"The database {self.database} was moved, replaced or deleted while it was in use.",
                remedy="Put it back, then start again.",
            )
