"""Somebody who knows everything that is published, and solves for what isn't.

None of our own arithmetic is used here. The unknown is how many people there are of each kind, by week,
place, channel, outcome and so on; each number that is published says something about their sums; a solver of
linear programs that isn't ours finds how small and how great each hidden number can be.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from math import ceil, floor, inf

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, linprog, milp
from scipy.sparse import csr_array

from bot.dashboard.figures.after import OTHERS
from bot.dashboard.figures.counting import FINISHED, LEFT, OUTCOMES, UNFINISHED, N
from bot.dashboard.figures.network import ALL
from bot.dashboard.figures.publication import Publication

Kind = tuple[str, str, str, str, str, str, str, str]
"""Week, place, channel, outcome, question or segment, shared or kept, language, back again or not.

Of what is counted by itself (`APART`): the week, its name as the outcome, and its row in the fifth place.
"""

APART = ("taps", "visits", "tips", "brought")
"""Tables that have only their whole in common with others: taps are nobody's."""

_NEAR = 1e-6


@dataclass(frozen=True)
class Said:
    """One published number: whose it is, and between which it lies."""

    where: str
    counts: Callable[[Kind], bool]
    low: float
    high: float

    @property
    def hidden(self) -> bool:
        """Tell whether the number itself isn't published."""
        return self.low != self.high


@dataclass(frozen=True)
class Worlds:
    """What can vary."""

    weeks: tuple[str, ...]
    places: tuple[str, ...]
    channels: tuple[str, ...]
    questions: tuple[str, ...]
    segments: tuple[str, ...]
    languages: tuple[str, ...]

    def kinds(self) -> list[Kind]:
        """Return every kind of person there could be."""
        finished = product(self.segments, ("shared", "kept"), self.languages, ("yes", "no"))
        ends = [(LEFT, "", "", "", "")]
        ends += [(UNFINISHED, one, "", "", "") for one in self.questions]
        ends += [(FINISHED, *one) for one in finished]
        people = [(*where, *end) for where in product(self.weeks, self.places, self.channels) for end in ends]
        return people + [
            (week, "", "", name, row, "", "", "")
            for week in self.weeks
            for name in APART
            for row in self.rows(name)
        ]

    def rows(self, name: str) -> Sequence[str]:
        """Return the rows of what is counted by itself."""
        rows = {"tips": ("helpful", "unhelpful", "-"), "brought": ("yes", "no")}
        return rows.get(name, self.places)


_PLACE_OF = {"place": 1, "place_shared": 1, "place_back": 1, "channel": 2, "question": 4, "segment": 4}
_PLACE_OF |= {"language": 6, "back": 7} | dict.fromkeys(APART, 4)
_WITHIN = {"place": OUTCOMES, "channel": OUTCOMES, "question": (UNFINISHED,)}
_WITHIN |= {name: (name,) for name in APART}


def said(published: Iterable[Publication], weeks_of: Mapping[str, Sequence[str]]) -> Iterator[Said]:
    """Yield everything that publications say; `weeks_of` names the weeks of those that are weeks."""
    for one in published:
        for name, table in one.tables.items():
            if name in _PLACE_OF and table.rows:
                yield Said(f"{one.name} {name} and nobody else", _of_others(name, table.rows), 0, 0)
            for (row, column), band in table.bands.items():
                high = inf if band.high is None else band.high
                where = f"{one.name} {name} {row} {column}"
                if name == "outcome":
                    yield Said(where, _of_weeks(weeks_of[one.name], row), band.low, high)
                elif name == "week":
                    weeks = [*_every(weeks_of)] if row == ALL else weeks_of[row]
                    yield Said(where, _of_weeks(weeks, column), band.low, high)
                elif name in _PLACE_OF:
                    yield Said(where, _of_table(name, row, column, table.rows), band.low, high)


def _every(weeks_of: Mapping[str, Sequence[str]]) -> Iterator[str]:
    return (week for weeks in weeks_of.values() for week in weeks)


def _of_weeks(weeks: Sequence[str], outcome: str) -> Callable[[Kind], bool]:
    return lambda kind: kind[0] in weeks and kind[3] in OUTCOMES and outcome in {ALL, kind[3]}


def _of_table(name: str, row: str, column: str, rows: Sequence[str]) -> Callable[[Kind], bool]:
    place, within = _PLACE_OF[name], _WITHIN.get(name, (FINISHED,))

    def counts(kind: Kind) -> bool:
        there = row in {ALL, kind[place]} or (row == OTHERS and kind[place] not in rows)
        return there and kind[3] in within and column in {ALL, N, kind[3], kind[5], kind[7]}

    return counts


def _of_others(name: str, rows: Sequence[str]) -> Callable[[Kind], bool]:
    """Return whom a table doesn't have: a row of nobody isn't written."""
    place, within = _PLACE_OF[name], _WITHIN.get(name, (FINISHED,))
    return lambda kind: OTHERS not in rows and kind[place] not in rows and kind[3] in within


class Attacker:
    """A solver over everything that was said."""

    def __init__(self, worlds: Worlds, everything: Iterable[Said]) -> None:
        self.said = list(everything)
        kinds = worlds.kinds()
        rows = np.array([[one.counts(kind) for kind in kinds] for one in self.said], dtype=float)
        self._low = np.array([one.low for one in self.said])
        self._high = np.array([one.high for one in self.said])
        possible = ~rows[self._high == 0].any(axis=0)
        self._rows = np.unique(rows[:, possible], axis=1)  # kinds that nothing tells apart are one unknown
        exact = self._low == self._high
        bounded = ~exact & np.isfinite(self._high)
        upper = np.vstack([-self._rows[~exact], self._rows[bounded]])
        self._linear = {
            "A_ub": csr_array(upper),
            "b_ub": np.concatenate([-self._low[~exact], self._high[bounded]]),
            "A_eq": csr_array(self._rows[exact]),
            "b_eq": self._low[exact],
        }

    def ranges(self, *, whole_people: bool = False) -> dict[str, tuple[float, float]]:
        """Return the least and the greatest value of each hidden number."""
        solve = self._in_whole_people if whole_people else self._solved
        found: dict[bytes, tuple[float, float]] = {}
        for row in self._rows[[one.hidden for one in self.said]]:
            if row.tobytes() not in found:  # a week says the same by itself and in its month
                found[row.tobytes()] = ceil(solve(row) - _NEAR), _floor(-solve(-row) + _NEAR)
        told = zip(self.said, self._rows, strict=True)
        return {one.where: found[row.tobytes()] for one, row in told if one.hidden}

    def _solved(self, goal: "np.ndarray[tuple[int], np.dtype[np.float64]]") -> float:
        found = linprog(goal, method="highs", **self._linear)
        if found.status not in {0, 3}:
            raise ArithmeticError(found.message)
        return -inf if found.status == 3 else float(found.fun)

    def _in_whole_people(self, goal: "np.ndarray[tuple[int], np.dtype[np.float64]]") -> float:
        told = LinearConstraint(self._rows, self._low, self._high)
        found = milp(goal, constraints=[told], integrality=np.ones_like(goal), bounds=Bounds(0, 10**6))
        if not found.success:
            raise ArithmeticError(found.message)
        return float(found.fun)


def _floor(number: float) -> float:
    return number if number == inf else floor(number)
