"""What a report is made of: sections of tables, each declared once for the page, the CSV file and JSON."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


@dataclass(frozen=True, slots=True)
class Estimate:
    """A figure and its 95 % interval."""

    value: float
    low: float
    high: float


Cell = str | int | float | Estimate | None
"""None stands where too few people answered to say anything."""


class Show(StrEnum):
    """How the figures of a column are written for people."""

    TEXT = "text"
    COUNT = "count"
    PERCENT = "percent"
    POINTS = "points"  # a difference of two percentages
    NUMBER = "number"
    INDEX = "index"  # 100 is the average
    P = "p"


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its name for programs, its heading, and how its figures are written."""

    id: str
    label: str
    show: Show = Show.NUMBER


@dataclass(frozen=True, slots=True)
class Table:
    """Figures, and what they are."""

    id: str
    title: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    note: str = ""


@dataclass(frozen=True, slots=True)
class Picture:
    """A drawing, and the same in words for whoever can't see it."""

    svg: str
    alt: str


@dataclass(frozen=True, slots=True)
class Block:
    """A table with what is said of it, and maybe its picture."""

    table: Table | None = None
    picture: Picture | None = None
    words: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Section:
    """One question that the report answers."""

    id: str
    title: str
    words: tuple[str, ...] = ()
    blocks: tuple[Block, ...] = ()
    findings: tuple[str, ...] = ()  # what stands on top of the page

    @property
    def tables(self) -> tuple[Table, ...]:
        """Return its tables."""
        return tuple(block.table for block in self.blocks if block.table)


@dataclass(frozen=True, slots=True)
class Report:
    """The whole of it."""

    title: str
    about: tuple[str, ...]
    cautions: tuple[str, ...]
    sections: tuple[Section, ...]
    facts: Mapping[str, Any] = field(default_factory=dict)  # what it was made of, for programs

    @property
    def findings(self) -> tuple[str, ...]:
        """Return what every section found."""
        return tuple(found for section in self.sections for found in section.findings)
