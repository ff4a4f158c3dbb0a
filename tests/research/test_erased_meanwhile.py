"""Who erases everything while an export runs is in a snapshot dated before it, and in no later one."""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from pathlib import Path

from bot.conversation.events import Commanded
from bot.conversation.library import Library
from bot.conversation.replies import Page
from bot.conversation.taps import Act
from bot.research.bundle import export
from bot.research.survey import Filters
from bot.storage.sqlite import open_sqlite
from bot.storage.store import Row, Snapshot
from tests.research.interviewing import BEGINS, Interviewing, Person, written
from tests.research.reading import lines, manifest
from tests.research.snapshots import Seen


class Interrupted(Seen):
    """A snapshot during whose first page something else happens."""

    def __init__(self, snapshot: Snapshot, happens: Callable[[], Awaitable[None]]) -> None:
        super().__init__(snapshot)
        self._happens = happens
        self._happened = False

    async def pages(self, questionnaire: str, *, events: bool) -> AsyncIterator[Sequence[Row]]:
        async for page in super().pages(questionnaire, events=events):
            if not self._happened:
                self._happened = True
                await self._happens()
            yield page


async def forgotten(person: Person) -> None:
    """Have everything erased, and be asked twice."""
    await person.hear(Commanded(person.desk.tick(), "forget", "seed-forget"))
    await person.does(Act.PAGE, Page.ERASE_SURE)
    await person.does(Act.ERASE)
    assert person.page in {Page.ERASING, Page.ERASED}


async def test_an_erasure_during_an_export_is_after_it(library: Library, tmp_path: Path) -> None:
    """The export that runs is whole and says up to which turn; the next one knows nobody."""
    desk = Interviewing(await open_sqlite(tmp_path / "a.db", "key", clock=lambda: BEGINS), library)
    for edition in library.editions():
        await desk.store.keep_edition(edition)
    gone, stays = desk.person("gone"), desk.person("stays")
    await gone.finishes(1, 2, 1, 0)
    await stays.finishes(1, 2, 1, 0)
    async with desk.store.snapshot() as snapshot:
        interrupted = Interrupted(snapshot, lambda: forgotten(gone))
        await export(
            interrupted,
            tmp_path / "during",
            Filters(snapshot.as_of),
            lambda edition: library.content(edition, library.default_organisation),
        )
        before = snapshot.as_of
    later = await written(desk.store, library, tmp_path / "later")
    assert len(lines(tmp_path / "during", "responses_wide.csv")) == 2
    assert manifest(tmp_path / "during")["as_of"] == before
    assert len(lines(later, "responses_wide.csv")) == 1
    assert manifest(later)["as_of"] > before
    await desk.store.close()
