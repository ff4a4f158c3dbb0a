"""Interviews as they lie in their rows, a page at a time: what an export reads a million answers from."""

from collections.abc import AsyncIterator, Callable, Collection, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Protocol, TypeVar, cast

from sqlalchemy import Connection, TextClause, bindparam, text

from bot.conversation.event_log import dump_event
from bot.conversation.events import Event, WentBack
from bot.conversation.session import Step, dump
from bot.storage.store import Row, StoredSession
from bot.storage.tables import EPOCH

Answer = TypeVar("Answer")

ROWS = 500
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
SELECT
  s.response_id, p.code, f.response_id, s.began_at,
  CASE WHEN s.step = 'result' THEN s.ended_at
  ELSE (SELECT e.at FROM event e WHERE e.session_id = s.session_id ORDER BY e.turn DESC LIMIT 1) END,
  CASE WHEN s.step IN ('welcome', 'consent', 'research', 'paused', 'stopped') AND EXISTS (
    SELECT 1 FROM event e WHERE e.session_id = s.session_id AND e.kind = 'WentBack') THEN 1 ELSE 0 END,
  CASE WHEN {reason} IS NULL THEN s.state END,
  {events}, {reason}, s.channel
FROM session s
JOIN person p ON p.person_id = s.person_id
LEFT JOIN session f ON f.session_id = s.follows AND f.person_id = s.person_id
  AND f.consented_at IS NOT NULL AND f.research IS TRUE
WHERE s.questionnaire = :questionnaire AND s.response_id > :after
ORDER BY s.response_id LIMIT :most
"""


def _statement(aggregate: str, *, events: bool) -> TextClause:
    log = _EVENTS.format(aggregate=aggregate) if events else "NULL"
    return text(_PAGE.format(reason=_REASON, events=log))


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


async def pages(line: Held, questionnaire: str, *, events: bool) -> AsyncIterator[Sequence[Row]]:
    """Yield every interview of a questionnaire, in the order of their response ids."""
    after = ""
    while page := await line.ask(partial(_page, questionnaire, after, events=events)):
        yield page
        after = page[-1][0]


def _page(questionnaire: str, after: str, connection: Connection, *, events: bool) -> Sequence[Row]:
    given = {"questionnaire": questionnaire, "after": after, "most": ROWS}
    found = connection.execute(_STATEMENTS[connection.dialect.name, events], given)
    return cast("Sequence[Row]", found.all())


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
    went_back = int(any(isinstance(event, WentBack) for event in log))
    dumped = ((kind, micros(event.at), body) for event in log for kind, body in [dump_event(event)])
    text_of_log = (
        ",".join(f'["{kind}",{at},{body.decode()}]' for kind, at, body in dumped) if events else None
    )
    began, state = micros(session.began_at), dump(session).decode()
    who = (stored.response_id, stored.person_id, stored.follows)
    return (*who, began, micros(last), went_back, state, text_of_log, None, session.channel)


def _event(event: Event) -> str:
    kind, body = dump_event(event)
    return f'["{kind}",{micros(event.at)},{body.decode()}]'


def left_out(reason: str, channel: str) -> Row:
    """Return the row of an interview that isn't used."""
    return ("", "", None, 0, 0, 0, None, None, reason, channel)


def micros(at: datetime) -> int:
    """Return a moment as the tables keep it."""
    return (at - EPOCH) // MICROSECOND
