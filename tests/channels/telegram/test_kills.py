"""Killed at random moments under load, the bot loses nothing, doubles nothing and leaves nobody alone."""

import os
from pathlib import Path

import pytest

from tests.channels.telegram.kills import run

KILLS = int(os.environ.get("ATTUNE_TEST_KILLS", "5"))
"""Of each way to receive; the workers on PostgreSQL are killed in tests/workers."""


@pytest.mark.slow
@pytest.mark.timeout(60 + 30 * KILLS)
@pytest.mark.parametrize("webhook", [False, True], ids=["polling", "webhook"])
async def test_every_interview_ends_with_exactly_the_answers_that_were_tapped(
    tmp_path: Path, webhook: bool
) -> None:
    """Fifty people, five kills, one of them followed by ten minutes of outage; more by ATTUNE_TEST_KILLS."""
    report = await run(kills=KILLS, people=50, folder=tmp_path, webhook=webhook)
    print(report)  # noqa: T201 - figures are wanted from every run
    assert (report.hanging, report.wrong, report.owed) == ([], [], 0), str(report)
    assert report.kills == KILLS
