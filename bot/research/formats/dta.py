"""`responses.dta`: the wide table for Stata 14 and newer, with value labels and tagged missing values.

-97 is .a, -98 is .b, -99 is .c, -96 is .d. Stata has no missing texts but the empty one, so the codes stand
in text columns as they do in the CSV file. Times are %tc, in UTC; days are %td.
"""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pandas as pd
import pyreadstat

from bot.research.columns import STATA_TAGS as TAGS
from bot.research.columns import Type, Value
from bot.research.draft import Draft, day, gone, instant, number, one_line
from bot.research.variables import Variable, languages
from bot.research.wide import FILE as WIDE

FILE = "responses.dta"
_BEGINNING = datetime(1960, 1, 1, tzinfo=UTC)  # Stata counts milliseconds from here
_LABEL, _VALUE_LABEL = 80, 32_000  # the most bytes; of a label Stata takes 80 characters, never fewer bytes
_VERSION = 14  # file format 118, the first with UTF-8
_STAMP = b"<timestamp>\x11"
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_FORMATS = {Type.INTEGER: "%8.0g", Type.NUMBER: "%10.0g", Type.DATE: "%td", Type.DATETIME: "%tc"}


def write(draft: Draft) -> Sequence[str]:
    """Write the file."""
    columns, language = draft.tables[WIDE], languages(draft.layout)[0]
    tagged = {
        column.name: [TAGS[code] for code, _ in column.missing]
        for column in columns
        if column.missing and column.type is not Type.STRING
    }
    pyreadstat.write_dta(
        pd.DataFrame(_filled(draft, columns), columns=[column.name for column in columns]),
        str(draft.folder / FILE),
        version=_VERSION,
        file_label=draft.cut(FILE, "", draft.layout.questionnaire, _LABEL),
        column_labels={
            column.name: draft.cut(FILE, column.name, one_line(column.label(language)), _LABEL)
            for column in columns
        },
        variable_value_labels=dict(_value_labels(draft, columns, language)),
        missing_user_values=tagged,
        variable_format={column.name: _FORMATS[column.type] for column in columns if column.type in _FORMATS},
    )
    _date(draft.folder / FILE, draft.made_at)
    return [FILE]


def _filled(draft: Draft, columns: Sequence[Variable]) -> dict[str, "pd.Series[Any]"]:
    filled: list[list[Any]] = [[] for _ in columns]
    for record in draft.records(WIDE):
        for column, cells, cell in zip(columns, filled, record, strict=True):
            cells.append(_cell(column, cell))
    return {
        column.name: pd.Series(cells, dtype=object if column.missing or _is_text(column) else float)
        for column, cells in zip(columns, filled, strict=True)
    }


def _is_text(column: Variable) -> bool:
    return column.type is Type.STRING


def _cell(column: Variable, cell: str) -> Value:
    if _is_text(column):
        return cell
    code = gone(column, cell)
    if code is not None:
        return TAGS[code]
    if column.type is Type.DATETIME:
        return (instant(cell) - _BEGINNING) / timedelta(milliseconds=1)
    if column.type is Type.DATE:
        return (day(cell) - _BEGINNING) / timedelta(days=1)
    return float(number(column, cell))


def _value_labels(draft: Draft, columns: Sequence[Variable], language: str) -> Iterator[tuple[str, Any]]:
    for column in columns:
        if _is_text(column):
            continue
        labels: dict[Value, str] = {
            int(value): draft.cut(FILE, column.name, one_line(label), _VALUE_LABEL, str(value))
            for value, label in column.values_in(language)
        }
        labels |= {TAGS[code]: why for code, why in column.missing}
        if labels:
            yield column.name, labels


def _date(path: Path, at: datetime) -> None:
    """Put the newest time of the data where the library put the time of writing."""
    stamp = f"{at.day:02d} {_MONTHS[at.month - 1]} {at.year:04d} {at:%H:%M}"
    with path.open("r+b") as file:
        place = file.read(1024).index(_STAMP) + len(_STAMP)
        file.seek(place)
        file.write(stamp.encode("ascii"))
