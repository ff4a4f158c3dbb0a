"""Bytes looked for in the files of a database, through another process.

Opening a database file in this process and closing it would drop the locks that SQLite holds for it.
"""

import subprocess
from collections.abc import Iterable
from pathlib import Path


def bytes_of(path: Path) -> bytes:
    """Return the bytes of a file, or none where there is no file."""
    return subprocess.run(["cat", path], capture_output=True, check=True).stdout if path.exists() else b""


def found(database: Path, needles: Iterable[bytes]) -> dict[str, set[bytes]]:
    """Return which needles are in which file of a database, its log, index and rollback journal."""
    files = {
        ending: bytes_of(database.with_name(database.name + ending))
        for ending in ("", "-wal", "-shm", "-journal")
    }
    wanted = set(needles)
    hits = {ending: {needle for needle in wanted if needle in content} for ending, content in files.items()}
    return {ending: hit for ending, hit in hits.items() if hit}
