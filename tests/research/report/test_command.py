"""`attune report`, as somebody types it."""

import csv
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT

pytestmark = pytest.mark.slow  # each starts the program


def attune(*arguments: str | Path, typed: str = "") -> subprocess.CompletedProcess[str]:
    """Run the program in the present folder."""
    command = [sys.executable, "-m", "bot", *map(str, arguments)]
    environment = {**os.environ, "DEFAULT_QUESTIONNAIRE": "big-five", "COLUMNS": "200"}
    return subprocess.run(command, input=typed, capture_output=True, text=True, check=False, env=environment)


def test_the_claim_on_a_file_of_real_answers(shared: Path, tmp_path: Path) -> None:
    data = shared / "data" / "spi40_train.csv.gz"
    spi40 = ROOT / "tests" / "questionnaires" / "spi40"
    told = ("--data", data, "--questionnaire", spi40, "--segment-column", "segment")
    done = attune("report", *told, "--out", "spi.html")
    assert done.returncode == 0, done.stderr
    assert "holds for 1 of 5 outcomes here, not in general" in done.stdout
    assert "Segments against demographics" in (tmp_path / "spi.html").read_text("utf-8")
    with (tmp_path / "spi.csv").open(encoding="utf-8", newline="") as file:
        verdicts = {row["name"]: row["value"] for row in csv.DictReader(file) if row["column"] == "verdict"}
    assert verdicts["health ≥ 4"] == "segments"
    again = attune("report", *told, "--out", "spi.html")
    assert again.returncode == 1
    assert "spi.html is there already" in again.stderr


def test_what_was_said_in_the_terminal_is_reported_and_recorded(tmp_path: Path) -> None:
    talked = attune("chat", "--language", "en", typed="\n".join(["1", "1", "2", *["2"] * 25, "1"]) + "\n")
    assert talked.returncode == 0, talked.stderr
    done = attune("report", "--json")
    assert done.returncode == 0, done.stderr
    said = json.loads(done.stdout)
    assert (said["questionnaire"], said["people"]) == ("big-five", 1)
    assert said["cautions"][0].startswith("Only 1 person: too few")
    assert (tmp_path / "attune-report.html").is_file()


def test_a_plan_needs_neither_data_nor_a_database(tmp_path: Path) -> None:
    done = attune("report", "--plan", "700", "--questionnaire", "health-mindset")
    assert done.returncode == 0, done.stderr
    assert "700 people who finish and allow research" in done.stdout
    assert "Feldt" in done.stdout
    assert not list(tmp_path.glob("*.html"))
    whole = json.loads(attune("report", "--plan", "700", "--json").stdout)
    assert whole["plan"] == 700


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        (("--data", "nothing.csv"), "There is no nothing.csv."),
        (("--questionnaire", "nothing"), "There are no interviews of nothing"),
        (("--plan", "5", "--questionnaire", "nothing"), "There is no questionnaire nothing."),
        (("--outcomes", "a"), "Columns can be named only for answers collected elsewhere."),
    ],
)
def test_a_mistake_is_one_sentence(typed: tuple[str, ...], said: str) -> None:
    done = attune("report", *typed)
    assert done.returncode == 1
    assert said in done.stderr
    assert "Traceback" not in done.stderr
