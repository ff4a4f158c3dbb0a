"""SQLite connections as this store needs them, each used by one thread of its own.

A statement through an asynchronous driver costs two thread hops, and a commit has about ten of them; so a
whole transaction hops once, with everything in it (measured: benchmarks/storage.py).
"""

import asyncio
import sqlite3
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar, cast

from sqlalchemy import Connection, create_engine, event
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import NullPool

from bot.errors import OperatorError, StoreUnavailable
from bot.storage.upgrading import connect

Answer = TypeVar("Answer")

PRAGMAS = {
    "journal_mode": "wal",  # readers and the writer don't wait for each other
    "synchronous": 2,  # FULL: a commit that was answered survives a power cut
    "secure_delete": 1,  # deleted rows are overwritten with zeros
    "foreign_keys": 1,
    "trusted_schema": 0,  # functions in the file's own schema aren't run
    "busy_timeout": 5000,  # milliseconds to wait for another process
    "wal_autocheckpoint": 0,  # only the owner tidies the log, at a moment of its own choosing
    "temp_store": 2,  # MEMORY: nothing of a person in temporary files
}


ROOMY = {"cache_size": -8192}
"""KiB of pages kept at hand where two readings go over the same rows side by side."""


class Line:
    """One connection and the thread that it lives in."""

    def __init__(self, database: Path, *, writes: bool, more: Mapping[str, str | int] | None = None) -> None:
        self._database = database
        self._begin = "BEGIN IMMEDIATE" if writes else "BEGIN"
        self._pragmas = {**(PRAGMAS if writes else PRAGMAS | {"query_only": 1}), **(more or {})}
        self.thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="storage")
        self._open: Connection | None = None

    async def run(self, function: Callable[[Connection], Answer]) -> Answer:
        """Run a function in the thread, inside a transaction."""
        return await asyncio.get_running_loop().run_in_executor(self.thread, self.transact, function)

    def transact(self, function: Callable[[Connection], Answer]) -> Answer:
        """Run a function inside a transaction; call this in the thread."""
        with unavailable(), self.connection.begin():
            return function(self.connection)

    async def ask(self, function: Callable[[Connection], Answer]) -> Answer:
        """Run a function in the thread; the transaction that its first statement begins stays open."""

        def asked() -> Answer:
            with unavailable():
                return function(self.connection)

        return await asyncio.get_running_loop().run_in_executor(self.thread, asked)

    @property
    def connection(self) -> Connection:
        """The connection, opened when it is first needed; only for the thread."""
        if self._open is None:
            # An error must not carry what a person said into a log.
            engine = create_engine(
                "sqlite://", creator=self._connected, poolclass=NullPool, hide_parameters=True
            )
            event.listen(engine, "begin", lambda connection: connection.exec_driver_sql(self._begin))
            self._open = engine.connect()
        return self._open

    @property
    def driver(self) -> sqlite3.Connection:
        """The driver's own connection, for what can't run inside a transaction; only for the thread."""
        return cast("sqlite3.Connection", self.connection.connection.driver_connection)

    def _connected(self) -> sqlite3.Connection:
        connection = connect(self._database)
        for name, value in self._pragmas.items():
            connection.execute(f"PRAGMA {name} = {value}")
            ((found,),) = connection.execute(f"PRAGMA {name}")
            if found != value:
                raise OperatorError(
                    f"SQLite doesn't take {name} = {value} for {self._database}: it says {found}."
                )
        return connection

    async def close(self) -> None:
        """Close the connection and end the thread."""
        await asyncio.get_running_loop().run_in_executor(self.thread, self._close)
        self.thread.shutdown()

    def _close(self) -> None:
        if self._open is not None:
            self._open.close()
            self._open = None


@contextmanager
def unavailable() -> Iterator[None]:
    """Turn what a disk can do to us into `StoreUnavailable`; a fault of the program stays what it is."""
    try:
        yield
    except DBAPIError as error:
        # A damaged file is a plain DatabaseError; its subclasses but one are faults of the statement.
        if type(error.orig) in {sqlite3.OperationalError, sqlite3.DatabaseError}:
            raise StoreUnavailable(
                f"The database can't be reached now: {error.orig}.",
                remedy="Nothing was half-written. See to the disk; then the same works again.",
            ) from error
        raise
