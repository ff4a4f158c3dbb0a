"""Reads a report's people: from an export's folder, or from a file of answers collected elsewhere."""

import csv
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from bot.conversation.route import applying
from bot.errors import OperatorError
from bot.questionnaire.model import Edition, Questionnaire
from bot.research.fit.arrays import Floats
from bot.research.manifest import MANIFEST
from bot.research.report.paradata import read_paradata
from bot.research.report.people import People, Strings, as_numbers
from bot.research.sheet import Row, open_sheet
from bot.research.wide import FILE as WIDE
from bot.scoring.scales import NOT_ASKED, SKIPPED, WITHHELD
from bot.scoring.segments import assign

ADULT = 18
CODES = (NOT_ASKED, -98, SKIPPED, WITHHELD)


def read_folder(folder: Path, edition: Edition) -> People:
    """Read the files of one questionnaire that an export wrote."""
    try:
        with (folder / WIDE).open(encoding="utf-8", newline="") as file:
            header, *rows = csv.reader(file)
        manifest: dict[str, Any] = json.loads((folder / MANIFEST).read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise OperatorError(
            f"{folder} isn't an export: {error}.", remedy="Name a folder that `attune export` wrote."
        ) from None
    columns = {name: _strings([row[place] for row in rows]) for place, name in enumerate(header)}
    items = [item for item in with_choices(edition.questionnaire) if item in columns]
    read = {item: as_numbers(columns[item]) for item in items}
    return People(
        edition=edition,
        values={item: np.where(np.isin(cells, CODES), np.nan, cells) for item, cells in read.items()},
        gone={
            item: np.where(np.isin(cells, CODES), cells, 0).astype(np.intp) for item, cells in read.items()
        },
        columns={name: cells for name, cells in columns.items() if name not in read},
        count=len(rows),
        certainty=_certainty(edition.questionnaire, columns),
        paradata=read_paradata(folder),
        manifest=manifest,
    )


def with_choices(questionnaire: Questionnaire) -> list[str]:
    """Return the items that are answered with one of a few choices, whose numbers can be counted."""
    return [item.id for item in questionnaire.items if questionnaire.choices(item.id)]


def _certainty(questionnaire: Questionnaire, columns: dict[str, Strings]) -> dict[str, Floats]:
    named = {segment.id: f"p_{segment.id}" for segment in questionnaire.segments}
    read = {one: as_numbers(columns[name]) for one, name in named.items() if name in columns}
    return {one: np.where(cells < 0, np.nan, cells) for one, cells in read.items()}


def read_sheet(path: Path, edition: Edition, segment_column: str | None) -> People:
    """Read a file of answers; without a column of segments, the questionnaire's own model says them."""
    questionnaire = edition.questionnaire
    with open_sheet(path, questionnaire) as (sheet, _):
        others = sheet.ignored
    with open_sheet(path, questionnaire, [*others, *_named(segment_column)]) as (sheet, _):
        names, items, rows = sheet.kept, sheet.items, list(sheet.rows())
    columns = {name: _strings([row.kept[place] for row in rows]) for place, name in enumerate(names)}
    if segment_column is not None:
        columns["segment"] = columns.pop(names[-1])
    elif questionnaire.segments:
        columns["segment"] = _strings([_assigned(questionnaire, row) for row in rows])
    choosable = with_choices(questionnaire)
    values = {item: _values(questionnaire, item, rows) for item in items if item in choosable}
    people = People(
        edition=edition,
        values=values,
        gone={item: np.where(np.isnan(cells), SKIPPED, 0).astype(np.intp) for item, cells in values.items()},
        columns=columns,
        count=len(rows),
        segments_given=segment_column is not None,
    )
    return _adults(people)


def _named(column: str | None) -> list[str]:
    return [] if column is None else [column]


def _values(questionnaire: Questionnaire, item: str, rows: list[Row]) -> Floats:
    numbers = {choice.id: float(choice.value) for choice in questionnaire.choices(item)}
    chosen = [row.choices[item] for row in rows]
    return np.array([np.nan if one is None else numbers[one] for one in chosen], dtype=np.float64)


def _assigned(questionnaire: Questionnaire, row: Row) -> str:
    held = [item.id for item in questionnaire.items if item.id in row.choices]
    asked = {item: row.choices[item] for item in applying(questionnaire, tuple(held), row.choices)}
    verdict = assign(questionnaire, asked, reasons=0)
    return verdict.segment if verdict else ""


def _adults(people: People) -> People:
    """Leave out whoever says that they are under age: nobody younger is asked by this program either."""
    name = next((one for one in people.columns if one.lower() == "age"), None)
    if name is None:
        return people
    minor = people.numbers(name) < ADULT
    return replace(people.those(~minor), minors=int(minor.sum()))


def _strings(cells: list[str]) -> Strings:
    return np.array(cells, dtype=np.str_)
