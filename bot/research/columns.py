"""A table of the export, declared once: its file's columns, their words, and how each cell is read.

Header, rows and codebook all come from the same declaration, so they can't tell different stories.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Generic, TypeVar

from bot.research.response import Response
from bot.scoring.scales import DECLINED, NOT_ASKED, SKIPPED, WITHHELD

Row = TypeVar("Row")
Value = str | int | float

MISSING: dict[int, str] = {
    WITHHELD: "withheld",
    NOT_ASKED: "not asked, or doesn't apply",
    DECLINED: "declined",
    SKIPPED: "skipped, abandoned, or too few answers",
}
"""Why a cell has no value, in the order in which documents list it."""

STATA_TAGS = {NOT_ASKED: "a", DECLINED: "b", SKIPPED: "c", WITHHELD: "d"}
"""The tagged missing value that stands for each code in Stata: -97 is .a."""

SEPARATOR = " | "
"""Stands between the parts of a cell that lists several things."""


class Type(StrEnum):
    """What a column holds, named as in Table Schema."""

    STRING = "string"
    INTEGER = "integer"
    NUMBER = "number"
    DATE = "date"
    DATETIME = "datetime"


@dataclass(frozen=True)  # without slots: Python 3.11 can't make a generic class with them by its alias
class Column(Generic[Row]):
    """One column: its name, what it means, and its cell in a row."""

    name: str
    label: str
    type: Type
    read: Callable[[Row], Value]
    values: tuple[tuple[Value, str], ...] = ()
    missing: tuple[int, ...] = ()
    choice: str | None = None  # of an item with several, the one that it is about
    item: str | None = None  # the item, scale or segment that it is about: the codebook knows more
    scale: str | None = None
    segment: str | None = None


@dataclass(frozen=True)
class Table(Generic[Row]):
    """One CSV file: its columns, and the rows that a response has in it."""

    file: str
    columns: tuple[Column[Row], ...]
    rows: Callable[[Response], Iterable[Row]]

    @property
    def header(self) -> tuple[str, ...]:
        """Return the names of the columns."""
        return tuple(column.name for column in self.columns)

    def lines(self, response: Response) -> Iterable[list[Value]]:
        """Return the cells of every row that a response has in this table."""
        reads = [column.read for column in self.columns]
        return ([read(row) for read in reads] for row in self.rows(response))


def moment(at: datetime | None, missing: int = NOT_ASKED) -> Value:
    """Return a time as ISO 8601 in UTC with milliseconds and Z."""
    if at is None:
        return missing
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def known(text: str | None, missing: int = NOT_ASKED) -> Value:
    """Return a text, or the code that says why there is none."""
    return missing if text is None else text
