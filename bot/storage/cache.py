"""The open interviews that were active last, in memory: a turn of theirs needn't read the disk.

Law: never ahead of the disk but for a living message that moved, and never what was erased. It may be
behind where another process writes: `save` compares with the disk, and on any answer but STORED the entry
is dropped.
"""

from collections import OrderedDict
from dataclasses import replace

from bot.storage.operations import MarkSent, Operation, SaveLine
from bot.storage.rules import left_by
from bot.storage.store import Outcome, Saved, SaveTurn


class Cache:
    """At most so many people, the longest unseen leaves first."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._of: OrderedDict[str, Saved] = OrderedDict()
        self._late: dict[str, MarkSent] = {}  # whose living message moved, until that is on disk
        self.generation = 0
        """Changes whenever something is dropped: what was read before that may be what was dropped."""

    def get(self, person: str) -> Saved | None:
        """Return what is known of a person."""
        if person not in self._of:
            return None
        self._of.move_to_end(person)
        return self._of[person]

    def learn(self, saved: Saved, generation: int, *, present: bool) -> Saved:
        """Return what was read, with the living message that moved since; keep it unless newer is here."""
        late = self._late.get(saved.person)
        if late is not None and saved.session is not None:
            saved = replace(saved, address=late.address)
        new = present and generation == self.generation and saved.person not in self._of
        if new and saved.session is not None:
            self._put(saved)
        return saved

    def move(self, sent: MarkSent) -> None:
        """Keep where the living message is, before that is on disk."""
        if sent.address is None:
            return
        self._late[sent.person] = sent
        saved = self._of.get(sent.person)
        if saved is not None:
            self._of[sent.person] = replace(saved, address=sent.address)

    def settled(self, operation: Operation, answer: object) -> None:
        """Hear what became of an operation."""
        match operation:
            case SaveTurn():
                self._settle(operation, answer)
            case SaveLine() if isinstance(answer, list):
                for save, outcome in zip(operation.saves, answer, strict=True):
                    self._settle(save, outcome)
            case MarkSent() if self._late.get(operation.person) is operation:
                del self._late[operation.person]
            case _:
                pass

    def _settle(self, save: SaveTurn, answer: object) -> None:
        saved, turn = save.saved, save.turn
        if answer is not Outcome.STORED or turn.session is None or turn.erase:
            self._drop(saved.person)
            return
        known, late = self._of.get(saved.person), self._late.get(saved.person)
        self._put(left_by(saved, turn, save.key, save.address or (late or known or saved).address))

    def _put(self, saved: Saved) -> None:
        self._of[saved.person] = saved
        self._of.move_to_end(saved.person)
        if len(self._of) > self._most:
            self._of.popitem(last=False)

    def _drop(self, person: str) -> None:
        self.generation += 1
        self._of.pop(person, None)

    def clear(self) -> None:
        """Forget everybody."""
        self.generation += 1
        self._of.clear()
