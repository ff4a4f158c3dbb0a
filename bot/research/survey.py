"""Which interviews are in an export, as they stood at its as-of number, and what is left out and why.

Law: only people whose last word on research is yes, and who had said yes by then. Whoever is left out is a
number with a reason. Only a person's own data are exempt: there it is their word that brings them.
"""

from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from bot.questionnaire.model import Edition
from bot.research.quick.interview import Interview
from bot.storage.kept import KeptLines
from bot.storage.pages import row_of
from bot.storage.store import CHANNEL, REASON, Row, Snapshot, StoredSession

if TYPE_CHECKING:  # mostly nothing is folded
    from bot.conversation.content import Content

HeldWith = Callable[[Edition], "Content"]
"""What the machine folds a log with: an edition, and today's words around it, which change no answer."""

SIMULATED = "simulated"
NO_CONSENT, NO_RESEARCH = "no_consent", "no_research"
REASONS = {
    NO_CONSENT: "didn't agree to the consent text",
    NO_RESEARCH: "didn't allow research, or took it back in this interview",
    "withdrawn": "allowed research here, and said no to it in another interview since",
    SIMULATED: "answered by a program, not by a person",
}
"""Every reason for leaving an interview out."""


@dataclass(frozen=True, slots=True)
class Filters:
    """What the export was asked for."""

    as_of: int
    include: frozenset[str] = frozenset()  # channels that are left out unless they are named

    @property
    def leave_out(self) -> frozenset[str]:
        """Return the channels that are left out."""
        return frozenset({SIMULATED}) - self.include


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
        return await self.folded(replace(stored, events=events))

    async def folded(self, stored: StoredSession) -> StoredSession | None:
        """Return an interview as its events amount to, or None where there are none."""
        if not stored.events:
            return None
        from bot.conversation.machine import edition_of, fold  # noqa: PLC0415 - mostly nothing is folded

        events = [event for _, event in stored.events]
        session = fold(self._held_with(await self.get(edition_of(events))), events)
        return None if session is None else replace(stored, session=session)


@dataclass(slots=True)
class Survey:
    """Goes over the interviews of one questionnaire, and counts those that are left out."""

    snapshot: Snapshot
    questionnaire: str
    filters: Filters
    editions: Editions
    only: Sequence[StoredSession] | None = None  # a person's own, where nobody else's are wanted
    excluded: Counter[str] = field(default_factory=Counter)

    @property
    def counted_at(self) -> int:
        """Return the turn at which those left out are counted: the store knows only the present ones."""
        return self.snapshot.as_of

    async def met(self) -> Sequence[str]:
        """Return the digests of the editions met, newest first."""
        if self.only is None and self._present:
            return await self.snapshot.met(self.questionnaire, self.filters.leave_out)
        began: dict[str, int] = {}
        async for page in self.pages(events=False):
            for one in page:
                digest = one.state["edition"]
                began[digest] = min(one.began, began.get(digest, one.began))
        self.excluded.clear()
        return sorted(began, key=lambda digest: (began[digest], digest), reverse=True)

    async def pages(self, *, events: bool) -> AsyncIterator[Iterable[Interview]]:
        """Yield the interviews that are in, a page at a time, in the order of their response ids.

        A page is gone over once: each interview is parsed when it is its turn, and nobody keeps it. Keeping
        those of a page makes this five times slower, for the garbage collector then looks at each again.
        """
        if self.only is not None:
            mine = sorted(self.only, key=lambda stored: stored.response_id)
            theirs = [one for one in mine if one.session.questionnaire == self.questionnaire]
            yield [Interview(row_of(stored, events=events)) for stored in theirs]
        elif self._present:
            async for rows in self.snapshot.pages(self.questionnaire, events=events):
                yield self._chosen(rows)
        else:
            self.excluded.update(await self.snapshot.excluded(self.questionnaire))
            async for stored in self.snapshot.sessions(self.questionnaire):
                then = await self.editions.as_it_stood(stored, self.filters.as_of)
                if then is not None:
                    yield self._chosen([row_of(then, events=events)])

    def kept(self, version: int) -> KeptLines | None:
        """Return lines that the store kept, if they may be used: they are of everybody, as it is now."""
        if self.only is not None or not self._present:
            return None
        return self.snapshot.kept(self.questionnaire, version, self.filters.leave_out)

    async def others(self, kept: KeptLines) -> AsyncIterator[Iterable[Interview]]:
        """Yield the interviews that are in and have no such line, a page at a time, in the same order."""
        async for rows in kept.others():
            yield self._chosen(rows)

    @property
    def _present(self) -> bool:
        return self.filters.as_of == self.snapshot.as_of

    def _chosen(self, rows: Iterable[Row]) -> Iterator[Interview]:
        """Yield the interviews that are in; count the others."""
        excluded, leave_out = self.excluded, self.filters.leave_out
        for row in rows:
            if row[REASON]:
                excluded[row[REASON]] += 1
            elif row[CHANNEL] in leave_out:
                excluded[SIMULATED] += 1
            else:
                interview = Interview(row)
                state = interview.state
                if state.get("consent") is None or not state.get("research"):
                    excluded[NO_RESEARCH if state.get("consent") else NO_CONSENT] += 1
                else:
                    yield interview

    async def stored(self) -> AsyncIterator[StoredSession]:
        """Yield the same interviews as the store has them, for checks that take their time."""
        if self.only is not None:
            for one in self.only:
                if one.session.questionnaire == self.questionnaire:
                    yield one
            return
        async for stored in self.snapshot.sessions(self.questionnaire):
            then = await self.editions.as_it_stood(stored, self.filters.as_of)
            if then is not None and self._in(then):
                yield then

    def _in(self, stored: StoredSession) -> bool:
        session = stored.session
        agreed = session.consent is not None and bool(session.research)
        return agreed and session.channel not in self.filters.leave_out
