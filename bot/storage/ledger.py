"""The ledger of erasures: who was erased stays erased when an older backup is put back.

Law: it lies outside the database, and holds keyed marks, moments and nothing else. An erasure counts as
verified only once its mark is in it, on disk. Whoever opens a database first erases again whom the ledger
names and the database doesn't, so that nobody is ever served from a backup as if they had said nothing.
Marks older than the oldest backup are forgotten.
"""

import os
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from sqlalchemy import Connection, delete, func, select, text

from bot.errors import OperatorError
from bot.privacy import BACKUP_AGE
from bot.storage import tables
from bot.storage.codes import erasure_code
from bot.storage.erasing import erase_person, pend
from bot.storage.invites import new_code
from bot.storage.statements import upsert

IDENTITY: Final = "_database"
"""The name of the fact that tells a database, and every copy of it, from others."""
_KEEP = upsert(tables.erased)
_IDENTIFY = text("INSERT INTO meta (name, value) VALUES (:name, :value) ON CONFLICT (name) DO NOTHING")
_PARTS: Final = 3


@dataclass(frozen=True, slots=True)
class Entry:
    """One erasure: the key that marked it, the mark, and when."""

    key: str
    mark: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Marking:
    """How erasures are noted: by which key, in which folder, and for how long."""

    key: str
    mark: Callable[[str], str]
    folder: Path
    keep: timedelta = BACKUP_AGE


class Ledger:
    """The file for one database."""

    def __init__(self, folder: Path, identity: str) -> None:
        self.path: Final = folder / f"erased-{identity}.txt"

    def begun(self) -> Sequence[Entry]:
        """Return what was noted; make the ledger where there is none, or say why that can't be."""
        try:
            self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            os.close(os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600))
        except OSError as error:
            raise OperatorError(
                f"The ledger of erasures can't be kept in {self.path.parent}: {error.strerror}.",
                remedy="Set ERASURE_LEDGER to a folder that this account may write, apart from the database.",
            ) from error
        return self.entries()

    def entries(self) -> Sequence[Entry]:
        """Return what was noted; a line that a crash cut short isn't, for its erasure isn't verified."""
        try:
            lines = self.path.read_text("ascii", "replace").splitlines()
        except FileNotFoundError:
            return ()
        return [entry for line in lines if (entry := _parsed(line))]

    def add(self, entries: Iterable[Entry]) -> None:
        """Note what isn't there yet, on disk."""
        known = set(self.entries())
        new = [entry for entry in entries if entry not in known]
        if not new:
            return
        self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
        try:
            # Each line has a break before it too: the last one may have been cut.
            os.write(descriptor, "".join(f"\n{_line(entry)}\n" for entry in new).encode("ascii"))
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
        sync_folder(self.path.parent)

    def forget(self, before: datetime) -> None:
        """Forget what no backup can bring back any more."""
        entries = self.entries()
        kept = [entry for entry in entries if entry.at >= before]
        if len(kept) == len(entries):
            return
        draft = self.path.with_name(f"{self.path.name}.new")
        with suppress(FileNotFoundError):
            draft.unlink()
        Ledger._written(draft, kept)
        draft.replace(self.path)
        sync_folder(self.path.parent)

    @staticmethod
    def _written(path: Path, entries: Iterable[Entry]) -> None:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.writelines(f"{_line(entry)}\n" for entry in entries)
            file.flush()
            os.fsync(file.fileno())


def sync_folder(folder: Path) -> None:
    """Make the names in a folder durable."""
    if os.name == "posix":
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _line(entry: Entry) -> str:
    return f"{entry.key} {entry.mark} {entry.at.astimezone(UTC).isoformat(timespec='microseconds')}"


def _parsed(line: str) -> Entry | None:
    parts = line.split(" ")
    if len(parts) != _PARTS:
        return None
    try:
        at = datetime.fromisoformat(parts[2])
    except ValueError:
        return None
    return Entry(parts[0], parts[1], at) if at.tzinfo else None


# ---------------------------------------------------------------- in the database


def identify(connection: Connection) -> str:
    """Return what tells this database from others, made the first time."""
    connection.execute(_IDENTIFY, {"name": IDENTITY, "value": new_code()})
    query = select(tables.meta.c.value).where(tables.meta.c.name == IDENTITY)
    return str(connection.scalar(query))


def note(connection: Connection, marking: Marking, person: str, at: datetime) -> None:
    """Note an erasure in the transaction that erases."""
    _keep(connection, [Entry(marking.key, marking.mark(person), at)])


def _keep(connection: Connection, entries: Sequence[Entry]) -> None:
    rows = [{"key": entry.key, "mark": entry.mark, "at": entry.at} for entry in entries]
    if rows:
        connection.execute(_KEEP, rows)


def noted(connection: Connection) -> Sequence[Entry]:
    """Return the erasures that the database itself remembers."""
    table = tables.erased
    rows = connection.execute(select(table.c.key, table.c.mark, table.c.at).order_by(table.c.at))
    return [Entry(row.key, row.mark, row.at) for row in rows]


def forget(connection: Connection, before: datetime) -> None:
    """Forget what no backup can bring back any more."""
    connection.execute(delete(tables.erased).where(tables.erased.c.at < before))


def erase_again(connection: Connection, marking: Marking, entries: Sequence[Entry]) -> int:
    """Erase whom a ledger names and this database doesn't: it is a backup from before; return how many."""
    known = set(noted(connection))
    new = [entry for entry in entries if entry.key == marking.key and entry not in known]
    if not new:
        return 0
    last = {entry.mark: entry.at for entry in sorted(new, key=lambda one: one.at)}
    # Whoever was erased and came back began after that; whoever is here from before must go again.
    gone = [who for who, began in _people(connection) if began <= last.get(marking.mark(who), tables.EPOCH)]
    for person in gone:
        erase_person(connection, person)
    if gone:
        pend(
            connection,
            erasure_code(f"ledger:{max(last.values()).isoformat()}:{len(gone)}"),
            max(last.values()),
        )
    _keep(connection, new)
    return len(gone)


def _people(connection: Connection) -> Sequence[tuple[str, datetime]]:
    session = tables.session
    query = select(session.c.person_id, func.min(session.c.began_at).label("began")).group_by(
        session.c.person_id
    )
    return [(row.person_id, row.began) for row in connection.execute(query)]
