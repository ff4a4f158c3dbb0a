"""What is remembered of staff: accounts, one-time links, visits (sign-ins), and what was done.

Law: nobody's name is asked for: an account is an id with an organisation, a role and a label of the
operator's choice. Links and visits are known by keyed digests only, so that whoever reads the database can't
sign in. A link works once: what it leads to begins in the transaction that uses it up. A visit of a closed
account doesn't exist.
"""

import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final, Protocol

LINK_AGE: Final = timedelta(hours=24)
"""How long a one-time link works."""
VISIT_IDLE: Final = timedelta(minutes=30)
"""How long a visit lasts in which nothing is opened."""
VISIT_AGE: Final = timedelta(hours=8)
"""How long a visit lasts at most."""
DEED_AGE: Final = timedelta(days=365)
"""How long it is kept what somebody did."""
LABEL: Final = re.compile(r"\w[\w .@'\-]{0,63}")
"""What an account may be called."""
OPERATOR: Final = "operator"
"""Stands where an account's id would, for what was done at the command line."""


class Role(StrEnum):
    """What an account may do."""

    VIEWER = "viewer"  # sees counts and invites
    EDITOR = "editor"  # also makes and closes invites, pauses and resumes
    EXPORTER = "exporter"  # what a viewer may, and takes the counts away as a file


@dataclass(frozen=True, slots=True)
class Account:
    """Somebody of an organisation's staff."""

    id: str
    organisation: str
    role: Role
    label: str
    created_at: datetime
    closed_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Visit:
    """One sign-in that goes on."""

    account: Account
    began_at: datetime
    seen_at: datetime


@dataclass(frozen=True, slots=True)
class Deed:
    """What somebody did, and when: `about` is an id, never a word that somebody typed."""

    at: datetime
    organisation: str
    account: str
    what: str
    about: str = ""


def new_account_id() -> str:
    """Return the id of a new account: nothing secret, easy to type."""
    return secrets.token_hex(5)


def goes_on(began_at: datetime, seen_at: datetime, at: datetime) -> bool:
    """Tell whether a visit goes on."""
    return at < began_at + VISIT_AGE and at < seen_at + VISIT_IDLE


class StaffStore(Protocol):
    """The part of a store that the dashboard's door needs."""

    async def keep_account(self, account: Account) -> None:
        """Store a new account."""
        ...

    async def account(self, account: str) -> Account | None:
        """Return an account, closed or not."""
        ...

    async def accounts(self, organisation: str | None = None) -> Sequence[Account]:
        """Return the accounts of an organisation, or all, in the order in which they were made."""
        ...

    async def close_account(self, account: str, at: datetime) -> bool:
        """Close an account for good: its visits end and its link is void; False where there is none."""
        ...

    async def offer_sign_in(self, link: str, account: str, expires_at: datetime) -> bool:
        """Keep the digest of an account's one-time link; an earlier one is void.

        False where there is no such account, or it is closed.
        """
        ...

    async def sign_in_offered(self, link: str, at: datetime) -> Account | None:
        """Return whose link this is, if it still works; nothing changes."""
        ...

    async def sign_in(self, link: str, visit: str, at: datetime) -> Account | None:
        """Use up a link and begin a visit, and write down both; None where the link doesn't work."""
        ...

    async def visit(self, visit: str, at: datetime) -> Visit | None:
        """Return a visit that goes on, by its digest."""
        ...

    async def see_visit(self, visit: str, at: datetime) -> None:
        """Note that a visit was in use."""
        ...

    async def end_visit(self, visit: str) -> None:
        """End a visit."""
        ...

    async def sign_everybody_out(self) -> None:
        """End every visit and void every link: what a backup brings back would be used and ended ones."""
        ...

    async def record(self, deed: Deed) -> None:
        """Write down what somebody did."""
        ...

    async def deeds(self, organisation: str | None = None, most: int = 100) -> Sequence[Deed]:
        """Return what was done in an organisation, or in all, the newest first."""
        ...
