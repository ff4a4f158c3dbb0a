"""Statements that many rows share, built once and in SQL that SQLite and PostgreSQL both understand."""

from sqlalchemy import Connection, Table, TextClause, bindparam, delete, text, update
from sqlalchemy.sql.dml import Delete, Update

from bot.questionnaire.model import Edition
from bot.storage import tables


def upsert(table: Table, *, add: str | None = None) -> TextClause:
    """Return an insert that replaces the row of the same key, or adds to one of its numbers.

    SQLAlchemy has this for each database apart, although both write it alike: INSERT … ON CONFLICT … DO
    UPDATE.
    """
    columns = [column.name for column in table.columns]
    keys = [column.name for column in table.primary_key]
    names = ", ".join(columns)
    values = ", ".join(f":{name}" for name in columns)
    if add:
        change = f"{add} = {table.name}.{add} + excluded.{add}"
    else:
        change = ", ".join(f"{name} = excluded.{name}" for name in columns if name not in keys)
    sql = (
        f"INSERT INTO {table.name} ({names}) VALUES ({values})"  # noqa: S608 - names of our own tables
        f" ON CONFLICT ({', '.join(keys)}) DO UPDATE SET {change}"
    )
    return text(sql).bindparams(*(bindparam(column.name, type_=column.type) for column in table.columns))


def change(table: Table, *columns: str) -> Update:
    """Return an update of some columns of one row; its key is given as `b_<name>`."""
    statement = update(table).values({name: bindparam(name, type_=table.c[name].type) for name in columns})
    return statement.where(*(column == bindparam(f"b_{column.name}") for column in table.primary_key))


def remove(table: Table) -> Delete:
    """Return a delete of one row; its key is given as `b_<name>`."""
    return delete(table).where(*(column == bindparam(f"b_{column.name}") for column in table.primary_key))


KEEP_ADDRESS = upsert(tables.address)
KEEP_ANSWER = upsert(tables.answer)
KEEP_FACT = upsert(tables.meta)
ADD_COUNT = upsert(tables.daily_count, add="n")

MOVE_SESSION = change(
    tables.session,
    "edition", "language", "step", "turn", "key", "research", "consented_at", "ended_at", "seen_at", "state",
)  # fmt: skip
SEE_SESSION = change(tables.session, "seen_at")
SET_PRESENT = change(tables.person, "session_id")
SET_RESEARCH = change(tables.person, "research")
SET_REACHABLE = change(tables.person, "reachable")

_KEEP_EDITION = text(
    "INSERT INTO edition (digest, questionnaire, body) VALUES (:digest, :questionnaire, :body)"
    " ON CONFLICT (digest) DO NOTHING"
)

REMOVE_ANSWER = remove(tables.answer)
REMOVE_OWED = remove(tables.owed)


def keep_edition(connection: Connection, edition: Edition) -> None:
    """Store an edition, unless it is there."""
    row = {
        "digest": edition.digest,
        "questionnaire": edition.questionnaire.id,
        "body": edition.model_dump_json(),  # whole: a default may change, an edition may not
    }
    connection.execute(_KEEP_EDITION, row)
