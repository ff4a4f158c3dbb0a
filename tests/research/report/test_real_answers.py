"""Real people's answers: through the interview to the report, and the claim tested on outcomes they told."""

import csv
import gzip
import random
from pathlib import Path

import pytest

from bot.conversation.library import Library
from bot.questionnaire.load import load
from bot.research.report import against
from bot.research.report.collecting import from_file
from bot.research.report.making import Wanted, report
from bot.research.report.people import People
from bot.research.report.table import Estimate
from bot.research.report.traits import demographics, outcomes
from bot.storage.memory import MemoryStore
from tests.conftest import ROOT
from tests.real_people.wire import everybody, independent_alphas, published_keys
from tests.research.interviewing import Interviewing
from tests.research.report.test_report import collected, table

pytestmark = pytest.mark.slow  # thousands of real people

PEOPLE = 150
AS_PUBLISHED = ("health>=4", "exer>=4", "smoke>=5", "wellness>=2", "ER>=2")
"""Where the reference study cut the outcomes."""


@pytest.fixture(scope="module")
def spi(shared: Path) -> People:
    """Return the adults of the public SPI sample, with the long form's segments."""
    edition = load(ROOT / "tests" / "questionnaires" / "spi40").edition
    return from_file(shared / "data" / "spi40_train.csv.gz", edition, lambda _: None, "segment").people


@pytest.mark.parametrize("named", [None, AS_PUBLISHED])
def test_segments_tell_more_about_health_and_not_about_wellness_or_emergency_visits(
    spi: People, named: tuple[str, ...] | None
) -> None:
    """With the outcomes cut as the reference study did, and as the report does by itself."""
    assert spi.minors > 0
    found = against.contests(spi, outcomes(spi, None, named), demographics(spi, None))
    verdicts = {one.outcome.id: one.verdict for one in found}
    assert verdicts["health"] == against.SEGMENTS
    assert verdicts["wellness"] == against.DEMOGRAPHICS
    assert verdicts["ER"] == against.DEMOGRAPHICS
    assert verdicts["exer"] == verdicts["smoke"] == against.UNDECIDED
    assert {one.outcome.id for one in found if one.adds == "yes"} == {"health", "exer", "smoke"}
    claim, said, *_ = against.concluded(found)
    assert said.startswith(
        "Segments tell more than demographics about health ≥ 4. They don't about wellness ≥ 2"
    )
    assert "ER ≥ 2: there demographics tell more." in said
    assert claim.endswith("holds for 1 of 5 outcomes here, not in general.")


async def test_alpha_of_answers_that_went_through_the_interview(shared: Path, shipped: Library) -> None:
    """Alpha of the five scales in the report equals the independent one to 1e-6; every tenth has gaps."""
    keys = published_keys(shared)
    crowd = random.Random(5).sample(everybody(shared, keys), PEOPLE)
    store = MemoryStore()
    for edition in shipped.editions():
        await store.keep_edition(edition)
    desk = Interviewing(store, shipped.cast("big-five"))
    order = desk.library.questionnaires["big-five"].edition.questionnaire.form.items
    for number, answers in enumerate(crowd):
        given = [answers[item] for item in order]
        await desk.person(f"person-{number}").finishes(*(None if one is None else one - 1 for one in given))
    found = await collected(desk, "big-five")
    made = report(found.people, None, Wanted(), lambda _done, _of: None)
    scales = {scale.name: scale.id for scale in found.people.questionnaire.scales}
    ours = {scales[str(row[0])]: row[3] for row in table(made, "reliability").rows}
    expected = independent_alphas(crowd, keys)
    assert ours.keys() == expected.keys()
    for scale, alpha in expected.items():
        figure = ours[scale]
        assert isinstance(figure, Estimate)
        assert figure.value == pytest.approx(alpha, abs=1e-6)


def test_the_file_of_real_answers_gives_the_same_alphas(
    shared: Path, shipped: Library, tmp_path: Path
) -> None:
    """All 1,680 people at once, from a file: the way for answers that were collected elsewhere."""
    keys = published_keys(shared)
    crowd = everybody(shared, keys)
    with gzip.open(tmp_path / "bfi.csv.gz", "wt", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(crowd[0]))
        writer.writeheader()
        writer.writerows(crowd)
    edition = shipped.questionnaires["big-five"].edition
    people = from_file(tmp_path / "bfi.csv.gz", edition, lambda _: None, None).people
    made = report(people, None, Wanted(), lambda _done, _of: None)
    scales = {scale.name: scale.id for scale in edition.questionnaire.scales}
    figures = {scales[str(row[0])]: row[3] for row in table(made, "reliability").rows}
    expected = independent_alphas(crowd, keys)
    assert {
        scale: figure.value for scale, figure in figures.items() if isinstance(figure, Estimate)
    } == pytest.approx(expected, abs=1e-6)
