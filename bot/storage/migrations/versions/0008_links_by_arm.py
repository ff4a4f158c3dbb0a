"""The arm of an experiment that a tracked link is for; those made before are for nobody's.

A migration is a record of what was done: it repeats the tables as they were, and never imports them.
"""

import sqlalchemy
from alembic import op
from sqlalchemy import Column

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

Text = sqlalchemy.Text().with_variant(sqlalchemy.Text(collation="C"), "postgresql")


def upgrade() -> None:
    op.add_column("tracked_link", Column("arm", Text, nullable=False, server_default=""))
    op.drop_index("tracked_link_destination", "tracked_link")
    op.create_index(
        "tracked_link_destination",
        "tracked_link",
        ["organisation", "questionnaire", "topic", "language", "segment", "invite", "arm"],
        unique=True,
    )


def downgrade() -> None:
    raise NotImplementedError("go back by restoring the backup that the upgrade made")
