"""The tables of the web; `tables` says what holds for all of them."""

from sqlalchemy import BigInteger, Boolean, Column, ForeignKey, Index, Table

from bot.storage.tables import Instant, Text, metadata

invite = Table(
    "invite",
    metadata,
    Column("code", Text, primary_key=True),
    Column("organisation", Text, nullable=False),
    Column("questionnaire", Text, nullable=False),
    Column("campaign", Text, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("source", Text, nullable=False),
    Column("language", Text),
    Column("shared_screen", Boolean(create_constraint=False), nullable=False),
    Column("expires_at", Instant),
    Column("limit", BigInteger),
    Column("closed_at", Instant),
    Column("begun", BigInteger, nullable=False),
    Column("share", Text, nullable=False),
    sqlite_with_rowid=False,
)
Index("invite_share", invite.c.share)

tracked_link = Table(
    "tracked_link",
    metadata,
    Column("link", Text, primary_key=True),
    Column("organisation", Text, nullable=False),
    Column("questionnaire", Text, nullable=False),
    Column("topic", Text, nullable=False),
    Column("language", Text, nullable=False),
    Column("segment", Text, nullable=False),
    Column("invite", Text, nullable=False),
    Column("arm", Text, nullable=False, server_default=""),
    sqlite_with_rowid=False,
)
Index(
    "tracked_link_destination",
    tracked_link.c.organisation,
    tracked_link.c.questionnaire,
    tracked_link.c.topic,
    tracked_link.c.language,
    tracked_link.c.segment,
    tracked_link.c.invite,
    tracked_link.c.arm,
    unique=True,
)

resume_code = Table(
    "resume_code",
    metadata,
    Column("digest", Text, primary_key=True),
    Column("person_id", Text, ForeignKey("person.person_id"), nullable=False),
    Column("expires_at", Instant, nullable=False),
    sqlite_with_rowid=False,
)
Index("resume_code_person", resume_code.c.person_id)
