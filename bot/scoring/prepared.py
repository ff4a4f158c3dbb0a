"""What is worked out once for a questionnaire and used for every person after.

A questionnaire is frozen but can't be hashed, so what was made of it is found again by its identity. The
questionnaire is kept beside it: as long as it is, no other one can have the same identity.
"""

from collections import OrderedDict
from collections.abc import Callable
from typing import Generic, TypeVar

from bot.questionnaire.model import Questionnaire

T = TypeVar("T")

MOST = 32  # editions in use at once; the longest unused one leaves first


class Prepared(Generic[T]):
    """Makes something of a questionnaire at its first use."""

    def __init__(self, make: Callable[[Questionnaire], T]) -> None:
        self._make = make
        self._made: OrderedDict[int, tuple[Questionnaire, T]] = OrderedDict()

    def __call__(self, questionnaire: Questionnaire) -> T:
        """Return what was made of a questionnaire."""
        key = id(questionnaire)
        known = self._made.get(key)
        if known is not None:
            self._made.move_to_end(key)
            return known[1]
        made = self._make(questionnaire)
        self._made[key] = (questionnaire, made)
        if len(self._made) > MOST:
            self._made.popitem(last=False)
        return made
