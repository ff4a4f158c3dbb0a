"""Invites, tracked links and resume codes.

A migration is a record of what was done: it repeats the tables as they were, and never imports them.
"""

import sqlalchemy
from alembic import op
from sqlalchemy import BigInteger, Boolean, Column, ForeignKey

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

Text = sqlalchemy.Text().with_variant(sqlalchemy.Text(collation="C"), "postgresql")


def upgrade() -> None:
    _invites()
    _links()
    op.create_table(
        "resume_code",
        Column("digest", Text, primary_key=True),
        Column("person_id", Text, ForeignKey("person.person_id"), nullable=False),
        Column("expires_at", BigInteger, nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_index("resume_code_person", "resume_code", ["person_id"])


def _invites() -> None:
    op.create_table(
        "invite",
        Column("code", Text, primary_key=True),
        Column("organisation", Text, nullable=False),
        Column("questionnaire", Text, nullable=False),
        Column("campaign", Text, nullable=False),
        Column("created_at", BigInteger, nullable=False),
        Column("source", Text, nullable=False),
        Column("language", Text),
        Column("shared_screen", Boolean(create_constraint=False), nullable=False),
        Column("expires_at", BigInteger),
        Column("limit", BigInteger),
        Column("closed_at", BigInteger),
        Column("begun", BigInteger, nullable=False),
        sqlite_with_rowid=False,
    )


def _links() -> None:
    op.create_table(
        "tracked_link",
        Column("link", Text, primary_key=True),
        Column("organisation", Text, nullable=False),
        Column("questionnaire", Text, nullable=False),
        Column("topic", Text, nullable=False),
        Column("language", Text, nullable=False),
        Column("segment", Text, nullable=False),
        Column("invite", Text, nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_index(
        "tracked_link_destination",
        "tracked_link",
        ["organisation", "questionnaire", "topic", "language", "segment", "invite"],
        unique=True,
    )


def downgrade() -> None:
    raise NotImplementedError("go back by restoring the backup that the upgrade made")
