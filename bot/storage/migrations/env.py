"""Alembic's way in: it runs on the connection, and inside the transaction, that `upgrading` hands over."""

from alembic import context

from bot.storage.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,  # SQLite can't alter much; Alembic copies the table instead
)
with context.begin_transaction():
    context.run_migrations()
