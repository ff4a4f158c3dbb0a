"""The same on a server: one transaction for the whole chain, while no worker is alive."""

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta

from sqlalchemy import Connection, func, select

from bot.errors import OperatorError
from bot.privacy import Keys
from bot.storage import ledger, reading, rekeying, workers
from bot.storage.invites import new_code
from bot.storage.ledger import Ledger, Marking
from bot.storage.postgres_connections import Server
from bot.storage.rotating import IN_USE
from bot.storage.upgrading import FINGERPRINT
from bot.storage.workers import Worker


async def fingerprint(url: str) -> str | None:
    """Return the fingerprint of the key that a database was made with."""
    async with _server(url) as server:
        return await server.run(lambda connection: reading.fact(connection, FINGERPRINT))


async def carry(url: str, chain: Sequence[Keys], marking: Callable[[Keys], Marking]) -> None:
    """Carry a database from the first key of a chain to the last."""

    def carried(connection: Connection) -> None:
        workers.lock(connection)
        _refuse(connection)
        entries = Ledger(marking(chain[0]).folder, ledger.identify(connection)).entries()
        rekeying.carry_within(connection, chain, marking, entries)

    async with _server(url) as server, server.patient() as connection, connection.begin():
        await connection.run_sync(carried)


async def refuse(url: str) -> None:
    """Refuse a database that workers use."""
    async with _server(url) as server:
        await server.run(_refuse)


def _refuse(connection: Connection) -> None:
    if connection.scalar(select(func.count()).select_from(workers.alive().subquery())):
        raise OperatorError("Workers use the database.", remedy=IN_USE)


@asynccontextmanager
async def _server(url: str) -> AsyncIterator[Server]:
    server = Server(url, Worker(new_code(), timedelta(seconds=30)))
    try:
        yield server
    finally:
        await server.close()
