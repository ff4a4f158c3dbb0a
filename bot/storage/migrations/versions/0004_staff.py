"""Accounts of staff, their one-time links and visits, and what was done.

A migration is a record of what was done: it repeats the tables as they were, and never imports them.
"""

import sqlalchemy
from alembic import op
from sqlalchemy import BigInteger, Column, ForeignKey

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

Text = sqlalchemy.Text().with_variant(sqlalchemy.Text(collation="C"), "postgresql")


def upgrade() -> None:
    _accounts()
    op.create_table(
        "staff_deed",
        Column("deed_id", Text, primary_key=True),
        Column("at", BigInteger, nullable=False),
        Column("organisation", Text, nullable=False),
        Column("account", Text, nullable=False),
        Column("what", Text, nullable=False),
        Column("about", Text, nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_index("staff_deed_at", "staff_deed", ["organisation", "at"])


def _accounts() -> None:
    op.create_table(
        "staff_account",
        Column("id", Text, primary_key=True),
        Column("organisation", Text, nullable=False),
        Column("role", Text, nullable=False),
        Column("label", Text, nullable=False),
        Column("created_at", BigInteger, nullable=False),
        Column("closed_at", BigInteger),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "staff_link",
        Column("account", Text, ForeignKey("staff_account.id"), primary_key=True),
        Column("digest", Text, nullable=False, unique=True),
        Column("expires_at", BigInteger, nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "staff_visit",
        Column("digest", Text, primary_key=True),
        Column("account", Text, ForeignKey("staff_account.id"), nullable=False),
        Column("began_at", BigInteger, nullable=False),
        Column("seen_at", BigInteger, nullable=False),
        sqlite_with_rowid=False,
    )


def downgrade() -> None:
    raise NotImplementedError("go back by restoring the backup that the upgrade made")
