"""Connections to PostgreSQL: whole transactions, again where the database asks for it or went away.

Law: a transaction is answered once it is known to be on disk. Where the connection broke while it was being
committed, the mark that it left is looked for before anything is tried again, so that nothing happens twice.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, Final, TypeVar

import asyncpg
from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlalchemy.pool import NullPool

from bot.errors import StoreUnavailable
from bot.storage import workers
from bot.storage.invites import new_code
from bot.storage.workers import Worker

Answer = TypeVar("Answer")

PAUSES: Final = (0.0, 0.05, 0.2, 0.5, 1.0, None)
"""Seconds between attempts; after the last one whoever waits is told to try again later."""
CONNECTIONS: Final = 5
CONNECT: Final = 5.0  # seconds
COMMAND: Final = 20.0  # seconds that one statement may take before the connection counts as dead
SESSION: Final = {
    "application_name": "attune",
    "lock_timeout": "10000",  # milliseconds to wait for another worker's commit
    "idle_in_transaction_session_timeout": "15000",  # a worker that froze mustn't hold up the others
}
FAULTS: Final = ("0A", "21", "22", "23", "2B", "42")
"""The classes of errors that are the program's own fault: to try again would fail again."""

TROUBLE: Final = (
    DBAPIError,
    PoolTimeout,
    asyncpg.PostgresError,
    asyncpg.InterfaceError,
    OSError,
    TimeoutError,
)


@dataclass(frozen=True, slots=True)
class _Tried:
    """A transaction of which nobody knows yet whether it was committed."""

    mark: str
    answer: Any


class Server:
    """One database, as one worker uses it."""

    def __init__(self, url: str, worker: Worker) -> None:
        self.worker = worker
        self._url = url
        self._engine = self._made(
            COMMAND, SESSION, pool_size=CONNECTIONS, max_overflow=0, pool_timeout=CONNECT
        )
        self._reads = self._engine.execution_options(isolation_level="AUTOCOMMIT")
        # What takes long has connections of its own, and no limits.
        self._patient = self._made(None, {"application_name": "attune"}, poolclass=NullPool)

    def _made(self, command: float | None, session: dict[str, str], **pool: Any) -> AsyncEngine:
        async def connected() -> Any:
            return await asyncpg.connect(
                self._url, timeout=CONNECT, command_timeout=command, server_settings=session
            )

        # An error must not carry what a person said into a log.
        return create_async_engine(
            "postgresql+asyncpg://", async_creator=connected, hide_parameters=True,
            isolation_level="READ COMMITTED", **pool,
        )  # fmt: skip

    async def run(self, function: Callable[[Connection], Answer]) -> Answer:
        """Run a function that only reads."""

        async def once() -> Answer:
            async with self._reads.connect() as connection:
                return await connection.run_sync(function)

        return await _persistently(once)

    async def transact(self, function: Callable[[Connection], Answer]) -> Answer:
        """Run a function that writes, alone among all workers, in one transaction that happens once."""
        tried: _Tried | None = None

        async def once() -> Answer:
            nonlocal tried
            async with self._engine.begin() as connection:
                await connection.run_sync(workers.lock)  # waits for a commit of ours that is still under way
                if tried and await connection.run_sync(workers.signed, self.worker) == tried.mark:
                    answer: Answer = tried.answer
                    return answer
                tried, mark = None, new_code()
                answer = await connection.run_sync(lambda inner: self._signed(inner, function, mark))
                tried = _Tried(mark, answer)
            return answer

        return await _persistently(once)

    def _signed(self, connection: Connection, function: Callable[[Connection], Answer], mark: str) -> Answer:
        workers.sign(connection, self.worker, mark)
        return function(connection)

    @asynccontextmanager
    async def held(self) -> AsyncIterator["Held"]:
        """Open a connection that sees the database as it is now, whatever others write."""
        reads = self._patient.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
        try:
            connection = await reads.connect()
        except TROUBLE as error:
            raise unavailable(error) from error
        try:
            yield Held(connection)
        finally:
            await connection.close()

    @asynccontextmanager
    async def patient(self, isolation: str = "READ COMMITTED") -> AsyncIterator[AsyncConnection]:
        """Open a connection for what may take long."""
        async with self._patient.execution_options(isolation_level=isolation).connect() as connection:
            yield connection

    async def close(self) -> None:
        """Let go of every connection."""
        await self._engine.dispose()
        await self._patient.dispose()


class Held:
    """A connection whose transaction stays open."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection
        self._free = asyncio.Lock()

    async def ask(self, function: Callable[[Connection], Answer]) -> Answer:
        """Run a function over it, when those that were asked before are done."""
        try:
            async with self._free:
                return await self._connection.run_sync(function)
        except TROUBLE as error:
            raise unavailable(error) from error


async def _persistently(once: Callable[[], Awaitable[Answer]]) -> Answer:
    """Try again what the database broke off; a fault of the program stays what it is."""
    for pause in PAUSES:
        try:
            return await once()
        except TROUBLE as error:
            if is_fault(error):
                raise
            if pause is None:
                raise unavailable(error) from error
        await asyncio.sleep(pause)
    raise AssertionError("the last pause is none")


def code_of(error: BaseException) -> str:
    """Return PostgreSQL's five-letter code of an error, or nothing where it never came to one."""
    inner = error.orig if isinstance(error, DBAPIError) else error
    return getattr(inner, "sqlstate", None) or ""


def is_fault(error: BaseException) -> bool:
    """Tell a fault of the program from what a server, a disk or a network can do to us."""
    code = code_of(error)
    stale = isinstance(error, DBAPIError) and "cached statement plan" in str(error.orig)
    return code[:2] in FAULTS and not stale


def unavailable(error: BaseException) -> StoreUnavailable:
    """Return what an error means to those who wait, without any value or address in it."""
    reason = code_of(error) or type(error).__name__
    return StoreUnavailable(
        f"The database can't be reached now ({reason}).",
        remedy="Nothing was half-written. See to the server and the network; then the same works again.",
    )
