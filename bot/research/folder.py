"""A folder that is there whole or not at all.

Law: nothing half-written ever stands under the final name, and nothing that was there is overwritten.
"""

import hashlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from bot.errors import OperatorError


@dataclass(frozen=True, slots=True)
class Written:
    """A file of the folder, as the manifest lists it."""

    name: str
    sha256: str
    size: int
    rows: int | None = None


@contextmanager
def whole_folder(out: Path) -> Iterator[Path]:
    """Give a folder to write into, which takes the final name at the end if nothing went wrong."""
    refuse_what_is_there(out)
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        draft = Path(tempfile.mkdtemp(prefix=f".{out.name}.", suffix=".partial", dir=out.parent))
    except OSError as error:
        raise _refused(out, error) from error
    try:
        yield draft
        _settle(draft)
        refuse_what_is_there(out)
        draft.replace(out)
    except OSError as error:
        raise _refused(out, error) from error
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def described(path: Path, rows: int | None = None) -> Written:
    """Return a file's digest and size."""
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    return Written(path.name, digest, path.stat().st_size, rows)


def refuse_what_is_there(out: Path) -> None:
    """Say that something would be overwritten, before any work is done."""
    if out.is_symlink() or (out.exists() and not out.is_dir()):
        raise OperatorError(f"{out} is not a folder.", remedy="Name another folder with --out.")
    if out.is_dir() and any(out.iterdir()):
        raise OperatorError(
            f"The folder {out} isn't empty.", remedy="Name another one with --out, or empty it."
        )


def _refused(out: Path, error: OSError) -> OperatorError:
    reason = error.strerror or type(error).__name__
    return OperatorError(f"{out} can't be written: {reason}.", remedy="Name another folder with --out.")


def _settle(draft: Path) -> None:
    """Bring every file to the disk before its folder takes the final name."""
    for path in sorted(draft.rglob("*")):
        if path.is_file():
            with path.open("rb") as file:
                os.fsync(file.fileno())
