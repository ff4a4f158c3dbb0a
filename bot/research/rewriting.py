"""CSV files of a draft, changed row by row: memory doesn't grow with them."""

import csv
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from bot.research.columns import MISSING, Table

AnyTable = Table[Any]
CODES = frozenset(map(str, MISSING))
Cells = list[str]
Change = Callable[[Cells], None]


def of(tables: tuple[AnyTable, ...], file: str) -> AnyTable:
    """Return the table of a file."""
    return next(table for table in tables if table.file == file)


def read(path: Path) -> Iterator[Cells]:
    """Yield the rows of a file."""
    with path.open(encoding="utf-8", newline="") as lines:
        reader = csv.reader(lines)
        next(reader)
        yield from reader


def rewrite(path: Path, change: Change) -> None:
    """Change the cells of every row, row by row."""
    new = path.with_suffix(".new")
    with path.open(encoding="utf-8", newline="") as lines, new.open("w", encoding="utf-8", newline="") as out:
        reader, writer = csv.reader(lines), csv.writer(out, lineterminator="\n")
        writer.writerow(next(reader))
        for cells in reader:
            change(cells)
            writer.writerow(cells)
    new.replace(path)
