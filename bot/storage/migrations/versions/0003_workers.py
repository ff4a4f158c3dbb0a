"""Several processes on one database: who is alive, and who brings which reply.

A migration is a record of what was done: it repeats the tables as they were, and never imports them.
"""

import sqlalchemy
from alembic import op
from sqlalchemy import BigInteger, Column

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

Text = sqlalchemy.Text().with_variant(sqlalchemy.Text(collation="C"), "postgresql")


def upgrade() -> None:
    op.create_table(
        "worker",
        Column("worker_id", Text, primary_key=True),
        Column("alive_until", BigInteger, nullable=False),
        Column("mark", Text, nullable=False),
        sqlite_with_rowid=False,
    )
    op.add_column("owed", Column("worker", Text))


def downgrade() -> None:
    raise NotImplementedError("go back by restoring the backup that the upgrade made")
