"""Which numbers of a table are published, so that nobody can work out a small one.

Law: whoever knows every number that is published, over margins, periods and percentages, still finds at least
`WIDTH` values possible for every number that isn't. That is not hoped for but worked out, table by table,
before anything is published; a table that can't be made so is not published at all.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product
from typing import Final

from bot.dashboard.figures.bands import ANY, Band, first_band, level, wider
from bot.dashboard.figures.network import ALL, Cell, Network, Table

WIDTH: Final = 10
"""How many values at least stay possible for a number that isn't shown."""

Bands = Mapping[Cell, Band]


def protect(
    table: Table, fixed: Bands | None = None, sums: Sequence[Mapping[str, int]] = ()
) -> dict[Cell, Band] | None:
    """Return what is published of a table, or None where nothing can be.

    What is `fixed` was published before and stays. `sums` are the corners of what the columns' sums could be
    for all that other tables say; this table must leave all of it possible.
    """
    kept = {**_the_whole(table), **(fixed or {})}
    bands = {cell: kept.get(cell) or first_band(table.count(cell)) for cell in table.cells()}
    if not bands[ALL, ALL].exact:
        return None
    network = Network(table, bands)
    while (risk := _risk(network, bands, sums)) is not None:
        hidden = _next(network, table, bands, frozenset(kept), risk)
        if hidden is None:
            return None
        for cell in _same(table, hidden):
            bands[cell] = wider(bands[hidden], table.count(hidden)) or ANY
            network.publish(cell, bands[cell])
    return bands


def _the_whole(table: Table) -> Bands:
    """Return what is the whole by another name: the sum of the only column, and that of the only row."""
    sums = [(ALL, one) for one in table.columns if len(table.columns) == 1]
    sums += [(one, ALL) for one in table.rows if len(table.rows) == 1]
    return {cell: first_band(table.count(cell)) for cell in sums}


@dataclass(frozen=True)
class _Risk:
    """A number that could be worked out, or sums that a table would contradict."""

    cell: Cell | None = None
    corner: Mapping[str, int] = field(default_factory=dict)

    def measure(self, network: Network) -> int:
        """Return how far it is from being safe."""
        if self.cell is None:
            return network.lacks(self.corner)
        least, greatest = network.span(self.cell, WIDTH)
        return max(0, WIDTH - (greatest - least + 1))


def _risk(network: Network, bands: Bands, sums: Sequence[Mapping[str, int]]) -> _Risk | None:
    """Return the first risk, or None where there is none."""
    risks = [_Risk(cell) for cell, band in bands.items() if not band.exact]
    risks += [_Risk(corner=corner) for corner in sums]
    return next((risk for risk in risks if risk.measure(network)), None)


def _same(table: Table, cell: Cell) -> Iterator[Cell]:
    """Yield a cell, and the row's sum too where there is one column: it is the very same number."""
    yield cell
    if len(table.columns) == 1 and cell[0] != ALL:
        yield cell[0], ALL if cell[1] != ALL else table.columns[0]


def _next(
    network: Network, table: Table, bands: dict[Cell, Band], fixed: frozenset[Cell], risk: _Risk
) -> Cell | None:
    """Return what is hidden next: what makes it safe at the least cost, else what helps most."""

    def left(cell: Cell, band: Band) -> int:
        same = list(_same(table, cell))
        for one in same:
            network.publish(one, band)
        measured = risk.measure(network)
        for one in same:
            network.publish(one, bands[one])
        return measured

    free = [one for one in bands if one not in fixed and one != (ALL, ALL)]
    tried = [
        (left(cell, band), level(bands[cell]), ALL in cell, table.count(cell), cell)
        for cell in free
        if (band := wider(bands[cell], table.count(cell))) is not None
    ]
    return min(tried, default=(0, 0, False, 0, None))[-1]


def corners(spans: Mapping[str, tuple[int, int]], whole: int) -> list[dict[str, int]]:
    """Return the corners of what numbers can be that lie in such spans and have such a sum."""
    names, found = list(spans), []
    for last in names:
        others = [name for name in names if name != last]
        for ends in product(*({*spans[name]} for name in others)):
            rest = whole - sum(ends)
            if spans[last][0] <= rest <= spans[last][1]:
                found.append({**dict(zip(others, ends, strict=True)), last: rest})
    return _once(found)


def _once(found: Iterable[dict[str, int]]) -> list[dict[str, int]]:
    return list({tuple(sorted(one.items())): one for one in found}.values())
