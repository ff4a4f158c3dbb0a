"""Which interviews are in an export, as they stood at its as-of number, and what is left out and why.

Law: only people whose last word on research is yes, and who had said yes by then. Whoever is left out is a
number with a reason.
"""

from collections import Counter
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field, replace
from datetime import datetime

from bot.conversation.content import Content
from bot.conversation.machine import fold
from bot.questionnaire.model import Edition
from bot.storage.store import Snapshot, StoredSession

HeldWith = Callable[[Edition], Content]
"""What the machine folds a log with: an edition, and today's words around it, which change no answer."""

SIMULATED = "simulated"
NO_CONSENT, NO_RESEARCH = "no_consent", "no_research"
REASONS = {
    NO_CONSENT: "didn't agree to the consent text",
    NO_RESEARCH: "didn't allow research",
    "withdrawn": "allowed research and took it back later",
    SIMULATED: "answered by a program, not by a person",
}
"""Every reason for leaving an interview out."""


@dataclass(frozen=True, slots=True)
class Filters:
    """What the export was asked for."""

    as_of: int
    include: frozenset[str] = frozenset()  # channels that are left out unless they are named


@dataclass(slots=True)
class Survey:
    """What a first pass over the interviews found."""

    counted_at: int  # the turn at which those left out were counted: the store knows only the present ones
    excluded: Counter[str] = field(default_factory=Counter)
    responses: int = 0
    first_met: dict[str, datetime] = field(default_factory=dict)  # when each edition's first interview began

    def meet(self, stored: StoredSession) -> None:
        """Count an interview that is in."""
        self.responses += 1
        digest, began = stored.session.edition, stored.session.began_at
        self.first_met[digest] = min(began, self.first_met.get(digest, began))

    @property
    def newest_first(self) -> list[str]:
        """Return the digests of the editions: what came into use last is the newest."""
        return sorted(self.first_met, key=lambda digest: (self.first_met[digest], digest), reverse=True)


class Editions:
    """The editions of one snapshot, each read once."""

    def __init__(self, snapshot: Snapshot, held_with: HeldWith) -> None:
        self._snapshot = snapshot
        self._held_with = held_with
        self._known: dict[str, Edition] = {}

    async def get(self, digest: str) -> Edition:
        """Return an edition by its digest."""
        if digest not in self._known:
            self._known[digest] = await self._snapshot.edition(digest)
        return self._known[digest]

    async def as_it_stood(self, stored: StoredSession, as_of: int) -> StoredSession | None:
        """Return an interview as it stood at an as-of number, or None where it hadn't begun."""
        if stored.events[-1][0] <= as_of:
            return stored
        events = tuple((number, event) for number, event in stored.events if number <= as_of)
        content = self._held_with(await self.get(stored.session.edition))
        session = fold(content, (event for _, event in events))
        return None if session is None else replace(stored, session=session, events=events)


async def chosen(
    snapshot: Snapshot, questionnaire: str, filters: Filters, editions: Editions, excluded: Counter[str]
) -> AsyncIterator[StoredSession]:
    """Yield the interviews that are in the export, as they stood; count those left out on the way."""
    async for stored in snapshot.sessions(questionnaire):
        then = await editions.as_it_stood(stored, filters.as_of)
        if then is None:
            continue
        if then.session.channel == SIMULATED and SIMULATED not in filters.include:
            excluded[SIMULATED] += 1
            continue
        if then.session.consent is None or not then.session.research:
            excluded[NO_RESEARCH if then.session.consent else NO_CONSENT] += 1
            continue
        yield then
