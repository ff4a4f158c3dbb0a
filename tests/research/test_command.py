"""`attune export`, as somebody types it."""

import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tests.research.reading import lines, manifest

pytestmark = pytest.mark.slow  # each starts the program


def attune(*arguments: str, typed: str = "") -> subprocess.CompletedProcess[str]:
    """Run the program in the present folder."""
    command = [sys.executable, "-m", "bot", *arguments]
    environment = {**os.environ, "DEFAULT_QUESTIONNAIRE": "big-five", "COLUMNS": "200"}
    return subprocess.run(command, input=typed, capture_output=True, text=True, check=False, env=environment)


def chatted(*choices: str) -> None:
    """Be interviewed in a pipe."""
    talked = attune("chat", "--language", "en", typed="\n".join(choices) + "\n")
    assert talked.returncode == 0, talked.stderr


def test_what_was_said_in_the_terminal_is_exported(tmp_path: Path) -> None:
    """An interview in a pipe, then the export: the answers are there, marked as the terminal's."""
    chatted("1", "1", "2", *["2"] * 25, "1")
    exported = attune("export", "--out", "responses")
    assert exported.returncode == 0, exported.stderr
    assert "big-five: 1 interviews, 0 left out" in exported.stdout
    assert "README.md" in exported.stdout
    (row,) = lines(tmp_path / "responses", "responses_wide.csv")
    assert (row["channel"], row["a1"], row["status"]) == ("terminal", "2", "complete")


def test_the_default_folder_is_named_after_the_turn_and_json_is_for_programs(tmp_path: Path) -> None:
    """Two exports of the same turn would be the same, so the second is refused."""
    chatted("1", "1", "2", "2")
    exported = attune("export", "--json")
    assert exported.returncode == 0, exported.stderr
    (said,) = json.loads(exported.stdout)
    assert said == manifest(tmp_path / f"attune-export-{said['as_of']}")
    again = attune("export")
    assert again.returncode == 1
    assert again.stderr.startswith("attune: The folder attune-export-")
    assert "Traceback" not in again.stderr


def test_a_mistake_is_one_sentence(tmp_path: Path) -> None:
    """Nothing to export, and an option that isn't one."""
    empty = attune("export")
    assert (empty.returncode, empty.stdout) == (1, "")
    assert "There are no interviews yet." in empty.stderr
    assert "Traceback" not in empty.stderr
    assert attune("export", "--include", "everybody").returncode == 2
    assert attune("export", "--as-of", "-1").returncode == 2
    assert not list(tmp_path.glob("attune-export*"))


def test_help_has_an_example() -> None:
    """As every command's."""
    shown = attune("export", "--help")
    assert shown.returncode == 0
    assert "Example: attune export --out" in shown.stdout


def test_everything_in_one_zip_is_on_the_record(tmp_path: Path) -> None:
    """All formats, verified; a second one of that name is refused; the table of Safe Harbor is printed."""
    chatted("1", "1", "2", *["2"] * 25, "1")
    everything = ("export", "--formats", "all", "--zip", "--verify", "--out", "responses.zip")
    exported = attune(*everything)
    assert exported.returncode == 0, exported.stderr
    with zipfile.ZipFile(tmp_path / "responses.zip") as packed:
        assert {"responses.sav", "responses.dta", "QuestionnaireResponse.ndjson"} <= set(packed.namelist())
    assert attune(*everything).returncode == 1
    safe = attune("export", "--profile", "safe-harbor", "--out", "safe")
    assert "(R) Any other unique number" in safe.stdout
    assert "A program can't certify" in safe.stdout


def test_a_mistyped_format_is_told(tmp_path: Path) -> None:
    """With those that there are."""
    wrong = attune("export", "--formats", "csv,spss")
    assert wrong.returncode == 2
    assert "spss" in wrong.stderr
    assert "sav" in wrong.stderr
    assert not list(tmp_path.glob("attune-export*"))
