"""Snapshots that pass on what another one says, and change one thing about it."""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import replace

from bot.questionnaire.model import Edition
from bot.storage.store import Snapshot, StoredSession


class Seen:
    """A snapshot that passes on everything."""

    def __init__(self, snapshot: Snapshot) -> None:
        self._snapshot = snapshot
        self.as_of = snapshot.as_of

    async def sessions(self, questionnaire: str) -> AsyncIterator[StoredSession]:
        """Pass on the interviews."""
        async for stored in self._snapshot.sessions(questionnaire):
            yield stored

    async def questionnaires(self) -> Sequence[str]:
        """Pass on the ids."""
        return await self._snapshot.questionnaires()

    async def excluded(self, questionnaire: str) -> Mapping[str, int]:
        """Pass on who is left out."""
        return await self._snapshot.excluded(questionnaire)

    async def edition(self, digest: str) -> Edition:
        """Pass on an edition."""
        return await self._snapshot.edition(digest)


class Repeated(Seen):
    """A snapshot in which the one interview there is stands many times, without being held in memory."""

    def __init__(self, snapshot: Snapshot, times: int) -> None:
        super().__init__(snapshot)
        self._times = times

    async def sessions(self, questionnaire: str) -> AsyncIterator[StoredSession]:
        """Yield copies, each under a response id of its own."""
        async for stored in super().sessions(questionnaire):
            for number in range(self._times):
                yield replace(stored, response_id=f"{number:026d}")
