"""Every kind of answer in the tables and files: generated data, and what each kind must look like."""

import json
import re
from pathlib import Path

import pytest

from bot.research.bundle import Wanted
from bot.research.layout import merge
from bot.research.quick.interview import Interview
from bot.research.response import Reader
from bot.research.verify import _text
from bot.research.writing import TABLES, Lines, tables
from bot.storage.pages import row_of
from tests.research.generated import Maker, bundle
from tests.research.reading import lines, manifest


@pytest.mark.parametrize("seed", range(8))
def test_the_quick_way_writes_what_the_tables_declare(seed: int) -> None:
    """Every line of every table, to the byte."""
    made = Maker(seed).made()
    layout = merge("generated", tuple(reversed(made.editions)))
    declared = tables(layout, TABLES.values())
    readers = {edition.digest: Reader(edition) for edition in made.editions}
    files = [table.file for table in declared]
    quick = {edition.digest: Lines(edition, layout, files) for edition in made.editions}
    for stored in made.stored:
        response = readers[stored.session.edition].read(stored)
        written = quick[stored.session.edition].of(Interview(row_of(stored, events=True)))
        for table, found in zip(declared, written, strict=True):
            assert _text(table.lines(response)) == "".join(f"{line}\n" for line in found)


@pytest.mark.slow
async def test_own_words_are_in_no_file(tmp_path: Path) -> None:
    """Not even sealed; the manifest says which item is left out, and why."""
    made = Maker(2).made()
    out = await bundle(made, tmp_path / "out", Wanted(("csv", "fhir", "ddi", "parquet", "xlsx")))
    sealed = [
        answer.choice
        for one in made.stored
        for item, answer in one.session.answers.items()
        if item == "of_words" and answer.choice
    ]
    assert sealed
    assert manifest(out)["withheld_words"] == {"of_words": "own words are kept sealed and aren't exported"}
    for path in out.iterdir():
        whole = path.read_bytes()
        assert not [one for one in sealed if one.encode() in whole], path.name
    assert {row["value"] for row in lines(out, "answers_long.csv") if row["item_id"] == "of_words"} <= {
        "-96", "-97", "-98", "-99"
    }  # fmt: skip


async def test_declining_is_no_skip(tmp_path: Path) -> None:
    """-98 and -99 stand apart in the wide table, in the long one, in the log and in FHIR."""
    out = await bundle(Maker(2).made(), tmp_path / "out", Wanted(("csv", "fhir")))
    long = lines(out, "answers_long.csv")
    assert {row["value"] for row in long if row["state"] == "declined"} == {"-98"}
    assert {row["value"] for row in long if row["state"] == "skipped"} == {"-99"}
    assert {"declined", "skipped", "ticked"} <= {row["event"] for row in lines(out, "events.csv")}
    told = (out / "QuestionnaireResponse.ndjson").read_text("utf-8")
    assert '"asked-declined"' in told
    assert '"asked-unknown"' in told


async def test_each_kind_is_its_own_kind_in_fhir(tmp_path: Path) -> None:
    """Types of items, and of the values of answers, over a few data sets."""
    types, values = set(), set()
    for seed in range(2, 5):
        out = await bundle(Maker(seed).made(), tmp_path / str(seed), Wanted(("csv", "fhir")))
        asked = [json.loads(line) for line in (out / "Questionnaire.ndjson").read_text("utf-8").splitlines()]
        types |= {(item["type"], item.get("repeats", False)) for one in asked for item in one["item"]}
        given = (out / "QuestionnaireResponse.ndjson").read_text("utf-8")
        values |= set(re.findall(r'"(value[A-Z][a-z]+)"', given))
    assert types >= {(kind, False) for kind in ("choice", "integer", "decimal", "date", "text")}
    assert ("choice", True) in types
    assert values >= {"valueCoding", "valueInteger", "valueDecimal", "valueDate"}
