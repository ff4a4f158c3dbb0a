"""The part of the SQL stores that an operator needs."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from bot.storage import upkeep_statements as statements
from bot.storage.reading import Reader
from bot.storage.store import Parked, Swept
from bot.storage.upkeep import Backlog, Known


class UpkeepInSql:
    """What waits and what is wrong, over a store's own reader."""

    _reader: Reader

    async def backlog(self) -> Backlog:
        """Return what waits."""
        return await self._reader.run(statements.backlog)

    async def parked(self) -> Sequence[Parked]:
        """Return the updates that couldn't be taken, oldest first."""
        return await self._reader.run(statements.parked)

    async def people(self, matching: Callable[[str], bool]) -> Sequence[str]:
        """Return the people whose pseudonym matches."""
        return await self._reader.run(lambda connection: statements.people(connection, matching))

    async def person_of(self, response: str) -> str | None:
        """Return whose interview research knows by a response id."""
        return await self._reader.run(lambda connection: statements.person_of(connection, response))

    async def known(self, person: str) -> Known | None:
        """Return what is known of a person besides their answers."""
        return await self._reader.run(lambda connection: statements.known(connection, person))

    async def due(
        self, now: datetime, *, address_age: timedelta, retention: timedelta | None, unconsented: timedelta
    ) -> Swept:
        """Return what `sweep` would do, and do nothing."""
        before = None if retention is None else now - retention
        return await self._reader.run(
            lambda connection: statements.due(connection, now, now - unconsented, now - address_age, before)
        )
