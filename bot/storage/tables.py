"""The tables, in one text for SQLite and PostgreSQL; `migrations` brings a database there.

Ids are made by the program, never by the database. Times are whole microseconds since 1970 in UTC: both
databases keep, compare and index the same integer, and no driver has an opinion about time zones. What is
JSON is text, so that an operator can read it. `state` stands last in its row, so that a scan of the other
columns needn't read it.
"""

from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy
from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Dialect,
    ForeignKey,
    Index,
    LargeBinary,
    MetaData,
    Table,
)
from sqlalchemy.types import TypeDecorator, TypeEngine

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def microseconds(at: datetime | None) -> int | None:
    """Return a moment as it is stored; one without a zone is refused by the subtraction."""
    return None if at is None else (at - EPOCH) // _MICROSECOND


class Instant(TypeDecorator[datetime]):
    """A moment, as whole microseconds since 1970 in UTC."""

    impl: TypeEngine[Any] | type[TypeEngine[Any]] = BigInteger
    cache_ok: bool | None = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | None:  # noqa: ARG002 - SQLAlchemy calls it so
        """Return the integer that is stored."""
        return microseconds(value)

    def process_result_value(self, value: int | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002 - the same
        """Return the moment."""
        return None if value is None else EPOCH + timedelta(microseconds=value)


Text = sqlalchemy.Text().with_variant(sqlalchemy.Text(collation="C"), "postgresql")
"""Text in the order of its bytes, as SQLite and Python have it, whatever language the database speaks."""

metadata = MetaData()

meta = Table(
    "meta",
    metadata,
    Column("name", Text, primary_key=True),
    Column("value", Text, nullable=False),
    sqlite_with_rowid=False,
)

counter = Table(
    "counter",
    metadata,
    Column("name", Text, primary_key=True),
    Column("n", BigInteger, nullable=False),
    sqlite_with_rowid=False,
)

edition = Table(
    "edition",
    metadata,
    Column("digest", Text, primary_key=True),
    Column("questionnaire", Text, nullable=False),
    Column("body", Text, nullable=False),
)

person = Table(
    "person",
    metadata,
    Column("person_id", Text, primary_key=True),
    Column("code", Text, nullable=False),  # what an export calls the person
    Column("session_id", Text, nullable=False),  # the present one
    Column("research", Boolean(create_constraint=False)),  # the person's last word on it
    Column("reachable", Boolean(create_constraint=False), nullable=False),
    sqlite_with_rowid=False,
)

address = Table(
    "address",
    metadata,
    Column("person_id", Text, ForeignKey("person.person_id"), primary_key=True),
    Column("sealed", LargeBinary, nullable=False),
    sqlite_with_rowid=False,
)

session = Table(
    "session",
    metadata,
    Column("session_id", Text, primary_key=True),
    Column("person_id", Text, ForeignKey("person.person_id"), nullable=False),
    Column("response_id", Text, nullable=False, unique=True),  # what an export calls the session
    Column("questionnaire", Text, nullable=False),
    Column("edition", Text, ForeignKey("edition.digest"), nullable=False),
    Column("channel", Text, nullable=False),
    Column("language", Text, nullable=False),
    Column("step", Text, nullable=False),
    Column("turn", BigInteger, nullable=False),
    Column("key", Text, nullable=False),  # of the turn that brought it here
    Column("research", Boolean(create_constraint=False)),
    Column("follows", Text),
    Column("began_at", Instant, nullable=False),
    Column("consented_at", Instant),
    Column("ended_at", Instant),
    Column("seen_at", Instant, nullable=False),
    Column("state", Text, nullable=False),
)
Index("session_person", session.c.person_id)
Index("session_questionnaire", session.c.questionnaire, session.c.response_id)
Index("session_step", session.c.step)
Index("session_began", session.c.began_at)
# The migrations make it partial on PostgreSQL, too; to say so here would load that dialect for all (4 MiB).
Index("session_unconsented", session.c.began_at, sqlite_where=session.c.consented_at.is_(None))

event = Table(
    "event",
    metadata,
    Column("session_id", Text, ForeignKey("session.session_id"), primary_key=True),
    Column("turn", BigInteger, primary_key=True, autoincrement=False),
    Column("as_of", BigInteger, nullable=False),
    Column("kind", Text, nullable=False),
    Column("at", Instant, nullable=False),
    Column("body", Text, nullable=False),
    sqlite_with_rowid=False,
)

answer = Table(
    "answer",
    metadata,
    Column("session_id", Text, ForeignKey("session.session_id"), primary_key=True),
    Column("item_id", Text, primary_key=True),
    Column("choice", Text),
    Column("value", BigInteger),
    Column("state", Text, nullable=False),  # answered | skipped | declined
    Column("at", Instant, nullable=False),
    Column("edits", BigInteger, nullable=False),
    sqlite_with_rowid=False,
)

wide_row = Table(
    "wide_row",
    metadata,
    Column("questionnaire", Text, primary_key=True),
    Column("response_id", Text, primary_key=True),
    Column("code", Text, nullable=False),  # of the person
    Column("channel", Text, nullable=False),
    Column("ended_at", Instant, nullable=False),  # or, of an unfinished one, when its last event was
    Column("made", BigInteger, nullable=False),  # by which version of the table's columns
    Column("line", Text, nullable=False),  # behind response and person
    Column("step", Text, nullable=False, server_default="result"),
    Column("turn", BigInteger),  # of an unfinished interview: the one after which it was written
    sqlite_with_rowid=False,
)

heard = Table(
    "heard",
    metadata,
    Column("key", Text, primary_key=True),
    Column("at", Instant, nullable=False),
    sqlite_with_rowid=False,
)

parked = Table(
    "parked",
    metadata,
    Column("key", Text, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("fields", Text, nullable=False),
    Column("error", Text, nullable=False),
    Column("at", Instant, nullable=False),
    sqlite_with_rowid=False,
)

owed = Table(
    "owed",
    metadata,
    Column("person_id", Text, ForeignKey("person.person_id"), primary_key=True),
    Column("key", Text, primary_key=True),
    Column("session_id", Text, ForeignKey("session.session_id"), nullable=False),
    Column("number", BigInteger, nullable=False),
    Column("replies", Text, nullable=False),
    Column("at", Instant, nullable=False),
    Column("worker", Text),  # who brings them, where several processes share the database
    sqlite_with_rowid=False,
)

worker = Table(
    "worker",
    metadata,
    Column("worker_id", Text, primary_key=True),
    Column("alive_until", Instant, nullable=False),
    Column("mark", Text, nullable=False),  # of its last commit
    sqlite_with_rowid=False,
)

daily_count = Table(
    "daily_count",
    metadata,
    Column("day", Text, primary_key=True),
    Column("name", Text, primary_key=True),
    Column("n", BigInteger, nullable=False),
    sqlite_with_rowid=False,
)

erasure = Table(
    "erasure",
    metadata,
    Column("erasure_id", Text, primary_key=True),
    Column("asked_at", Instant, nullable=False),
    Column("verified", Boolean(create_constraint=False), nullable=False),
    Column("sealed", LargeBinary),  # none: nobody waits for a receipt
    Column("channel", Text),
    Column("language", Text),
    Column("organisation", Text),
    sqlite_with_rowid=False,
)

erased = Table(
    "erased",
    metadata,
    Column("key", Text, primary_key=True),  # names the privacy key that the mark was made with
    Column("mark", Text, primary_key=True),
    Column("at", Instant, nullable=False),
    sqlite_with_rowid=False,
)
