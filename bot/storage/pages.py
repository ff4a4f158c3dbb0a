"""Interviews as lines of JSON, a page at a time: what an export reads a million answers from.

The database joins the text of a page itself. So a page crosses the driver once, instead of once for each row,
and the next one is read by another thread while this one is being used.
"""

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Collection, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Protocol, TypeVar

from sqlalchemy import Connection, TextClause, bindparam, text

from bot.conversation.events import WentBack, dump_event
from bot.conversation.session import Step, dump
from bot.storage.store import StoredSession
from bot.storage.tables import EPOCH

Answer = TypeVar("Answer")

LINES = 500
"""Interviews on a page."""

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

_PAGE = """
SELECT max(response_id), {aggregate}(line, '\n') FROM (
  SELECT
    s.response_id AS response_id,
    CASE WHEN {reason} IS NOT NULL THEN '["' || {reason} || '","' || s.channel || '"]'
    ELSE
      '["' || s.response_id || '","' || p.code || '",'
      || coalesce('"' || f.response_id || '"', 'null') || ',' || CAST(s.began_at AS TEXT) || ','
      || CAST(
        CASE WHEN s.step = 'result' THEN s.ended_at
        ELSE (SELECT max(e.at) FROM event e WHERE e.session_id = s.session_id AND e.turn = (
          SELECT max(last.turn) FROM event last WHERE last.session_id = s.session_id)) END AS TEXT)
      || CASE WHEN s.step IN ('welcome', 'consent', 'research', 'paused', 'stopped') AND EXISTS (
          SELECT 1 FROM event e WHERE e.session_id = s.session_id AND e.kind = 'WentBack')
        THEN ',1,' ELSE ',0,' END
      || s.state {events}|| ']'
    END AS line
  FROM session s
  JOIN person p ON p.person_id = s.person_id
  LEFT JOIN session f ON f.session_id = s.follows AND f.person_id = s.person_id
    AND f.consented_at IS NOT NULL AND f.research IS TRUE
  WHERE s.questionnaire = :questionnaire AND s.response_id > :after
  ORDER BY s.response_id LIMIT :most
) page
"""


def _statement(aggregate: str, *, events: bool) -> TextClause:
    log = "|| ',[' || " + _EVENTS.format(aggregate=aggregate) + "|| ']' " if events else ""
    return text(_PAGE.format(aggregate=aggregate, reason=_REASON, events=log))


_STATEMENTS = {
    (dialect, events): _statement(aggregate, events=events)
    for dialect, aggregate in {"sqlite": "group_concat", "postgresql": "string_agg"}.items()
    for events in (False, True)
}


class Held(Protocol):
    """A connection whose transaction stays open from one question to the next."""

    async def ask(self, function: Callable[[Connection], Answer]) -> Answer:
        """Run a function over it."""
        ...


async def lines(line: Held, questionnaire: str, *, events: bool) -> AsyncIterator[Sequence[str]]:
    """Yield the lines of every interview of a questionnaire, in the order of their response ids."""
    after = ""
    reading = asyncio.ensure_future(line.ask(partial(_page, questionnaire, after, events=events)))
    try:
        while True:
            last, joined = await reading
            if joined is None:
                return
            reading = asyncio.ensure_future(line.ask(partial(_page, questionnaire, last, events=events)))
            yield joined.split("\n")
    finally:
        await asyncio.gather(reading, return_exceptions=True)


def _page(questionnaire: str, after: str, connection: Connection, *, events: bool) -> tuple[str, str | None]:
    given = {"questionnaire": questionnaire, "after": after, "most": LINES}
    row = connection.execute(_STATEMENTS[connection.dialect.name, events], given).one()
    return row[0], row[1]


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


def line_of(stored: StoredSession, *, events: bool) -> str:
    """Return an interview that is used as such a line."""
    session, log = stored.session, [event for _, event in stored.events]
    last = session.ended_at if session.step is Step.RESULT and session.ended_at else log[-1].at
    parts = [
        json.dumps(stored.response_id),
        json.dumps(stored.person_id),
        json.dumps(stored.follows),
        str(micros(session.began_at)),
        str(micros(last)),
        str(int(any(isinstance(event, WentBack) for event in log))),
        dump(session).decode(),
    ]
    if events:
        dumped = ((kind, micros(event.at), body) for event in log for kind, body in [dump_event(event)])
        parts.append("[" + ",".join(f'["{kind}",{at},{body.decode()}]' for kind, at, body in dumped) + "]")
    return "[" + ",".join(parts) + "]"


def left_out(reason: str, channel: str) -> str:
    """Return the line of an interview that isn't used."""
    return json.dumps([reason, channel])


def micros(at: datetime) -> int:
    """Return a moment as the tables keep it."""
    return (at - EPOCH) // MICROSECOND
