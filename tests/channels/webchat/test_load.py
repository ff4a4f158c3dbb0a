"""Many people at once in the browser, before the program as it is started by hand."""

import pytest

from tests.web_load import crowd, demonstration


@pytest.mark.slow
async def test_many_people_at_once_meet_no_error() -> None:
    """Some dozens here, a thousand by hand (`python -m tests.web_load 1000`); all reach a provider's link."""
    async with demonstration() as landing:
        figures = await crowd(landing, 60)
    assert not figures.errors
    assert figures.finished == 60
    assert len(figures.seconds) == 60 * 12
