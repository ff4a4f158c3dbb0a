"""The files of an export, read back with nothing but the standard library."""

import csv
import json
from pathlib import Path
from typing import Any

Line = dict[str, str]


def lines(folder: Path, name: str) -> list[Line]:
    """Return the rows of a CSV file."""
    with (folder / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, strict=True))


def header(folder: Path, name: str) -> str:
    """Return the first line of a file."""
    return (folder / name).read_text("utf-8").split("\n", 1)[0]


def manifest(folder: Path) -> Any:
    """Return what `export.json` says."""
    return json.loads((folder / "export.json").read_text("utf-8"))


def bytes_of(folder: Path) -> dict[str, bytes]:
    """Return the bytes of every file under a folder."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def inside(folder: Path) -> list[Path]:
    """Return everything under a folder."""
    return sorted(folder.rglob("*"))


def sums(folder: Path) -> dict[str, str]:
    """Return what `SHA256SUMS` says: name to digest."""
    text = (folder / "SHA256SUMS").read_text("utf-8")
    return {name: digest for digest, name in (line.split("  ") for line in text.splitlines())}
