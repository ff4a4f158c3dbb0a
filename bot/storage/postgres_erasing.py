"""Erased rows made gone from the tables and indexes of PostgreSQL.

Law: an erasure counts as verified only after a VACUUM that could take its rows away: one that began when no
transaction was left that might still read them. What the server keeps beyond its tables (write-ahead log,
replicas, backups, unused space of its files until it is used again) is told to the operator in
docs/scaling.md.
"""

from collections.abc import Sequence
from time import monotonic

from sqlalchemy import Connection, text

from bot.storage import tables
from bot.storage.erasing import pending
from bot.storage.invite_tables import resume_code
from bot.storage.postgres_connections import TROUBLE, Server

HOLDERS = (
    tables.person,
    tables.address,
    tables.session,
    tables.event,
    tables.answer,
    tables.wide_row,
    tables.owed,
    tables.erasure,
    resume_code,
)
"""Every table that holds something of a person."""

BRIEF = 0.25  # seconds that it may take without a thought
PAUSE = 20  # times as long as the last one took nobody is troubled by another one

# The row of an erasure was written by the very transaction that deleted, so it knows that one's number.
_CERTAIN = text(
    "SELECT erasure_id FROM erasure AS gone WHERE NOT verified AND NOT EXISTS ("
    " SELECT 1 FROM pg_stat_activity AS other WHERE other.datname = current_database()"
    " AND other.pid <> pg_backend_pid() AND other.backend_xmin IS NOT NULL"
    " AND age(other.backend_xmin) >= age(gone.xmin))"
)


class Vacuum:
    """Takes dead rows away, not more often than it is worth."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._again_at = 0.0

    async def verified(self) -> Sequence[str]:
        """Return the erasures of which nothing is left in tables and indexes now."""
        if monotonic() < self._again_at or not await self._server.run(pending):
            return ()
        certain = await self._server.run(_certain)
        return certain if certain and await self._vacuum() else ()

    async def _vacuum(self) -> bool:
        began = monotonic()
        try:
            async with self._server.patient("AUTOCOMMIT") as connection:
                for table in HOLDERS:
                    await connection.execute(text(f'VACUUM (INDEX_CLEANUP ON) "{table.name}"'))
        except TROUBLE:
            return False  # not there, or not allowed: it stays pending
        took = monotonic() - began
        self._again_at = monotonic() + (PAUSE * took if took > BRIEF else 0)
        return True


def _certain(connection: Connection) -> Sequence[str]:
    return connection.scalars(_CERTAIN).all()
