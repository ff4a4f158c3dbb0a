"""What can be asked of the writer: small values that wait together for one commit."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from bot.storage.store import Parked, SaveTurn


@dataclass(frozen=True, slots=True, eq=False)
class SaveLine:
    """Store turns of one person that follow from one another; answers an `Outcome` for each."""

    saves: Sequence[SaveTurn]


@dataclass(frozen=True, slots=True, eq=False)
class NoteKey:
    """Remember a key that makes no turn, and maybe what was parked with it; answers whether it was new."""

    key: str
    at: datetime
    counts: tuple[str, ...] = ()
    parked: Parked | None = None


@dataclass(frozen=True, slots=True, eq=False)
class MarkSent:
    """Owe no more replies to a key; keep where the living message is."""

    person: str
    key: str
    address: bytes | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Call:
    """Run a function alone in its turn; answers what it returns."""

    function: Callable[[Connection], object]


Operation = SaveTurn | SaveLine | NoteKey | MarkSent | Call
