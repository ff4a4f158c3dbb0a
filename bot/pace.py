"""So many a second, and so many at once: a pace, and whether it is kept."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Pace:
    """So many a second, and so many at once before that counts."""

    rate: float
    burst: int


class Bucket:
    """One pace kept, in a single number: the time up to which everything is spent."""

    __slots__ = ("_interval", "_slack", "_spent")

    def __init__(self, pace: Pace) -> None:
        self._interval = 1 / pace.rate
        self._slack = (pace.burst - 1) / pace.rate
        self._spent = 0.0

    def wait(self, now: float) -> float:
        """Return the seconds until the next one may go."""
        return max(0.0, self._spent - self._slack - now)

    def spend(self, now: float) -> None:
        """Count one that goes now."""
        self._spent = max(self._spent, now) + self._interval
