"""The part of the memory twin that the web and the invites need."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from bot.conversation.replies import Turn
from bot.storage.invites import Destination, Invite, beginning, new_code, paused
from bot.storage.memory_snapshot import KnownPerson


class InvitesInMemory:
    """Invites, tracked links, resume codes and counts, in dicts."""

    _counts: Counter[tuple[str, str]]
    _people: dict[str, KnownPerson]
    _facts: dict[str, str]

    def __init__(self) -> None:
        super().__init__()
        self._invites: dict[str, Invite] = {}
        self._links: dict[Destination, str] = {}
        self._resumes: dict[str, tuple[str, datetime]] = {}

    async def keep_invite(self, invite: Invite) -> None:
        """Store a new invite."""
        self._invites[invite.code] = invite

    async def invite(self, code: str) -> Invite | None:
        """Return the invite of a code."""
        shared = (one for one in self._invites.values() if one.share == code)
        found = self._invites.get(code) or next(shared, None)
        return found and found.opened_with(code)

    async def invites(self, organisation: str | None = None) -> Sequence[Invite]:
        """Return the invites of an organisation, or all."""
        wanted = (one for one in self._invites.values() if organisation in {None, one.organisation})
        return sorted(wanted, key=lambda one: (one.created_at, one.code))

    async def close_invite(self, code: str, at: datetime) -> bool:
        """Close an invite for good; False where there is none."""
        known = self._invites.get(code)
        if known is not None and known.closed_at is None:
            self._invites[code] = replace(known, closed_at=at)
        return known is not None

    async def link(self, destination: Destination) -> str:
        """Return the opaque id of a destination, made the first time."""
        return self._links.setdefault(destination, new_code())

    async def destination(self, link: str) -> Destination | None:
        """Return where an id leads."""
        return next((where for where, known in self._links.items() if known == link), None)

    async def tally(self, at: datetime, names: Sequence[str]) -> None:
        """Count each name once for the day."""
        self._counts.update((at.date().isoformat(), name) for name in names)

    async def offer_resume(self, digest: str, person: str, expires_at: datetime) -> None:
        """Keep that a resume code leads to a person."""
        if person in self._people:
            self._resumes[digest] = (person, expires_at)

    async def resumes(self, digest: str, at: datetime) -> str | None:
        """Return the person whom a resume code leads to."""
        person, expires_at = self._resumes.get(digest, ("", at))
        return person if expires_at > at and person in self._people else None

    def _admits(self, turn: Turn) -> bool:
        """Say whether a turn's interview may begin, and count it if so; others always may."""
        event = beginning(turn)
        if event is None:
            return True
        if self._facts.get(paused(event.organisation)):
            return False
        return event.invite is None or self._admitted(event.invite, turn)

    def _admitted(self, code: str, turn: Turn) -> bool:
        known = self._invites.get(code)
        if known is None or not known.admits(turn.event.at):
            return False
        self._invites[code] = replace(known, begun=known.begun + 1)
        return True

    def _forget_resumes(self, person: str) -> None:
        self._resumes = {code: one for code, one in self._resumes.items() if one[0] != person}
