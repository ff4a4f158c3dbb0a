"""Interviews pass through one at a time."""

import tracemalloc
from pathlib import Path

import pytest

from bot.research.bundle import export
from bot.research.survey import Filters
from tests.research.interviewing import Interviewing
from tests.research.reading import manifest
from tests.research.snapshots import Repeated

pytestmark = pytest.mark.slow  # thousands of interviews


async def peak(desk: Interviewing, times: int, out: Path) -> int:
    """Return the most memory that an export of so many interviews takes, in bytes."""
    library = desk.library
    async with desk.store.snapshot() as snapshot:
        tracemalloc.start()
        try:
            await export(
                Repeated(snapshot, times),
                out,
                Filters(snapshot.as_of),
                lambda edition: library.content(edition, library.default_organisation),
            )
            return tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()


async def test_memory_does_not_grow_with_the_interviews(desk: Interviewing, tmp_path: Path) -> None:
    """Twenty times as many take the same memory."""
    await desk.person("a").finishes(1, 2, 1, 0)
    await peak(desk, 1, tmp_path / "warm")
    few = await peak(desk, 150, tmp_path / "few")
    many = await peak(desk, 3000, tmp_path / "many")
    assert manifest(tmp_path / "many")["counts"]["responses"] == 3000
    assert many < few * 1.2
