"""The benchmark itself: every bot gets five people through, and a bot that is wrong is told."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.crowd import OurScript, PeersScript, Wrong
from benchmarks.quiz import buttons, question, score

pytestmark = pytest.mark.slow


def keyboard(number: int) -> list[list[dict[str, str]]]:
    return [[{"text": text, "callback_data": data}] for text, data in buttons(number)]


class TestAPerson:
    def test_taps_what_is_due_and_checks_the_score(self) -> None:
        script = PeersScript([0, 4] + [1] * 10)
        assert script.next(question(0), keyboard(0)) == "0:0"
        assert script.next(question(1), keyboard(1)) == "1:4"
        for number in range(2, 12):
            assert script.next(question(number), keyboard(number)) == f"{number}:1"
        assert script.next(score([14]), []) is None

    def test_notices_a_question_too_early(self) -> None:
        with pytest.raises(Wrong, match="question 1 should come"):
            PeersScript([0] * 12).next(question(1), keyboard(1))

    def test_notices_a_wrong_score(self) -> None:
        script = PeersScript([])
        with pytest.raises(Wrong, match="should be"):
            script.next(score([1]), [])

    def test_notices_that_our_button_is_missing(self) -> None:
        with pytest.raises(Wrong, match="a button that means b"):
            OurScript([0] * 12).next("Welcome", keyboard(0))


def test_every_bot_gets_five_people_through(root: Path, tmp_path: Path) -> None:
    crowd = ["--people", "5", "--rounds", "1", "--limit", "60", "--out", str(tmp_path)]
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks", *crowd], cwd=root, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    found = json.loads((tmp_path / "benchmarks.json").read_text())
    assert {one["bot"]: one["finished"] for one in found["speed"]} == dict.fromkeys(
        ("ours", "conversation_handler", "commit_per_answer", "aiogram_memory", "no_framework"), 40
    )
    assert (tmp_path / "benchmarks.svg").read_text().startswith("<svg")
