"""Rows of the wide table for interviews that no turn gave one: those that were left, and those of before.

Law: a few at a time, in the one transaction in which anybody may write: no turn comes in between, and none
waits long. Each interview is looked at once, in the order of their beginnings; how far that got is a fact of
the installation.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

import structlog
from sqlalchemy import Connection, Integer, bindparam, exists, or_, select

from bot.conversation.session import Step
from bot.storage import tables
from bot.storage.pages import NAMED, as_rows, micros
from bot.storage.projection import Editions, of_edition
from bot.storage.reading import fact
from bot.storage.statements import KEEP_FACT
from bot.storage.store import LAST, REASON, Row
from bot.storage.tables import EPOCH, Instant
from bot.storage.wide_rows import KEEP, Write

log = structlog.get_logger()

FEW: Final = 100
"""Interviews looked at in one transaction: 31 milliseconds where all lack a line, on a busy machine."""
_FACT: Final = "_wide_rows"
"""Which version's lines were kept last, and of whom: when they began, and their session."""
_BEGINNING: Final = ("0", "")

_session, _kept = tables.session.c, tables.wide_row.c
_began: Final = bindparam("began", type_=Instant)
_HAS_ROW: Final = (
    exists()
    .where(_kept.questionnaire == _session.questionnaire, _kept.response_id == _session.response_id)
    .where(_kept.made == bindparam("made"), or_(_kept.turn.is_(None), _kept.turn == _session.turn))
)
_SOME: Final = (
    select(
        *(_session[name] for name in ("session_id", "person_id", "questionnaire", "response_id")),
        *(_session[name] for name in ("edition", "channel", "step", "turn", "began_at")),
        (_session.follows.is_(None) & _session.research.is_(True) & ~_HAS_ROW).label("wanted"),
    )
    .where(_session.began_at >= _began, _session.began_at < bindparam("before", type_=Instant))
    .where(or_(_session.began_at > _began, _session.session_id > bindparam("session")))
    .order_by(_session.began_at, _session.session_id)
    .limit(bindparam("few", type_=Integer))
)


def fill(connection: Connection, editions: Editions, before: datetime) -> bool:
    """Look at some more interviews begun before, and keep the lines that they lack; tell whether to go on."""
    if editions.wide is None:
        return False
    made = editions.wide.version
    began, session = _stands(connection, made)
    given = {"made": made, "began": began, "session": session, "before": before, "few": FEW}
    found = connection.execute(_SOME, given).all()
    if not found:
        return False
    if kept := [*_rows(connection, editions, made, [one for one in found if one.wanted])]:
        connection.execute(KEEP, kept)
    stands = f"{made} {micros(found[-1].began_at)} {found[-1].session_id}"
    connection.execute(KEEP_FACT, {"name": _FACT, "value": stands})
    return len(found) == FEW


def _stands(connection: Connection, made: int) -> tuple[datetime, str]:
    """Return after whom to go on: when they began, and their session."""
    version, *last = (fact(connection, _FACT) or "").split(" ")
    began, session = last if version == str(made) else _BEGINNING
    return _moment(began), session


def _rows(
    connection: Connection, editions: Editions, made: int, wanted: Sequence[Any]
) -> Iterator[dict[str, object]]:
    """Yield the rows of those that research may use."""
    as_stored = _as_stored(connection, [one.response_id for one in wanted])
    for one in wanted:
        stored = as_stored[one.response_id]
        write = of_edition(connection, editions, one.edition).write
        line = None if stored[REASON] or write is None else _line(write, stored)
        if line is not None:
            yield {
                "person_id": one.person_id,
                "questionnaire": one.questionnaire,
                "response_id": one.response_id,
                "channel": one.channel,
                "ended_at": _moment(stored[LAST]),
                "made": made,
                "line": line,
                "step": one.step,
                "turn": None if one.step == Step.RESULT.value else one.turn,
            }


def _line(write: Write, stored: Row) -> str | None:
    """Return an interview's line; one that can't be written mustn't keep the others from theirs."""
    try:
        return write(stored)
    except Exception as fault:  # noqa: BLE001 - an export will name it
        log.error("no line kept of an interview", error=type(fault).__name__)  # noqa: TRY400 - a traceback may hold what somebody said
        return None


def _as_stored(connection: Connection, responses: Sequence[str]) -> dict[str, Row]:
    """Return interviews as they lie in their rows, by their response ids."""
    if not responses:
        return {}
    given = {"responses": responses, "most": len(responses)}
    _, page = connection.execute(NAMED[connection.dialect.name], given).one()
    return {one[0]: one for one in as_rows(page)}


def _moment(micros: str) -> datetime:
    return EPOCH + timedelta(microseconds=int(micros))
