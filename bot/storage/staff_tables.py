"""The tables of staff; `tables` says what holds for all of them."""

from sqlalchemy import Column, ForeignKey, Index, Table

from bot.storage.tables import Instant, Text, metadata

staff_account = Table(
    "staff_account",
    metadata,
    Column("id", Text, primary_key=True),
    Column("organisation", Text, nullable=False),
    Column("role", Text, nullable=False),
    Column("label", Text, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("closed_at", Instant),
    sqlite_with_rowid=False,
)

staff_link = Table(
    "staff_link",
    metadata,
    Column("account", Text, ForeignKey("staff_account.id"), primary_key=True),  # one link at a time
    Column("digest", Text, nullable=False, unique=True),
    Column("expires_at", Instant, nullable=False),
    sqlite_with_rowid=False,
)

staff_visit = Table(
    "staff_visit",
    metadata,
    Column("digest", Text, primary_key=True),
    Column("account", Text, ForeignKey("staff_account.id"), nullable=False),
    Column("began_at", Instant, nullable=False),
    Column("seen_at", Instant, nullable=False),
    sqlite_with_rowid=False,
)

staff_deed = Table(
    "staff_deed",
    metadata,
    Column("deed_id", Text, primary_key=True),
    Column("at", Instant, nullable=False),
    Column("organisation", Text, nullable=False),
    Column("account", Text, nullable=False),  # or `operator`
    Column("what", Text, nullable=False),
    Column("about", Text, nullable=False),
    sqlite_with_rowid=False,
)
Index("staff_deed_at", staff_deed.c.organisation, staff_deed.c.at)
