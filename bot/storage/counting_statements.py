"""What is read and written for the dashboard's figures."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import Connection, Integer, cast, delete, func, literal, or_, select, text

from bot.conversation.session import parse
from bot.storage import tables
from bot.storage.counting import ArmTaps, Interview
from bot.storage.counting_tables import publication
from bot.storage.invite_tables import tracked_link
from bot.storage.tables import Instant

PAGE = 500  # interviews read at once

_session, _count = tables.session, tables.daily_count
_PUBLISH = text(
    "INSERT INTO publication (organisation, name, body) VALUES (:organisation, :name, :body)"
    " ON CONFLICT (organisation, name) DO NOTHING"
)


def interviews(
    connection: Connection, since: datetime, until: datetime, after: tuple[datetime, str] | None
) -> Sequence[Interview]:
    """Return a page of the interviews that began in a period."""
    other = _session.alias("other")
    seen = select(func.max(other.c.seen_at, type_=Instant())).where(other.c.person_id == _session.c.person_id)
    query = select(_session.c.state, seen.scalar_subquery().label("last_seen")).where(
        _session.c.began_at >= since, _session.c.began_at < until
    )
    if after is not None:
        at, last = after
        later = (_session.c.began_at == at) & (_session.c.session_id > last)
        query = query.where(_session.c.began_at >= at, or_(_session.c.began_at > at, later))
    rows = connection.execute(query.order_by(_session.c.began_at, _session.c.session_id).limit(PAGE))
    return [Interview(parse(row.state), row.last_seen) for row in rows]


def counted(connection: Connection, prefix: str, first: str, last: str) -> Mapping[tuple[str, str], int]:
    """Return counts of names that begin so."""
    rows = connection.execute(
        select(_count.c.day, _count.c.name, _count.c.n).where(
            _count.c.day >= first,
            _count.c.day <= last,
            _count.c.name >= prefix,
            _count.c.name < f"{prefix}\U0010ffff",
        )
    )
    return {(row.day, row.name): row.n for row in rows}


def taps(connection: Connection, organisation: str, first: str, last: str) -> Mapping[str, int]:
    """Return how often an organisation's links were tapped, by invite."""
    rows = connection.execute(
        select(tracked_link.c.invite, cast(func.sum(_count.c.n), Integer).label("n"))
        .join(_count, _count.c.name == literal("tapped:") + tracked_link.c.link)
        .where(tracked_link.c.organisation == organisation, _count.c.day >= first, _count.c.day <= last)
        .group_by(tracked_link.c.invite)
    )
    return {row.invite: row.n for row in rows}


def arm_taps(connection: Connection, questionnaire: str) -> ArmTaps:
    """Return how often the links of people in a questionnaire's experiment were tapped."""
    arm, segment = tracked_link.c.arm, tracked_link.c.segment
    rows = connection.execute(
        select(
            arm, segment, cast(func.sum(_count.c.n), Integer).label("n"), func.min(_count.c.day).label("day")
        )
        .join(_count, _count.c.name == literal("tapped:") + tracked_link.c.link)
        .where(tracked_link.c.questionnaire == questionnaire, arm != "")
        .group_by(arm, segment)
    ).all()
    counts = {(row.arm, row.segment): row.n for row in rows}
    return ArmTaps(counts, min((row.day for row in rows), default=""))


def publish(connection: Connection, organisation: str, name: str, body: str, drop: Sequence[str]) -> str:
    """Store a table, unless one is there, and drop those that it was made from; return what stands."""
    connection.execute(_PUBLISH, {"organisation": organisation, "name": name, "body": body})
    ours = publication.c.organisation == organisation
    if drop:
        connection.execute(delete(publication).where(ours, publication.c.name.in_(drop)))
    stands = connection.scalar(select(publication.c.body).where(ours, publication.c.name == name))
    return stands or body


def published(connection: Connection, organisation: str) -> Mapping[str, str]:
    """Return an organisation's tables."""
    query = select(publication.c.name, publication.c.body)
    rows = connection.execute(query.where(publication.c.organisation == organisation))
    return {row.name: row.body for row in rows}
