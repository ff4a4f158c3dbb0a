"""`attune simulate`: made-up people, careless ones, and a report that doesn't call itself an accuracy."""

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from bot.research.fit.bank import bank
from bot.research.fit.reading import model_of
from bot.research.made_up import agreeing, careless, drawn
from bot.research.simulate import NOT_AN_ACCURACY, report, trials
from tests.research.made_up_people import SPI40, answered, questionnaire, spread_out, write_answers


def attune(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """Run the program in the present folder."""
    command = [sys.executable, "-m", "bot", *map(str, arguments)]
    return subprocess.run(
        command, capture_output=True, text=True, check=False, env={**os.environ, "COLUMNS": "200"}
    )


def test_people_drawn_from_a_model_answer_as_it_says() -> None:
    """Shares of choices within 5 standard errors of the model's own."""
    items, model = model_of(questionnaire(SPI40))
    crowd = drawn(items, model, 4_000, np.random.default_rng(1), alike=False)
    chances = model.chances  # type: ignore[attr-defined]  # a prototype's, as the file has one
    first = crowd.choices[crowd.truth == 0, 0]
    shares = np.bincount(first, minlength=6) / len(first)
    error = np.sqrt(chances[0, :, 0] * (1 - chances[0, :, 0]) / len(first))
    assert (np.abs(shares - chances[0, :, 0]) < 5 * error).all()


def test_people_made_alike_repeat_themselves_within_a_scale() -> None:
    """Their answers on one scale correlate more than the model's."""
    items, model = model_of(questionnaire(SPI40))
    found = []
    for alike in (False, True):
        crowd = drawn(items, model, 3_000, np.random.default_rng(2), alike=alike)
        within = items.keyed(crowd.choices[crowd.truth == 1])[:, :5]
        together = np.asarray(np.corrcoef(within.T))
        found.append(together[np.triu_indices(5, 1)].mean())
    assert abs(found[0]) < 0.05
    assert found[1] > found[0] + 0.1


@pytest.mark.parametrize("share", [0.05, 0.1, 0.2])
def test_so_many_answer_without_reading_and_nobody_else_changes(share: float) -> None:
    """The others' answers stay what they were."""
    items = bank(questionnaire(SPI40))
    choices, _ = answered(items, spread_out(items), 400)
    mixed, who = careless(items, choices, share, np.random.default_rng(3))
    assert who.sum() == round(share * 400)
    assert (mixed[~who] == choices[~who]).all()
    assert (mixed >= 0).all()
    assert (mixed < items.choice_counts).all()


def test_agreeing_moves_the_choice_whatever_the_item_means() -> None:
    """By half a choice on average where there is room, and never past the last one."""
    items = bank(questionnaire(SPI40))
    low = np.zeros((2_000, 40), dtype=np.intp)
    assert agreeing(items, low, 0.5, np.random.default_rng(4)).mean() == pytest.approx(0.5, abs=0.02)
    assert agreeing(items, low + 5, 1.0, np.random.default_rng(4)).max() == 5


@pytest.mark.slow
def test_the_report_says_first_that_it_is_no_accuracy() -> None:
    """And agreeing with everything costs agreement, which the stated certainty doesn't show."""
    done: list[int] = []
    found = trials(questionnaire(SPI40), None, 150, lambda step, _of: done.append(step))
    assert report(found).startswith(NOT_AN_ACCURACY)
    assert done == list(range(1, 13))
    by_trial = {(one.people, one.careless, one.acquiescence): one for one in found.trials}
    assert len(by_trial) == 12
    assert by_trial["model", 0, 1].agreement < by_trial["model", 0, 0].agreement
    assert by_trial["model", 0.2, 0].detected is not None
    assert set(found.curves) == {"model", "alike"}
    assert found.curves["model"][-1] > found.curves["model"][0]


@pytest.mark.slow
def test_the_command_prints_draws_and_never_overwrites(tmp_path: Path) -> None:
    """With resampled people from a file; the picture is an SVG."""
    items = bank(questionnaire())
    data = write_answers(tmp_path / "people.csv", items, *answered(items, spread_out(items), 150))
    folder = SPI40.parent / "with-segments"
    done = attune("simulate", folder, "--data", data, "--people", "200", "--json")
    assert done.returncode == 0, done.stderr
    assert {one["people"] for one in json.loads(done.stdout)} == {"model", "alike", "real"}
    assert (tmp_path / "simulation.svg").read_text("utf-8").startswith("<svg")
    again = attune("simulate", folder, "--people", "200")
    assert again.returncode == 1
    assert "is there already" in again.stderr
