"""Interviews as they lie in their rows, a page at a time: what an export reads a million answers from.

The database makes one text of a page, and the next one is read while somebody works on this one: a driver
that hands over row by row would want the interpreter for each.
"""

import asyncio
from collections import deque
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Collection, Mapping, Sequence
from contextlib import aclosing
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Protocol, TypeVar

from sqlalchemy import Connection, TextClause, bindparam, text

from bot.conversation.event_log import dump_event
from bot.conversation.events import WentBack
from bot.conversation.session import Step, dump
from bot.storage.store import Row, StoredSession
from bot.storage.tables import EPOCH

Answer = TypeVar("Answer")

ROWS = 500
"""Interviews on a page."""

UNIT, RECORD = "\x1f", "\x1e"
"""What stands between the columns and between the rows of a page: no JSON holds them, and no id does."""

MICROSECOND = timedelta(microseconds=1)

_REASON = """
CASE
  WHEN s.consented_at IS NULL THEN 'no_consent'
  WHEN s.research IS NOT TRUE THEN 'no_research'
  WHEN p.research IS FALSE THEN 'withdrawn'
END
"""
"""Says what `rules.excluded` says."""

_EVENTS = """
(SELECT {aggregate}(one, ',') FROM (
  SELECT '["' || e.kind || '",' || CAST(e.at AS TEXT) || ',' || e.body || ']' AS one
  FROM event e WHERE e.session_id = s.session_id ORDER BY e.turn
) log)
"""

_COLUMNS = (
    "s.response_id",
    "p.code",
    "coalesce(f.response_id, '')",
    "CAST(s.began_at AS TEXT)",
    """
    CAST(coalesce(CASE WHEN s.step = 'result' THEN s.ended_at END, (
      SELECT e.at FROM event e WHERE e.session_id = s.session_id ORDER BY e.turn DESC LIMIT 1
    ), s.began_at) AS TEXT)
    """,
    """
    CASE WHEN s.step IN ('welcome', 'consent', 'research', 'paused', 'stopped') AND EXISTS (
      SELECT 1 FROM event e WHERE e.session_id = s.session_id AND e.kind = 'WentBack') THEN '1' ELSE '' END
    """,
    "CASE WHEN {reason} IS NULL THEN s.state ELSE '' END",
    "{events}",
    "coalesce({reason}, '')",
    "s.channel",
)

_PAGE = """
SELECT max(response_id), {aggregate}(one, {character}(30)) FROM (
  SELECT s.response_id, {columns} AS one
  FROM session s
  JOIN person p ON p.person_id = s.person_id
  LEFT JOIN session f ON f.session_id = s.follows AND f.person_id = s.person_id
    AND f.consented_at IS NOT NULL AND f.research IS TRUE
  WHERE {which}
  ORDER BY s.response_id LIMIT :most
) page
"""


COUNTS = """
(w.turn IS NULL OR w.turn = (SELECT t.turn FROM session t WHERE t.response_id = w.response_id))
"""
"""Says whether a row of the wide table counts: a turn of an unfinished interview leaves its row as it was."""
_AFTER = "s.questionnaire = :questionnaire AND s.response_id > :after"
_NAMED = "s.response_id IN :responses"
_UNKEPT = {
    # Two ordered lists beside each other: a third less than to look each one up.
    "sqlite": """
    s.response_id IN (
      SELECT response_id FROM session WHERE questionnaire = :questionnaire AND response_id > :after
      EXCEPT
      SELECT response_id FROM wide_row w
      WHERE questionnaire = :questionnaire AND made = :made AND response_id > :after AND {counts}
      ORDER BY response_id LIMIT :most)
    """,
    # Which would hold all of both lists before its first row.
    "postgresql": """
    s.questionnaire = :questionnaire AND s.response_id > :after AND NOT EXISTS (SELECT 1 FROM wide_row w
      WHERE w.questionnaire = s.questionnaire AND w.response_id = s.response_id AND w.made = :made
        AND (w.turn IS NULL OR w.turn = s.turn))
    """,
}


def _statement(aggregate: str, character: str, which: str, *, events: bool) -> TextClause:
    log = f"CASE WHEN {_REASON} IS NULL THEN coalesce({_EVENTS.format(aggregate=aggregate)}, '') ELSE '' END"
    columns = f" || {character}(31) || ".join(_COLUMNS).format(reason=_REASON, events=log if events else "''")
    return text(
        _PAGE.format(
            aggregate=aggregate, character=character, columns=columns, which=which.format(counts=COUNTS)
        )
    )


FUNCTIONS = {"sqlite": ("group_concat", "char"), "postgresql": ("string_agg", "chr")}
"""What makes one text of many, and a character of its number."""
_STATEMENTS = {
    events: {dialect: _statement(*names, _AFTER, events=events) for dialect, names in FUNCTIONS.items()}
    for events in (False, True)
}
OTHERS = {dialect: _statement(*names, _UNKEPT[dialect], events=False) for dialect, names in FUNCTIONS.items()}
"""Those that have no row of the wide table in a version."""
NAMED = {
    dialect: _statement(*names, _NAMED, events=False).bindparams(bindparam("responses", expanding=True))
    for dialect, names in FUNCTIONS.items()
}
"""Those with these response ids."""


class Held(Protocol):
    """A connection whose transaction stays open from one question to the next."""

    async def ask(self, function: Callable[[Connection], Answer]) -> Answer:
        """Run a function over it."""
        ...


Page = tuple[str | None, Sequence[Any]]
"""The last response id of a page, or None where there is none, and the page: its text first."""


AHEAD = 2
"""Pages that are read while one is worked on."""


async def ahead(line: Held, read: Callable[[Connection, str], Page]) -> AsyncGenerator[Sequence[Any]]:
    """Yield one page after the other; the next ones are read while one is worked on."""

    async def page(before: "asyncio.Task[Page] | None") -> Page:
        last = (await before)[0] if before else ""
        return (None, ()) if last is None else await line.ask(lambda connection: read(connection, last))

    coming = deque([asyncio.create_task(page(None))])
    try:
        while True:
            while len(coming) <= AHEAD:
                coming.append(asyncio.create_task(page(coming[-1])))
            last, found = await coming.popleft()
            if last is None:
                return
            await asyncio.sleep(0)  # so that the next one is under way
            yield found
    finally:
        for one in coming:
            one.cancel()  # nobody wants the rest
        await asyncio.gather(*coming, return_exceptions=True)


async def pages(line: Held, questionnaire: str, *, events: bool) -> AsyncIterator[Sequence[Row]]:
    """Yield every interview of a questionnaire, in the order of their response ids."""
    given = {"questionnaire": questionnaire, "most": ROWS}
    async with aclosing(ahead(line, partial(read_page, _STATEMENTS[events], given))) as found:
        async for (page,) in found:
            yield as_rows(page)


def read_page(
    statements: Mapping[str, TextClause], given: Mapping[str, object], connection: Connection, after: str
) -> Page:
    """Read the page after a response id with the statement for this database."""
    last, *page = connection.execute(statements[connection.dialect.name], {**given, "after": after}).one()
    return last, page


def as_rows(page: str) -> list[Row]:
    """Return the rows of a page."""
    return [row.split(UNIT) for row in page.split(RECORD)]


_MET = text(
    f"""
SELECT s.edition, min(s.began_at) AS began
FROM session s JOIN person p ON p.person_id = s.person_id
WHERE s.questionnaire = :questionnaire AND {_REASON} IS NULL AND s.channel NOT IN :leave_out
GROUP BY s.edition ORDER BY began DESC, s.edition DESC
"""  # noqa: S608 - nothing of this is from outside
).bindparams(bindparam("leave_out", expanding=True))

_ANY = text(
    f"""
SELECT s.edition FROM session s JOIN person p ON p.person_id = s.person_id
WHERE s.questionnaire = :questionnaire AND {_REASON} IS NULL AND s.channel NOT IN :leave_out LIMIT 1
"""  # noqa: S608 - nothing of this is from outside
).bindparams(bindparam("leave_out", expanding=True))

_EDITIONS = text("SELECT count(*) FROM edition WHERE questionnaire = :questionnaire")


def met(connection: Connection, questionnaire: str, leave_out: Collection[str]) -> list[str]:
    """Return the digests of the editions met; where there is but one, a single interview says so."""
    given = {"questionnaire": questionnaire, "leave_out": list(leave_out)}
    several = (connection.scalar(_EDITIONS, {"questionnaire": questionnaire}) or 0) > 1
    return [row[0] for row in connection.execute(_MET if several else _ANY, given)]


def row_of(stored: StoredSession, *, events: bool) -> Row:
    """Return an interview that is used as such a row."""
    session, log = stored.session, [event for _, event in stored.events]
    last = session.ended_at if session.step is Step.RESULT and session.ended_at else log[-1].at
    went_back = "1" if any(isinstance(event, WentBack) for event in log) else ""
    dumped = ((kind, micros(event.at), body) for event in log for kind, body in [dump_event(event)])
    text_of_log = ",".join(f'["{kind}",{at},{body.decode()}]' for kind, at, body in dumped) if events else ""
    who = (stored.response_id, stored.person_id, stored.follows or "")
    times = (str(micros(session.began_at)), str(micros(last)))
    return (*who, *times, went_back, dump(session).decode(), text_of_log, "", session.channel)


def left_out(reason: str, channel: str) -> Row:
    """Return the row of an interview that isn't used."""
    return ("", "", "", "0", "0", "", "", "", reason, channel)


def micros(at: datetime) -> int:
    """Return a moment as the tables keep it."""
    return (at - EPOCH) // MICROSECOND
