"""How much one person may say at once.

Law: what is over the limit is dropped before anything is looked up or stored, so that whoever sends thousands
of updates costs the others next to nothing. A dropped update is received: it changed nothing, nobody was told
that it did, and delivered again it is judged again. Nothing is kept of who paused long enough.
"""

from collections import OrderedDict
from dataclasses import dataclass
from enum import Enum
from typing import Final

from bot.pace import Pace

TAPS: Final = Pace(rate=5.0, burst=40)
"""Nobody answers faster than this for long; a whole interview tapped through in a hurry fits the burst."""
_MOST: Final = 20_000
"""People within a few seconds; of more, who was quiet longest begins anew."""


class Verdict(Enum):
    """What becomes of an update."""

    TAKE = "take"
    WARN = "warn"  # the first one too many: drop it, and say so
    DROP = "drop"


@dataclass(slots=True)
class _Spent:
    """One person's bucket, in the moment at which it is full again."""

    full_at: float
    warned: bool = False


class Flood:
    """A bucket for each person who said something within the last few seconds."""

    def __init__(self, pace: Pace) -> None:
        self._each = 1 / pace.rate
        self._all = pace.burst / pace.rate
        self._spent: OrderedDict[str, _Spent] = OrderedDict()

    def __len__(self) -> int:
        return len(self._spent)

    def judge(self, who: str, now: float) -> Verdict:
        """Count one update of a person, and say what becomes of it; `now` in seconds."""
        one = self._spent.pop(who, None)
        if one is None or not self._counts(one, now):
            one = _Spent(now)
        self._spent[who] = one
        self._forget(now)
        if self._has_room(one, now):
            one.full_at += self._each
            return Verdict.TAKE
        warned, one.warned = one.warned, True
        return Verdict.DROP if warned else Verdict.WARN

    def drops(self, who: str, now: float) -> bool:
        """Tell whether a person was warned and still says too much; asked before an update is even read."""
        one = self._spent.get(who)
        return one is not None and one.warned and self._counts(one, now) and not self._has_room(one, now)

    def _counts(self, one: _Spent, now: float) -> bool:
        """Tell whether a bucket isn't full again, and the clock wasn't set back."""
        return now < one.full_at <= now + self._all + self._each

    def _has_room(self, one: _Spent, now: float) -> bool:
        return one.full_at - now < self._all - self._each / 2

    def _forget(self, now: float) -> None:
        """Let go of who was quiet longest, as long as that changes nothing or there are too many."""
        while len(self._spent) > 1:
            oldest = next(iter(self._spent))
            if self._spent[oldest].full_at > now and len(self._spent) <= _MOST:
                return
            del self._spent[oldest]
