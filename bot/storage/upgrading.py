"""From whatever lies at a path to a database of this version, or a clear no.

Law: a database of another key, of a newer version, or of another program is never changed. An older one is
copied first. Of several processes that start at once one does the work, and the others find it done:
everything that changes the tables happens in one transaction that began by taking the write lock.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from time import sleep
from typing import Final
from urllib.parse import quote

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import NullPool

from bot.errors import DatabaseVersionError, KeyMismatch, OperatorError
from bot.storage import counting_tables, files, invite_tables, staff_tables, tables

HEAD = "0010"
"""The revision of this version; a test compares it with the folder of migrations, which is slow to read."""

FINGERPRINT = "_fingerprint"
"""The name of the fact that says which key a database was made with."""

_TABLES: Final = (tables, invite_tables, staff_tables, counting_tables)
"""Who says which tables there are: each of them adds to one metadata."""

_SMALLEST = 512  # bytes of the smallest page, and so of the smallest database
_PATIENCE = 30.0  # seconds to wait for another process that is upgrading the same database


@dataclass(frozen=True, slots=True)
class Found:
    """What lies in a database file: no revision where it is new."""

    revision: str | None = None
    fingerprint: str | None = None


def prepare(database: Path, fingerprint: str, now: datetime) -> None:
    """Make, check or upgrade a database."""
    with explained(database):
        files.create(database)
        found = inspect(database)
        if not _ready(found, fingerprint, database):
            _refuse_newer(found.revision, database)
            _upgrade(database, fingerprint, now)
        files.restrict(database)


def _ready(found: Found, fingerprint: str, database: Path) -> bool:
    """Say whether a database can be used as it is; refuse one that isn't ours to change."""
    if found.revision is None:
        return False
    if found.fingerprint != fingerprint:
        raise KeyMismatch(
            f"The database {database} was made with another privacy key: nobody in it would be recognised.",
            remedy="Give the key it was made with in PRIVACY_KEY_FILE, or name another file in DATABASE_URL.",
        )
    return found.revision == HEAD


def inspect(database: Path) -> Found:
    """Return what lies in a file; nothing is changed."""
    with closing(connect(database)) as connection:
        names = {
            name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
        }
        if not names:
            _refuse_stub(database)
            return Found()
        if not {"alembic_version", "meta"} <= names:
            raise OperatorError(
                f"{database} is a database of another program.", remedy="Name another file in DATABASE_URL."
            )
        ((revision,),) = connection.execute("SELECT version_num FROM alembic_version")
        facts = dict(connection.execute("SELECT name, value FROM meta"))
        return Found(revision, facts.get(FINGERPRINT))


def _refuse_stub(database: Path) -> None:
    """Refuse a few bytes of something else, which SQLite takes for an empty database and writes over."""
    if 0 < database.stat().st_size < _SMALLEST:
        raise OperatorError(f"{database} isn't a database.", remedy="Name another file in DATABASE_URL.")


def connect(database: Path) -> sqlite3.Connection:
    """Open a database that exists; a file that was taken away isn't made again."""
    address = f"file:{quote(str(database.absolute()))}?mode=rw"
    return sqlite3.connect(address, uri=True, timeout=_PATIENCE, isolation_level=None)


@contextmanager
def explained(database: Path) -> Iterator[None]:
    """Say in one sentence why a database can't be used."""
    try:
        with _unwrapped():
            yield
    except sqlite3.OperationalError as error:
        raise OperatorError(
            f"The database {database} can't be used: {error}.",
            remedy="See that this account may write the file and its folder, and that the disk isn't full.",
        ) from error
    except sqlite3.DatabaseError as error:
        raise OperatorError(
            f"{database} isn't a database, or is damaged: {error}.",
            remedy="Restore it from a backup (attune restore), or name another file in DATABASE_URL.",
        ) from error
    except OSError as error:
        raise OperatorError(
            f"The database {database} can't be used: {error.strerror}.",
            remedy="See that its folder exists and that this account may write there.",
        ) from error


@contextmanager
def _unwrapped() -> Iterator[None]:
    """Raise what the disk said while tables were changed, not what SQLAlchemy makes of it."""
    try:
        yield
    except DBAPIError as error:
        if type(error.orig) in {sqlite3.OperationalError, sqlite3.DatabaseError}:
            raise error.orig from error  # type: ignore[misc]  # it is one of the two
        raise


# ---------------------------------------------------------------- changing the tables


def _upgrade(database: Path, fingerprint: str, now: datetime) -> None:
    write_ahead(database)
    with engine(database).begin() as connection:  # takes the write lock: from here on nobody else upgrades
        found = inspect(database)
        if _ready(found, fingerprint, database):
            return
        if found.revision is None:
            _make(connection, fingerprint)
            return
        from bot.storage import revisions  # noqa: PLC0415 - Alembic is slow and large: only on such days

        back_up(database, database.with_name(f"{database.name}.before-{HEAD}-{stamp(now)}.db"))
        revisions.upgrade(connection)


def _make(connection: Connection, fingerprint: str) -> None:
    """Make a new database as it stands at `HEAD`; a test compares it with what the migrations come to."""
    for metadata in {one.metadata for one in _TABLES}:
        metadata.create_all(connection, checkfirst=False)
    for statement, row in (
        ("CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL PRIMARY KEY)", ()),
        ("INSERT INTO alembic_version (version_num) VALUES (?)", (HEAD,)),
        ("INSERT INTO counter (name, n) VALUES ('as_of', 0)", ()),
        ("INSERT INTO meta (name, value) VALUES (?, ?)", (FINGERPRINT, fingerprint)),
    ):
        connection.exec_driver_sql(statement, row)


def write_ahead(database: Path) -> None:
    """Switch a database to a write-ahead log, waiting for others that do the same."""
    with closing(connect(database)) as connection:
        for _ in range(int(_PATIENCE * 20)):
            try:
                ((mode,),) = connection.execute("PRAGMA journal_mode = WAL")
            except (
                sqlite3.OperationalError
            ) as error:  # the switch doesn't wait for locks as other statements do
                if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY:
                    raise
                sleep(0.05)
            else:
                _refuse_mode(mode, database)
                return


def _refuse_mode(mode: str, database: Path) -> None:
    if mode != "wal":
        raise OperatorError(
            f"The database {database} can't have a write-ahead log where it lies (SQLite says {mode}).",
            remedy="Put DATABASE_URL on a local disk.",
        )


def engine(database: Path) -> Engine:
    """Return an engine for one long transaction that begins by taking the write lock."""
    made = create_engine(
        "sqlite://", creator=lambda: connect(database), poolclass=NullPool, hide_parameters=True
    )
    event.listen(made, "begin", lambda connection: connection.exec_driver_sql("BEGIN IMMEDIATE"))
    return made


def _refuse_newer(revision: str | None, database: Path) -> None:
    if revision is None:
        return
    from bot.storage import revisions  # noqa: PLC0415 - Alembic is slow and large: only on such days

    if revision not in revisions.known():
        raise DatabaseVersionError(
            f"The database {database} belongs to a newer version of Attune (revision {revision}).",
            remedy="Install that version, or restore the backup that its upgrade made beside the database.",
        )


# ---------------------------------------------------------------- backups of an upgrade


def back_up(database: Path, copy: Path) -> None:
    """Copy a database as it stands, whoever is reading or writing it; only its owner can read the copy."""
    files.create(copy)
    with closing(connect(database)) as source, closing(connect(copy)) as target:
        source.backup(target)


def upgrade_backups(database: Path) -> tuple[Path, ...]:
    """Return the copies that upgrades made beside a database: what was erased later is still in them."""
    return tuple(sorted(database.parent.glob(f"{database.name}.before-*.db")))


def stamp(now: datetime) -> str:
    """Return a moment as it stands in the name of a file."""
    return now.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")
