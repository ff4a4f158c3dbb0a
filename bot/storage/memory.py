"""The memory twin: plain dicts that behave as the databases do, for tests and rehearsals.

Nothing in it is durable. What it holds goes through the same JSON as in a database, so that it can't keep
what a database couldn't.
"""

from collections import Counter
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from bot.conversation.event_log import dump_event, parse_event
from bot.conversation.events import ResearchSet
from bot.conversation.replies import Turn
from bot.conversation.session import ENDED, Session, dump, parse
from bot.privacy import HEARD_AGE, PARKED_AGE, RECEIPT_AGE
from bot.questionnaire.model import Edition
from bot.storage.codes import erasure_code, person_code
from bot.storage.counting_in_memory import FiguresInMemory
from bot.storage.invites_in_memory import InvitesInMemory
from bot.storage.memory_snapshot import Debt, Erasure, KeptSession, KnownPerson, MemorySnapshot
from bot.storage.rules import (
    NEVER_CONSENTED,
    NUDGED,
    Standing,
    begins,
    fact_name,
    fits,
    in_line,
    moved_to,
    needed_until,
    wishes_retest,
)
from bot.storage.staff_in_memory import StaffInMemory
from bot.storage.store import Active, Outcome, Owed, Parked, Receipt, Saved, SaveTurn, Swept
from bot.storage.upkeep_in_memory import UpkeepInMemory


class MemoryStore(InvitesInMemory, StaffInMemory, FiguresInMemory, UpkeepInMemory):
    """A store that forgets everything when it is closed."""

    def __init__(self) -> None:
        super().__init__()
        self._editions: dict[str, Edition] = {}
        self._people: dict[str, KnownPerson] = {}
        self._sessions: dict[str, KeptSession] = {}
        self._heard: dict[str, datetime] = {}
        self._parked: dict[str, Parked] = {}
        self._owed: dict[tuple[str, str], Debt] = {}
        self._counts: Counter[tuple[str, str]] = Counter()
        self._facts: dict[str, str] = {}
        self._erasures: dict[str, Erasure] = {}
        self._as_of = 0

    # ------------------------------------------------------------ editions

    async def keep_edition(self, edition: Edition) -> None:
        """Store an edition once, by its digest."""
        self._editions.setdefault(edition.digest, edition)

    async def edition(self, digest: str) -> Edition | None:
        """Return a stored edition."""
        return self._editions.get(digest)

    # ------------------------------------------------------------ turns

    async def load(self, person: str, session: str | None = None) -> Saved:
        """Return the person's present session, or the one named."""
        known = self._people.get(person)
        if known is None:
            return Saved(person)
        kept = self._sessions[known.present]
        named = self._sessions.get(session) if session else None
        if named is not None and named.person == person and kept.session.step in ENDED:
            kept = named
        return Saved(person, kept.session, kept.turn, known.address, kept.key)

    async def save(
        self,
        saved: Saved,
        turn: Turn,
        key: str,
        *,
        address: bytes | None = None,
        receipt: Receipt | None = None,
    ) -> Outcome:
        """Store a turn whole, or say why not."""
        return self._save(SaveTurn(saved, turn, key, address, receipt))

    async def save_line(self, line: Sequence[SaveTurn]) -> Sequence[Outcome]:
        """Store turns of one person that follow from one another."""
        return in_line(line, self._heard, self._save)

    def _save(self, save: SaveTurn) -> Outcome:
        saved, turn, key, receipt = save.saved, save.turn, save.key, save.receipt
        if key in self._heard:
            return Outcome.HEARD_BEFORE
        if not self._fits(saved, turn) or not self._admits(turn):
            return Outcome.CONFLICT
        self._heard[key] = turn.event.at
        self._as_of += 1
        self._count(turn.event.at, turn.counts)
        if turn.erase:
            self._erase_person(saved.person)
            self._pend(receipt.erasure if receipt else erasure_code(key), turn.event.at, receipt)
        elif turn.session is not None:
            self._keep(saved, turn, turn.session, key, save.address)
        return Outcome.STORED

    def _fits(self, saved: Saved, turn: Turn) -> bool:
        known = self._people.get(saved.person)
        if turn.session is not None and turn.session.edition not in self._editions:
            raise ValueError("a session's edition must be kept before the session")
        before, after = self._standing(saved.session), self._standing(turn.session)
        return fits(saved, turn, present=known.present if known else None, before=before, after=after)

    def _standing(self, session: Session | None) -> Standing | None:
        kept = self._sessions.get(session.id) if session else None
        return Standing(kept.person, kept.turn) if kept else None

    def _keep(self, saved: Saved, turn: Turn, session: Session, key: str, address: bytes | None) -> None:
        new = begins(saved, turn)
        if new:
            self._sessions[session.id] = KeptSession(saved.person, session, turn.event.at)
        kept = self._sessions[session.id]
        kept.turn = moved_to(saved, turn)
        kept.seen_at = turn.event.at
        if new or turn.event.kept:
            kept.session, kept.key = parse(dump(session)), key
        if turn.event.kept:
            kept.events.append((self._as_of, parse_event(*dump_event(turn.event))))
        self._know(saved.person, session, turn, address)
        if turn.replies:
            self._owed[saved.person, key] = Debt(session.id, turn.replies, turn.event.at)

    def _know(self, person: str, session: Session, turn: Turn, address: bytes | None) -> None:
        known = self._people.setdefault(person, KnownPerson(person_code(session.seed), session.id))
        known.present = session.id
        if isinstance(turn.event, ResearchSet):
            known.research = turn.event.allowed
        if address is not None:
            known.address = address

    async def note(self, key: str, at: datetime, counts: tuple[str, ...] = ()) -> bool:
        """Remember the key of something heard that makes no turn."""
        if key in self._heard:
            return False
        self._heard[key] = at
        self._count(at, counts)
        return True

    async def park(self, parked: Parked) -> bool:
        """Remember an update that can't be parsed, and its key."""
        new = await self.note(parked.key, parked.at)
        if new:
            self._parked[parked.key] = parked
        return new

    def _count(self, at: datetime, names: Sequence[str]) -> None:
        self._counts.update((at.astimezone(UTC).date().isoformat(), name) for name in names)

    # ------------------------------------------------------------ replies

    def sent(self, person: str, key: str, address: bytes | None = None) -> None:
        """Say that the replies to a key went out."""
        self._owed.pop((person, key), None)
        if address is not None and person in self._people:
            self._people[person].address = address

    async def owed(self) -> Sequence[Owed]:
        """Return the replies still owed, oldest first."""
        return [
            Owed(
                person,
                key,
                debt.replies,
                self._sessions[debt.session].session,
                self._people[person].address,
                debt.at,
            )
            for (person, key), debt in self._owed.items()
        ]

    async def sessions_of(self, person: str) -> Sequence[Session]:
        """Return every session of a person, oldest first."""
        return [kept.session for kept in self._of(person)]

    def _of(self, person: str) -> list[KeptSession]:
        mine = (kept for kept in self._sessions.values() if kept.person == person)
        return sorted(mine, key=lambda kept: (kept.session.began_at, kept.session.id))

    async def open_elsewhere(self, questionnaire: str, edition: str, *, after: str = "") -> Sequence[Saved]:
        """Return people's present interviews that aren't over, of another edition: all on one page."""
        found = []
        for person, known in sorted(self._people.items(), key=lambda one: one[1].present):
            session = self._sessions[known.present].session
            other = session.questionnaire == questionnaire and session.edition != edition
            if other and session.step not in ENDED and session.id > after:
                found.append(await self.load(person))
        return found

    async def active_since(self, since: datetime) -> Sequence[Active]:
        """Return reachable people in an interview under way seen since then."""
        return sorted(self._active(since), key=lambda active: active.person)

    def _active(self, since: datetime) -> Iterator[Active]:
        for person, known in self._people.items():
            kept = self._sessions[known.present]
            due = known.reachable and kept.session.step in NUDGED and kept.seen_at >= since
            if due and known.address is not None:
                yield Active(person, kept.session, kept.turn, known.address)

    async def wishing_retest(self, ended_since: datetime) -> Sequence[Active]:
        """Return interviews whose people said yes to being asked again, and weren't yet."""
        found = []
        for kept in self._sessions.values():
            session, known = kept.session, self._people[kept.person]
            fresh = session.ended_at is not None and session.ended_at >= ended_since
            willing = known.reachable and known.research is not False
            if wishes_retest(session) and fresh and willing and known.address is not None:
                found.append(Active(kept.person, session, kept.turn, known.address))
        return sorted(found, key=lambda active: active.session.id)

    async def reachable(self, person: str, *, yes: bool) -> None:
        """Mark that a person blocked us, or is back."""
        if person in self._people:
            self._people[person].reachable = yes

    # ------------------------------------------------------------ erasure

    def _pend(self, erasure: str, at: datetime, receipt: Receipt | None = None) -> None:
        self._erasures.setdefault(erasure, Erasure(receipt, at))

    def _erase_person(self, person: str) -> None:
        for kept in self._of(person):
            self._erase_session(kept.session.id)
        self._people.pop(person, None)
        self._forget_resumes(person)

    def _erase_session(self, session: str) -> None:
        kept = self._sessions.pop(session)
        self._owed = {key: debt for key, debt in self._owed.items() if debt.session != session}
        left = self._of(kept.person)
        known = self._people[kept.person]
        if not left:
            del self._people[kept.person]
            self._forget_resumes(kept.person)
        elif known.present == session:
            known.present = left[-1].session.id

    async def verify_erasures(self) -> Sequence[Receipt]:
        """Return the receipts that may be sent: what a dict has dropped is gone."""
        self._erasures = {
            name: replace(erasure, verified=True)
            for name, erasure in self._erasures.items()
            if erasure.receipt
        }
        receipts = (erasure.receipt for erasure in self._erasures.values() if erasure.receipt)
        return sorted(receipts, key=lambda receipt: (receipt.asked_at, receipt.erasure))

    async def erasures_pending(self) -> int:
        """Return how many erasures aren't verified yet."""
        return sum(not erasure.verified for erasure in self._erasures.values())

    async def receipt_sent(self, erasure: str) -> None:
        """Forget a receipt and its address, and verify that too."""
        self._erasures.pop(erasure, None)
        await self.verify_erasures()

    async def sweep(
        self, now: datetime, *, address_age: timedelta, retention: timedelta | None, unconsented: timedelta
    ) -> Swept:
        """Erase what has had its time."""
        strangers = [
            kept.session.id
            for kept in self._sessions.values()
            if kept.session.consent is None and kept.session.began_at < now - unconsented
        ]
        for session in strangers:
            self._erase_session(session)
        self._count(now, [NEVER_CONSENTED] * len(strangers))
        retired = [] if retention is None else self._unseen_since(now - retention)
        for session in retired:
            self._erase_session(session)
        swept = Swept(len(strangers), self._drop_addresses(now - address_age), self._prune(now), len(retired))
        if strangers or retired or swept.addresses:
            self._pend(erasure_code(f"sweep:{now.isoformat()}"), now)
        return swept

    def _unseen_since(self, day: datetime) -> list[str]:
        return [name for name, kept in self._sessions.items() if kept.seen_at < day]

    def _drop_addresses(self, before: datetime) -> int:
        dropped = 0
        for person, known in self._people.items():
            last = max(needed_until(kept.session, kept.seen_at) for kept in self._of(person))
            if known.address is not None and last < before:
                known.address = None
                dropped += 1
        return dropped

    def _prune(self, now: datetime) -> int:
        self._drop_past(now)
        old = [key for key, at in self._heard.items() if at < now - HEARD_AGE]
        for key in old:
            del self._heard[key]
        self._parked = {key: parked for key, parked in self._parked.items() if parked.at >= now - PARKED_AGE}
        self._erasures = {
            name: erasure
            for name, erasure in self._erasures.items()
            if erasure.receipt is None or erasure.receipt.asked_at >= now - RECEIPT_AGE
        }
        return len(old)

    # ------------------------------------------------------------ the rest

    @staticmethod
    async def on_duty() -> bool:
        """Say yes: nobody else is here."""
        return True

    async def remember(self, name: str, value: str) -> None:
        """Keep a small fact about the installation."""
        self._facts[fact_name(name)] = value

    async def recall(self, name: str) -> str | None:
        """Return such a fact."""
        return self._facts.get(fact_name(name))

    async def counts(self) -> Mapping[tuple[str, str], int]:
        """Return the day's counts."""
        return dict(self._counts)

    @asynccontextmanager
    async def snapshot(self) -> AsyncIterator[MemorySnapshot]:
        """Open a consistent view for research."""
        yield MemorySnapshot(
            self._as_of,
            dict(self._editions),
            {person: replace(known) for person, known in self._people.items()},
            [replace(kept, events=list(kept.events)) for kept in self._sessions.values()],
            self._arm_taps(),
        )

    async def flush(self) -> None:
        """Do nothing: nothing waits."""

    async def close(self) -> None:
        """Do nothing: nothing is held."""
