"""The folder while it is being written: what stands in it, for the files that are made from others.

Law: every further file is made from the CSV files, never from the store. So no file can say something that
the CSV files don't, and whatever was withheld from them is withheld everywhere.
"""

import csv
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from bot.research.columns import MISSING, Table, Type, Value
from bot.research.layout import Layout
from bot.research.variables import Variable

CODES = frozenset(str(code) for code in MISSING)
ELLIPSIS = "\N{HORIZONTAL ELLIPSIS}"


@dataclass(frozen=True, slots=True)
class Cut:
    """A label that was longer than a format takes."""

    file: str
    variable: str
    value: str  # empty for the label of the variable itself
    bytes: int  # what is left of it


@dataclass(frozen=True, slots=True)
class Draft:
    """A questionnaire's folder with its CSV files, and what is known about them."""

    folder: Path
    layout: Layout
    tables: Mapping[str, tuple[Variable, ...]]  # by the name of the file
    declared: tuple[Table[Any], ...]  # the same tables as they are declared
    rows: Mapping[str, int]
    said: Mapping[str, Any]  # the manifest, as far as it is known
    made_at: datetime  # the newest time in the data: the date of files that must have one
    cuts: list[Cut] = field(default_factory=list)

    def records(self, file: str) -> Iterator[list[str]]:
        """Yield the rows of a CSV file, each a list of texts."""
        with (self.folder / file).open(encoding="utf-8", newline="") as lines:
            reader = csv.reader(lines)
            next(reader)
            yield from reader

    def cut(self, file: str, variable: str, text: str, most: int, value: str = "") -> str:
        """Return a label that takes at most so many bytes, and note where it was longer."""
        whole = text.encode()
        if len(whole) <= most:
            return text
        short = whole[: most - len(ELLIPSIS.encode())].decode(errors="ignore") + ELLIPSIS
        self.cuts.append(Cut(file, variable, value, len(short.encode())))
        return short


def one_line(text: str) -> str:
    """Return a label on one line: programs for statistics show no other."""
    return " ".join(text.split())


def number(variable: Variable, cell: str) -> int | float:
    """Return the number that a cell of a numeric column holds, which may be a missing code."""
    return int(cell) if variable.type is Type.INTEGER or cell in CODES else float(cell)


def instant(cell: str) -> datetime:
    """Return the time that a cell holds; it is in UTC."""
    return datetime.fromisoformat(cell).astimezone(UTC)


def day(cell: str) -> datetime:
    """Return the beginning of the day that a cell holds."""
    return datetime.fromisoformat(cell).replace(tzinfo=UTC)


def gone(variable: Variable, cell: str) -> int | None:
    """Return the missing code that a cell holds, or None where it holds a value."""
    return int(cell) if variable.missing and cell in CODES else None


def read(variable: Variable, cell: str) -> Value | date:
    """Return what a cell holds, by the type of its column; a missing code stays a number."""
    if gone(variable, cell) is not None:
        return int(cell)
    match variable.type:
        case Type.STRING:
            return cell
        case Type.DATETIME:
            return instant(cell)
        case Type.DATE:
            return date.fromisoformat(cell)
        case _:
            return number(variable, cell)
