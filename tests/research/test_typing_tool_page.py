"""The commands of `docs/typing-tool.md`, typed as they stand there."""

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from bot.questionnaire.load import load
from bot.research.fit.bank import bank
from tests.research.made_up_people import answered, spread_out, write_answers

pytestmark = pytest.mark.slow  # a fit, and three more commands

PEOPLE = 500
COMMANDS = 5


def commands(page: Path) -> list[list[str]]:
    """Return the lines of the page's shell blocks."""
    blocks = re.findall(r"^```sh\n(.*?)^```", page.read_text("utf-8"), flags=re.MULTILINE | re.DOTALL)
    return [shlex.split(line) for block in blocks for line in block.splitlines()]


@pytest.mark.timeout(600)
def test_every_command_of_the_page_works_in_its_order(root: Path, tmp_path: Path) -> None:
    """From the shipped questionnaire and a file of made-up people to scores by a fitted, adaptive one."""
    items = bank(load(root / "questionnaires" / "health-mindset").edition.questionnaire)
    choices, segments = answered(items, spread_out(items), PEOPLE)
    write_answers(tmp_path / "long-form.csv", items, choices, segments, age=["40"] * PEOPLE)
    twice = [f"person-{number}" for number in range(60)] * 2
    again = np.concatenate([choices[:60], choices[60:90], choices[30:60]])  # half of them say the same
    write_answers(tmp_path / "retest.csv", items, again, segments[:120], person_id=twice)
    typed = commands(root / "docs" / "typing-tool.md")
    assert len(typed) == COMMANDS
    for program, *arguments in typed:
        assert program == "attune"
        done = subprocess.run(
            [sys.executable, "-m", "bot", *arguments],
            capture_output=True,
            text=True,
            check=False,
            env={**os.environ, "COLUMNS": "200"},
        )
        assert done.returncode == 0, (arguments, done.stdout, done.stderr)
    assert "Retest: 60 people answered twice" in (tmp_path / "fitted" / "evidence" / "report.txt").read_text()
    assert {"before.svg", "after.svg", "scores.csv", "fitted"} <= {path.name for path in tmp_path.iterdir()}
    main = tmp_path / "fitted" / "questionnaire.yaml"
    main.write_text("asked: [adaptive]\n" + main.read_text("utf-8"), "utf-8")
    assert load(tmp_path / "fitted").edition.questionnaire.form.order == "adaptive"
