"""The open interviews that were active last, in memory: a turn of theirs needn't read the disk.

It may be outdated where another process writes. That is safe: `save` compares with the disk, and on any
answer but STORED the entry is dropped and read anew.
"""

from collections import OrderedDict
from dataclasses import replace

from bot.storage.base import Saved


class Cache:
    """At most so many people, the longest unseen leaves first."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._of: OrderedDict[str, Saved] = OrderedDict()
        self.generation = 0
        """Changes whenever something is dropped: what was read before that may be what was dropped."""

    def get(self, person: str) -> Saved | None:
        """Return what is known of a person."""
        if person not in self._of:
            return None
        self._of.move_to_end(person)
        return self._of[person]

    def put(self, saved: Saved) -> None:
        """Keep what was just stored."""
        self._of[saved.person] = saved
        self._of.move_to_end(saved.person)
        if len(self._of) > self._most:
            self._of.popitem(last=False)

    def learn(self, saved: Saved, generation: int) -> None:
        """Keep what was read, unless something was stored or dropped since the reading began."""
        if generation == self.generation and saved.session is not None and saved.person not in self._of:
            self.put(saved)

    def move(self, person: str, address: bytes) -> None:
        """Keep where the living message is."""
        saved = self._of.get(person)
        if saved is not None:
            self._of[person] = replace(saved, address=address)

    def drop(self, person: str) -> None:
        """Forget a person."""
        self.generation += 1
        self._of.pop(person, None)

    def clear(self) -> None:
        """Forget everybody."""
        self.generation += 1
        self._of.clear()
