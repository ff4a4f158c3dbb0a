"""Killed at random moments under load, the bot loses nothing, doubles nothing and leaves nobody alone."""

import os
from pathlib import Path

import pytest

from tests.channels.telegram import kills

KILLS = int(os.environ.get("ATTUNE_TEST_KILLS", "5"))
"""Of each way to receive; the workers on PostgreSQL are killed in tests/workers."""


@pytest.mark.slow
@pytest.mark.timeout(60 + 30 * KILLS)
@pytest.mark.parametrize("webhook", [False, True], ids=["polling", "webhook"])
async def test_every_interview_ends_with_exactly_the_answers_that_were_tapped(
    tmp_path: Path, webhook: bool
) -> None:
    """Fifty people, five kills, one of them followed by ten minutes of outage; more by ATTUNE_TEST_KILLS."""
    report = await kills.run(kills=KILLS, people=50, folder=tmp_path, webhook=webhook)
    print(report)  # noqa: T201 - figures are wanted from every run
    assert (report.hanging, report.wrong, report.owed) == ([], [], 0), str(report)
    assert report.kills == KILLS


@pytest.mark.slow
@pytest.mark.timeout(120)
async def test_a_bot_that_forgets_what_it_owed_is_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A planted fault: whoever's reply was saved and not yet sent when the bot was killed is left waiting."""
    monkeypatch.setattr(kills, "PATIENCE", 6.0)
    report = await kills.run(kills=12, people=50, folder=tmp_path, pause=0.0, plant="--forgetful")
    assert report.hanging != [], str(report)
