"""Unfinished interviews have rows of the wide table, too: after which turn, and where they stand.

A migration is a record of what was done: it repeats the tables as they were, and never imports them.
"""

import sqlalchemy
from alembic import op
from sqlalchemy import BigInteger, Column

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

Text = sqlalchemy.Text().with_variant(sqlalchemy.Text(collation="C"), "postgresql")


def upgrade() -> None:
    op.add_column("wide_row", Column("step", Text, nullable=False, server_default="result"))
    op.add_column("wide_row", Column("turn", BigInteger))


def downgrade() -> None:
    raise NotImplementedError("go back by restoring the backup that the upgrade made")
