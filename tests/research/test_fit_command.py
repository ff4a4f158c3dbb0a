"""`attune fit`, as somebody types it: the report, the folder it leaves, and what it refuses."""

import csv
import gzip
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from bot.questionnaire.load import load
from bot.questionnaire.model import Status
from bot.research.fit.arrays import Floats, Ints
from bot.research.fit.bank import bank
from bot.research.fit.figures import agreement, ece
from tests.research.made_up_people import SPI40, TINY, answered, questionnaire, spread_out, write_answers

pytestmark = pytest.mark.slow  # each starts the program, and fits

PEOPLE = 600
HIGHEST_ECE = 0.06


def attune(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """Run the program in the present folder."""
    command = [sys.executable, "-m", "bot", *map(str, arguments)]
    environment = {**os.environ, "COLUMNS": "200"}
    return subprocess.run(command, capture_output=True, text=True, check=False, env=environment)


def people(path: Path, *, age: str = "40", count: int = PEOPLE) -> Path:
    """Write people of the tiny questionnaire, drawn from a known model."""
    items = bank(questionnaire())
    choices, segments = answered(items, spread_out(items), count)
    return write_answers(path, items, choices, segments, age=[age] * count)


def test_a_fit_leaves_a_whole_questionnaire_with_its_evidence(tmp_path: Path) -> None:
    """It loads, passes `attune check`, keeps the author's words, and can be scored with at once."""
    data = people(tmp_path / "people.csv")
    done = attune("fit", TINY, data, "--segment-column", "segment", "--out", "any name")
    assert done.returncode == 0, done.stderr
    for told in ("Models, out of fold", "Part-whole", "Not known", "split-half", "calibrated (600 adults"):
        assert told in done.stdout
    fitted = load(tmp_path / "any name").edition.questionnaire
    assert fitted.status is Status.CALIBRATED
    assert fitted.evidence is not None
    assert (fitted.evidence.people, fitted.evidence.languages) == (PEOPLE, ("en",))
    assert (fitted.version, fitted.changes[1].version) == ("1.1.0", "1.0.0")
    assert [form.id for form in fitted.forms] == ["short", "fixed4", "adaptive"]
    assert fitted.segments == questionnaire().segments
    assert fitted.form.id == "short"  # what is asked is the author's to change
    assert sorted(path.name for path in (tmp_path / "any name" / "evidence").iterdir()) == [
        "confusion.svg",
        "curve.svg",
        "fit.json",
        "lengths.svg",
        "report.txt",
    ]
    checked = attune("check", "any name")
    assert (checked.returncode, checked.stdout) == (0, "")
    scored = attune("score", "any name", data, "--out", "scores.csv", "--adaptive", "--keep", "segment")
    assert scored.returncode == 0, scored.stderr
    rows = list(csv.DictReader(Path("scores.csv").read_text("utf-8").splitlines()))
    assert np.mean([row["segment"] == row["in_segment"] for row in rows]) > 0.9


def test_journeys_that_still_hold_go_with_the_fit_and_the_others_are_named(tmp_path: Path) -> None:
    """One expects the welcome, which stays; one a segment by the old model, which never existed."""
    folder = Path(shutil.copytree(TINY, tmp_path / "with-segments"))
    (folder / "journeys").mkdir()
    begin = "name: Somebody begins\nsteps:\n  - starts:\n"
    (folder / "journeys" / "welcome.yaml").write_text(begin + "  - sees: Let's begin\n", "utf-8")
    (folder / "journeys" / "verdict.yaml").write_text(begin + "  - segment: free\n", "utf-8")
    data = people(tmp_path / "people.csv")
    done = attune("fit", folder, data, "--segment-column", "segment", "--out", "any name")
    assert done.returncode == 0, done.stderr
    assert "verdict.yaml, line 4: the segment is None, not 'free'" in done.stderr
    assert [path.name for path in Path("any name", "journeys").iterdir()] == ["welcome.yaml"]
    checked = attune("check", "any name")
    assert (checked.returncode, checked.stdout) == (0, "")


def test_json_has_exactly_the_keys_of_the_contract_and_is_the_same_twice(tmp_path: Path) -> None:
    """The same people give the same figures and the same folder."""
    data = people(tmp_path / "people.csv")
    runs = [attune("fit", TINY, data, "--segment-column", "segment", "--out", out, "--json") for out in "ab"]
    assert runs[0].stdout == runs[1].stdout
    found = json.loads(runs[0].stdout)
    assert list(found) == ["fixed", "adaptive", "ece", "model"]
    assert list(found["fixed"]) == ["4"]
    assert set(found["fixed"]["4"]) >= {"items", "agreement"}
    assert set(found["adaptive"]) >= {"min", "max", "stop_at", "mean_asked", "agreement"}
    assert found["model"] in {"linear", "gaussian", "latent-class"}
    one, other = (Path(out, "questionnaire.yaml").read_bytes() for out in "ab")
    assert one == other


def test_nothing_is_ever_overwritten(tmp_path: Path) -> None:
    """It says so before it does any work."""
    data = people(tmp_path / "people.csv")
    (tmp_path / "there").mkdir()
    (tmp_path / "there" / "note.txt").write_text("mine", "utf-8")
    done = attune("fit", TINY, data, "--segment-column", "segment", "--out", "there")
    assert (done.returncode, done.stdout) == (1, "")
    assert "isn't empty" in done.stderr
    assert [path.name for path in (tmp_path / "there").iterdir()] == ["note.txt"]


@pytest.mark.parametrize(
    ("age", "count", "said"),
    [("16", 600, "no adults answered in it"), ("40", 300, "fewer than 400")],
)
def test_calibrated_is_not_said_of_minors_or_of_too_few(
    tmp_path: Path, age: str, count: int, said: str
) -> None:
    """The folder is written all the same, as provisional and without evidence."""
    data = people(tmp_path / "people.csv", age=age, count=count)
    done = attune("fit", TINY, data, "--segment-column", "segment", "--out", "fitted")
    assert done.returncode == 0, done.stderr
    assert said in done.stdout
    fitted = load(tmp_path / "fitted").edition.questionnaire
    assert (fitted.status, fitted.evidence) == (Status.PROVISIONAL, None)


def test_segments_can_be_found_in_the_answers(tmp_path: Path) -> None:
    """Each cluster goes by the segment whose profile is nearest; the report says that they were cut here."""
    data = people(tmp_path / "people.csv")
    done = attune("fit", TINY, data, "--segments", "3", "--out", "fitted")
    assert done.returncode == 0, done.stderr
    assert "cut out of these very answers" in done.stdout
    wrong = attune("fit", TINY, data, "--segments", "4", "--out", "other")
    assert wrong.returncode == 1
    assert "words for 3 segments, not for 4" in wrong.stderr


def test_wrong_usage_is_one_sentence(tmp_path: Path) -> None:
    """Neither or both ways to know the segments; no such questionnaire."""
    data = people(tmp_path / "people.csv", count=120)
    assert attune("fit", TINY, data, "--out", "x").returncode == 2
    both = attune("fit", TINY, data, "--out", "x", "--segments", "3", "--segment-column", "segment")
    assert (both.returncode, both.stderr.count("\n")) == (2, 1)
    nowhere = attune("fit", "nowhere", data, "--out", "x", "--segments", "3")
    assert nowhere.returncode == 1
    assert "There is no questionnaire nowhere." in nowhere.stderr


def test_without_the_extra_it_says_how_to_install_it() -> None:
    """One sentence, no traceback; and no other command needs numpy."""
    start = (
        "import sys; sys.modules['numpy'] = None; sys.argv[0] = 'attune'; from bot.cli import main; main()"
    )
    command = [sys.executable, "-c", start, "fit", str(TINY), "x.csv", "--segments", "3", "--out", "y"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (1, "")
    assert 'pip install ".[research]"' in done.stderr
    assert "Traceback" not in done.stderr


def split(shared: Path, folder: Path) -> tuple[Path, Path]:
    """Write 60 % of the real people into one file and the others into another."""
    with gzip.open(shared / "data" / "spi40_train.csv.gz", "rt", encoding="utf-8") as file:
        header, *rows = list(csv.reader(file))
    order = np.random.default_rng(77).permutation(len(rows))
    cut = round(0.6 * len(rows))
    paths = folder / "train.csv", folder / "test.csv"
    for path, part in zip(paths, (order[:cut], order[cut:]), strict=True):
        with path.open("w", encoding="utf-8", newline="") as out:
            csv.writer(out).writerows([header, *(rows[place] for place in part)])
    return paths


def score(folder: Path, data: Path, out: str, *options: str) -> tuple[float, float, float]:
    """Score people and return the mean number asked, agreement and calibration error."""
    done = attune("score", folder, data, "--out", out, "--keep", "segment", *options)
    assert done.returncode == 0, done.stderr
    rows = list(csv.DictReader(Path(out).read_text("utf-8").splitlines()))
    names = [name for name in rows[0] if name.startswith("p_")]
    probabilities: Floats = np.array([[float(row[name]) for name in names] for row in rows])
    truth: Ints = np.array([names.index(f"p_{row['in_segment']}") for row in rows], dtype=np.intp)
    asked = float(np.mean([int(row["n_asked"]) for row in rows]))
    return asked, agreement(probabilities, truth), ece(probabilities, truth)


@pytest.mark.timeout(1_200)
def test_real_people_kept_back_are_asked_a_third_fewer_at_no_loss(shared: Path, tmp_path: Path) -> None:
    """Fitted on 1,440 real people, scored on 960 others, through the program."""
    train, test = split(shared, tmp_path)
    done = attune("fit", SPI40, train, "--segment-column", "segment", "--out", "fitted", "--json")
    assert done.returncode == 0, done.stderr
    assert list(json.loads(done.stdout)["fixed"]) == ["6", "8", "10", "12", "16", "20", "24"]
    fitted = tmp_path / "fitted"
    assert attune("check", fitted).returncode == 0
    asked, agrees, gap = score(fitted, test, "adaptive.csv", "--adaptive")
    _, fixed, _ = score(fitted, test, "fixed.csv", "--form", "fixed12")
    _, twelve, _ = score(fitted, test, "twelve.csv", "--adaptive", "--max", "12", "--no-stop")
    assert asked <= 8.2
    assert agrees >= fixed
    assert gap <= HIGHEST_ECE
    assert twelve > fixed
