"""What each file format says, by somebody else's library, put as the texts that stand in the wide table.

.dta is read by pandas, which doesn't use the library that wrote it; .xlsx by openpyxl; Parquet by its own;
.sav by the library that wrote it (PSPP and R look at it as well, where they are there); FHIR and CSV by hand.
"""

import json
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
import pyarrow.parquet as pq
import pyreadstat

from tests.research.reading import lines

Rows = dict[str, dict[str, str]]
"""By response id, the text in each column."""

CODES = {"a": "-97", "b": "-98", "c": "-99", "d": "-96"}
ABSENT = {"not-asked": "-97", "asked-declined": "-98", "asked-unknown": "-99", "masked": "-96"}


def days(folder: Path) -> frozenset[str]:
    """Return the columns of the wide table that hold days."""
    return of_type(folder, "date")


def of_type(folder: Path, kind: str) -> frozenset[str]:
    """Return the columns of the wide table that have a type."""
    package = json.loads((folder / "datapackage.json").read_text("utf-8"))
    fields = (one["schema"]["fields"] for one in package["resources"] if one["path"] == "responses_wide.csv")
    return frozenset(field["name"] for listed in fields for field in listed if field["type"] == kind)


def wide(folder: Path) -> Rows:
    """Return the wide table itself."""
    return {row["response_id"]: row for row in lines(folder, "responses_wide.csv")}


def like(text: str, number: float, *, within: float = 0.0) -> str:
    """Return a number as the wide table has it in this cell; another one as itself."""
    try:
        same = math.isclose(float(text), number, rel_tol=within, abs_tol=0.0)
    except ValueError:
        same = False
    return text if same else repr(number)


def moment(at: datetime) -> str:
    """Return a time as the wide table has it."""
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def sav(folder: Path) -> Rows:
    """Read the SPSS file, user-missing codes and all."""
    frame, _ = pyreadstat.read_sav(
        folder / "responses.sav", user_missing=True, disable_datetime_conversion=True
    )
    beginning = datetime(1582, 10, 14, tzinfo=UTC)

    def time(number: float) -> str:
        return (
            str(int(number))
            if number < 0
            else moment(beginning + timedelta(milliseconds=round(number * 1000)))
        )

    def day(number: float) -> str:
        return time(number)[:10]

    return _framed(folder, frame, time, day)


def dta(folder: Path) -> Rows:
    """Read the Stata file with pandas, tagged missing values and all."""
    with pd.read_stata(
        folder / "responses.dta", iterator=True, convert_dates=False, convert_categoricals=False
    ) as file:
        frame = file.read(convert_missing=True)
    beginning = datetime(1960, 1, 1, tzinfo=UTC)

    def time(number: float) -> str:
        return moment(beginning + timedelta(milliseconds=round(number)))

    def day(number: float) -> str:
        return moment(beginning + timedelta(days=number))[:10]

    return _framed(folder, frame, time, day)


def _framed(folder: Path, frame: Any, time: Callable[[float], str], day: Callable[[float], str]) -> Rows:
    truth, found = wide(folder), {}
    read = dict.fromkeys(of_type(folder, "datetime"), time) | dict.fromkeys(days(folder), day)
    for row in frame.to_dict("records"):
        cells = {}
        for name, value in row.items():
            text = truth.get(str(row["response_id"]), {}).get(str(name), "")
            if isinstance(value, str):
                cells[str(name)] = value
            elif not isinstance(value, float | int):  # pandas: a Stata missing value, as '.a'
                cells[str(name)] = CODES.get(str(value).removeprefix("."), str(value))
            else:
                cells[str(name)] = read[name](value) if name in read else like(text, value)
        found[str(row["response_id"])] = cells
    return found


def parquet(folder: Path) -> Rows:
    """Read the Parquet file, a reason in the place of each null."""
    truth, found = wide(folder), {}
    for row in pq.read_table(folder / "responses.parquet").to_pylist():
        cells = {}
        for name, value in row.items():
            if name.endswith(".missing"):
                continue
            reason = row.get(f"{name}.missing")
            text = truth.get(row["response_id"], {}).get(name, "")
            if value is None or reason is not None:
                cells[name] = str(reason)
            elif isinstance(value, datetime):
                cells[name] = moment(value)
            elif isinstance(value, date):
                cells[name] = value.isoformat()
            else:
                cells[name] = value if isinstance(value, str) else like(text, value)
        found[row["response_id"]] = cells
    return found


def xlsx(folder: Path) -> Rows:
    """Read the Excel file's first sheet; its numbers have 16 digits."""
    truth, found = wide(folder), {}
    book = openpyxl.load_workbook(folder / "responses.xlsx", read_only=True)
    rows = book["responses"].iter_rows(values_only=True)
    head = [str(cell) for cell in next(rows)]
    for values in rows:
        row = dict(zip(head, values, strict=True))
        text = truth.get(str(row["response_id"]), {})
        found[str(row["response_id"])] = {
            name: _excel(value, text.get(name, "")) for name, value in row.items()
        }
    book.close()
    return found


def _excel(value: Any, text: str) -> str:
    if isinstance(value, datetime):
        return value.date().isoformat()
    return value if isinstance(value, str) else like(text, value, within=1e-15)


def fhir(folder: Path) -> Rows:
    """Read the answers and scores of the FHIR responses; each answer by its code, from its questionnaire."""
    coded = _coded(folder)
    truth, found = wide(folder), {}
    for line in (folder / "QuestionnaireResponse.ndjson").read_text("utf-8").splitlines():
        resource = json.loads(line)
        cells = {"person_id": resource["subject"]["identifier"]["value"]}
        text = truth.get(resource["id"], {})
        for item in resource["item"]:
            for one in item.get("item", [item]):
                name = one["linkId"].removeprefix("scale.")
                options = coded[resource["questionnaire"]].get(name, Options({}))
                cells |= _answers(name, one, options, text)
        found[resource["id"]] = cells
    return found


@dataclass(frozen=True)
class Options:
    """What an item of a FHIR questionnaire offers: the number of each code, and whether several are taken."""

    numbers: Mapping[str, int]
    several: bool = False
    edition: str = ""


def _coded(folder: Path) -> Mapping[str, Mapping[str, Options]]:
    """Return the options of each item, by the address of its questionnaire."""
    coded = {}
    for line in (folder / "Questionnaire.ndjson").read_text("utf-8").splitlines():
        asked = json.loads(line)
        coded[f"{asked['url']}|{asked['version']}"] = {
            item["linkId"]: Options(
                {
                    one["valueCoding"]["code"]: one["valueCoding"]["extension"][0]["valueDecimal"]
                    for one in item.get("answerOption", ())
                },
                item.get("repeats", False),
                asked["identifier"][0]["value"],
            )
            for item in asked["item"]
        }
    return coded


def _answers(
    name: str, one: Mapping[str, Any], options: Options, text: Mapping[str, str]
) -> Mapping[str, str]:
    """Return the cells that an answer stands for."""
    columns = [f"{name}__{code}" for code in options.numbers] if options.several else [name]
    if "answer" not in one:
        return dict.fromkeys(columns, ABSENT[one["extension"][0]["valueCode"]])
    if options.several:
        given = {answer["valueCoding"]["code"] for answer in one["answer"]}
        return {column: str(int(column.partition("__")[2] in given)) for column in columns}
    (answer,) = one["answer"]
    if "valueCoding" in answer:
        return {name: str(options.numbers[answer["valueCoding"]["code"]])}
    ((_, value),) = answer.items()
    return {name: value if isinstance(value, str) else like(text.get(name, ""), value)}


def long(folder: Path) -> Rows:
    """Turn the long table back: each row into the columns of its item, as its edition asks it."""
    truth = wide(folder)
    asked = {one.edition: items for items in _coded(folder).values() for one in items.values()}
    found: Rows = {response: {} for response in truth}
    columns = list(next(iter(truth.values()), ()))
    for row in lines(folder, "answers_long.csv"):
        options = asked[row["edition_sha256"]][row["item_id"]]
        mine = [one for one in columns if one.partition("__")[0] == row["item_id"]]
        cells = found.setdefault(row["response_id"], {})
        cells |= {column: _turned(row, column.partition("__")[2], options) for column in mine}
    return found


def _turned(row: Mapping[str, str], part: str, options: Options) -> str:
    value = row["value"]
    if value in ABSENT.values():
        return value
    if options.several:
        return str(int(part in row["choice"].split("|"))) if part in options.numbers else "-97"
    if part == "group":
        return _group(int(value)) if len(options.numbers) == 11 else "-97"
    return "-97" if part else value


def _group(number: int) -> str:
    return "1" if number < 7 else "2" if number < 9 else "3"


READERS: dict[str, Callable[[Path], Rows]] = {
    "long": long,
    "sav": sav,
    "dta": dta,
    "parquet": parquet,
    "xlsx": xlsx,
    "fhir": fhir,
}


def differences(folder: Path, name: str) -> list[str]:
    """Return every cell in which a format says something else than the wide table."""
    truth, found = wide(folder), READERS[name](folder)
    complaints = [
        f"{name}: response {one} is on one side only" for one in sorted(truth.keys() ^ found.keys())
    ]
    for response, row in truth.items():
        cells = found.get(response, {})
        expected = {column: row[column] for column in _columns(name, row, cells)}
        complaints += [
            f"{name}: {response}.{column} is {cells.get(column)!r}, not {value!r}"
            for column, value in expected.items()
            if cells.get(column) != value
        ]
    return complaints


def _columns(name: str, row: Mapping[str, str], cells: Mapping[str, str]) -> list[str]:
    """Return the columns that a format must have: FHIR and long have those of the interview's own edition."""
    return list(row) if name not in {"long", "fhir"} else [column for column in row if column in cells]
