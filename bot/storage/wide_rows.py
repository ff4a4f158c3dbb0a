"""Interviews as the wide table of an export has them: kept by the turn that finishes them, or after an hour.

Law: a row of a finished interview says what an export would write of it now, or it isn't here. So it is
written in the transaction of the turn that changed the interview, and goes with the first word that makes it
doubtful: when the person says anything about research, when it isn't finished any more, when it is erased. A
row of an unfinished one names the turn that it was written after, and counts until the next. An interview
without a row that counts is read from its session, as if there were no such table.
"""

from collections.abc import Callable
from dataclasses import dataclass, fields
from operator import attrgetter
from typing import Final

from sqlalchemy import Select, bindparam, delete, select, text, tuple_
from sqlalchemy.sql.dml import Delete

from bot.conversation.session import Session, Step
from bot.questionnaire.model import Edition
from bot.storage import tables
from bot.storage.codes import response_code
from bot.storage.store import Row

Write = Callable[[Row], str]
"""Returns an interview's line in the wide table, without response and person."""


@dataclass(frozen=True, slots=True)
class Wide:
    """What writes rows of the wide table, by edition, and the version of what it writes."""

    version: int
    of: Callable[[Edition], Write]


def finished(session: Session) -> bool:
    """Tell whether a turn keeps such a row of an interview: it is whole, and may be used for research.

    A second part has none: whether it names its first one depends on another interview.
    """
    return (
        session.step is Step.RESULT
        and session.ended_at is not None
        and session.consent is not None
        and session.research is True
        and session.follows is None
    )


def same(before: Session, after: Session) -> bool:
    """Tell whether two states of a finished interview have the same row; mostly nothing needs a look."""
    return finished(before) and _said(before) == _said(after)


_UNSAID: Final = frozenset(
    {"revision", "item", "plain", "ratings", "shared", "offers", "asked_again_at", "seen_at"}
)
"""What the wide table says nothing of. Whatever isn't named here makes a new row."""
_said: Final = attrgetter(*(one.name for one in fields(Session) if one.name not in _UNSAID))


# ---------------------------------------------------------------- writing

_row: Final = tables.wide_row
_NAMES: Final = [column.name for column in _row.columns]
_CHANGED: Final = ", ".join(f"{name} = excluded.{name}" for name in _NAMES if name not in _row.primary_key)
_VALUES: Final = ", ".join(
    "(SELECT code FROM person WHERE person_id = :person_id)" if name == "code" else f":{name}"
    for name in _NAMES
)

KEEP = text(
    f"INSERT INTO wide_row ({', '.join(_NAMES)}) VALUES ({_VALUES})"  # noqa: S608 - names of our own tables
    f" ON CONFLICT (questionnaire, response_id) DO UPDATE SET {_CHANGED}"
).bindparams(
    bindparam("person_id", type_=tables.Text),
    *(bindparam(name, type_=_row.c[name].type) for name in _NAMES if name != "code"),
)
_KEY: Final = (_row.c.questionnaire, _row.c.response_id)
REMOVE = delete(_row).where(*(column == bindparam(f"b_{column.name}") for column in _KEY))


def _of(sessions: Select[tuple[str, str]]) -> Delete:
    return delete(_row).where(tuple_(*_KEY).in_(sessions))


_session: Final = tables.session
_named: Final = select(_session.c.questionnaire, _session.c.response_id)
REMOVE_OF_PERSON = _of(_named.where(_session.c.person_id == bindparam("b_person_id")))
REMOVE_OF_SESSIONS = _of(_named.where(_session.c.session_id.in_(bindparam("sessions", expanding=True))))


def row(person: str, session: Session, version: int, line: str) -> dict[str, object]:
    """Return a finished interview's row, for KEEP."""
    return {
        "person_id": person,
        "questionnaire": session.questionnaire,
        "response_id": response_code(session.seed),
        "channel": session.channel,
        "ended_at": session.ended_at,
        "made": version,
        "line": line,
        "step": session.step.value,
        "turn": None,
    }


def key(session: Session) -> dict[str, object]:
    """Return an interview's key, for REMOVE."""
    return {"b_questionnaire": session.questionnaire, "b_response_id": response_code(session.seed)}
