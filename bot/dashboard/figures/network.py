"""What somebody can work out who knows every published number of a table: exactly, by flows in a network.

A table of rows and columns with its margins is a network: people flow from the whole into the rows, from
there into the cells, into the columns, and back. Another table with the same published numbers differs from
the true one by flows that go round in circles. So how far a hidden number can go up or down is a greatest
flow, in whole people.
"""

from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from bot.dashboard.figures.bands import Band

ALL: Final = "*"
"""Stands for a margin: (row, ALL) is a row's sum, (ALL, column) a column's."""

Cell = tuple[str, str]
Node = tuple[str, str]

_OUT, _IN = ("whole", "out"), ("whole", "in")
_ENDLESS: Final = 10**12


@dataclass(frozen=True)
class Table:
    """True counts by row and column; margins are worked out."""

    rows: tuple[str, ...]
    columns: tuple[str, ...]
    inner: Mapping[Cell, int]

    def cells(self) -> Iterator[Cell]:
        """Yield every cell and every margin, the whole last."""
        for row in (*self.rows, ALL):
            for column in (*self.columns, ALL):
                yield row, column

    def count(self, cell: Cell) -> int:
        """Return a number."""
        rows = self.rows if cell[0] == ALL else (cell[0],)
        columns = self.columns if cell[1] == ALL else (cell[1],)
        return sum(self.inner.get((row, column), 0) for row in rows for column in columns)


def _ends(cell: Cell) -> tuple[Node, Node]:
    row, column = cell
    begin = ("row", row) if row != ALL else _IN if column == ALL else ("column", column)
    end = ("column", column) if column != ALL else ("row", row)
    if row == ALL:
        return begin, _OUT if column == ALL else _IN
    return (_OUT, end) if column == ALL else (begin, end)


class Network:
    """A table's numbers and what is published of each."""

    def __init__(self, table: Table, bands: Mapping[Cell, Band]) -> None:
        self._counts = {cell: table.count(cell) for cell in bands}
        self._room: dict[Node, dict[Node, int]] = {}
        for cell, band in bands.items():
            self.publish(cell, band)

    def publish(self, cell: Cell, band: Band) -> None:
        """Let flow through a cell as far as its band allows."""
        (begin, end), n = _ends(cell), self._counts[cell]
        up = _ENDLESS if band.high is None else band.high - n
        self._room.setdefault(begin, {})[end] = up
        self._room.setdefault(end, {})[begin] = n - band.low

    def span(self, cell: Cell, most: int = _ENDLESS) -> tuple[int, int]:
        """Return the least and the greatest that a cell could be, looked for no farther than `most`."""
        (begin, end), n = _ends(cell), self._counts[cell]
        up, down = self._room[begin][end], self._room[end][begin]
        least = n - self._flow({begin: min(down, most)}, {end: most}, cell)
        return least, n + self._flow({end: min(up, most)}, {begin: most}, cell)

    def lacks(self, columns: Mapping[str, int]) -> int:
        """Return how many people stand in the way of these sums of the columns; none if they could be."""
        change = {("column", name): n - self._counts[ALL, name] for name, n in columns.items()}
        given = {node: -n for node, n in change.items() if n < 0}
        taken = {node: n for node, n in change.items() if n > 0}
        return sum(taken.values()) - self._flow(given, taken, None)

    def _flow(self, sources: Mapping[Node, int], sinks: Mapping[Node, int], without: Cell | None) -> int:
        """Return the greatest flow from sources to sinks, each with what it gives or takes."""
        room = {node: dict(edges) for node, edges in self._room.items()}
        if without is not None:
            begin, end = _ends(without)
            room[begin][end] = room[end][begin] = 0
        gives, takes, flow = dict(sources), dict(sinks), 0
        while path := _path(room, gives, takes):
            step = min(gives[path[0]], takes[path[-1]], *_rooms(room, path))
            for begin, end in pairwise(path):
                room[begin][end] -= step
                room[end][begin] += step
            gives[path[0]] -= step
            takes[path[-1]] -= step
            flow += step
        return flow


def _rooms(room: Mapping[Node, Mapping[Node, int]], path: list[Node]) -> list[int]:
    return [room[begin][end] for begin, end in pairwise(path)]


def _path(
    room: Mapping[Node, Mapping[Node, int]], gives: Mapping[Node, int], takes: Mapping[Node, int]
) -> list[Node] | None:
    """Return a shortest way with room left from a source to a sink."""
    before: dict[Node, Node | None] = {node: None for node, n in gives.items() if n > 0}
    queue = deque(before)
    while queue:
        node = queue.popleft()
        if takes.get(node, 0) > 0:
            path: list[Node] = [node]
            while (last := before[path[-1]]) is not None:
                path.append(last)
            return path[::-1]
        for following, left in room.get(node, {}).items():
            if left > 0 and following not in before:
                before[following] = node
                queue.append(following)
    return None
