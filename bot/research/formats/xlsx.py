"""`responses.xlsx`: the wide table, the codebook, and own words where they are exported, for Excel.

Law: no cell is a formula, whatever text it holds. Times are texts, for Excel has no time zones; days are
dates, but for those before 1900, which it doesn't know; missing codes are numbers as in the CSV file, and
explained on a sheet of their own. Row by row: memory stays flat.
"""

from collections.abc import Iterable, Sequence
from datetime import date
from itertools import chain
from typing import Any

import xlsxwriter

from bot.errors import OperatorError
from bot.research.codebook import FILE as CODEBOOK
from bot.research.codebook import HEADER
from bot.research.columns import MISSING, Type, Value
from bot.research.draft import Draft, gone, number
from bot.research.own_words import FILE as OWN_WORDS
from bot.research.variables import Variable
from bot.research.wide import FILE as WIDE

FILE = "responses.xlsx"
_FIRST_DAY = "1900-01-01"
MOST_ROWS = 1_048_575  # of an Excel sheet, below its header
MOST_BYTES = 32_767  # of a text; Excel counts characters, which are never more than the bytes


def write(draft: Draft) -> Sequence[str]:
    """Write the file."""
    if draft.rows[WIDE] > MOST_ROWS:
        raise OperatorError(
            f"An Excel sheet takes {MOST_ROWS} rows; there are {draft.rows[WIDE]} interviews.",
            remedy="Leave xlsx out of --formats.",
        )
    options = {"constant_memory": True, "tmpdir": str(draft.folder), "in_memory": False}
    with xlsxwriter.Workbook(str(draft.folder / FILE), options) as book:
        book.set_properties(
            {"title": draft.layout.questionnaire, "created": draft.made_at.replace(tzinfo=None)}
        )
        columns = draft.tables[WIDE]
        head = [column.name for column in columns]
        _sheet(draft, book, "responses", head, (_cells(columns, record) for record in draft.records(WIDE)))
        if OWN_WORDS in draft.tables:
            head = [column.name for column in draft.tables[OWN_WORDS]]
            _sheet(draft, book, "own words", head, draft.records(OWN_WORDS))
        _sheet(draft, book, "codebook", HEADER, draft.records(CODEBOOK))
        _sheet(draft, book, "missing codes", ("code", "why"), MISSING.items())
    return [FILE]


def _sheet(
    draft: Draft, book: Any, name: str, head: Sequence[str], rows: Iterable[Sequence[Value | date]]
) -> None:
    sheet = book.add_worksheet(name)
    sheet.freeze_panes(1, 1)
    as_day = book.add_format({"num_format": "yyyy-mm-dd"})
    for place, row in enumerate(chain([head], rows)):
        for column, cell in enumerate(row):
            if isinstance(cell, date):
                sheet.write_datetime(place, column, cell, as_day)
            elif isinstance(cell, str):
                sheet.write_string(place, column, draft.cut(FILE, name, cell, MOST_BYTES, str(place)))
            else:
                sheet.write_number(place, column, cell)


def _cells(columns: Sequence[Variable], record: Sequence[str]) -> list[Value | date]:
    return [_cell(column, cell) for column, cell in zip(columns, record, strict=True)]


def _cell(column: Variable, cell: str) -> Value | date:
    if gone(column, cell) is not None:
        return int(cell)
    if column.type is Type.DATE and cell >= _FIRST_DAY:
        return date.fromisoformat(cell)
    if column.type in {Type.STRING, Type.DATE, Type.DATETIME}:
        return cell
    return number(column, cell)
