"""From whatever lies at an address of PostgreSQL to a database of this version, or a clear no.

Law: a database of another key, of a newer version, or of another program is never changed. Of several
processes that start at once one does the work, and the others find it done: everything that changes the
tables happens in one transaction that first locked the one row of a table made for that. An upgrade makes no
copy: a backup of the server comes first (docs/scaling.md).
"""

import asyncio
from typing import Final

from sqlalchemy import Connection, text
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.errors import DatabaseVersionError, KeyMismatch, OperatorError
from bot.storage.postgres_connections import TROUBLE, Server
from bot.storage.upgrading import FINGERPRINT, HEAD, Found

LOCK: Final = "upgrade_lock"
_MAKE_LOCK: Final = (
    f"CREATE TABLE IF NOT EXISTS {LOCK} (n BIGINT PRIMARY KEY)",
    f"INSERT INTO {LOCK} (n) VALUES (1) ON CONFLICT DO NOTHING",  # noqa: S608 - our own name
)
_ATTEMPTS: Final = 20  # IF NOT EXISTS isn't safe against others that make the same table at the same moment
_TABLES: Final = text(
    "SELECT table_name FROM information_schema.tables"
    " WHERE table_schema = current_schema() AND table_type = 'BASE TABLE'"
)


async def prepare(server: Server, fingerprint: str) -> None:
    """Make, check or upgrade a database."""
    async with server.patient() as connection:
        if _ready(await connection.run_sync(_inspect), fingerprint):
            return
    await _make_lock(server)
    async with server.patient() as connection, connection.begin():
        await connection.execute(text(f"SELECT n FROM {LOCK} FOR UPDATE"))  # noqa: S608 - our own name
        await _upgrade(connection, fingerprint)


async def _make_lock(server: Server) -> None:
    for attempt in range(1, _ATTEMPTS + 1):
        try:
            async with server.patient("AUTOCOMMIT") as connection:
                for statement in _MAKE_LOCK:
                    await connection.execute(text(statement))
        except TROUBLE:
            if attempt == _ATTEMPTS:
                raise
            await asyncio.sleep(0.05 * attempt)
        else:
            return


async def _upgrade(connection: AsyncConnection, fingerprint: str) -> None:
    from bot.storage import revisions  # noqa: PLC0415 - Alembic is slow to import, and needed on such days only

    found = await connection.run_sync(_inspect)
    if _ready(found, fingerprint):
        return
    if found.revision is not None and found.revision not in revisions.known():
        raise DatabaseVersionError(
            f"The database belongs to a newer version of Attune (revision {found.revision}).",
            remedy="Install that version, or restore the backup that was made before its upgrade.",
        )
    await connection.run_sync(revisions.upgrade)
    if found.revision is None:
        keep = text("INSERT INTO meta (name, value) VALUES (:name, :value)")
        await connection.execute(keep, {"name": FINGERPRINT, "value": fingerprint})


def _inspect(connection: Connection) -> Found:
    names = set(connection.scalars(_TABLES)) - {LOCK}
    if not names:
        return Found()
    if not {"alembic_version", "meta"} <= names:
        raise OperatorError(
            "The database has tables of another program.",
            remedy="Give Attune a database of its own (CREATE DATABASE attune), and name it in DATABASE_URL.",
        )
    revision = connection.scalar(text("SELECT version_num FROM alembic_version"))
    fact = text("SELECT value FROM meta WHERE name = :name")
    return Found(revision, connection.scalar(fact, {"name": FINGERPRINT}))


def _ready(found: Found, fingerprint: str) -> bool:
    """Say whether a database can be used as it is; refuse one that isn't ours to change."""
    if found.revision is None:
        return False
    if found.fingerprint != fingerprint:
        raise KeyMismatch(
            "The database was made with another privacy key: nobody in it would be recognised.",
            remedy="Give every worker the key it was made with (PRIVACY_KEY_FILE), or name another database.",
        )
    return found.revision == HEAD
