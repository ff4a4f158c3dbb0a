"""What an operator asks of a store: what waits, what is wrong, who quotes a code, what time will erase.

Law: nothing here says what anybody answered; a person is found by a code that they quoted, never listed.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final, Protocol

if TYPE_CHECKING:
    from bot.storage.store import Parked, Swept

FUNNEL: Final = (
    "began",
    "consented",
    "finished",
    "erased",
    "under_age",
    "declined",
    "never_consented",
    "urgent",
)
"""The day's counts that are about everybody, in the order of an interview."""
LATEST: Final = 8
"""Events of an interview that an operator is told, by their kind and time."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """How much of a thing waits, and since when the oldest does."""

    n: int = 0
    since: datetime | None = None

    def age(self, now: datetime) -> timedelta:
        """Return how long the oldest has waited."""
        return timedelta(0) if self.since is None else max(timedelta(0), now - self.since)


@dataclass(frozen=True, slots=True)
class Backlog:
    """What waits."""

    owed: Mapping[str, Waiting] = field(default_factory=dict)  # replies, by the channel that brings them
    parked: int = 0
    erasures: Waiting = Waiting()
    funnel: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Course:
    """One interview as an operator may know it: where it stands and when, never what was said."""

    session: str
    questionnaire: str
    edition: str
    channel: str
    language: str
    step: str
    turns: int
    began_at: datetime
    consented_at: datetime | None
    seen_at: datetime
    ended_at: datetime | None
    latest: tuple[tuple[str, datetime], ...] = ()  # kinds of events, oldest first


@dataclass(frozen=True, slots=True)
class Known:
    """What the store knows of a person besides their answers."""

    courses: tuple[Course, ...]
    reachable: bool
    has_address: bool
    owed: Waiting


class UpkeepStore(Protocol):
    """The part of a store that an operator needs."""

    async def backlog(self) -> Backlog:
        """Return what waits."""
        ...

    async def parked(self) -> "Sequence[Parked]":
        """Return the updates that couldn't be taken, oldest first."""
        ...

    async def people(self, matching: Callable[[str], bool]) -> Sequence[str]:
        """Return the people whose pseudonym matches; every one is looked at."""
        ...

    async def person_of(self, response: str) -> str | None:
        """Return whose interview research knows by a response id."""
        ...

    async def known(self, person: str) -> Known | None:
        """Return what is known of a person besides their answers."""
        ...

    async def due(
        self, now: datetime, *, address_age: timedelta, retention: timedelta | None, unconsented: timedelta
    ) -> "Swept":
        """Return what `sweep` would do, and do nothing."""
        ...

    async def keep_lines(self, before: datetime) -> bool:
        """Keep lines of the wide table that a few interviews begun before lack; tell whether to go on."""
        ...
