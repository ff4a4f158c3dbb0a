"""Kept lines of the wide table, a page at a time, and the interviews that have none."""

from collections.abc import AsyncIterator, Collection, Sequence
from contextlib import aclosing
from functools import partial
from typing import Final

from sqlalchemy import bindparam, text

from bot.storage import tables
from bot.storage.kept import KeptPage
from bot.storage.pages import FUNCTIONS, OTHERS, RECORD, Held, ahead, as_rows, read_page
from bot.storage.store import Row

ROWS: Final = 4000
"""Lines on a page."""
OTHERS_ROWS: Final = 400
"""Other interviews on a page: few, so that their neighbours' lines are still at hand."""

_PAGE: Final = """
SELECT
  max(response_id),
  {aggregate}(CASE WHEN left_out THEN '' ELSE response_id || ',' || code || ',' || line END, {character}(30)),
  CAST(coalesce(max(CASE WHEN NOT left_out THEN ended_at END), 0) AS BIGINT)
FROM (
  SELECT response_id, code, line, ended_at, channel IN :leave_out AS left_out
  FROM wide_row
  WHERE questionnaire = :questionnaire AND made = :made AND response_id > :after
  ORDER BY response_id LIMIT :most
) page
"""
_LEAVE_OUT: Final = bindparam("leave_out", expanding=True, type_=tables.Text)
_PAGES: Final = {
    dialect: text(_PAGE.format(aggregate=aggregate, character=character)).bindparams(_LEAVE_OUT)
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
            async for page, newest in found:
                every = page.split(RECORD)
                left_out = every.count("")
                yield KeptPage([line for line in every if line] if left_out else every, newest, left_out)

    async def others(self) -> AsyncIterator[Sequence[Row]]:
        """Yield every other interview as it lies in its row, in pages."""
        given = self._which | {"most": OTHERS_ROWS}
        async with aclosing(ahead(self._line, partial(read_page, OTHERS, given))) as found:
            async for (page,) in found:
                yield as_rows(page)
