"""Finished interviews as the wide table of an export has them; those that ended before have none.

A migration is a record of what was done: it repeats the tables as they were, and never imports them.
"""

import sqlalchemy
from alembic import op
from sqlalchemy import BigInteger, Column

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

Text = sqlalchemy.Text().with_variant(sqlalchemy.Text(collation="C"), "postgresql")


def upgrade() -> None:
    op.create_table(
        "wide_row",
        Column("questionnaire", Text, primary_key=True),
        Column("response_id", Text, primary_key=True),
        Column("code", Text, nullable=False),
        Column("channel", Text, nullable=False),
        Column("ended_at", BigInteger, nullable=False),
        Column("made", BigInteger, nullable=False),
        Column("line", Text, nullable=False),
        sqlite_with_rowid=False,
    )


def downgrade() -> None:
    raise NotImplementedError("go back by restoring the backup that the upgrade made")
