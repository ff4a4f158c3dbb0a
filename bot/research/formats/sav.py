"""`responses.sav`: the wide table for SPSS, PSPP and R, with labels, user-missing codes and measure levels.

A text column can't be user-missing in a file that every reader takes once it is longer than eight bytes;
there the codes have value labels only. Times are SPSS date-times, in UTC; days are SPSS dates. The library
can't write multiple response sets: `load.sps` defines them.
"""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pandas as pd
import pyreadstat

from bot.research.columns import MISSING, Type
from bot.research.draft import Draft, day, gone, instant, number, one_line
from bot.research.variables import Variable, languages
from bot.research.wide import FILE as WIDE

FILE = "responses.sav"
_BEGINNING = datetime(1582, 10, 14, tzinfo=UTC)  # SPSS counts seconds from here
_LABEL, _VALUE_LABEL, _SHORT_TEXT = 255, 120, 8  # the most bytes of each
_RANGE = [{"lo": min(MISSING), "hi": max(MISSING)}]
_CREATED = 92  # where the header says when the file was made: nine bytes of date, eight of time
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_FORMATS = {Type.INTEGER: "F8.0", Type.NUMBER: "F12.6", Type.DATE: "SDATE10"}
_FORMATS[Type.DATETIME] = "DATETIME24.3"


def write(draft: Draft) -> Sequence[str]:
    """Write the file."""
    columns, language = draft.tables[WIDE], languages(draft.layout)[0]
    frame = pd.DataFrame(_filled(draft, columns), columns=[column.name for column in columns])
    texts = {column.name: _width(frame[column.name]) for column in columns if column.type is Type.STRING}
    # Without a row the library takes every column for numbers, and no number has a label of text.
    labelled = [column for column in columns if len(frame) or column.type is not Type.STRING]
    pyreadstat.write_sav(
        frame,
        str(draft.folder / FILE),
        file_label=draft.cut(FILE, "", draft.layout.questionnaire, 64),
        note=[f"As of turn {draft.said['as_of']}. Times are UTC. See README.md and codebook.csv."],
        column_labels={
            column.name: draft.cut(FILE, column.name, one_line(column.label(language)), _LABEL)
            for column in columns
        },
        variable_value_labels=dict(_value_labels(draft, labelled, language)),
        missing_ranges=dict(_missing(labelled, texts)),
        variable_measure={column.name: column.measure.value for column in columns},
        variable_format={column.name: _FORMATS[column.type] for column in columns if column.type in _FORMATS},
    )
    _date(draft.folder / FILE, draft.made_at)
    return [FILE]


def _filled(draft: Draft, columns: Sequence[Variable]) -> dict[str, list[Any]]:
    filled: list[list[Any]] = [[] for _ in columns]
    for record in draft.records(WIDE):
        for column, cells, cell in zip(columns, filled, record, strict=True):
            cells.append(_cell(column, cell))
    return {column.name: cells for column, cells in zip(columns, filled, strict=True)}


def _cell(column: Variable, cell: str) -> str | float:
    if column.type is Type.STRING:
        return cell
    if column.type in {Type.DATE, Type.DATETIME} and gone(column, cell) is None:
        at = instant(cell) if column.type is Type.DATETIME else day(cell)
        return (at - _BEGINNING).total_seconds()
    return float(number(column, cell))


def _width(cells: "pd.Series[Any]") -> int:
    return max((len(str(cell).encode()) for cell in cells), default=1)


def _value_labels(draft: Draft, columns: Sequence[Variable], language: str) -> Iterator[tuple[str, Any]]:
    for column in columns:
        text = column.type is Type.STRING
        both = (*column.values_in(language), *column.missing)
        if both:
            yield (
                column.name,
                {
                    (str(value) if text else float(value)): draft.cut(
                        FILE, column.name, one_line(label), _VALUE_LABEL, str(value)
                    )
                    for value, label in both
                },
            )


def _missing(columns: Sequence[Variable], texts: dict[str, int]) -> Iterator[tuple[str, Any]]:
    for column in columns:
        if column.type is not Type.STRING:
            if column.missing:
                yield column.name, _RANGE
        elif column.missing and texts[column.name] <= _SHORT_TEXT:
            yield column.name, [str(code) for code, _ in column.missing][-3:]  # no more than three


def _date(path: Path, at: datetime) -> None:
    """Put the newest time of the data where the library put the time of writing."""
    stamp = f"{at.day:02d} {_MONTHS[at.month - 1]} {at.year % 100:02d}{at:%H:%M:%S}"
    with path.open("r+b") as file:
        file.seek(_CREATED)
        file.write(stamp.encode("ascii"))
