"""Backups of a SQLite database, made while it is in use, and put back so that nobody returns with them.

Law: a backup is whole or absent, is its owner's alone, never takes the place of a file, and holds no key: it
names the fingerprint of the one that it needs. What is put back is made ready in a place of its own: checked,
brought to this version, and rid of everybody whom the ledger names or whose time was over, and of staff's
sign-ins; only then does it take its place, and what was there before is kept beside it.
"""

import os
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing, suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from bot.errors import KeyMismatch, OperatorError
from bot.privacy import Keys
from bot.storage import files, ledger, rekeying, upgrading
from bot.storage.connections import PRAGMAS
from bot.storage.ledger import Ledger, Marking, sync_folder
from bot.storage.sqlite import open_sqlite
from bot.storage.tables import EPOCH
from bot.storage.upgrading import FINGERPRINT, connect

MADE_AT: Final = "_backed_up_at"
"""The name of the fact that says when a backup was made."""
_PARTS: Final = ("", "-wal", "-shm")
_DAMAGED: Final = "Take another backup; this one can't be trusted."


@dataclass(frozen=True, slots=True)
class Backup:
    """What a backup says of itself."""

    path: Path
    made_at: datetime
    revision: str
    fingerprint: str
    identity: str | None
    size: int
    people: int
    interviews: int


@dataclass(frozen=True, slots=True)
class Ages:
    """How long things are kept, for what a backup kept too long."""

    addresses: timedelta
    retention: timedelta | None
    unconsented: timedelta


@dataclass(frozen=True, slots=True)
class Restored:
    """What was put back, and who was erased again on the way."""

    backup: Backup
    again: int
    swept: int
    aside: Path | None = None


# ---------------------------------------------------------------- making one


def make(database: Path, target: Path, now: datetime) -> Backup:
    """Copy a database as it stands, whoever is using it, into a new file."""
    if target.exists():
        raise OperatorError(
            f"{target} exists.", remedy="Name a new file; a backup never takes another's place."
        )
    draft = target.with_name(f"{target.name}.part")
    with upgrading.explained(database):
        with suppress(FileNotFoundError):
            draft.unlink()
        files.create(draft)
        try:
            _copied(database, draft, now)
            found = inspect(draft)
            _put(draft, target)
        finally:
            draft.unlink(missing_ok=True)
    return replace(found, path=target)


def _copied(database: Path, draft: Path, now: datetime) -> None:
    with closing(connect(database)) as source, closing(connect(draft)) as copy:
        for name, value in (PRAGMAS | {"query_only": 1}).items():  # reads, and leaves the log alone
            source.execute(f"PRAGMA {name} = {value}")
        source.backup(copy)
        copy.execute("PRAGMA journal_mode = DELETE")  # one file, with nothing beside it
        copy.execute("INSERT OR REPLACE INTO meta (name, value) VALUES (?, ?)", (MADE_AT, now.isoformat()))
        copy.execute("VACUUM")  # nothing of anybody stays in unused pages


def _put(draft: Path, target: Path) -> None:
    """Give a finished file its name, unless somebody took the name meanwhile."""
    descriptor = os.open(draft, os.O_RDWR)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
    os.link(draft, target)
    sync_folder(target.parent)


# ---------------------------------------------------------------- reading one


def inspect(path: Path) -> Backup:
    """Check a backup, and return what it says of itself; nothing is written."""
    if not path.is_file():
        raise OperatorError(f"There is no file {path}.", remedy="Name the file that `attune backup` wrote.")
    with upgrading.explained(path), closing(connect(path)) as connection:
        connection.execute("PRAGMA query_only = 1")
        names = {
            name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
        }
        if not {"alembic_version", "meta", "session"} <= names:
            raise OperatorError(
                f"{path} isn't a backup of Attune.", remedy="Name what `attune backup` wrote."
            )
        ((sound,),) = connection.execute("PRAGMA integrity_check(1)").fetchall()
        if sound != "ok" or connection.execute("PRAGMA foreign_key_check").fetchone():
            raise OperatorError(f"{path} is damaged: {sound}.", remedy=_DAMAGED)
        return _described(path, connection)


def _described(path: Path, connection: sqlite3.Connection) -> Backup:
    def one(query: str) -> int:
        ((value,),) = connection.execute(query).fetchall()
        return int(value or 0)

    ((revision,),) = connection.execute("SELECT version_num FROM alembic_version").fetchall()
    facts = dict(connection.execute("SELECT name, value FROM meta").fetchall())
    last = EPOCH + timedelta(microseconds=one("SELECT max(at) FROM heard"))  # of a copy made otherwise
    made_at = facts.get(MADE_AT)
    return Backup(
        path=path,
        made_at=datetime.fromisoformat(made_at) if made_at else last,
        revision=revision,
        fingerprint=facts.get(FINGERPRINT, ""),
        identity=facts.get(ledger.IDENTITY),
        size=path.stat().st_size,
        people=one("SELECT count(*) FROM person"),
        interviews=one("SELECT count(*) FROM session"),
    )


# ---------------------------------------------------------------- putting one back


@dataclass(frozen=True, slots=True)
class Restoring:
    """Everything that putting a backup back needs to know."""

    keys: Keys
    marking: Callable[[Keys], Marking]
    ages: Ages
    clock: Callable[[], datetime]
    without_ledger: bool = False

    def refuse(self, backup: Backup) -> list[Keys]:
        """Refuse a backup that can't be put back; else return the keys from its own to the newest."""
        chain = self.keys.since(backup.fingerprint)
        if not chain:
            raise KeyMismatch(
                f"{backup.path} needs another privacy key: the one of fingerprint {backup.fingerprint[:8]}.",
                remedy="Give that key in PRIVACY_KEY_FILE; without it nobody in the backup is recognised.",
            )
        keep = self.marking(self.keys).keep
        if self.clock() - backup.made_at > keep:
            raise OperatorError(
                f"{backup.path} is older than {keep.days} days: who was erased since isn't known any more.",
                remedy="Use a newer backup, and delete this one. BACKUP_DAYS says how long they are kept.",
            )
        if not self.without_ledger and not self._ledger(backup).path.exists():
            raise OperatorError(
                f"The ledger of erasures isn't at {self._ledger(backup).path}: the erased would come back.",
                remedy="Put its copy there (ERASURE_LEDGER names the folder), or say --without-ledger.",
            )
        return chain

    def _ledger(self, backup: Backup) -> Ledger:
        return Ledger(self.marking(self.keys).folder, backup.identity or "unknown")

    async def ready(self, backup: Backup, scratch: Path) -> Restored:
        """Make a copy of a backup ready to serve; `scratch` is its place for now."""
        chain = self.refuse(backup)
        for ending in _PARTS:
            scratch.with_name(f"{scratch.name}{ending}").unlink(missing_ok=True)
        files.create(scratch)
        shutil.copyfile(backup.path, scratch)
        upgrading.prepare(scratch, backup.fingerprint, self.clock())
        entries = self._ledger(backup).entries()
        again = rekeying.carry(scratch, chain, self.marking, entries)
        marking = self.marking(self.keys)
        store = await open_sqlite(scratch, self.keys.fingerprint, clock=self.clock)
        try:
            again += await store.begin_ledger(marking)
            await store.sign_everybody_out()
            swept = await store.sweep(
                self.clock(),
                address_age=self.ages.addresses,
                retention=self.ages.retention,
                unconsented=self.ages.unconsented,
            )
            await store.verify_erasures()
            if await store.erasures_pending():
                raise OperatorError(
                    "What was erased again isn't out of the file yet.", remedy="Try once more."
                )
        finally:
            await store.close()
        return Restored(backup, again, swept.unconsented + swept.retired)


async def restore(backup: Path, database: Path, restoring: Restoring) -> Restored:
    """Put a backup in the place of a database that nobody is using; what was there is kept beside it."""
    found = inspect(backup)
    ownership = files.Ownership(database)
    if not ownership.take():
        raise OperatorError(f"{database} is in use.", remedy="Stop `attune run`, then restore.")
    try:
        scratch = database.with_name(f"{database.name}.restoring")
        restored = await restoring.ready(found, scratch)
        aside = _moved_aside(database, restoring.clock())
        for ending in _PARTS:
            source = scratch.with_name(f"{scratch.name}{ending}")
            if source.exists():
                source.rename(database.with_name(f"{database.name}{ending}"))
        scratch.with_name(f"{scratch.name}.lock").unlink(missing_ok=True)
        sync_folder(database.parent)
    finally:
        ownership.release()
    return replace(restored, aside=aside)


def _moved_aside(database: Path, now: datetime) -> Path | None:
    if not database.exists():
        return None
    aside = database.with_name(f"{database.name}.before-restore-{upgrading.stamp(now)}.db")
    for ending in reversed(_PARTS):  # the log goes with its database, or is of none
        source = database.with_name(f"{database.name}{ending}")
        if source.exists():
            source.rename(aside.with_name(f"{aside.name}{ending}"))
    return aside
