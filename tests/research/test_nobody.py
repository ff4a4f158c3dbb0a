"""An export in which nobody is: whole in every format, for that is how a study begins."""

from pathlib import Path

import pyreadstat

from bot.research.bundle import Wanted
from bot.research.formats import FORMATS
from tests.research.interviewing import Interviewing, written
from tests.research.reading import manifest


async def test_every_format_is_written_though_nobody_allowed_research(
    desk: Interviewing, tmp_path: Path
) -> None:
    """One person said no; the columns are there, and no row."""
    await desk.person("a").finishes(1, 2, 1, 0, research=False)
    folder = await written(desk.store, desk.library, tmp_path / "out", wanted=Wanted(("csv", *FORMATS)))
    frame, _ = pyreadstat.read_sav(folder / "responses.sav")
    assert len(frame) == manifest(folder)["counts"]["responses"] == 0
    assert "response_id" in frame.columns
