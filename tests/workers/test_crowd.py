"""A tenth of what `python -m tests.workers.crowd 200000` does by hand."""

from pathlib import Path

import pytest

from tests.workers.crowd import FAULTS, run


@pytest.mark.slow
@pytest.mark.postgres
@pytest.mark.timeout(3600)
async def test_four_workers_take_twenty_thousand_updates_once_each_and_in_order(tmp_path: Path) -> None:
    """Workers, connections and the server are killed meanwhile."""
    figures = await run(20_000, 300, tmp_path, every=4.0)
    print(figures)  # noqa: T201 - figures are wanted from every run
    assert figures.troubles == []
    assert figures.faults.keys() == FAULTS.keys()
