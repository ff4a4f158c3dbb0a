"""Snapshots that pass on what another one says, and change one thing about it."""

from collections.abc import AsyncIterator, Collection, Mapping, Sequence

from bot.questionnaire.model import Edition
from bot.storage.counting import ArmTaps
from bot.storage.kept import KeptLines
from bot.storage.store import Row, Snapshot, StoredSession

PAGE = 50  # interviews


class Seen:
    """A snapshot that passes on everything."""

    def __init__(self, snapshot: Snapshot) -> None:
        self._snapshot = snapshot
        self.as_of = snapshot.as_of

    async def sessions(self, questionnaire: str) -> AsyncIterator[StoredSession]:
        """Pass on the interviews."""
        async for stored in self._snapshot.sessions(questionnaire):
            yield stored

    async def pages(self, questionnaire: str, *, events: bool) -> AsyncIterator[Sequence[Row]]:
        """Pass on the pages."""
        async for page in self._snapshot.pages(questionnaire, events=events):
            yield page

    def kept(self, questionnaire: str, made: int, leave_out: Collection[str]) -> KeptLines | None:
        """Pass on the lines that were kept."""
        return self._snapshot.kept(questionnaire, made, leave_out)

    async def met(self, questionnaire: str, leave_out: Collection[str]) -> Sequence[str]:
        """Pass on the editions."""
        return await self._snapshot.met(questionnaire, leave_out)

    async def total(self, questionnaire: str) -> int:
        """Pass on how many lines there are."""
        return await self._snapshot.total(questionnaire)

    async def of_person(self, response: str) -> Sequence[StoredSession]:
        """Pass on somebody's interviews."""
        return await self._snapshot.of_person(response)

    async def questionnaires(self) -> Sequence[str]:
        """Pass on the ids."""
        return await self._snapshot.questionnaires()

    async def excluded(self, questionnaire: str) -> Mapping[str, int]:
        """Pass on who is left out."""
        return await self._snapshot.excluded(questionnaire)

    async def arm_taps(self, questionnaire: str) -> ArmTaps:
        """Pass on the taps."""
        return await self._snapshot.arm_taps(questionnaire)

    async def edition(self, digest: str) -> Edition:
        """Pass on an edition."""
        return await self._snapshot.edition(digest)


class Repeated(Seen):
    """A snapshot in which the one interview there is stands many times, without being held in memory."""

    def __init__(self, snapshot: Snapshot, times: int) -> None:
        super().__init__(snapshot)
        self._times = times

    async def pages(self, questionnaire: str, *, events: bool) -> AsyncIterator[Sequence[Row]]:
        """Yield copies, each under a response id of its own, in pages."""
        async for page in super().pages(questionnaire, events=events):
            for row in page:
                for first in range(0, self._times, PAGE):
                    numbers = range(first, min(first + PAGE, self._times))
                    yield [(f"{number:026d}", *row[1:]) for number in numbers]
