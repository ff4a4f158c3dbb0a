"""The quick way writes what the tables declare, also where it remembers nothing, and a page at a time."""

import asyncio
from collections.abc import AsyncGenerator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.conversation.library import Library
from bot.privacy import Keys
from bot.research.layout import merge
from bot.research.quick import interview as finding
from bot.research.quick import scales, wide
from bot.research.quick.cells import numbers
from bot.research.quick.interview import Interview
from bot.research.response import Reader
from bot.research.verify import _text
from bot.research.writing import TABLES, Lines, tables
from bot.storage import pages
from bot.storage.pages import row_of
from bot.storage.sqlite import SqliteStore, open_sqlite
from bot.storage.store import REASON
from tests.research.generated import Maker
from tests.research.interviewing import Interviewing

PEOPLE = 7
"""Of whom two stand on a page: three whole pages, and one more."""


@given(st.lists(st.floats(allow_nan=False, allow_infinity=False)))
def test_numbers_are_written_as_python_writes_them(values: list[float]) -> None:
    """Also tiny ones, which other programs write without an exponent."""
    assert numbers(values) == ",".join(map(repr, values))


def test_a_number_with_four_noughts_has_an_exponent() -> None:
    """A probability can be as small as that."""
    assert numbers([0.9999, 0.00001]) == "0.9999,1e-05"


@pytest.mark.parametrize("seed", range(100, 104))
def test_what_is_not_remembered_is_worked_out_again(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every line is the tables' own where nothing at all may be remembered, and each item stands alone."""
    for room, name, value in (
        (finding, "_ROUTES", 0),
        (scales, "_MOST", 0),
        (wide, "_MOST", 0),
        (wide, "_FEW", 0),
        (wide, "_TOGETHER", 1),
    ):
        monkeypatch.setattr(room, name, value)
    made = Maker(seed).made()
    layout = merge("generated", tuple(reversed(made.editions)))
    declared = tables(layout, TABLES.values())
    quick = {one.digest: Lines(one, layout, [table.file for table in declared]) for one in made.editions}
    readers = {edition.digest: Reader(edition) for edition in made.editions}
    for stored in made.stored:
        response = readers[stored.session.edition].read(stored)
        written = quick[stored.session.edition].of(Interview(row_of(stored, events=True)))
        for table, found in zip(declared, written, strict=True):
            assert _text(table.lines(response)) == "".join(f"{line}\n" for line in found)


# ---------------------------------------------------------------- pages


async def filled(folder: Path, library: Library) -> SqliteStore:
    """Return a store with interviews in every state of being finished, and somebody who left at once."""
    keys = Keys(bytes(32))
    store = await open_sqlite(
        folder / "attune.db", keys.fingerprint, clock=lambda: datetime(2026, 1, 1, tzinfo=UTC)
    )
    for edition in library.editions():
        await store.keep_edition(edition)
    desk = Interviewing(store, library)
    for number in range(PEOPLE - 2):
        await desk.person(f"person {number}").finishes(1, 2, 1, 0)
    half = desk.person("half")
    await half.starts()
    await half.agrees()
    await half.answers(1)
    await desk.person("stranger").starts()
    return store


async def test_a_page_says_what_the_interviews_say(
    library: Library, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Page after page, in the order of the response ids, as a row made of the interview itself."""
    monkeypatch.setattr(pages, "ROWS", 2)
    store = await filled(tmp_path, library)
    async with store.snapshot() as snapshot:
        for events in (True, False):
            found = [page async for page in snapshot.pages("show-if", events=events)]
            assert [len(page) for page in found] == [2, 2, 2, 1]
            rows = [tuple(row) for page in found for row in page]
            expected = [row_of(one, events=events) async for one in snapshot.sessions("show-if")]
            assert [row for row in rows if not row[REASON]] == expected
            assert [row[6:] for row in rows if row[REASON]] == [("", "", "no_consent", "telegram")]
    await store.close()


async def test_who_stops_reading_leaves_nothing_behind(
    library: Library, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The page that was already asked for isn't waited for, and the store closes."""
    monkeypatch.setattr(pages, "ROWS", 2)
    store = await filled(tmp_path, library)
    before = asyncio.all_tasks()
    async with store.snapshot() as snapshot:
        read = snapshot.pages("show-if", events=False)
        assert isinstance(read, AsyncGenerator)
        assert len(await anext(read)) == 2
        await read.aclose()
        await asyncio.sleep(0)
        assert asyncio.all_tasks() == before
    await store.close()
