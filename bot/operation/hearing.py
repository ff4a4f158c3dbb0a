"""Whether Telegram reaches us, as it looks from here: kept by whoever receives, read by whoever is asked.

A poll that ends, well or badly, shows that we are at work. So "Telegram can't be reached" and "our own
polling is stuck" are told apart: the one mends itself, the other needs a restart.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

STUCK_AFTER: Final = timedelta(seconds=90)
"""A poll ends within 45 seconds, whatever Telegram does; a pause after a failure takes 30 at most."""
AWAY_AFTER: Final = timedelta(seconds=60)
"""Failures that last less are told to nobody: connections break now and then."""


class State(StrEnum):
    """How receiving stands."""

    OFF = "off"  # nobody receives in this process
    HEARING = "hearing"
    UNREACHABLE = "unreachable"  # Telegram doesn't answer, or says that it can't now
    STUCK = "stuck"  # our own receiving doesn't come round any more
    TAKEN = "taken"  # another program receives for the same token
    REFUSED = "refused"  # Telegram doesn't know the token any more
    FAILING = "failing"  # Telegram couldn't deliver to our webhook lately


@dataclass(slots=True)
class Hearing:
    """What is known of receiving; the one who receives notes, everybody else reads."""

    tried_at: datetime | None = None
    heard_at: datetime | None = None
    failing_since: datetime | None = None
    reason: State = State.HEARING

    def began(self, now: datetime) -> None:
        """Note that receiving begins."""
        self.tried_at = now

    def heard(self, now: datetime) -> None:
        """Note that Telegram was there."""
        self.tried_at = self.heard_at = now
        self.failing_since, self.reason = None, State.HEARING

    def failed(self, now: datetime, reason: State = State.UNREACHABLE) -> None:
        """Note an attempt in vain."""
        self.tried_at, self.reason = now, reason
        self.failing_since = self.failing_since or now

    def rests(self, until: datetime) -> None:
        """Note that nothing is tried before: Telegram asked us to wait, for as long as it likes."""
        self.tried_at = until

    def state(self, now: datetime) -> State:
        """Return how receiving stands."""
        if self.tried_at is None:
            return State.OFF
        if self.reason is State.REFUSED:
            return State.REFUSED
        if now - self.tried_at > STUCK_AFTER:
            return State.STUCK
        if self.failing_since is not None and now - self.failing_since > AWAY_AFTER:
            return self.reason
        return State.HEARING
