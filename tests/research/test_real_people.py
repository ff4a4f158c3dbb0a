"""Real people's answers go through the interview and come out of the export with the scores they should have.

The data are those of `bfi`, taken from the folder of shared reference data; a missing answer becomes a skip.
The scores are computed here once more, from nothing but the published keys.
"""

import csv
import gzip
import random
from collections import defaultdict
from collections.abc import AsyncIterator
from pathlib import Path
from statistics import fmean

import pytest

from bot.conversation.library import Library
from bot.storage.opening import open_store
from bot.storage.store import Store
from tests.research.interviewing import BEGINS, Interviewing, written
from tests.research.reading import lines, manifest

PEOPLE = 40
LOW, HIGH, ENOUGH = 1, 6, 4  # the answer scale, and how many of a scale's five items must be answered
NAMES = {
    "Agreeableness": "agreeableness",
    "Conscientiousness": "conscientiousness",
    "Extraversion": "extraversion",
    "Emotional Stability": "emotional_stability",
    "Openness": "openness",
}
TOO_FEW = "-99"

Answers = dict[str, int | None]


@pytest.fixture(scope="module")
def keys(shared: Path) -> dict[str, dict[str, int]]:
    """Return the published keys: scale to item to +1 or -1."""
    found: dict[str, dict[str, int]] = defaultdict(dict)
    with (shared / "data" / "bfi_items.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            if row["Keying"]:
                found[NAMES[row["Big6"]]][row["item"]] = int(row["Keying"])
    return dict(found)


@pytest.fixture(scope="module")
def people(shared: Path, keys: dict[str, dict[str, int]]) -> list[Answers]:
    """Return a sample of people, half of them with missing answers, which are None."""
    items = [item for scale in keys.values() for item in scale]
    with gzip.open(shared / "data" / "bfi_train.csv.gz", "rt", encoding="utf-8", newline="") as file:
        everybody = [
            {item: int(row[item]) if row[item].isdigit() else None for item in items}
            for row in csv.DictReader(file)
        ]
    gaps = [person for person in everybody if None in person.values()]
    whole = [person for person in everybody if None not in person.values()]
    draw = random.Random(1680)
    return [*draw.sample(gaps, PEOPLE // 2), *draw.sample(whole, PEOPLE // 2)]


def scored(answers: Answers, key: dict[str, int]) -> float | str:
    """Score a scale as the keys say: the mean of the answered items, if enough are."""
    given = [
        answer if sign > 0 else LOW + HIGH - answer
        for item, sign in key.items()
        if (answer := answers[item]) is not None
    ]
    return fmean(given) if len(given) >= ENOUGH else TOO_FEW


@pytest.fixture(params=["memory", pytest.param("sqlite", marks=pytest.mark.slow)])
async def store(request: pytest.FixtureRequest, shipped: Library, tmp_path: Path) -> AsyncIterator[Store]:
    """Open an empty store of each kind."""
    url = "memory:" if request.param == "memory" else f"sqlite:///{tmp_path / 'attune.db'}"
    opened = await open_store(url, "fingerprint", clock=lambda: BEGINS)
    for edition in shipped.editions():
        await opened.keep_edition(edition)
    yield opened
    await opened.close()


@pytest.mark.slow
async def test_real_people_get_the_scores_that_the_keys_give_them(
    store: Store, shipped: Library, tmp_path: Path, keys: dict[str, dict[str, int]], people: list[Answers]
) -> None:
    """Every exported scale score equals the one computed from the published keys, to 1e-9."""
    desk = Interviewing(store, shipped.cast("big-five"))
    started = {}
    for number, answers in enumerate(people):
        person = desk.person(f"person-{number}")
        order = desk.library.questionnaires["big-five"].edition.questionnaire.form.items
        given = [answers[item.upper()] for item in order]
        began_after = desk.now
        await person.finishes(*(None if answer is None else answer - LOW for answer in given))
        started[(began_after + desk.step).isoformat(timespec="milliseconds")] = answers
    folder = await written(store, shipped, tmp_path / "out", questionnaire="big-five")
    rows = lines(folder, "responses_wide.csv")
    assert len(rows) == len(people) == PEOPLE
    scores = {(row["response_id"], row["measure"]): row["value"] for row in lines(folder, "scores.csv")}
    compared = 0
    for row in rows:
        answers = started[row["started_at"].replace("Z", "+00:00")]
        assert {item: row[item.lower()] for item in answers} == {
            item: str(TOO_FEW if answer is None else answer) for item, answer in answers.items()
        }
        for scale, key in keys.items():
            expected, found = scored(answers, key), row[scale]
            assert scores[row["response_id"], scale] == found
            if isinstance(expected, float):
                assert float(found) == pytest.approx(expected, abs=1e-9)
                compared += 1
            else:
                assert found == expected
    assert compared > PEOPLE * len(keys) * 0.9
    assert manifest(folder)["counts"]["status"] == {"complete": PEOPLE}
