"""What a database file says of itself, read without changing it."""

import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from bot.storage import files, upgrading
from bot.storage.connections import PRAGMAS

SAFE_SQLITE: Final = (3, 51, 3)
"""From here on several programs may write and tidy at once (sqlite.org/wal.html#walresetbug)."""
_COUNTED: Final = ("person", "session", "event", "answer", "owed", "parked", "erasure", "erased")


@dataclass(frozen=True, slots=True)
class Vitals:
    """A database at one moment."""

    revision: str
    fingerprint: str | None
    size: int
    log_size: int
    sound: str  # `ok`, or what SQLite found
    rows: dict[str, int]


def read(database: Path) -> Vitals:
    """Return what a database says of itself."""
    with upgrading.explained(database):
        found = upgrading.inspect(database)
        with closing(upgrading.connect(database)) as connection:
            for name, value in (PRAGMAS | {"query_only": 1}).items():
                connection.execute(f"PRAGMA {name} = {value}")
            ((sound,),) = connection.execute("PRAGMA quick_check(1)").fetchall()
            rows = dict(_counts(connection))
    size, log = database.stat().st_size, files.log_size(database)
    return Vitals(found.revision or "none", found.fingerprint, size, log, sound, rows)


def _counts(connection: sqlite3.Connection) -> list[tuple[str, int]]:
    there = {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    return [
        (name, connection.execute(f"SELECT count(*) FROM {name}").fetchone()[0])  # noqa: S608 - our own names
        for name in _COUNTED
        if name in there
    ]


def sqlite_version() -> tuple[int, int, int]:
    """Return the version of SQLite that Python uses here."""
    return sqlite3.sqlite_version_info
