"""The slow check behind `--verify`: every interview is folded from its events and read as the tables declare.

Law: nothing that the quick way writes is believed here. The stored session must be the fold of its log, the
verdict computed now must be the one that was shown, and every line must be the tables' own, to the byte; so
must every line that the store keeps for the wide table.
"""

import csv
import io
from collections.abc import AsyncIterator, Sequence
from typing import Any

from bot.errors import OperatorError
from bot.research.columns import Table
from bot.research.layout import Layout
from bot.research.quick.interview import Interview
from bot.research.quick.kept import VERSION, serve
from bot.research.response import Reader
from bot.research.survey import Survey
from bot.research.writing import Lines
from bot.storage.pages import row_of


async def verify(survey: Survey, layout: Layout, tables: Sequence[Table[Any]]) -> int:
    """Check every interview; return how many there are, or raise and name the first that isn't right.

    The first of the tables is the wide one.
    """
    readers = {edition.digest: Reader(edition) for edition in layout.editions}
    files, checked = [table.file for table in tables], 0
    quick = {edition.digest: Lines(edition, layout, files) for edition in layout.editions}
    kept = _kept(survey, layout)
    line = await anext(kept, None)
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
        if line is not None and _response(line) == stored.response_id:
            if f"{line}\n" != _text(tables[0].lines(response)):
                raise _wrong(stored.response_id, "the line kept for the wide table isn't what it declares")
            line = await anext(kept, None)
        checked += 1
    if line is not None:
        raise _wrong(_response(line), "a line is kept for the wide table, and it isn't in it")
    return checked


async def _kept(survey: Survey, layout: Layout) -> AsyncIterator[str]:
    """Yield the lines that the store keeps for the wide table, in the order of their interviews."""
    kept = survey.kept(VERSION) if serve(layout) else None
    if kept is not None:
        async for page in kept.pages():
            for line in page.lines:
                yield line


def _response(line: str) -> str:
    return line.partition(",")[0]


def _text(rows: Any) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    return text.getvalue()


def _wrong(response: str, what: str) -> OperatorError:
    return OperatorError(f"Response {response}: {what}.", remedy="Nothing was written. Report this.")
