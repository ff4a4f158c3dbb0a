"""The write-ahead log: copied back into the database at quiet moments; and the files after an erasure.

Law: only the owner does it, and while it holds the write lock (FULL or TRUNCATE, never PASSIVE): before
SQLite 3.51.3 a database could be corrupted when the commit of another process reset the log in the middle
of a checkpoint (sqlite.org/wal.html#walresetbug).

Erased means gone only after the whole file was written anew. `secure_delete` zeroes a row where it is
deleted, but not the copies that stay in the unused part of a page when SQLite moves rows between pages: of
150 people erased from 300, some were still legible in the file (tests/storage/test_erasure.py). VACUUM
leaves none, and takes about 7 ms for each MB.
"""

import sqlite3
from pathlib import Path
from time import monotonic

from bot.storage import files
from bot.storage.connections import PRAGMAS, Line

LARGE = 8 * 1024 * 1024  # bytes of log that are copied back under load too
HUGE = 4 * LARGE  # bytes of log from which on it isn't only used again from its start, but cut
BRIEF = 0.25  # seconds that a rewriting may take without a thought
PAUSE = 20  # times as long as the last rewriting took nobody is kept waiting by another one
IN_MEMORY = 64 * 1024 * 1024  # bytes of a database that is rewritten through memory, not through a file
PATIENCE = 200  # milliseconds to wait for readers: people wait meanwhile


class Log:
    """The log of one database; every method but `owned` and `release` runs in the writer's thread."""

    def __init__(self, database: Path, line: Line) -> None:
        self._database = database
        self._line = line
        self._ownership = files.Ownership(database)
        self._written = False
        self._relieve_at = LARGE
        self._rewrite_at = 0.0

    def owned(self) -> bool:
        """Say whether we may tidy; become the owner where nobody is."""
        return self._ownership.take()

    def written(self) -> None:
        """Hear that something was committed; copy back where the log became large."""
        self._written = True
        size = files.log_size(self._database)
        if size > self._relieve_at and self.owned():
            huge = size > HUGE
            done = self._checkpoint("TRUNCATE" if huge else "FULL")
            # After FULL the log is used again from its start, and its file stays as large as it was.
            self._relieve_at = size + LARGE if not done else LARGE if huge else size

    def rest(self) -> None:
        """Copy back what was written, now that nobody waits."""
        if self._written and self.owned():
            self._written = not self._checkpoint("FULL")

    def cleanse(self) -> bool:
        """Write the database anew without what was erased, and cut the log; say whether that is certain."""
        # The first cut is cheap, and fails where a reader would make the rewriting vain.
        return self.owned() and self.cut() and self._rewrite() and self.cut()

    def cut(self) -> bool:
        """Copy everything back and cut the log to nothing; say whether that is certain."""
        done = self.owned() and self._checkpoint("TRUNCATE") and files.log_size(self._database) == 0
        if done:
            files.sync_log(self._database)
            self._written, self._relieve_at = False, LARGE
        return done

    def _rewrite(self) -> bool:
        """Write the database anew, unless that was done a moment ago and takes long."""
        began = monotonic()
        if began < self._rewrite_at:
            return False
        store = "MEMORY" if self._database.stat().st_size < IN_MEMORY else "FILE"
        try:
            self._line.driver.execute(f"PRAGMA temp_store = {store}")
            self._line.driver.execute("VACUUM")
        except sqlite3.Error:
            return False
        took = monotonic() - began
        self._rewrite_at = monotonic() + (PAUSE * took if took > BRIEF else 0)
        return True

    def _checkpoint(self, mode: str) -> bool:
        """Run a checkpoint; False where a reader, another writer or the disk was in the way."""
        connection = self._line.driver
        try:
            connection.execute(f"PRAGMA busy_timeout = {PATIENCE}")
            ((busy, frames, copied),) = connection.execute(f"PRAGMA wal_checkpoint({mode})")
            connection.execute(f"PRAGMA busy_timeout = {PRAGMAS['busy_timeout']}")
        except sqlite3.Error:
            return False
        return not busy and bool(frames == copied)

    def release(self) -> None:
        """Let another process be the owner."""
        self._ownership.release()
