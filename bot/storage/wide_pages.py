"""Kept lines of the wide table, a page at a time, and the interviews that have none."""

from collections.abc import AsyncIterator, Collection, Sequence
from contextlib import aclosing
from functools import partial
from typing import Final

from sqlalchemy import bindparam, text

from bot.storage import tables
from bot.storage.kept import COMPLETE, PARTIAL, STOPPED, KeptPage
from bot.storage.pages import COUNTS, FUNCTIONS, OTHERS, RECORD, Held, ahead, as_rows, read_page
from bot.storage.store import Row

ROWS: Final = 4000
"""Lines on a page."""
OTHERS_ROWS: Final = 400
"""Other interviews on a page: few, so that their neighbours' lines are still at hand."""

_STANDS: Final = {"COMPLETE": COMPLETE, "STOPPED": STOPPED, "PARTIAL": PARTIAL}
_PAGE: Final = """
SELECT
  max(response_id),
  {aggregate}(CASE WHEN left_out THEN '' ELSE response_id || ',' || code || ',' || line END, {character}(30)),
  {aggregate}(CASE WHEN left_out THEN '' ELSE stands END, ''),
  CAST(coalesce(max(CASE WHEN NOT left_out THEN ended_at END), 0) AS BIGINT)
FROM (
  SELECT response_id, code, line, ended_at, channel IN :leave_out AS left_out,
    CASE step WHEN 'result' THEN '{COMPLETE}' WHEN 'stopped' THEN '{STOPPED}' ELSE '{PARTIAL}' END AS stands
  FROM wide_row w
  WHERE questionnaire = :questionnaire AND made = :made AND response_id > :after AND {counts}
  ORDER BY response_id LIMIT :most
) page
"""
_LEAVE_OUT: Final = bindparam("leave_out", expanding=True, type_=tables.Text)
_PAGES: Final = {
    dialect: text(
        _PAGE.format(aggregate=aggregate, character=character, counts=COUNTS, **_STANDS)
    ).bindparams(_LEAVE_OUT)
    for dialect, (aggregate, character) in FUNCTIONS.items()
}


class SqlKept:
    """The lines that one version kept of a questionnaire, in one snapshot."""

    def __init__(self, line: Held, questionnaire: str, made: int, leave_out: Collection[str]) -> None:
        self._line = line
        self._which: dict[str, object] = {"questionnaire": questionnaire, "made": made}
        self._leave_out = list(leave_out)

    async def pages(self) -> AsyncIterator[KeptPage]:
        """Yield them in pages, in the order of their response ids."""
        given = self._which | {"leave_out": self._leave_out, "most": ROWS}
        async with aclosing(ahead(self._line, partial(read_page, _PAGES, given))) as found:
            async for page, stands, newest in found:
                every = page.split(RECORD)
                left_out = every.count("")
                lines = [line for line in every if line] if left_out else every
                yield KeptPage(lines, stands, newest, left_out)

    async def others(self) -> AsyncIterator[Sequence[Row]]:
        """Yield every other interview as it lies in its row, in pages."""
        given = self._which | {"most": OTHERS_ROWS}
        async with aclosing(ahead(self._line, partial(read_page, OTHERS, given))) as found:
            async for (page,) in found:
                yield as_rows(page)
