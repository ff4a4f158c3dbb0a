"""Lines of an export's wide table that a store kept with finished interviews: what may be asked of them."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import Protocol

COMPLETE, STOPPED, PARTIAL = "csp"
"""How far an interview came, in a letter."""


@dataclass(frozen=True, slots=True)
class KeptPage:
    """Some kept lines of the wide table."""

    lines: Sequence[str]  # each begins with the response id and the person's code
    stands: str  # how far each of them came
    newest: int  # when the last of them ended, in whole microseconds since 1970; 0 where there is none
    left_out: int  # how many lines aren't told, for their channel is left out


class KeptLines(Protocol):
    """Lines of the wide table that one version kept with finished interviews, but for channels left out."""

    def pages(self) -> AsyncIterator[KeptPage]:
        """Yield them in pages, in the order of their response ids."""
        ...

    def others(self) -> AsyncIterator[Sequence[Sequence[str]]]:
        """Yield every other interview as `Snapshot.pages` does, without events."""
        ...
