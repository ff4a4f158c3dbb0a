"""The part of the SQL stores that the dashboard's figures need."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import cast

from bot.storage import counting_statements as statements
from bot.storage.counting import Interview
from bot.storage.group import GroupCommit
from bot.storage.operations import Call
from bot.storage.reading import Reader


class FiguresInSql:
    """Interviews to be counted, counts and published tables, over a store's own reader and writer."""

    _reader: Reader
    _group: GroupCommit

    async def interviews(
        self, since: datetime, until: datetime, after: tuple[datetime, str] | None = None
    ) -> Sequence[Interview]:
        """Return a page of the interviews that began in a period."""
        return await self._reader.run(
            lambda connection: statements.interviews(connection, since, until, after)
        )

    async def counted(self, prefix: str, first: str = "", last: str = "9") -> Mapping[tuple[str, str], int]:
        """Return counts of names that begin so."""
        return await self._reader.run(lambda connection: statements.counted(connection, prefix, first, last))

    async def taps(self, organisation: str, first: str, last: str) -> Mapping[str, int]:
        """Return how often an organisation's tracked links were tapped, by invite's code."""
        return await self._reader.run(
            lambda connection: statements.taps(connection, organisation, first, last)
        )

    async def publish(self, organisation: str, name: str, body: str) -> str:
        """Store a table under a name, unless one is there; return what stands."""
        return await self.publish_last(organisation, name, body, ())

    async def published(self, organisation: str) -> Mapping[str, str]:
        """Return an organisation's tables by name."""
        return await self._reader.run(lambda connection: statements.published(connection, organisation))

    async def publish_last(self, organisation: str, name: str, body: str, drop: Sequence[str]) -> str:
        """Store a table as `publish` does, and drop those that it was made from."""
        stands = await self._group.submit(
            Call(lambda connection: statements.publish(connection, organisation, name, body, drop))
        )
        return cast("str", stands)
