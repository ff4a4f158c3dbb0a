"""Every alarm and every check has its section in the runbook, and every link in it leads somewhere."""

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.cli import checkup
from bot.operation.alarms import ALARMS, RUNBOOK
from bot.operation.exposition import Seen, exposition
from bot.operation.hearing import State
from bot.storage.upkeep import Backlog, Waiting


@pytest.fixture
def anchors(root: Path) -> set[str]:
    """Return the sections, as their addresses are made from their headings."""
    text = (root / RUNBOOK).read_text("utf-8")
    headings = re.findall(r"^#+ (.+)$", text, flags=re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("name", [*ALARMS, *checkup.IDS])
def test_each_has_its_section_with_something_to_do(root: Path, anchors: set[str], name: str) -> None:
    assert name in anchors
    section = (root / RUNBOOK).read_text("utf-8").split(f"\n## {name}\n")[1].split("\n#")[0]
    assert "Do: " in section


def test_no_command_opens_a_store_past_the_ledger(root: Path) -> None:
    """The one way in for commands is the roof's, which erases again whom the ledger names."""
    callers = [path.name for path in (root / "bot").rglob("*.py") if "open_store(" in path.read_text("utf-8")]
    assert sorted(callers) == ["opening.py", "roof.py", "rotating.py"]


def test_links_lead_somewhere(root: Path, anchors: set[str]) -> None:
    text = (root / RUNBOOK).read_text("utf-8")
    assert set(re.findall(r"\]\(#([\w-]+)\)", text)) <= anchors
    for page in re.findall(r"\]\(([\w./-]+\.md)\)", text):
        assert (root / RUNBOOK).parent.joinpath(page).exists()


def test_every_command_in_it_is_one(root: Path) -> None:
    commands = (root / "docs" / "commands.md").read_text("utf-8")
    text = (root / RUNBOOK).read_text("utf-8")
    named = re.findall(r"`attune ([a-z]+)", text) + re.findall(
        r"(?:&&|^) ?attune ([a-z]+)", text, re.MULTILINE
    )
    assert len(named) > 20
    assert not [name for name in named if f"## `attune {name}" not in commands]


def test_every_metric_in_it_is_given(root: Path) -> None:
    backlog = Backlog(owed={"tg": Waiting(1)}, funnel={"began": 1})
    seen = Seen(datetime(2026, 1, 1, tzinfo=UTC), backlog, State.OFF, 1, 1, 1)
    given = exposition(seen).decode()
    for name in re.findall(r"`(attune_\w+)", (root / RUNBOOK).read_text("utf-8")):
        assert f"# TYPE {name.removesuffix('_total')}" in given.replace("_total ", " "), name
