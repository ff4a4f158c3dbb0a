"""What happens between a program and its disk: noted in order, and failing on demand. See `disk.c`.

`kill -9` can't show a missing sync, for the kernel keeps what was written. Here every write and every sync of
the real program is noted, so that a power cut can be played at any moment of it (`images`), and any of them
can be made to fail (`failing`).
"""

import ctypes
import os
import shutil
import struct
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final, NoReturn

import pytest

SOURCE: Final = Path(__file__).with_name("disk.c")
NOTE: Final = struct.Struct("<cxHIQ")
FOR_EVER: Final = 1 << 40


@dataclass(frozen=True, slots=True)
class Operation:
    """One thing that was done to a file: `w`rite, `s`ync, `t`runcate, `u`nlink; or `d`, its folder's sync."""

    kind: str
    name: str
    offset: int = 0
    data: bytes = b""


def built(folder: Path) -> Path:
    """Compile what stands between; skip where there is no compiler."""
    compiler = next(filter(None, map(shutil.which, ("cc", "gcc", "clang"))), None)
    if compiler is None or os.uname().sysname != "Linux":
        _missing("needs a C compiler on Linux")
    shim = folder / "disk.so"
    subprocess.run([compiler, "-shared", "-fPIC", "-O2", "-o", shim, SOURCE, "-ldl", "-lpthread"], check=True)
    return shim


def _missing(reason: str) -> NoReturn:
    if os.environ.get("CI") == "true":
        pytest.fail(reason)
    pytest.skip(reason)


def environment(shim: Path, database: Path, log: Path | None = None) -> dict[str, str]:
    """Return what a program needs around it, so that its database is looked at."""
    given = {"LD_PRELOAD": str(shim), "DISK_FILES": str(database.resolve())}
    return {**os.environ, **given, **({"DISK_LOG": str(log)} if log else {})}


def read(log: Path) -> Iterator[Operation]:
    """Read what was noted."""
    with log.open("rb") as notes:
        while head := notes.read(NOTE.size):
            kind, length, size, offset = NOTE.unpack(head)
            yield Operation(kind.decode(), notes.read(length).decode(), offset, notes.read(size))


# ---------------------------------------------------------------- inside a program that runs on it


def fail(at: int, times: int, error: int) -> None:
    """Let operations fail: from the so-maniest from now on (the first is 1), so many of them; none with 0."""
    ctypes.CDLL(None).disk_fail(ctypes.c_long(at), ctypes.c_long(times), ctypes.c_int(error))


def count() -> int:
    """Return how many operations there were since `fail` was called."""
    function = ctypes.CDLL(None).disk_count
    function.restype = ctypes.c_long
    return int(function())
