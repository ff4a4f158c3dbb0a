"""What is read, one short transaction each."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Protocol, TypeVar

from sqlalchemy import Connection, Result, Select, bindparam, func, select

from bot.conversation.offers import RETEST
from bot.conversation.replies import parse_replies
from bot.conversation.session import ENDED, Session, Step, parse
from bot.questionnaire.model import Edition
from bot.storage import tables
from bot.storage.rules import NUDGED, wishes_retest
from bot.storage.store import Active, Owed, Saved

PAGE = 500  # interviews read at once

_person, _session, _address = tables.person, tables.session, tables.address

Answer = TypeVar("Answer")


class Reader(Protocol):
    """Where short reads are asked."""

    async def run(self, function: Callable[[Connection], Answer]) -> Answer:
        """Run a function over a connection."""
        ...


def _standing() -> Select[tuple[str, str, int, str, bytes | None]]:
    """Select sessions as `Saved` wants them."""
    return select(
        _session.c.person_id, _session.c.state, _session.c.turn, _session.c.key, _address.c.sealed
    ).outerjoin(_address, _address.c.person_id == _session.c.person_id)


_PRESENT = _standing().where(
    _session.c.session_id
    == select(_person.c.session_id).where(_person.c.person_id == bindparam("person")).scalar_subquery()
)
"""Made once: where every turn begins with a reading, making it would take most of the time."""
_NAMED = _standing().where(
    _session.c.session_id == bindparam("session"), _session.c.person_id == bindparam("person")
)


def load(connection: Connection, person: str, session: str | None) -> Saved:
    """Return the present session of a person, or the one named where the present one has ended."""
    saved = _saved(connection.execute(_PRESENT, {"person": person}), person)
    if session is None or saved.session is None or saved.session.step not in ENDED:
        return saved
    named = _saved(connection.execute(_NAMED, {"person": person, "session": session}), person)
    return saved if named.session is None else named


def _saved(found: Result[tuple[str, str, int, str, bytes | None]], person: str) -> Saved:
    row = found.first()
    if row is None:
        return Saved(person)
    return Saved(person, parse(row.state), row.turn, row.sealed, row.key)


def owed(connection: Connection, worker: str | None = None) -> Sequence[Owed]:
    """Return the replies still owed, oldest first; those that one worker brings, where it is named."""
    table = tables.owed
    query = (
        select(
            table.c.person_id, table.c.key, table.c.replies, table.c.at, _session.c.state, _address.c.sealed
        )
        .join(_session, _session.c.session_id == table.c.session_id)
        .outerjoin(_address, _address.c.person_id == table.c.person_id)
        .order_by(table.c.number)
    )
    rows = connection.execute(query if worker is None else query.where(table.c.worker == worker))
    return [
        Owed(row.person_id, row.key, parse_replies(row.replies), parse(row.state), row.sealed, row.at)
        for row in rows
    ]


def sessions_of(connection: Connection, person: str) -> Sequence[Session]:
    """Return every session of a person, oldest first."""
    query = select(_session.c.state).where(_session.c.person_id == person)
    return [
        parse(state)
        for state in connection.scalars(query.order_by(_session.c.began_at, _session.c.session_id))
    ]


def open_elsewhere(connection: Connection, questionnaire: str, edition: str, after: str) -> Sequence[Saved]:
    """Return present interviews that aren't over, of another edition, those after a session's id."""
    query = _standing().join(_person, _person.c.session_id == _session.c.session_id)
    rows = connection.execute(
        query.where(
            _session.c.questionnaire == questionnaire,
            _session.c.edition != edition,
            _session.c.step.not_in([step.value for step in ENDED]),
            _session.c.session_id > after,
        )
        .order_by(_session.c.session_id)
        .limit(PAGE)
    )
    return [Saved(row.person_id, parse(row.state), row.turn, row.sealed, row.key) for row in rows]


def active_since(connection: Connection, since: datetime) -> Sequence[Active]:
    """Return reachable people in an interview under way seen since then."""
    rows = connection.execute(
        select(_person.c.person_id, _session.c.state, _session.c.turn, _address.c.sealed)
        .join(_session, _session.c.session_id == _person.c.session_id)
        .join(_address, _address.c.person_id == _person.c.person_id)
        .where(
            _session.c.step.in_([step.value for step in NUDGED]),
            _session.c.seen_at >= since,
            _person.c.reachable,
        )
        .order_by(_person.c.person_id)
    )
    return [Active(row.person_id, parse(row.state), row.turn, row.sealed) for row in rows]


def wishing_retest(connection: Connection, ended_since: datetime) -> Sequence[Active]:
    """Return interviews whose reachable people said yes to being asked again, and weren't yet."""
    rows = connection.execute(
        select(_person.c.person_id, _session.c.state, _session.c.turn, _address.c.sealed)
        .join(_session, _session.c.person_id == _person.c.person_id)
        .join(_address, _address.c.person_id == _person.c.person_id)
        .where(
            _session.c.step == Step.RESULT.value,
            _session.c.ended_at >= ended_since,
            _person.c.reachable,
            _person.c.research.is_not(False),
            _session.c.state.like(f'%"{RETEST}":true%'),  # few have it; the session itself decides
        )
        .order_by(_session.c.session_id)
    )
    found = [Active(row.person_id, parse(row.state), row.turn, row.sealed) for row in rows]
    return [active for active in found if wishes_retest(active.session)]


def edition(connection: Connection, digest: str) -> Edition | None:
    """Return a stored edition."""
    body = connection.scalar(select(tables.edition.c.body).where(tables.edition.c.digest == digest))
    return None if body is None else Edition.model_validate_json(body)


def erasures_pending(connection: Connection) -> int:
    """Return how many erasures aren't verified."""
    query = select(func.count()).select_from(tables.erasure).where(~tables.erasure.c.verified)
    return connection.scalar(query) or 0


def fact(connection: Connection, name: str) -> str | None:
    """Return a fact about the installation."""
    return connection.scalar(select(tables.meta.c.value).where(tables.meta.c.name == name))


def counts(connection: Connection) -> Mapping[tuple[str, str], int]:
    """Return the day's counts."""
    table = tables.daily_count
    rows = connection.execute(select(table.c.day, table.c.name, table.c.n))
    return {(row.day, row.name): row.n for row in rows}
