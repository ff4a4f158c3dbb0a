"""Killed at random moments under load, the bot loses nothing, doubles nothing and leaves nobody alone."""

import os
from pathlib import Path

import pytest

from tests.channels.telegram.kills import run

KILLS = int(os.environ.get("ATTUNE_TEST_KILLS", "4"))


@pytest.mark.slow
@pytest.mark.timeout(60 + 30 * KILLS)
async def test_every_interview_ends_with_exactly_the_answers_that_were_tapped(tmp_path: Path) -> None:
    """Fifty people, four kills, one of them followed by ten minutes of outage; more by ATTUNE_TEST_KILLS."""
    report = await run(kills=KILLS, people=50, folder=tmp_path)
    assert (report.hanging, report.wrong, report.owed) == ([], [], 0), str(report)
    assert report.kills == KILLS
