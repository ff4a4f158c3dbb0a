"""The table of what was published on the dashboard; `tables` says what holds for all of them."""

from sqlalchemy import Column, Table

from bot.storage.tables import Text, metadata

publication = Table(
    "publication",
    metadata,
    Column("organisation", Text, primary_key=True),
    Column("name", Text, primary_key=True),
    Column("body", Text, nullable=False),
    sqlite_with_rowid=False,
)
