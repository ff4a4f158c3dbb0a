"""What research reads of the memory twin: a copy at one moment."""

from collections import Counter
from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from bot.conversation.events import Event
from bot.conversation.replies import Reply
from bot.conversation.session import Session
from bot.questionnaire.model import Edition
from bot.storage.codes import response_code
from bot.storage.counting import ArmTaps
from bot.storage.pages import left_out, row_of
from bot.storage.rules import excluded
from bot.storage.store import Receipt, Row, StoredSession


@dataclass(slots=True)
class KnownPerson:
    """A person, by the pseudonym that is its key."""

    code: str
    present: str
    research: bool | None = None
    reachable: bool = True
    address: bytes | None = None


@dataclass(slots=True)
class KeptSession:
    """A session with its log."""

    person: str
    session: Session
    seen_at: datetime
    turn: int = 0
    key: str = ""
    events: list[tuple[int, Event]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Debt:
    """Replies owed."""

    session: str
    replies: tuple[Reply, ...]
    at: datetime


@dataclass(slots=True)
class Erasure:
    """An erasure, until it is verified and its receipt was sent."""

    receipt: Receipt | None
    at: datetime
    verified: bool = False


class MemorySnapshot:
    """A copy of everything at one as-of number."""

    def __init__(
        self,
        as_of: int,
        editions: Mapping[str, Edition],
        people: Mapping[str, KnownPerson],
        kept: Sequence[KeptSession],
        taps: Mapping[str, ArmTaps],
    ) -> None:
        self.as_of = as_of
        self._editions = editions
        self._people = people
        self._kept = kept
        self._taps = taps

    def _reason(self, kept: KeptSession) -> str | None:
        return excluded(kept.session, self._people[kept.person].research)

    async def sessions(self, questionnaire: str) -> AsyncIterator[StoredSession]:
        """Yield the interviews that may be used for research, in the order of their response ids."""
        codes = {
            kept.session.id: response_code(kept.session.seed)
            for kept in self._kept
            if self._reason(kept) is None
        }
        for kept in sorted(self._kept, key=lambda kept: codes.get(kept.session.id, "")):
            session = kept.session
            if session.id in codes and session.questionnaire == questionnaire:
                yield StoredSession(
                    codes[session.id],
                    self._people[kept.person].code,
                    codes.get(session.follows or ""),
                    session,
                    tuple(kept.events),
                )

    async def pages(self, questionnaire: str, *, events: bool) -> AsyncIterator[Sequence[Row]]:
        """Yield every interview as a row, all on one page."""
        used = [row_of(stored, events=events) async for stored in self.sessions(questionnaire)]
        kept = (kept for kept in self._kept if kept.session.questionnaire == questionnaire)
        others = [left_out(why, one.session.channel) for one in kept if (why := self._reason(one))]
        if used or others:
            yield [*used, *others]

    def kept(self, questionnaire: str, made: int, leave_out: Collection[str]) -> None:
        """Return nothing: lines of the wide table aren't kept here."""

    async def met(self, questionnaire: str, leave_out: Collection[str]) -> Sequence[str]:
        """Return the digests of the editions that interviews for research were held with, newest first."""
        began: dict[str, datetime] = {}
        async for stored in self.sessions(questionnaire):
            session = stored.session
            if session.channel not in leave_out:
                began[session.edition] = min(session.began_at, began.get(session.edition, session.began_at))
        return sorted(began, key=lambda digest: (began[digest], digest), reverse=True)

    async def total(self, questionnaire: str) -> int:
        """Return how many lines there are."""
        return sum(kept.session.questionnaire == questionnaire for kept in self._kept)

    async def of_person(self, response: str) -> Sequence[StoredSession]:
        """Return all interviews of the person who gave a response, oldest first."""
        codes = {kept.session.id: response_code(kept.session.seed) for kept in self._kept}
        person = next((kept.person for kept in self._kept if codes[kept.session.id] == response), None)
        theirs = [kept for kept in self._kept if kept.person == person]
        return [
            StoredSession(
                codes[kept.session.id],
                self._people[kept.person].code,
                codes.get(kept.session.follows or ""),
                kept.session,
                tuple(kept.events),
            )
            for kept in sorted(theirs, key=lambda one: (one.session.began_at, codes[one.session.id]))
        ]

    async def questionnaires(self) -> Sequence[str]:
        """Return the ids of the questionnaires that have interviews."""
        return sorted({kept.session.questionnaire for kept in self._kept})

    async def excluded(self, questionnaire: str) -> Mapping[str, int]:
        """Return how many interviews are left out, by reason."""
        reasons = (self._reason(kept) for kept in self._kept if kept.session.questionnaire == questionnaire)
        return dict(Counter(reason for reason in reasons if reason is not None))

    async def arm_taps(self, questionnaire: str) -> ArmTaps:
        """Return the taps on links of people in the experiment with voices."""
        return self._taps.get(questionnaire, ArmTaps())

    async def edition(self, digest: str) -> Edition:
        """Return an edition by its digest."""
        return self._editions[digest]
