"""The part of the memory twin that the dashboard's door needs."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from bot.storage.staff import DEED_AGE, Account, Deed, Visit, goes_on


@dataclass(frozen=True, slots=True)
class _Offer:
    account: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class _Visit:
    account: str
    began_at: datetime
    seen_at: datetime


class StaffInMemory:
    """Accounts, links, visits and deeds, in dicts."""

    def __init__(self) -> None:
        super().__init__()
        self._accounts: dict[str, Account] = {}
        self._offers: dict[str, _Offer] = {}
        self._visits: dict[str, _Visit] = {}
        self._deeds: list[Deed] = []

    async def keep_account(self, account: Account) -> None:
        """Store a new account."""
        self._accounts[account.id] = account

    async def account(self, account: str) -> Account | None:
        """Return an account, closed or not."""
        return self._accounts.get(account)

    async def accounts(self, organisation: str | None = None) -> Sequence[Account]:
        """Return the accounts of an organisation, or all, in the order in which they were made."""
        wanted = (one for one in self._accounts.values() if organisation in {None, one.organisation})
        return sorted(wanted, key=lambda one: (one.created_at, one.id))

    def _open(self, account: str) -> Account | None:
        known = self._accounts.get(account)
        return known if known is not None and known.closed_at is None else None

    async def close_account(self, account: str, at: datetime) -> bool:
        """Close an account for good: its visits end and its link is void; False where there is none."""
        self._void(account)
        self._visits = {name: one for name, one in self._visits.items() if one.account != account}
        known = self._open(account)
        if known is not None:
            self._accounts[account] = replace(known, closed_at=at)
        return account in self._accounts

    def _void(self, account: str) -> None:
        self._offers = {link: one for link, one in self._offers.items() if one.account != account}

    async def offer_sign_in(self, link: str, account: str, expires_at: datetime) -> bool:
        """Keep the digest of an account's one-time link; an earlier one is void."""
        if self._open(account) is None:
            return False
        self._void(account)
        self._offers[link] = _Offer(account, expires_at)
        return True

    async def sign_in_offered(self, link: str, at: datetime) -> Account | None:
        """Return whose link this is, if it still works; nothing changes."""
        offer = self._offers.get(link)
        return self._open(offer.account) if offer is not None and offer.expires_at > at else None

    async def sign_in(self, link: str, visit: str, at: datetime) -> Account | None:
        """Use up a link and begin a visit, and write down both; None where the link doesn't work."""
        known = await self.sign_in_offered(link, at)
        if known is None:
            return None
        del self._offers[link]
        self._visits[visit] = _Visit(known.id, at, at)
        self._deeds.append(Deed(at, known.organisation, known.id, "signed_in"))
        return known

    async def visit(self, visit: str, at: datetime) -> Visit | None:
        """Return a visit that goes on, by its digest."""
        kept = self._visits.get(visit)
        known = self._open(kept.account) if kept is not None else None
        if kept is None or known is None or not goes_on(kept.began_at, kept.seen_at, at):
            return None
        return Visit(known, kept.began_at, kept.seen_at)

    async def see_visit(self, visit: str, at: datetime) -> None:
        """Note that a visit was in use."""
        if visit in self._visits:
            self._visits[visit] = replace(self._visits[visit], seen_at=at)

    async def end_visit(self, visit: str) -> None:
        """End a visit."""
        self._visits.pop(visit, None)

    async def sign_everybody_out(self) -> None:
        """End every visit and void every link."""
        self._offers, self._visits = {}, {}

    async def record(self, deed: Deed) -> None:
        """Write down what somebody did."""
        self._deeds.append(deed)

    async def deeds(self, organisation: str | None = None, most: int = 100) -> Sequence[Deed]:
        """Return what was done in an organisation, or in all, the newest first."""
        wanted = [one for one in self._deeds if organisation in {None, one.organisation}]
        return sorted(wanted, key=lambda one: one.at, reverse=True)[:most]

    def _drop_past(self, now: datetime) -> None:
        self._offers = {link: one for link, one in self._offers.items() if one.expires_at > now}
        kept = self._visits.items()
        self._visits = {name: one for name, one in kept if goes_on(one.began_at, one.seen_at, now)}
        self._deeds = [one for one in self._deeds if one.at > now - DEED_AGE]
