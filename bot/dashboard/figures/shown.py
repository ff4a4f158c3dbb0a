"""One table as it is published and stored: bands, and none of the numbers that they hide."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bot.dashboard.figures.bands import ANY, Band
from bot.dashboard.figures.counting import NONE, N
from bot.dashboard.figures.network import ALL, Cell


@dataclass(frozen=True, slots=True)
class Shown:
    """One table as it is published."""

    rows: tuple[str, ...]
    columns: tuple[str, ...]
    bands: Mapping[Cell, Band]

    def at(self, row: str, column: str) -> Band | None:
        """Return what is published of a number, if anything is."""
        return self.bands.get((row, column))

    def ordered(self) -> list[str]:
        """Return the rows that have anything, the greatest first, by what is published and nothing else."""

        def place(row: str) -> tuple[bool, int, str]:
            band = self.at(row, N if self.columns == (N,) else ALL)
            return row == NONE, -(band or ANY).low, row

        rows = [row for row in self.rows if any(self.at(row, one) != Band(0, 0) for one in self.columns)]
        return rows if rows and rows[0].startswith("weeks:") else sorted(rows, key=place)


def cell(table: Shown | None, row: str, column: str = N) -> Band | None:
    """Return a number of a table; a row that it doesn't have is nobody, unless it has none at all."""
    if table is None:
        return None
    found = table.at(row, column)
    is_whole = bool(table.rows) or table.at(ALL, ALL) == Band(0, 0)
    return Band(0, 0) if found is None and is_whole else found


def dump(table: Shown) -> dict[str, Any]:
    """Return a table as it is stored."""
    bands = [[row, column, band.low, band.high] for (row, column), band in table.bands.items()]
    return {"rows": table.rows, "columns": table.columns, "bands": bands}


def parse(told: Mapping[str, Any]) -> Shown:
    """Return the table that `dump` wrote."""
    bands = {(row, column): Band(low, high) for row, column, low, high in told["bands"]}
    return Shown(tuple(told["rows"]), tuple(told["columns"]), bands)
