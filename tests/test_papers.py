"""What the papers for others say about the program is what the program does."""

import re
from pathlib import Path

import pytest

from bot.privacy import ADDRESS_AGE, BACKUP_AGE, HEARD_AGE, PARKED_AGE, RECEIPT_AGE, UNCONSENTED_AGE
from bot.settings import Settings
from bot.storage import invite_tables, staff_tables, tables
from bot.storage.staff import DEED_AGE, LINK_AGE, VISIT_AGE

DAY = 24


@pytest.fixture
def paper(root: Path) -> str:
    """The page for privacy officers."""
    return (root / "docs" / "for-privacy-officers.md").read_text("utf-8")


def test_every_table_of_the_database_is_told_about(paper: str) -> None:
    """Whoever adds one says there what lies in it, whose it is, and how long it stays."""
    assert invite_tables.invite.metadata is staff_tables.staff_account.metadata is tables.metadata
    told = set(re.findall(r"`(\w+)`", paper))
    assert {table.name for table in tables.metadata.sorted_tables} <= told


@pytest.mark.parametrize(
    ("said", "hours"),
    [
        (r"`ADDRESS_DAYS` \((\d+)\) after", ADDRESS_AGE.days),
        (r"nobody agreed to \|.*\| (\d+) hours", UNCONSENTED_AGE.days * DAY),
        (r"`resume_code` .*\| (\d+) days", ADDRESS_AGE.days),
        (r"`heard` .*\| (\d+) days", HEARD_AGE.days),
        (r"`parked` .*\| (\d+) days", PARKED_AGE.days),
        (r"the receipt (\d+) hours at most", RECEIPT_AGE.days * DAY),
        (r"`BACKUP_DAYS` \((\d+)\)", BACKUP_AGE.days),
        (r"links (\d+) hours", LINK_AGE.days * DAY),
        (r"visits (\d+) hours", VISIT_AGE.seconds // 3600),
        (r"`staff_deed` .*\| a (year)", "year" if DEED_AGE.days == 365 else "?"),
    ],
)
def test_a_time_that_is_told_is_the_one_that_holds(paper: str, said: str, hours: object) -> None:
    found = re.search(said, paper)
    assert found, said
    assert found[1] == str(hours)


def test_what_is_said_of_settings_is_so(paper: str) -> None:
    """Answers have no limit unless one is set, and own words aren't asked for unless they are wished."""
    given = Settings(_env_file=None)
    assert given.retention is None
    assert not given.free_text
    for name in re.findall(r"`([A-Z]+_[A-Z]+)`", paper):
        assert name.lower() in Settings.model_fields
