"""The disk says no at any write of an interview: its person is answered rightly, nothing is half there."""

from pathlib import Path

import pytest

from tests.storage.failing import KINDS, run

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]


def test_whatever_write_fails_everybody_is_answered_rightly(tmp_path: Path) -> None:
    """A few of the operations that `python -m tests.storage.failing` goes through one by one."""
    report = run(tmp_path, 97)
    print(report)  # noqa: T201 - figures are wanted from every run
    assert report.wrong == []
    assert KINDS.keys() <= report.failures.keys()
    assert report.refused_openings


@pytest.mark.parametrize("planted", ["acknowledge before saving", "answer before the commit"])
def test_a_bot_that_does_not_wait_for_its_disk_is_found(tmp_path: Path, planted: str) -> None:
    assert run(tmp_path, 400, planted).wrong
