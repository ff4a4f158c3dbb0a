"""Which numbers of a table are published, so that nobody can work out a small one.

Law: whoever knows every number that is published, over margins, periods and percentages, still finds at least
`WIDTH` values possible for every number that isn't. That is not hoped for but worked out, table by table,
before anything is published; a table that can't be made so is not published at all.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product
from typing import Final

from bot.dashboard.figures.bands import Band, first_band, level, wider
from bot.dashboard.figures.network import ALL, Cell, Network, Table

WIDTH: Final = 10
"""How many values at least stay possible for a number that isn't shown."""

Bands = Mapping[Cell, Band]

_WHOLE: Final = (ALL, ALL)


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
    free = _free(table, kept)
    for cell, other in free.items():
        if other is not None and not bands[cell].exact:
            bands[other] = _hidden(bands[other], table.count(other))
    network = Network(table, bands)
    while (risk := _risk(network, bands, sums)) is not None:
        changes = _next(network, table, bands, free, risk)
        if not changes:
            return None
        for cell, band in changes.items():
            bands[cell] = band
            network.publish(cell, band)
    return bands


def _free(table: Table, kept: Bands) -> Mapping[Cell, Cell | None]:
    """Return what may be hidden, each with the only other number of a row whose sum stays, if it has one.

    Of such two, one can't be hidden without the other.
    """
    free: dict[Cell, Cell | None] = {one: None for one in table.cells() if one not in kept and one != _WHOLE}
    if len(table.columns) == 2:  # noqa: PLR2004 - a pair
        one, other = table.columns
        for row in table.rows:
            pair = {(row, one): (row, other), (row, other): (row, one)}
            if (row, ALL) in kept and kept[row, ALL].exact and pair.keys() <= free.keys():
                free |= pair
    return free


def _hidden(band: Band, number: int) -> Band:
    """Return a band that hides a number, where it isn't hidden yet; zero never is."""
    return (wider(band, number) or band) if band.exact else band


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
    network: Network, table: Table, bands: Bands, free: Mapping[Cell, Cell | None], risk: _Risk
) -> Mapping[Cell, Band]:
    """Return what is hidden next: what makes it safe at the least cost, else what helps most."""

    def left(changes: Mapping[Cell, Band]) -> int:
        for cell, band in changes.items():
            network.publish(cell, band)
        measured = risk.measure(network)
        for cell in changes:
            network.publish(cell, bands[cell])
        return measured

    tried = [
        (left(changes), level(bands[cell]), ALL in cell, table.count(cell), cell)
        for cell, other in free.items()
        if (changes := _changes(table, bands, cell, other))
    ]
    best = min(tried, default=None)
    return {} if best is None else _changes(table, bands, best[-1], free[best[-1]])


def _changes(table: Table, bands: Bands, cell: Cell, other: Cell | None) -> dict[Cell, Band]:
    """Return what is published when a number is hidden more, and what is hidden with it."""
    band = wider(bands[cell], table.count(cell))
    if band is None or (other is not None and not table.count(other)):
        return {}
    changes = dict.fromkeys(_same(table, cell), band)
    if other is not None:
        changes[other] = _hidden(bands[other], table.count(other))
    return changes


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
