"""What is remembered for the web: invites, tracked provider links, resume codes, and counts of nobody.

Law: whether an organisation is paused, and an invite's limit, are looked at in the transaction that begins
the session, so that they hold whoever else does something at the same moment. A code has no parts and no
meaning; whether it is closed, expired, full or was never there is known here and told to nobody. Nothing here
says who passed a link on.
"""

import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final, Protocol

from bot.conversation.events import Began
from bot.conversation.replies import Turn

CODE: Final = re.compile(r"[A-Za-z0-9_-]{16}", re.ASCII)
LABEL: Final = re.compile(r"\w[\w .\-]{0,63}")
"""What a campaign or a source may be called: words, in any script, so that no page can be hurt by them."""
LEAST_LIMIT: Final = 11
"""A smaller limit would make a count of the campaign point at single people."""


def new_code() -> str:
    """Return 96 random bits as 16 characters: an invite's code, the one shared, or a tracked link's id."""
    return secrets.token_urlsafe(12)


@dataclass(frozen=True, slots=True)
class Invite:
    """A link of a campaign of an organisation."""

    code: str
    organisation: str
    questionnaire: str
    campaign: str
    created_at: datetime
    source: str = ""
    language: str | None = None
    shared_screen: bool = False
    expires_at: datetime | None = None
    limit: int | None = None
    closed_at: datetime | None = None
    begun: int = 0  # interviews that began with it, erased ones too
    share: str = field(default_factory=new_code)
    """The code that people pass on: one for all of them, so that it can't say who did."""

    def admits(self, at: datetime) -> bool:
        """Tell whether one more interview may begin with it."""
        due = self.expires_at is not None and at >= self.expires_at
        full = self.limit is not None and self.begun >= self.limit
        return not (self.closed_at or due or full)

    def opened_with(self, code: str) -> "Invite":
        """Return the invite as a code opens it: who was passed the link sits at a screen of their own."""
        return self if code == self.code else replace(self, shared_screen=False)


@dataclass(frozen=True, slots=True)
class Destination:
    """Where a tracked link leads: never an address, only what the content files are asked for."""

    organisation: str
    questionnaire: str
    topic: str
    language: str
    segment: str = ""  # whose words the tip has; in the experiment, the one that the person was shown
    invite: str = ""  # the code, or nothing where nobody was invited
    arm: str = ""  # of the experiment with voices, or nothing for who isn't in it


def beginning(turn: Turn) -> Began | None:
    """Return how a turn begins an interview, if it does; a second part belongs to one under way."""
    event = turn.event
    return event if isinstance(event, Began) and event.follows is None else None


def paused(organisation: str) -> str:
    """Return the name of the fact that an organisation lets no interview begin: since when, or nothing."""
    return f"paused:{organisation}"


class InviteStore(Protocol):
    """The part of a store that the web and the invites need."""

    async def keep_invite(self, invite: Invite) -> None:
        """Store a new invite."""
        ...

    async def invite(self, code: str) -> Invite | None:
        """Return the invite of a code, its own or the one passed on, whether it admits anybody or not."""
        ...

    async def invites(self, organisation: str | None = None) -> Sequence[Invite]:
        """Return the invites of an organisation, or all, in the order in which they were made."""
        ...

    async def close_invite(self, code: str, at: datetime) -> bool:
        """Close an invite for good; False where there is none."""
        ...

    async def link(self, destination: Destination) -> str:
        """Return the opaque id of a destination, made the first time."""
        ...

    async def destination(self, link: str) -> Destination | None:
        """Return where an id leads."""
        ...

    async def tally(self, at: datetime, names: Sequence[str]) -> None:
        """Count each name once, of nobody, for the day that `at` has where it says that it is."""
        ...

    async def offer_resume(self, digest: str, person: str, expires_at: datetime) -> None:
        """Keep that a resume code, known here by its digest, leads to a person; gone when they are erased."""
        ...

    async def resumes(self, digest: str, at: datetime) -> str | None:
        """Return the person whom a resume code leads to, unless it has expired."""
        ...
