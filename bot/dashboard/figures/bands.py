"""A published number: exact, or a band that says between which numbers it lies.

Zero and numbers from 11 on are shown; 1 to 10 never are. A number from 11 on that would give a small one away
is published as a band too.
"""

from dataclasses import dataclass
from typing import Final

LEAST: Final = 11
"""The smallest number of people, other than none, that is ever shown."""


@dataclass(frozen=True, slots=True)
class Band:
    """From `low` to `high`, or without an end; exact where they are the same."""

    low: int
    high: int | None

    @property
    def exact(self) -> bool:
        """Tell whether the number itself is published."""
        return self.low == self.high

    @property
    def value(self) -> int | None:
        """Return the number, where it is published."""
        return self.low if self.exact else None


SMALL: Final = Band(1, LEAST - 1)
LARGE: Final = Band(LEAST, None)
SOME: Final = Band(1, None)
ANY: Final = Band(0, None)


def first_band(number: int) -> Band:
    """Return what is published of a number that nothing else could give away."""
    return Band(number, number) if number == 0 or number >= LEAST else SMALL


def wider(band: Band, number: int) -> Band | None:
    """Return the next wider band of a number; None for zero, always shown, and where there is none."""
    if band == ANY or number == 0:
        return None
    if band.exact and number >= LEAST + LEAST - 1:  # nearer to 11, that would say too much
        return LARGE
    return ANY if band == SOME else SOME


def level(band: Band) -> int:
    """Return how much a band hides."""
    return 0 if band.exact else {SMALL: 1, LARGE: 1, SOME: 2}.get(band, 3)
