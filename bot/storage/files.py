"""The files of a SQLite database: whose they are, who may tidy them, and where they may lie.

Law: nobody but the owner reads them (mode 0600), and only the process that holds `<database>.lock` tidies
the write-ahead log. A database file is never opened here once it exists: closing any descriptor of it would
drop the locks that SQLite holds for this whole process (sqlite.org/howtocorrupt.html, 2.2). The log and the
lock file may be.
"""

import os
import re
import sys
from contextlib import suppress
from pathlib import Path

from bot.errors import OperatorError

if sys.platform == "win32":
    import msvcrt
else:
    import fcntl

NETWORK = frozenset(
    {
        "9p",
        "afs",
        "beegfs",
        "ceph",
        "cifs",
        "davfs",
        "fuse.ceph",
        "fuse.davfs",
        "fuse.gcsfuse",
        "fuse.glusterfs",
        "fuse.rclone",
        "fuse.s3fs",
        "fuse.sshfs",
        "glusterfs",
        "lustre",
        "ncpfs",
        "nfs",
        "nfs4",
        "smb2",
        "smb3",
        "smbfs",
    }
)
"""File systems that machines share: a write-ahead log can't trust their locks and shared memory."""

MOUNTS = Path("/proc/mounts")


def log_of(database: Path) -> Path:
    """Return the write-ahead log of a database."""
    return database.with_name(f"{database.name}-wal")


def log_size(database: Path) -> int:
    """Return the size of the write-ahead log in bytes."""
    try:
        return log_of(database).stat().st_size
    except FileNotFoundError:
        return 0


def sync_log(database: Path) -> None:
    """Make the present size of the write-ahead log durable."""
    if log_of(database).exists():
        descriptor = os.open(log_of(database), os.O_RDWR)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def create(database: Path) -> None:
    """Make an empty database file that only its owner can read, unless there is one; its log follows it."""
    with suppress(FileExistsError):
        os.close(os.open(database, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))


def identity(database: Path) -> tuple[int, int] | None:
    """Return what tells a file from another of the same name; None where there is none."""
    try:
        found = database.stat()
    except FileNotFoundError:
        return None
    return found.st_dev, found.st_ino


def restrict(database: Path) -> None:
    """Take the files away from everybody but their owner."""
    if os.name == "posix":
        for ending in ("", "-wal", "-shm"):
            with suppress(FileNotFoundError):
                database.with_name(f"{database.name}{ending}").chmod(0o600)


def refuse_network(database: Path, mounts: str) -> None:
    """Refuse a database on a disk that other machines share; `mounts` is what /proc/mounts says."""
    kind = file_system(database.parent.resolve(), mounts)
    if kind in NETWORK:
        raise OperatorError(
            f"The database {database} lies on a network disk ({kind}), where SQLite can't keep answers safe.",
            remedy="Put DATABASE_URL on a disk of this machine.",
        )


def file_system(folder: Path, mounts: str) -> str | None:
    """Return the kind of file system that a folder lies on; of several on one place the last holds."""
    best: tuple[int, str] | None = None
    for line in mounts.splitlines():
        _, at, kind, *_ = line.split(" ")
        point = Path(re.sub(r"\\([0-7]{3})", lambda code: chr(int(code[1], 8)), at))
        if folder.is_relative_to(point) and (best is None or len(point.parts) >= best[0]):
            best = (len(point.parts), kind)
    return best[1] if best else None


class Ownership:
    """The lock file beside a database: whoever holds it is the owner, until the process ends."""

    def __init__(self, database: Path) -> None:
        self._path = database.with_name(f"{database.name}.lock")
        self._descriptor: int | None = None

    def take(self) -> bool:
        """Become the owner if nobody is; say whether we are."""
        if self._descriptor is None:
            descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600)
            if not _locked(descriptor):
                os.close(descriptor)
                return False
            self._descriptor = descriptor
        return True

    def release(self) -> None:
        """Let somebody else be the owner."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None


def _locked(descriptor: int) -> bool:
    try:
        if sys.platform == "win32":
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        else:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True
