"""What the dashboard's figures need: interviews of a week, counts of nobody, and tables once published.

Law: what was published under a name stands, whoever publishes it again: the first one wins. So no number of a
period that is over changes when somebody is erased later, and nobody sees by a change that somebody was.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, Protocol

from bot.conversation.session import Session

MADE_UP: Final = "simulated:"
"""Begins the names of counts that made-up people leave, so that no count of people holds them."""


@dataclass(frozen=True, slots=True)
class Interview:
    """One interview as it is counted."""

    session: Session
    last_seen: datetime  # of its person, in any interview


@dataclass(frozen=True, slots=True)
class ArmTaps:
    """Taps on the tracked links of people in the experiment with voices, none of them anybody's."""

    counts: Mapping[tuple[str, str], int] = field(default_factory=dict)  # by arm and segment
    first: str = ""  # the ISO day of the first one


class FigureStore(Protocol):
    """The part of a store that the dashboard's figures need."""

    async def interviews(
        self, since: datetime, until: datetime, after: tuple[datetime, str] | None = None
    ) -> Sequence[Interview]:
        """Return a page of the interviews that began in a period, by beginning and id; none after the last.

        `after` are those two of the last one on the page before.
        """
        ...

    async def counted(self, prefix: str, first: str = "", last: str = "9") -> Mapping[tuple[str, str], int]:
        """Return counts of names that begin so, from a first to a last ISO day: (day, name) to number."""
        ...

    async def taps(self, organisation: str, first: str, last: str) -> Mapping[str, int]:
        """Return how often an organisation's tracked links were tapped from day to day, by invite's code."""
        ...

    async def publish(self, organisation: str, name: str, body: str) -> str:
        """Store a table under a name, unless one is there; return what stands."""
        ...

    async def published(self, organisation: str) -> Mapping[str, str]:
        """Return an organisation's tables by name."""
        ...

    async def publish_last(self, organisation: str, name: str, body: str, drop: Sequence[str]) -> str:
        """Store a table as `publish` does, and drop those that it was made from."""
        ...
