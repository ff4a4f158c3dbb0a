"""The slow check behind `--verify`: every interview is folded from its events and read as the tables declare.

Law: nothing that the quick way writes is believed here. The stored session must be the fold of its log, the
verdict computed now must be the one that was shown, and every line must be the tables' own, to the byte.
"""

import csv
import io
from collections.abc import Sequence
from typing import Any

from bot.errors import OperatorError
from bot.research.columns import Table
from bot.research.layout import Layout
from bot.research.quick.interview import Interview
from bot.research.response import Reader
from bot.research.survey import Survey
from bot.research.writing import Lines
from bot.storage.pages import row_of


async def verify(survey: Survey, layout: Layout, tables: Sequence[Table[Any]]) -> int:
    """Check every interview; return how many there are, or raise and name the first that isn't right."""
    readers = {edition.digest: Reader(edition) for edition in layout.editions}
    files, checked = [table.file for table in tables], 0
    quick = {edition.digest: Lines(edition, layout, files) for edition in layout.editions}
    async for stored in survey.stored():
        folded = await survey.editions.folded(stored)
        if folded is None or folded.session != stored.session:
            raise _wrong(stored.response_id, "the stored interview isn't what its events amount to")
        response = readers[stored.session.edition].read(folded)
        interview = Interview(row_of(stored, events=True))
        written = quick[stored.session.edition].of(interview)
        for table, lines in zip(tables, written, strict=True):
            if _text(table.lines(response)) != "".join(f"{line}\n" for line in lines):
                raise _wrong(stored.response_id, f"its lines in {table.file} aren't what the table declares")
        checked += 1
    return checked


def _text(rows: Any) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    return text.getvalue()


def _wrong(response: str, what: str) -> OperatorError:
    return OperatorError(f"Response {response}: {what}.", remedy="Nothing was written. Report this.")
