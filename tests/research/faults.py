"""Faults planted into a good bundle, each with the checks that may find it: others prove nothing."""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pyreadstat

Plant = Callable[[Path], None]


@dataclass(frozen=True)
class Fault:
    """What is wrong, how it gets there, and who must notice: one of them at least."""

    name: str
    plant: Plant
    found_by: tuple[str, ...]


def text(file: str, pattern: str, instead: str) -> Plant:
    """Replace the first place that a pattern has in a file; it must be there."""

    def plant(folder: Path) -> None:
        path = folder / file
        new, times = re.subn(pattern, instead, path.read_text("utf-8"), count=1, flags=re.MULTILINE)
        assert times == 1, f"{pattern} isn't in {file}"
        path.write_text(new, "utf-8", newline="")

    return plant


def row_twice(file: str) -> Plant:
    """Repeat the second line of a file at its end."""

    def plant(folder: Path) -> None:
        lines = (folder / file).read_text("utf-8").splitlines(keepends=True)
        (folder / file).write_text("".join([*lines, lines[1]]), "utf-8", newline="")

    return plant


def in_json(file: str, change: Callable[[Any], None], line: int | None = None) -> Plant:
    """Change a JSON file, or one line of it."""

    def plant(folder: Path) -> None:
        path = folder / file
        if line is None:
            said = json.loads(path.read_text("utf-8"))
            change(said)
            path.write_text(json.dumps(said), "utf-8")
            return
        lines = path.read_text("utf-8").splitlines()
        said = json.loads(lines[line])
        change(said)
        lines[line] = json.dumps(said)
        path.write_text("\n".join(lines) + "\n", "utf-8")

    return plant


def truncated(file: str) -> Plant:
    """Cut a file in the middle."""

    def plant(folder: Path) -> None:
        body = (folder / file).read_bytes()
        (folder / file).write_bytes(body[: len(body) // 2])

    return plant


def in_sav(change: Callable[[Any, dict[str, Any]], None]) -> Plant:
    """Write the SPSS file again, with something changed in its cells or its dictionary."""

    def plant(folder: Path) -> None:
        path = folder / "responses.sav"
        frame, meta = pyreadstat.read_sav(path, user_missing=True, disable_datetime_conversion=True)
        said: dict[str, Any] = {
            "column_labels": dict(meta.column_names_to_labels),
            "variable_value_labels": dict(meta.variable_value_labels),
            "missing_ranges": dict(meta.missing_ranges),
            "variable_measure": dict(meta.variable_measure),
            "variable_format": dict(meta.original_variable_types),
        }
        change(frame, said)
        pyreadstat.write_sav(frame, path, **said)

    return plant


def in_dta(old: bytes, new: bytes) -> Plant:
    """Change bytes of the Stata file; they must be there."""

    def plant(folder: Path) -> None:
        body = (folder / "responses.dta").read_bytes()
        assert old in body
        (folder / "responses.dta").write_bytes(body.replace(old, new, 1))

    return plant


def dta_again(change: Callable[[Any], None]) -> Plant:
    """Write the Stata file again with pandas, something changed in its cells."""

    def plant(folder: Path) -> None:
        frame = pd.read_stata(folder / "responses.dta", convert_dates=False, convert_categoricals=False)
        change(frame)
        frame.to_stata(folder / "responses.dta", write_index=False, version=118)

    return plant


def in_parquet(change: Callable[[Any], Any]) -> Plant:
    """Write the Parquet file again, with something changed."""

    def plant(folder: Path) -> None:
        path = folder / "responses.parquet"
        pq.write_table(change(pq.read_table(path)), path)

    return plant


def in_xlsx(cell: str, value: object) -> Plant:
    """Change a cell of the first sheet."""

    def plant(folder: Path) -> None:
        book = openpyxl.load_workbook(folder / "responses.xlsx")
        book["responses"][cell] = value
        book.save(folder / "responses.xlsx")

    return plant


def _no_row(table: Any) -> Any:
    return table.slice(1)


def _column(table: Any, name: str, values: list[Any], kind: Any) -> Any:
    place = table.column_names.index(name)
    return table.set_column(place, name, pa.array(values, type=kind))


def _first_item_plus_one(table: Any) -> Any:
    values = table.column("item_0").to_pylist()
    return _column(table, "item_0", [None if one is None else one + 1 for one in values], pa.int64())


def _other_reason(table: Any) -> Any:
    reasons = table.column("item_0.missing").to_pylist()
    return _column(table, "item_0.missing", [-98 if one is not None else None for one in reasons], pa.int8())


def _bump(frame: Any, _said: Any) -> None:
    frame["item_0"] = frame["item_0"] + 1


def _first_answer(resource: Any) -> Any:
    return next(one for one in resource["item"] if "answer" in one and "valueCoding" in one["answer"][0])


def _other_choice(resource: Any) -> None:
    coding = _first_answer(resource)["answer"][0]["valueCoding"]
    coding["code"] = "c0" if coding["code"] != "c0" else "c1"


def _other_weight(resource: Any) -> None:
    _first_answer(resource)["answer"][0]["valueCoding"]["extension"][0]["valueDecimal"] += 1


def _other_reason_in_fhir(resource: Any) -> None:
    absent = next(one for one in resource["item"] if "extension" in one)
    absent["extension"][0]["valueCode"] = "asked-declined"


def _latin(folder: Path) -> None:
    path = folder / "answers_long.csv"
    path.write_bytes(path.read_bytes() + "\xe9\n".encode("latin-1"))


def _labelled(said: Any) -> None:
    said["resources"][0]["schema"]["missingValues"] = [{"value": "-97", "label": "not asked"}]


def _odd_type(said: Any) -> None:
    said["resources"][0]["schema"]["fields"][0]["type"] = "int"


def _two_values(resource: Any) -> None:
    _first_answer(resource)["answer"][0]["valueDecimal"] = 1


def _tag(folder: Path) -> None:
    """Turn a .a into a .b: the high bytes of a missing double say which one it is."""
    path = folder / "responses.dta"
    body, start = path.read_bytes(), path.read_bytes().index(b"<data>")
    place = body.index(b"\x00\x00\x00\x00\x00\x01\xe0\x7f", start)
    path.write_bytes(body[:place] + b"\x00\x00\x00\x00\x00\x02\xe0\x7f" + body[place + 8 :])


WIDE, LONG, EVENTS, SCORES = "responses_wide.csv", "answers_long.csv", "events.csv", "scores.csv"
DDI, ASKED, GIVEN = "ddi-codebook-2.5.xml", "Questionnaire.ndjson", "QuestionnaireResponse.ndjson"
FRICTIONLESS, SUMS, SCHEMA = ("frictionless",), ("sha256sum",), ("DDI schema",)
FHIR = ("fhir.resources", "FHIR in JavaScript")
SPSS = ("PSPP", "haven")
TIME = r"2026-03-01T\d\d:\d\d:\d\d\.\d\d\dZ"

FAULTS = (
    Fault("a byte of the log changed", text(EVENTS, ",began,", ",bEgan,"), SUMS),
    Fault("a file is gone", lambda folder: (folder / SCORES).unlink(), SUMS),
    Fault("a time that isn't one", text(WIDE, TIME, "yesterday"), FRICTIONLESS),
    Fault("the same interview twice", row_twice(WIDE), FRICTIONLESS),
    Fault("the same answer twice", row_twice(LONG), FRICTIONLESS),
    Fault("the same event twice", row_twice(EVENTS), FRICTIONLESS),
    Fault("the same score twice", row_twice(SCORES), FRICTIONLESS),
    Fault("an answer of nobody", text(LONG, r"^[a-z2-7]{26},", "nobody,"), FRICTIONLESS),
    Fault("a status that there isn't", text(WIDE, ",(complete|partial),", ",finished,"), FRICTIONLESS),
    Fault("a state that there isn't", text(LONG, ",(answered|not_asked),", ",given,"), FRICTIONLESS),
    Fault("a value that no choice has", text(LONG, r",(c\d),-?\d+,", r",\1,12345,"), ("read back: long",)),
    Fault("a column with another name", text(WIDE, ",duration_s,", ",seconds,"), FRICTIONLESS),
    Fault("a row with a cell too few", text(SCORES, r",[0-9a-f]{64}$", ""), FRICTIONLESS),
    Fault("a word among whole numbers", text(EVENTS, r",\d+$", ",soon"), FRICTIONLESS),
    Fault("bytes that aren't UTF-8", _latin, FRICTIONLESS),
    Fault(
        "missing values that aren't strings",
        in_json("datapackage.json", _labelled),
        FRICTIONLESS,
    ),
    Fault("a type that there isn't", in_json("datapackage.json", _odd_type), FRICTIONLESS),
    Fault(
        "a label after its categories",
        text(
            DDI,
            r"(<labl [^>]*>[^<]*</labl>)(\s*<qstn[^>]*>\s*<qstnLit[^>]*>[^<]*</qstnLit>\s*</qstn>)",
            r"\2\1",
        ),
        SCHEMA,
    ),
    Fault("a nature that there isn't", text(DDI, 'nature="ordinal"', 'nature="odd"'), SCHEMA),
    Fault("two variables with one ID", text(DDI, 'ID="F1V2"', 'ID="F1V1"'), SCHEMA),
    Fault("an element that DDI hasn't", text(DDI, "<varFormat", "<varFromat"), SCHEMA),
    Fault("half a codebook", truncated(DDI), SCHEMA),
    Fault("a status that FHIR hasn't", in_json(GIVEN, lambda one: one.update(status="bogus"), 0), FHIR),
    Fault("an item without a type", in_json(ASKED, lambda one: one["item"][0].pop("type"), 0), FHIR),
    Fault(
        "an item of a type that there isn't",
        in_json(ASKED, lambda one: one["item"][0].update(type="odd"), 0),
        FHIR,
    ),
    Fault("a property that FHIR hasn't", in_json(GIVEN, lambda one: one.update(segment="calm"), 0), FHIR),
    Fault(
        "a time that FHIR can't read", in_json(GIVEN, lambda one: one.update(authored="1.3.2026"), 0), FHIR
    ),
    Fault("two answers in one place", in_json(GIVEN, _two_values, 1), FHIR),
    Fault("an item without a link", in_json(GIVEN, lambda one: one["item"][0].pop("linkId"), 0), FHIR),
    Fault(
        "a canonical with a space", in_json(GIVEN, lambda one: one.update(questionnaire="a b"), 0), FHIR[1:]
    ),
    Fault("another choice in FHIR", in_json(GIVEN, _other_choice, 1), ("read back: fhir",)),
    Fault("another weight in FHIR", in_json(GIVEN, _other_weight, 1), FHIR[1:]),
    Fault("another reason in FHIR", in_json(GIVEN, _other_reason_in_fhir, 0), ("read back: fhir",)),
    Fault("another value in the .sav file", in_sav(_bump), (*SPSS, "read back: sav")),
    Fault("no user-missing range", in_sav(lambda _frame, said: said["missing_ranges"].pop("item_0")), SPSS),
    Fault("no labels of values", in_sav(lambda _frame, said: said.update(variable_value_labels={})), SPSS),
    Fault(
        "no label of a variable", in_sav(lambda _frame, said: said["column_labels"].update(item_0="")), SPSS
    ),
    Fault(
        "another level",
        in_sav(lambda _frame, said: said["variable_measure"].update(item_0="nominal")),
        SPSS[:1],
    ),
    Fault("half a .sav file", truncated("responses.sav"), SPSS),
    Fault("another tag in Stata", _tag, ("haven", "read back: dta")),
    Fault("tags lost in Stata", dta_again(lambda _frame: None), ("haven", "read back: dta")),
    Fault("half a .dta file", truncated("responses.dta"), ("haven", "read back: dta")),
    Fault("another value in Parquet", in_parquet(_first_item_plus_one), ("read back: parquet",)),
    Fault("another reason in Parquet", in_parquet(_other_reason), ("read back: parquet",)),
    Fault("an interview less in Parquet", in_parquet(_no_row), ("read back: parquet",)),
    Fault("half a Parquet file", truncated("responses.parquet"), ("read back: parquet",)),
    Fault("a formula in Excel", in_xlsx("B2", "=1+1"), ("read back: xlsx",)),
    Fault("another number in Excel", in_xlsx("S3", 12345.5), ("read back: xlsx",)),
    Fault(
        "a script in the page",
        text("codebook.html", "</body>", '<script src="x.js"></script></body>'),
        ("HTML parser",),
    ),
    Fault(
        "a column that the page forgot", text("codebook.html", "<code>n_edits</code>", ""), ("HTML parser",)
    ),
    Fault(
        "a citation of a program", text("CITATION.cff", "type: dataset", "type: software"), ("CITATION.cff",)
    ),
    Fault("a citation without authors", text("CITATION.cff", "^authors:", "people:"), ("CITATION.cff",)),
    Fault(
        "a quote too few for SPSS",
        text("load.sps", r"VARIABLE LABELS status '", "VARIABLE LABELS status "),
        ("load.sps",),
    ),
    Fault("a column too few for SPSS", text("load.sps", r"^    n_edits F8.0\n", ""), ("load.sps",)),
    Fault("a bracket too few for R", text("load.R", r"^gone <- c\(", "gone <- c"), ("load.R",)),
    Fault("no reasons in R", text("load.R", r"^why <- .*$", "why <- wide"), ("load.R",)),
    Fault("a typing mistake in Python", text("load.py", "def _read", "def _raed"), ("load.py",)),
)
