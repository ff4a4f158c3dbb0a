"""What research reads of the memory twin: a copy at one moment."""

from collections import Counter
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from bot.conversation.events import Event
from bot.conversation.session import Session
from bot.questionnaire.model import Edition
from bot.storage.codes import response_code
from bot.storage.rules import excluded
from bot.storage.store import StoredSession


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


class MemorySnapshot:
    """A copy of everything at one as-of number."""

    def __init__(
        self,
        as_of: int,
        editions: Mapping[str, Edition],
        people: Mapping[str, KnownPerson],
        kept: Sequence[KeptSession],
    ) -> None:
        self.as_of = as_of
        self._editions = editions
        self._people = people
        self._kept = kept

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

    async def questionnaires(self) -> Sequence[str]:
        """Return the ids of the questionnaires that have interviews."""
        return sorted({kept.session.questionnaire for kept in self._kept})

    async def excluded(self, questionnaire: str) -> Mapping[str, int]:
        """Return how many interviews are left out, by reason."""
        reasons = (self._reason(kept) for kept in self._kept if kept.session.questionnaire == questionnaire)
        return dict(Counter(reason for reason in reasons if reason is not None))

    async def edition(self, digest: str) -> Edition:
        """Return an edition by its digest."""
        return self._editions[digest]
