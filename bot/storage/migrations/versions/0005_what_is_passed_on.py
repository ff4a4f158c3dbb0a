"""A second code for every invite: the one that people pass on.

A migration is a record of what was done: it repeats the tables as they were, and never imports them.
"""

import secrets

import sqlalchemy
from alembic import op
from sqlalchemy import Column, column, select, table, update

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

Text = sqlalchemy.Text().with_variant(sqlalchemy.Text(collation="C"), "postgresql")
_invite = table("invite", column("code"), column("share"))


def upgrade() -> None:
    op.add_column("invite", Column("share", Text, nullable=False, server_default=""))
    connection = op.get_bind()
    for code in connection.scalars(select(_invite.c.code)).all():
        shared = update(_invite).where(_invite.c.code == code).values(share=secrets.token_urlsafe(12))
        connection.execute(shared)
    op.create_index("invite_share", "invite", ["share"])


def downgrade() -> None:
    raise NotImplementedError("go back by restoring the backup that the upgrade made")
