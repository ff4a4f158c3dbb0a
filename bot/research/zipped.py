"""A bundle as one zip file, which has the same bytes for the same data.

Law: the file takes its name when it is whole. Its entries stand in the order of their names, byte by byte,
and all have the date 1980-01-01, the first that a zip file can say.
"""

import os
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bot.errors import OperatorError

_DATE = (1980, 1, 1, 0, 0, 0)
_MODE = 0o600 << 16  # as the folder: only the account that wrote it


@contextmanager
def zipped(out: Path) -> Iterator[Path]:
    """Give a folder to write into; what is there in the end becomes the zip file."""
    _refuse(out)
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(
            prefix=f".{out.name}.", suffix=".partial", dir=out.parent
        ) as scratch:
            folder = Path(scratch) / out.stem
            yield folder
            draft = Path(scratch) / out.name
            _pack(folder, draft)
            _refuse(out)
            draft.replace(out)
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise OperatorError(
            f"{out} can't be written: {reason}.", remedy="Name another file with --out."
        ) from error


def _refuse(out: Path) -> None:
    if out.exists() or out.is_symlink():
        raise OperatorError(f"{out} is there already.", remedy="Name another file with --out, or remove it.")


def _pack(folder: Path, draft: Path) -> None:
    files = [path for path in folder.rglob("*") if path.is_file()]
    with draft.open("xb") as file:
        with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as packed:
            for path in sorted(files, key=lambda path: path.relative_to(folder).as_posix().encode()):
                entry = zipfile.ZipInfo(path.relative_to(folder).as_posix(), _DATE)
                entry.external_attr = _MODE
                entry.create_system = 3  # Unix, wherever it is written
                entry.compress_type = zipfile.ZIP_DEFLATED
                with path.open("rb") as source, packed.open(entry, "w", force_zip64=True) as target:
                    while block := source.read(1 << 20):
                        target.write(block)
        file.flush()
        os.fsync(file.fileno())
