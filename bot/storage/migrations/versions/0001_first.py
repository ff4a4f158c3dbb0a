"""The first tables.

A migration is a record of what was done: it repeats the tables as they were and never imports `tables`. There
is no way down; the backup that every upgrade makes first is the way back.
"""

import sqlalchemy
from alembic import op
from sqlalchemy import BigInteger, Boolean, Column, ForeignKey, LargeBinary, text

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

Text = sqlalchemy.Text().with_variant(sqlalchemy.Text(collation="C"), "postgresql")


def upgrade() -> None:
    _installation()
    _people()
    _interviews()
    _traffic()
    _erasures()


def _installation() -> None:
    op.create_table(
        "meta",
        Column("name", Text, primary_key=True),
        Column("value", Text, nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "counter",
        Column("name", Text, primary_key=True),
        Column("n", BigInteger, nullable=False),
        sqlite_with_rowid=False,
    )
    op.execute("INSERT INTO counter (name, n) VALUES ('as_of', 0)")
    op.create_table(
        "edition",
        Column("digest", Text, primary_key=True),
        Column("questionnaire", Text, nullable=False),
        Column("body", Text, nullable=False),
    )


def _people() -> None:
    op.create_table(
        "person",
        Column("person_id", Text, primary_key=True),
        Column("code", Text, nullable=False),
        Column("session_id", Text, nullable=False),
        Column("research", Boolean(create_constraint=False)),
        Column("reachable", Boolean(create_constraint=False), nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "address",
        Column("person_id", Text, ForeignKey("person.person_id"), primary_key=True),
        Column("sealed", LargeBinary, nullable=False),
        sqlite_with_rowid=False,
    )


def _interviews() -> None:
    op.create_table(
        "session",
        Column("session_id", Text, primary_key=True),
        Column("person_id", Text, ForeignKey("person.person_id"), nullable=False),
        Column("response_id", Text, nullable=False, unique=True),
        Column("questionnaire", Text, nullable=False),
        Column("edition", Text, ForeignKey("edition.digest"), nullable=False),
        Column("channel", Text, nullable=False),
        Column("language", Text, nullable=False),
        Column("step", Text, nullable=False),
        Column("turn", BigInteger, nullable=False),
        Column("key", Text, nullable=False),
        Column("research", Boolean(create_constraint=False)),
        Column("follows", Text),
        Column("began_at", BigInteger, nullable=False),
        Column("consented_at", BigInteger),
        Column("ended_at", BigInteger),
        Column("seen_at", BigInteger, nullable=False),
        Column("state", Text, nullable=False),
    )
    op.create_index("session_person", "session", ["person_id"])
    op.create_index("session_questionnaire", "session", ["questionnaire", "response_id"])
    op.create_index("session_step", "session", ["step"])
    unconsented = text("consented_at IS NULL")
    op.create_index(
        "session_unconsented",
        "session",
        ["began_at"],
        sqlite_where=unconsented,
        postgresql_where=unconsented,
    )
    op.create_table(
        "event",
        Column("session_id", Text, ForeignKey("session.session_id"), primary_key=True),
        Column("turn", BigInteger, primary_key=True, autoincrement=False),
        Column("as_of", BigInteger, nullable=False),
        Column("kind", Text, nullable=False),
        Column("at", BigInteger, nullable=False),
        Column("body", Text, nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "answer",
        Column("session_id", Text, ForeignKey("session.session_id"), primary_key=True),
        Column("item_id", Text, primary_key=True),
        Column("choice", Text),
        Column("value", BigInteger),
        Column("state", Text, nullable=False),
        Column("at", BigInteger, nullable=False),
        Column("edits", BigInteger, nullable=False),
        sqlite_with_rowid=False,
    )


def _traffic() -> None:
    op.create_table(
        "heard",
        Column("key", Text, primary_key=True),
        Column("at", BigInteger, nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "parked",
        Column("key", Text, primary_key=True),
        Column("kind", Text, nullable=False),
        Column("fields", Text, nullable=False),
        Column("error", Text, nullable=False),
        Column("at", BigInteger, nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "owed",
        Column("person_id", Text, ForeignKey("person.person_id"), primary_key=True),
        Column("key", Text, primary_key=True),
        Column("session_id", Text, ForeignKey("session.session_id"), nullable=False),
        Column("number", BigInteger, nullable=False),
        Column("replies", Text, nullable=False),
        Column("at", BigInteger, nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "daily_count",
        Column("day", Text, primary_key=True),
        Column("name", Text, primary_key=True),
        Column("n", BigInteger, nullable=False),
        sqlite_with_rowid=False,
    )


def _erasures() -> None:
    op.create_table(
        "erasure",
        Column("erasure_id", Text, primary_key=True),
        Column("asked_at", BigInteger, nullable=False),
        Column("verified", Boolean(create_constraint=False), nullable=False),
        Column("sealed", LargeBinary),
        Column("channel", Text),
        Column("language", Text),
        Column("organisation", Text),
        sqlite_with_rowid=False,
    )


def downgrade() -> None:
    raise NotImplementedError("go back by restoring the backup that the upgrade made")
