"""What every store promises; SQLite, PostgreSQL and memory behave alike, and one test class proves it.

Law: what `save` answered STORED for is on disk, whole, once. Only `erase` and `sweep` erase; nothing else
removes what a person said. Erased is reported as done only after it was verified in the files.
"""

from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol

from bot.conversation.events import Event
from bot.conversation.replies import Reply, Turn
from bot.conversation.session import Session
from bot.questionnaire.model import Edition
from bot.storage.counting import ArmTaps, FigureStore
from bot.storage.invites import InviteStore
from bot.storage.kept import KeptLines
from bot.storage.staff import StaffStore
from bot.storage.upkeep import UpkeepStore


class Outcome(StrEnum):
    """What became of a turn."""

    STORED = "stored"
    HEARD_BEFORE = "heard before"  # the key is known: nothing was changed
    CONFLICT = "conflict"  # somebody else moved the session first: load and advance again


@dataclass(frozen=True, slots=True)
class Saved:
    """What the store knows of a person when a turn begins."""

    person: str
    session: Session | None = None
    turn: int = 0  # kept events of that session so far
    address: bytes | None = None  # sealed
    last_key: str | None = None  # the key of the turn that brought the session here


@dataclass(frozen=True, slots=True)
class Receipt:
    """Where the word goes that all is erased: sealed for the erasure's own row, kept until it was sent."""

    erasure: str  # a random id, not made from the person: privacy.Keys.random_id()
    sealed: bytes
    channel: str
    language: str
    organisation: str
    asked_at: datetime


@dataclass(frozen=True, slots=True, eq=False)
class SaveTurn:
    """A turn to be stored; answers an `Outcome`."""

    saved: Saved
    turn: Turn
    key: str
    address: bytes | None = None
    receipt: Receipt | None = None


@dataclass(frozen=True, slots=True)
class Owed:
    """Replies that were saved and not yet confirmed as sent; `session` is theirs, as it stands now."""

    person: str
    key: str
    replies: tuple[Reply, ...]
    session: Session | None
    address: bytes | None
    at: datetime


@dataclass(frozen=True, slots=True)
class Active:
    """A person in the middle of an interview, with a sealed address."""

    person: str
    session: Session
    turn: int
    address: bytes


@dataclass(frozen=True, slots=True)
class Parked:
    """An update that can't be parsed: its shape, never a value of it."""

    key: str
    kind: str
    fields: tuple[str, ...]
    error: str
    at: datetime


@dataclass(frozen=True, slots=True)
class StoredSession:
    """One interview as research reads it."""

    response_id: str  # random, not made from an identity
    person_id: str  # random code, the same for all interviews of one person
    follows: str | None  # the response id of the first part, if that is in the snapshot too
    session: Session
    events: tuple[tuple[int, Event], ...]  # as-of number and event, in order


@dataclass(frozen=True, slots=True)
class Swept:
    """What the daily sweep did, as counts."""

    unconsented: int = 0
    addresses: int = 0
    keys: int = 0
    retired: int = 0


Row = Sequence[str]
"""An interview as it lies in its row, for exports of millions of answers: texts, empty where there is none.

Response id; person's code; response id of the first part; when it began; when its result was shown, or else
its last event was; 1 if going back is the only sign that a question was seen; the session and its events, as
JSON; why it isn't used for research; channel. Times are whole microseconds since 1970. An event is [kind,
time, body], with commas between them. Where it isn't used, neither session nor events are told.
"""

LAST, REASON, CHANNEL = 4, 8, 9
"""The places of some of them."""


class Snapshot(Protocol):
    """A consistent view of everything at one as-of number."""

    as_of: int

    def sessions(self, questionnaire: str) -> AsyncIterator[StoredSession]:
        """Yield the interviews that may be used for research, in the order of their response ids."""
        ...

    def pages(self, questionnaire: str, *, events: bool) -> AsyncIterator[Sequence[Row]]:
        """Yield every interview as it lies in its row, in pages, in the order of their response ids.

        Those that aren't used for research are among them, with the reason and nothing that was said.
        """
        ...

    def kept(self, questionnaire: str, made: int, leave_out: Collection[str]) -> KeptLines | None:
        """Return the lines of the wide table that this version kept; a store needn't keep any."""
        ...

    async def met(self, questionnaire: str, leave_out: Collection[str]) -> Sequence[str]:
        """Return the digests of the editions that interviews for research were held with.

        The newest first: the one whose first interview began last. Interviews over the channels in
        `leave_out` don't count.
        """
        ...

    async def total(self, questionnaire: str) -> int:
        """Return how many lines there are."""
        ...

    async def of_person(self, response: str) -> Sequence[StoredSession]:
        """Return all interviews of the person who gave a response, for research or not, oldest first."""
        ...

    async def questionnaires(self) -> Sequence[str]:
        """Return the ids of the questionnaires that have interviews."""
        ...

    async def excluded(self, questionnaire: str) -> Mapping[str, int]:
        """Return how many interviews are left out, by reason.

        They are `no_consent`, `no_research` (not this interview) and `withdrawn` (the person's last word
        was no).
        """
        ...

    async def arm_taps(self, questionnaire: str) -> ArmTaps:
        """Return the taps on links of people in the experiment with voices, whether they may be used or not.

        They are counted of nobody, so those of people who took their yes back can't be told from the others.
        """
        ...

    async def edition(self, digest: str) -> Edition:
        """Return an edition by its digest."""
        ...


class Store(InviteStore, StaffStore, FigureStore, UpkeepStore, Protocol):
    """Everything that is remembered."""

    async def keep_edition(self, edition: Edition) -> None:
        """Store an edition once, by its digest."""
        ...

    async def edition(self, digest: str) -> Edition | None:
        """Return a stored edition."""
        ...

    async def load(self, person: str, session: str | None = None) -> Saved:
        """Return the present session; or the one named, if it is theirs and the present one has ended.

        After STORED, the turn is in what this returns. It may come from memory and be outdated where another
        process writes; `save` then says CONFLICT, and the next `load` is fresh.
        """
        ...

    async def save(
        self,
        saved: Saved,
        turn: Turn,
        key: str,
        *,
        address: bytes | None = None,
        receipt: Receipt | None = None,
    ) -> Outcome:
        """Store a turn whole, on disk, or say why not.

        In one transaction, if the session still stands at `saved.turn`: the key; the event and the session
        (if the event is kept: otherwise the session isn't touched, so that it stays the fold of its
        events); the answer projection; the replies as owed; the day's counts; the sealed address where
        given. A turn whose session id is new inserts it and makes it the person's present one; a turn on an
        older session of the person makes that one the present one. The session's edition must have been
        kept before.

        A turn with `erase` deletes every row of the person, counts, and stores the receipt if there is one.
        A turn without a session leaves its key and its counts, and nothing of the person: no address, no
        reply owed.

        Raises `StoreUnavailable` where the disk says no: nothing was stored, and the same turn may be tried
        again.
        """
        ...

    async def save_line(self, line: Sequence[SaveTurn]) -> Sequence[Outcome]:
        """Store turns of one person in one transaction, each on what the one before leaves; none erases.

        Each is stored as by `save`; all behind the first that isn't are CONFLICT. Where one of them was heard
        before, the others are CONFLICT and none is stored.
        """
        ...

    async def note(self, key: str, at: datetime, counts: tuple[str, ...] = ()) -> bool:
        """Remember the key of something heard that makes no turn; False if it was known."""
        ...

    async def park(self, parked: Parked) -> bool:
        """Remember an update that can't be parsed, and its key; False if it was known."""
        ...

    def sent(self, person: str, key: str, address: bytes | None = None) -> None:
        """Say that the replies to a key went out, and where the living message is; joins a later commit.

        Nothing is kept of a person who was erased meanwhile.
        """
        ...

    async def owed(self) -> Sequence[Owed]:
        """Return the replies still owed, oldest first.

        Of several processes on one database each gets its own, and those of processes that are gone: these
        are its own from then on.
        """
        ...

    async def sessions_of(self, person: str) -> Sequence[Session]:
        """Return every session of a person, oldest first: for /mydata."""
        ...

    async def open_elsewhere(self, questionnaire: str, edition: str, *, after: str = "") -> Sequence[Saved]:
        """Return people's present interviews that aren't over, of another edition than this one.

        In pages, by the id of the session: the next one is asked for with the last id of the page before.
        """
        ...

    async def active_since(self, since: datetime) -> Sequence[Active]:
        """Return reachable people seen since then in an interview that is neither paused nor ended."""
        ...

    async def wishing_retest(self, ended_since: datetime) -> Sequence[Active]:
        """Return interviews that ended since then, whose people want to be asked again and weren't yet.

        Only of people who can be reached and whose last word on research isn't no.
        """
        ...

    async def reachable(self, person: str, *, yes: bool) -> None:
        """Mark that a person blocked us, or is back."""
        ...

    async def verify_erasures(self) -> Sequence[Receipt]:
        """Make erased rows truly gone from the files; return the receipts that may now be sent, oldest first.

        A receipt is returned until `receipt_sent`. Needs the owner of the database and no reader in the way;
        otherwise nothing is returned, and the rows stay pending.
        """
        ...

    async def erasures_pending(self) -> int:
        """Return how many erasures aren't verified yet."""
        ...

    async def receipt_sent(self, erasure: str) -> None:
        """Forget a receipt and its address."""
        ...

    async def sweep(
        self, now: datetime, *, address_age: timedelta, retention: timedelta | None, unconsented: timedelta
    ) -> Swept:
        """Erase what has had its time.

        These are sessions without consent or past retention, addresses some time after the interview, keys
        and receipts. A person with no session left is erased wholly. What was erased is pending until
        `verify_erasures`.
        """
        ...

    async def on_duty(self) -> bool:
        """Say whether this process does what nobody asked for: of several on one database, one does."""
        ...

    async def remember(self, name: str, value: str) -> None:
        """Keep a small fact about the installation (never about a person)."""
        ...

    async def recall(self, name: str) -> str | None:
        """Return such a fact."""
        ...

    async def counts(self) -> Mapping[tuple[str, str], int]:
        """Return the day's counts: (ISO day, name) to number."""
        ...

    def snapshot(self) -> AbstractAsyncContextManager[Snapshot]:
        """Open a consistent view for research."""
        ...

    async def flush(self) -> None:
        """Wait until everything said so far is on disk."""
        ...

    async def close(self) -> None:
        """Finish what waits, then let go."""
        ...
