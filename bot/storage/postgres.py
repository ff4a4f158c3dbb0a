"""The PostgreSQL store: one database, any number of workers.

Law: `save` answers after its commit is on the server's disk, each turn for itself and once, whichever worker
asks. What one worker remembers may be behind another's commit: `save` then says CONFLICT, and the next `load`
is fresh.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Sequence
from contextlib import asynccontextmanager, suppress
from datetime import timedelta
from functools import partial
from typing import Final

from bot.errors import OperatorError, SettingsError, StoreUnavailable
from bot.storage import erasing, reading, workers
from bot.storage.cache import Cache
from bot.storage.commit import commit
from bot.storage.counting_in_sql import FiguresInSql
from bot.storage.group import GroupCommit
from bot.storage.invites import new_code
from bot.storage.invites_in_sql import InvitesInSql
from bot.storage.ledger import Marking
from bot.storage.operations import Call, Operation
from bot.storage.postgres_connections import TROUBLE, Server, code_of
from bot.storage.postgres_erasing import Vacuum
from bot.storage.postgres_upgrading import prepare
from bot.storage.projection import Editions
from bot.storage.snapshot import SqlSnapshot
from bot.storage.sql import SqlStore
from bot.storage.staff_in_sql import StaffInSql
from bot.storage.store import Owed, Receipt
from bot.storage.upkeep_in_sql import UpkeepInSql
from bot.storage.wide_rows import Wide
from bot.storage.workers import Worker

LEASE: Final = timedelta(seconds=30)
"""A worker that committed nothing for so long is gone, and others bring what it owed."""
BEATS: Final = 6
"""Commits in one lease of a worker that has nothing to do."""


async def open_postgres(
    url: str,
    fingerprint: str,
    *,
    lease: timedelta = LEASE,
    marking: Marking | None = None,
    wide: Wide | None = None,
) -> "PostgresStore":
    """Open the database at an address, made or upgraded first where that is needed."""
    store = PostgresStore(url, lease=lease, wide=wide)
    try:
        await _explained(prepare(store.server, fingerprint))
        await store.flush()
        if marking is not None:
            await store.begin_ledger(marking)
    except BaseException:
        await store.close()
        raise
    return store


async def _explained(preparing: Awaitable[None]) -> None:
    """Say in one sentence why a database can't be used, without its address: it may hold a password."""
    try:
        await preparing
    except ValueError as error:
        raise SettingsError(
            "DATABASE_URL isn't an address that PostgreSQL's driver can read.",
            remedy="Write postgresql://name:password@host:5432/database, with @ in a password as %40.",
        ) from error
    except TROUBLE as error:
        reason = code_of(error) or type(error).__name__
        raise OperatorError(
            f"The PostgreSQL server in DATABASE_URL can't be used: {_MEANINGS.get(reason, reason)}.",
            remedy="See that it runs, and that name, password and database are right (psql can tell).",
        ) from error


_MEANINGS: Final = {
    "28000": "it doesn't let us in",
    "28P01": "the password is wrong",
    "3D000": "there is no such database",
    "42501": "this account may not make tables there",
    "53300": "it has too many connections already",
    "57P03": "it is starting up",
    "ConnectionRefusedError": "nobody listens there",
    "FileNotFoundError": "nobody listens there",
    "gaierror": "there is no such host",
    "TimeoutError": "it doesn't answer",
}


class PostgresStore(SqlStore, InvitesInSql, StaffInSql, FiguresInSql, UpkeepInSql):
    """Everything that is remembered, in one database, as one worker uses it."""

    def __init__(self, url: str, *, lease: timedelta = LEASE, wide: Wide | None = None) -> None:
        self.server = Server(url, Worker(new_code(), lease))
        self._closed = False
        self._reader = self.server
        self._cache = Cache(0)  # another worker may have moved anybody: every turn begins with a reading
        self._editions = Editions(wide)
        self._vacuum = Vacuum(self.server)
        beat = lease.total_seconds() / BEATS
        self._group = GroupCommit(self._commit, settled=self._cache.settled, rest=_nothing, rest_after=beat)
        self._beating = asyncio.get_running_loop().create_task(self._beat(beat), name="storage: lease")

    # ------------------------------------------------------------ replies

    async def owed(self) -> Sequence[Owed]:
        """Return the replies that this worker owes, oldest first, with those of workers that are gone."""
        me = self.server.worker
        await self._group.submit(Call(lambda connection: workers.take_over(connection, me)))
        return await self._reader.run(lambda connection: reading.owed(connection, me.id))

    async def on_duty(self) -> bool:
        """Say whether this worker does what nobody asked for; take that over where nobody alive does."""
        me = self.server.worker
        present = await self._reader.run(workers.holder)
        if present is not None:
            return present == me.id
        return bool(await self._group.submit(Call(lambda connection: workers.take_duty(connection, me))))

    # ------------------------------------------------------------ erasure and research

    async def verify_erasures(self) -> Sequence[Receipt]:
        """Make erased rows gone from tables and indexes; return the receipts that may now be sent."""
        try:
            gone = await self._vacuum.verified() if await self._noted_outside() else ()
            if gone:
                await self._group.submit(Call(lambda connection: erasing.mark_verified(connection, gone)))
            return await self._reader.run(erasing.due)
        except StoreUnavailable:
            return ()  # it stays pending

    @asynccontextmanager
    async def snapshot(self) -> AsyncIterator[SqlSnapshot]:
        """Open a consistent view for research; while it is open, erasures stay pending."""
        async with self.server.held() as held:
            yield await SqlSnapshot.taken(held)

    # ------------------------------------------------------------ the writer

    async def close(self) -> None:
        """Finish what waits, then let go: what is still owed is at once another worker's."""
        if self._closed:
            return
        self._closed = True
        self._beating.cancel()
        await asyncio.gather(self._beating, return_exceptions=True)
        await self._group.close()
        with suppress(Exception):  # else the lease ends by itself
            await self.server.transact(partial(workers.leave, me=self.server.worker))
        await self.server.close()

    async def _beat(self, seconds: float) -> None:
        """Commit something now and then, so that the lease goes on."""
        while True:
            await asyncio.sleep(seconds)
            with suppress(StoreUnavailable):
                await self.flush()

    async def _commit(self, operations: Sequence[Operation]) -> list[object]:
        """Commit operations together; where that fails by a fault of one of them, each alone."""
        worker = self.server.worker.id
        try:
            return await self.server.transact(
                lambda connection: commit(connection, operations, self._editions, worker, self._marking)
            )
        except StoreUnavailable as error:
            return [StoreUnavailable(error.message, remedy=error.remedy) for _ in operations]
        except Exception as error:  # noqa: BLE001 - whoever asked for it gets it
            return [error] if len(operations) == 1 else [(await self._commit([one]))[0] for one in operations]


async def _nothing() -> None:
    """Tidy nothing: the server does that by itself."""
