"""What was published on the dashboard, and interviews by when they began.

A migration is a record of what was done: it repeats the tables as they were, and never imports them.
"""

import sqlalchemy
from alembic import op
from sqlalchemy import Column

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

Text = sqlalchemy.Text().with_variant(sqlalchemy.Text(collation="C"), "postgresql")


def upgrade() -> None:
    op.create_table(
        "publication",
        Column("organisation", Text, primary_key=True),
        Column("name", Text, primary_key=True),
        Column("body", Text, nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_index("session_began", "session", ["began_at"])


def downgrade() -> None:
    raise NotImplementedError("go back by restoring the backup that the upgrade made")
