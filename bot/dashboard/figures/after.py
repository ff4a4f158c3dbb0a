"""What people of each campaign did after their result, made safe to publish.

Law: a step after the result is a part of those who finished, and a row has parts only where that number is
shown; all other campaigns are one row, whose number anybody can work out. So every hidden number elsewhere
can still be all that it could be; and a number hidden here has its ten values even for somebody who knows
the step's true total. `docs/dashboard.md` shows why that is enough.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from bot.dashboard.figures.bands import Band
from bot.dashboard.figures.counting import FINISHED, Counts, N
from bot.dashboard.figures.network import ALL, Cell, Network, Table
from bot.dashboard.figures.shown import Shown
from bot.dashboard.figures.suppression import corners, protect

OTHERS: Final = "+"
"""The row of all campaigns together that don't show how many finished."""


@dataclass(frozen=True)
class _Step:
    """A step after the result: its table by campaign, and where the whole organisation's numbers stand."""

    name: str
    whole: str
    cells: Mapping[str, Cell]  # by column


_STEPS: Final = (
    _Step("place_shared", "segment", {"shared": (ALL, "shared"), "kept": (ALL, "kept")}),
    _Step("place_back", "back", {"yes": ("yes", N), "no": ("no", N)}),
)


def after_result(counts: Counts, shown: Mapping[str, Shown]) -> Iterator[tuple[str, Shown]]:
    """Yield these steps by campaign; one that can't be made safe has no rows."""
    finished = {row: shown["place"].at(row, FINISHED) for row in shown["place"].rows}
    for step in _STEPS:
        parts = _parts(counts.get(step.name, {}), tuple(step.cells), finished)
        whole = _table(counts.get(step.whole, {}), shown[step.whole])
        yield step.name, _published(parts, step, whole, shown[step.whole])


def _parts(
    rows: Mapping[str, Mapping[str, int]], columns: tuple[str, ...], finished: Mapping[str, Band | None]
) -> Table:
    """Return the parts of the numbers that are shown, and those of the rest."""
    apart = [row for row, band in finished.items() if band is not None and band.exact]
    inner: dict[Cell, int] = {}
    for row, cells in rows.items():
        for column in columns:
            cell = row if row in apart else OTHERS, column
            inner[cell] = inner.get(cell, 0) + cells.get(column, 0)
    others = (OTHERS,) if len(apart) < len(finished) else ()
    table = Table((*apart, *others), columns, inner)
    whole = all(Band(n, n) == finished[row] for row in apart for n in [table.count((row, ALL))])
    return table if whole else Table((), columns, {})


def _table(rows: Mapping[str, Mapping[str, int]], shown: Shown) -> Table:
    inner = {(row, one): rows.get(row, {}).get(one, 0) for row in shown.rows for one in shown.columns}
    return Table(shown.rows, shown.columns, inner)


def _published(parts: Table, step: _Step, whole: Table, shown: Shown) -> Shown:
    """Return the parts, safe beside what is published of the whole."""
    totals = {column: shown.at(*cell) for column, cell in step.cells.items()}
    sums = {(ALL, column): band for column, band in totals.items() if band is not None}
    counted_alike = parts.count((ALL, ALL)) == whole.count((ALL, ALL))  # not by an older version
    if not counted_alike or set(parts.rows) <= {OTHERS} or len(sums) < len(totals):
        return Shown((), parts.columns, {})
    fixed = {(row, ALL): Band(n, n) for row in (*parts.rows, ALL) for n in [parts.count((row, ALL))]}
    if len(parts.rows) == 1:
        only = {(parts.rows[0], column): band for (_, column), band in sums.items()}
        return Shown(parts.rows, parts.columns, fixed | sums | only)
    fixed |= {(ALL, column): Band(n, n) for column in totals for n in [parts.count((ALL, column))]}
    network = Network(whole, shown.bands)
    spans = {column: network.span(cell) for column, cell in step.cells.items()}
    bands = protect(parts, fixed, corners(spans, parts.count((ALL, ALL))))
    return Shown((), parts.columns, {}) if bands is None else Shown(parts.rows, parts.columns, bands | sums)
