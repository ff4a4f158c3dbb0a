"""`attune migrate-sessions`, as an operator types it, while people are in the middle of an interview."""

import json
import shutil
import sqlite3
from pathlib import Path

import pytest
from typer.testing import CliRunner

from bot.cli import app

pytestmark = pytest.mark.slow  # each begins with two interviews in the terminal

FOLDER = Path("questionnaires")


@pytest.fixture
def runner(root: Path, monkeypatch: pytest.MonkeyPatch) -> CliRunner:
    """Return what runs a command in a folder with files of its own and two people who paused."""
    shutil.copytree(root / "tests" / "conversation" / "questionnaires", FOLDER)
    monkeypatch.setenv("DEFAULT_QUESTIONNAIRE", "ways")
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{Path.cwd() / 'attune.db'}")
    monkeypatch.setenv("PRIVACY_KEY_FILE", str(Path.cwd() / "elsewhere" / "key"))
    runner = CliRunner()
    for answers in ("1\n1\n1\n1\n", "1\n1\n1\n1\n2\n"):
        assert runner.invoke(app, ["chat"], input=answers).exit_code == 0
    return runner


def edit(was: str, becomes: str) -> None:
    """Change today's questionnaire."""
    file = FOLDER / "ways" / "questionnaire.yaml"
    text = file.read_text(encoding="utf-8")
    assert was in text
    file.write_text(text.replace(was, becomes), encoding="utf-8")


def run(runner: CliRunner, *words: str) -> str:
    """Run the command, which must be fine."""
    done = runner.invoke(app, ["migrate-sessions", *words])
    assert done.exit_code == 0, done.output
    return done.stdout


def rows(query: str) -> list[str]:
    """Ask the database itself."""
    with sqlite3.connect("attune.db") as connection:
        found = [row[0] for row in connection.execute(query)]
    connection.close()
    return found


def editions() -> set[str]:
    """Return the editions of the interviews in the database."""
    return set(rows("SELECT edition FROM session"))


def test_a_plan_counts_and_changes_nothing(runner: CliRunner) -> None:
    """Both have answered the question that is worded anew."""
    edit("I plan my week.", "I plan my day.")
    before = editions()
    said = run(runner, "plan", "ways")
    assert "2 re-ask" in " ".join(said.split())
    assert "plan (2)" in said
    assert "apply ways --only re-ask --yes" in said
    assert editions() == before


def test_nothing_to_move_is_said_in_one_sentence(runner: CliRunner) -> None:
    """An operator who has changed nothing reads no table of noughts."""
    assert run(runner, "plan", "ways").startswith("Every open interview is on today's edition of ways (")


def test_to_apply_is_a_dry_run_until_it_is_meant(runner: CliRunner) -> None:
    edit("sd: 1", "sd: 2")
    before = editions()
    assert "With --yes: 2." in run(runner, "apply", "ways", "--only", "safe,re-score")
    assert editions() == before
    assert "Nothing" not in run(runner, "apply", "ways", "--only", "safe,re-score", "--yes")
    assert len(editions()) == 1
    assert editions() != before


def test_only_the_kinds_that_were_named_are_moved(runner: CliRunner) -> None:
    """Without --only it is the safe ones."""
    edit("sd: 1", "sd: 2")
    before = editions()
    said = json.loads(run(runner, "apply", "ways", "--yes", "--json"))
    assert said["open"]["re-score"] == 2
    assert said["moved"] == {}
    assert editions() == before


def test_what_was_done_is_recorded(runner: CliRunner) -> None:
    """Who, when, which edition, and how many."""
    edit("sd: 1", "sd: 2")
    run(runner, "apply", "ways", "--only", "re-score", "--yes")
    (said,) = rows("SELECT value FROM meta WHERE name = 'migration:1'")
    assert json.loads(said)["moved"] == {"re-score": 2}
    assert json.loads(said)["who"]


def test_an_unknown_questionnaire_or_kind_is_named(runner: CliRunner) -> None:
    unknown = runner.invoke(app, ["migrate-sessions", "plan", "nothing"])
    assert unknown.exit_code != 0
    assert runner.invoke(app, ["migrate-sessions", "apply", "ways", "--only", "all"]).exit_code == 2
