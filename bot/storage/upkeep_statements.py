"""What an operator asks, as SQL: counts and moments, never an answer."""

from collections.abc import Callable, Sequence
from datetime import datetime
from json import loads
from typing import Any

from sqlalchemy import ColumnElement, Connection, FromClause, exists, func, select

from bot.privacy import HEARD_AGE
from bot.storage import tables
from bot.storage.erasing import retired, silent, strangers
from bot.storage.store import Parked, Swept
from bot.storage.upkeep import FUNNEL, LATEST, Backlog, Course, Known, Waiting

_session, _owed, _erasure = tables.session, tables.owed, tables.erasure


def backlog(connection: Connection) -> Backlog:
    """Return what waits."""
    erasures = _waiting(connection, _erasure.c.asked_at, ~_erasure.c.verified)
    parked = connection.scalar(select(func.count()).select_from(tables.parked)) or 0
    count = tables.daily_count
    query = select(count.c.name, func.sum(count.c.n)).where(count.c.name.in_(FUNNEL)).group_by(count.c.name)
    funnel = {name: int(n) for name, n in connection.execute(query)}
    return Backlog(_owing(connection), parked, erasures, {name: funnel.get(name, 0) for name in FUNNEL})


def _owing(connection: Connection) -> dict[str, Waiting]:
    rows = connection.execute(
        select(_session.c.channel, func.count(), func.min(_owed.c.at))
        .join(_session, _session.c.session_id == _owed.c.session_id)
        .group_by(_session.c.channel)
    )
    return {channel: Waiting(n, since) for channel, n, since in rows}


def _waiting(connection: Connection, at: ColumnElement[datetime], *where: ColumnElement[bool]) -> Waiting:
    n, since = connection.execute(select(func.count(at), func.min(at)).where(*where)).one()
    return Waiting(n, since)


def parked(connection: Connection) -> Sequence[Parked]:
    """Return the updates that couldn't be taken, oldest first."""
    table = tables.parked
    rows = connection.execute(select(table).order_by(table.c.at, table.c.key))
    return [Parked(row.key, row.kind, tuple(loads(row.fields)), row.error, row.at) for row in rows]


def people(connection: Connection, matching: Callable[[str], bool]) -> Sequence[str]:
    """Return the people whose pseudonym matches."""
    return [person for person in connection.scalars(select(tables.person.c.person_id)) if matching(person)]


def person_of(connection: Connection, response: str) -> str | None:
    """Return whose interview research knows by a response id."""
    return connection.scalar(select(_session.c.person_id).where(_session.c.response_id == response))


def known(connection: Connection, person: str) -> Known | None:
    """Return what is known of a person besides their answers."""
    table = tables.person
    reachable = connection.scalar(select(table.c.reachable).where(table.c.person_id == person))
    if reachable is None:
        return None
    rows = connection.execute(
        select(_session).where(_session.c.person_id == person).order_by(_session.c.began_at)
    ).all()
    addressed = exists().where(tables.address.c.person_id == person)
    owed = _waiting(connection, _owed.c.at, _owed.c.person_id == person)
    courses = tuple(_course(connection, row) for row in rows)
    return Known(courses, bool(reachable), bool(connection.scalar(select(addressed))), owed)


def _course(connection: Connection, row: Any) -> Course:
    event = tables.event
    latest = connection.execute(
        select(event.c.kind, event.c.at)
        .where(event.c.session_id == row.session_id)
        .order_by(event.c.turn.desc())
        .limit(LATEST)
    ).all()
    return Course(
        session=row.session_id,
        questionnaire=row.questionnaire,
        edition=row.edition,
        channel=row.channel,
        language=row.language,
        step=row.step,
        turns=row.turn,
        began_at=row.began_at,
        consented_at=row.consented_at,
        seen_at=row.seen_at,
        ended_at=row.ended_at,
        latest=tuple((one.kind, one.at) for one in reversed(latest)),
    )


def due(
    connection: Connection,
    now: datetime,
    unconsented: datetime,
    addresses: datetime,
    retention: datetime | None,
) -> Swept:
    """Return what a sweep would do."""
    keys = select(func.count()).select_from(tables.heard).where(tables.heard.c.at < now - HEARD_AGE)
    return Swept(
        unconsented=_number(connection, strangers(unconsented).subquery()),
        addresses=_number(connection, silent(addresses).subquery()),
        keys=connection.scalar(keys) or 0,
        retired=_number(connection, retired(retention).subquery()) if retention else 0,
    )


def _number(connection: Connection, rows: FromClause) -> int:
    return connection.scalar(select(func.count()).select_from(rows)) or 0
