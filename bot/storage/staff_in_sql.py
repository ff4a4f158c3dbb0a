"""The part of the SQL stores that the dashboard's door needs."""

from collections.abc import Sequence
from datetime import datetime
from typing import cast

from bot.storage import staff_statements as statements
from bot.storage.group import GroupCommit
from bot.storage.operations import Call
from bot.storage.reading import Reader
from bot.storage.staff import Account, Deed, Visit


class StaffInSql:
    """Accounts, links, visits and deeds, over a store's own reader and writer."""

    _reader: Reader
    _group: GroupCommit

    async def keep_account(self, account: Account) -> None:
        """Store a new account."""
        await self._group.submit(Call(lambda connection: statements.keep(connection, account)))

    async def account(self, account: str) -> Account | None:
        """Return an account, closed or not."""
        return await self._reader.run(lambda connection: statements.account(connection, account))

    async def accounts(self, organisation: str | None = None) -> Sequence[Account]:
        """Return the accounts of an organisation, or all, in the order in which they were made."""
        return await self._reader.run(lambda connection: statements.accounts(connection, organisation))

    async def close_account(self, account: str, at: datetime) -> bool:
        """Close an account for good: its visits end and its link is void; False where there is none."""
        closed = await self._group.submit(Call(lambda connection: statements.close(connection, account, at)))
        return bool(closed)

    async def offer_sign_in(self, link: str, account: str, expires_at: datetime) -> bool:
        """Keep the digest of an account's one-time link; an earlier one is void."""
        kept = Call(lambda connection: statements.offer(connection, link, account, expires_at))
        return bool(await self._group.submit(kept))

    async def sign_in_offered(self, link: str, at: datetime) -> Account | None:
        """Return whose link this is, if it still works; nothing changes."""
        return await self._reader.run(lambda connection: statements.offered(connection, link, at))

    async def sign_in(self, link: str, visit: str, at: datetime) -> Account | None:
        """Use up a link and begin a visit, and write down both; None where the link doesn't work."""
        begun = Call(lambda connection: statements.sign_in(connection, link, visit, at))
        return cast("Account | None", await self._group.submit(begun))

    async def visit(self, visit: str, at: datetime) -> Visit | None:
        """Return a visit that goes on, by its digest."""
        return await self._reader.run(lambda connection: statements.visited(connection, visit, at))

    async def see_visit(self, visit: str, at: datetime) -> None:
        """Note that a visit was in use."""
        await self._group.submit(Call(lambda connection: statements.see(connection, visit, at)))

    async def end_visit(self, visit: str) -> None:
        """End a visit."""
        await self._group.submit(Call(lambda connection: statements.end(connection, visit)))

    async def sign_everybody_out(self) -> None:
        """End every visit and void every link."""
        await self._group.submit(Call(statements.sign_everybody_out))

    async def record(self, deed: Deed) -> None:
        """Write down what somebody did."""
        await self._group.submit(Call(lambda connection: statements.record(connection, deed)))

    async def deeds(self, organisation: str | None = None, most: int = 100) -> Sequence[Deed]:
        """Return what was done in an organisation, or in all, the newest first."""
        return await self._reader.run(lambda connection: statements.deeds(connection, organisation, most))
