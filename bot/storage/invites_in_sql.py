"""The part of the SQL stores that the web and the invites need."""

from collections.abc import Sequence
from datetime import datetime
from typing import cast

from bot.storage import invite_statements as statements
from bot.storage.group import GroupCommit
from bot.storage.invites import Destination, Invite
from bot.storage.operations import Call
from bot.storage.reading import Reader


class InvitesInSql:
    """Invites, tracked links, resume codes and counts, over a store's own reader and writer."""

    _reader: Reader
    _group: GroupCommit

    async def keep_invite(self, invite: Invite) -> None:
        """Store a new invite."""
        await self._group.submit(Call(lambda connection: statements.keep(connection, invite)))

    async def invite(self, code: str) -> Invite | None:
        """Return the invite of a code."""
        return await self._reader.run(lambda connection: statements.opened_with(connection, code))

    async def invites(self, organisation: str | None = None) -> Sequence[Invite]:
        """Return the invites of an organisation, or all."""
        return await self._reader.run(lambda connection: statements.listed(connection, organisation))

    async def close_invite(self, code: str, at: datetime) -> bool:
        """Close an invite for good; False where there is none."""
        closed = await self._group.submit(Call(lambda connection: statements.close(connection, code, at)))
        return bool(closed)

    async def link(self, destination: Destination) -> str:
        """Return the opaque id of a destination, made the first time."""
        known = await self._reader.run(lambda connection: statements.known_link(connection, destination))
        if known is not None:
            return known
        made = await self._group.submit(Call(lambda connection: statements.link(connection, destination)))
        return cast("str", made)

    async def destination(self, link: str) -> Destination | None:
        """Return where an id leads."""
        return await self._reader.run(lambda connection: statements.destination(connection, link))

    async def tally(self, at: datetime, names: Sequence[str]) -> None:
        """Count each name once for the day."""
        await self._group.submit(Call(lambda connection: statements.tally(connection, at, names)))

    async def offer_resume(self, digest: str, person: str, expires_at: datetime) -> None:
        """Keep that a resume code leads to a person."""
        await self._group.submit(
            Call(lambda connection: statements.offer_resume(connection, digest, person, expires_at))
        )

    async def resumes(self, digest: str, at: datetime) -> str | None:
        """Return the person whom a resume code leads to."""
        return await self._reader.run(lambda connection: statements.resumes(connection, digest, at))
