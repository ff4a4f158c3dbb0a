"""Every format says what the wide table says: other people's programs read it, and find planted faults."""

import asyncio
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from bot.research.bundle import Wanted
from bot.research.formats import FORMATS
from tests.research.checkers import CHECKS, absent
from tests.research.faults import FAULTS, Fault
from tests.research.generated import Maker, bundle
from tests.research.readback import READERS, differences
from tests.research.reading import bytes_of, lines, manifest

EVERYTHING = Wanted(("csv", *FORMATS))
CELLS_ONLY = Wanted(("csv", "sav", "dta", "parquet", "xlsx", "fhir"), ("wide", "long"))
A_FEW, MORE, MANY = range(3), range(3, 40), range(1000)
AT_LEAST = 30  # planted faults
ODD_SEED = 1  # two editions, segments, a withheld item, labels with line breaks

Open = Callable[[str], None]


@pytest.fixture(scope="session")
def good(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a bundle with everything in it."""
    out = tmp_path_factory.mktemp("good") / "out"
    return asyncio.run(bundle(Maker(ODD_SEED).made(), out, EVERYTHING))


def needed(check: str) -> None:
    """Skip where a program isn't there; fail where it has to be."""
    if absent(check):
        said = f"{check}: the program isn't on this machine"
        pytest.fail(said) if os.environ.get("CI") == "true" else pytest.skip(said)


@pytest.mark.slow
@pytest.mark.parametrize("check", CHECKS)
def test_a_good_bundle_satisfies(good: Path, tmp_path: Path, check: str) -> None:
    """Each of the checkers has nothing to say about it."""
    needed(check)
    assert CHECKS[check](copied(good, tmp_path)) == []


@pytest.mark.slow
@pytest.mark.parametrize("fault", FAULTS, ids=[fault.name for fault in FAULTS])
def test_a_planted_fault_is_found(good: Path, tmp_path: Path, fault: Fault) -> None:
    """By one of those that should, at least."""
    there = [check for check in fault.found_by if not absent(check)]
    if not there:
        needed(fault.found_by[0])
    folder = copied(good, tmp_path)
    fault.plant(folder)
    assert any(complains(check, folder) for check in there)


def test_at_least_thirty_faults_are_planted() -> None:
    """Each with a name of its own and checks that there are, over every format."""
    assert len({fault.name for fault in FAULTS}) == len(FAULTS) >= AT_LEAST
    named = {check for fault in FAULTS for check in fault.found_by}
    assert named <= CHECKS.keys()
    assert CHECKS.keys() == named


@pytest.mark.slow
@pytest.mark.parametrize("check", CHECKS)
def test_every_checker_finds_a_fault_by_itself(good: Path, tmp_path: Path, check: str) -> None:
    """Where several may find a fault, one that never finds any would stand unnoticed beside the others."""
    needed(check)
    for number, fault in enumerate(one for one in FAULTS if check in one.found_by):
        folder = copied(good, tmp_path / str(number))
        fault.plant(folder)
        if complains(check, folder):
            return
    pytest.fail(f"{check} finds none of them")


def copied(good: Path, tmp_path: Path) -> Path:
    """Return a copy to work in: some checkers write beside what they read."""
    return Path(shutil.copytree(good, tmp_path / "copy"))


def complains(check: str, folder: Path) -> bool:
    """Tell whether a check finds something; a reader that can't read it at all has found something too."""
    try:
        return bool(CHECKS[check](folder))
    except Exception:  # noqa: BLE001 - each library has errors of its own for what it can't read
        return True


async def agree(seed: int, folder: Path) -> list[str]:
    """Make a data set, and return the cells in which formats differ from the wide table."""
    out = await bundle(Maker(seed).made(), folder / str(seed), CELLS_ONLY)
    found = [one for name in READERS for one in differences(out, name)]
    shutil.rmtree(out)
    return found


@pytest.mark.slow
async def test_generated_data_agree_cell_for_cell(tmp_path: Path) -> None:
    """A few here, more where there is time, a thousand by night."""
    for seed in A_FEW:
        assert await agree(seed, tmp_path) == [], f"seed {seed}"


@pytest.mark.slow
async def test_more_generated_data_agree_cell_for_cell(tmp_path: Path) -> None:
    """As above."""
    for seed in MORE:
        assert await agree(seed, tmp_path) == [], f"seed {seed}"


@pytest.mark.soak
@pytest.mark.timeout(3600)
async def test_a_thousand_generated_data_sets_agree_cell_for_cell(tmp_path: Path) -> None:
    """Wide, long, .sav, .dta, Parquet, Excel and FHIR."""
    for seed in MANY:
        assert await agree(seed, tmp_path) == [], f"seed {seed}"


@pytest.mark.slow
async def test_every_format_has_the_same_bytes_again(good: Path, tmp_path: Path) -> None:
    """Whatever the time is when they are written."""
    again = await bundle(Maker(ODD_SEED).made(), tmp_path / "again", EVERYTHING)
    assert bytes_of(again) == bytes_of(good)


async def test_a_label_that_a_format_cuts_is_listed(good: Path) -> None:
    """By file and variable; the codebook has it whole."""
    cut = {(one["file"], one["variable"]) for one in manifest(good)["labels_cut"]}
    long = {
        row["variable"]
        for row in lines(good, "codebook.csv")
        if row["reverse"] and row["language"] == "en" and len(" ".join(row["label"].split()).encode()) > 255
    }
    assert {("responses.sav", name) for name in long} | {("responses.dta", name) for name in long} <= cut


def test_no_segment_is_in_what_clinical_systems_read(good: Path) -> None:
    """Nor a probability: FHIR holds answers and scale scores."""
    shown = {row["segment"] for row in lines(good, "responses_wide.csv")} - {"-97", "-99"}
    assert shown
    whole = (good / "Questionnaire.ndjson").read_text("utf-8") + (
        good / "QuestionnaireResponse.ndjson"
    ).read_text("utf-8")
    assert not [segment for segment in shown if f'"{segment}"' in whole]
    assert '"p_' not in whole


def test_labels_are_in_every_language(good: Path) -> None:
    """Arabic stands in the codebook's page, DDI, FHIR, Parquet and a script of its own."""
    words = next(
        row["label"] for row in lines(good, "codebook.csv") if row["language"] == "ar" and row["reverse"]
    )
    for file in ("codebook.html", "ddi-codebook-2.5.xml", "Questionnaire.ndjson", "load.ar.R"):
        assert words.split("\n")[0][:20] in (good / file).read_text("utf-8").replace("&#34;", '"').replace(
            '\\"', '"'
        ), file
