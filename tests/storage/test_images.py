"""The power is cut at any moment of a real run: nothing acknowledged is missing, nothing is half there."""

from pathlib import Path

import pytest

from tests.storage import disk
from tests.storage.images import play, record

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]


def test_a_power_cut_loses_nothing_that_was_acknowledged(tmp_path: Path) -> None:
    """A few hundred of the ten thousand images that `python -m tests.storage.images 10000` plays."""
    operations = record(disk.built(tmp_path), tmp_path, people=5)
    report = play(operations, 400, tmp_path, seed=4)
    print(report)  # noqa: T201 - figures are wanted from every run
    assert not report.wrong, report.examples
    assert report.acks > 5 * 30
    assert report.loose > report.images


@pytest.mark.parametrize(("synchronous", "found"), [(1, "lost"), (0, "corrupt")])
def test_a_commit_that_does_not_wait_for_the_disk_is_found(
    tmp_path: Path, synchronous: int, found: str
) -> None:
    """The planted faults that show what the images can see: synchronous NORMAL, and OFF."""
    operations = record(disk.built(tmp_path), tmp_path, people=4, synchronous=synchronous)
    report = play(operations, 150, tmp_path, seed=4)
    assert found in report.wrong, report
