"""The blocks of an overview: which table becomes which, and in which words."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from bot.dashboard.figures.bands import ANY, Band
from bot.dashboard.figures.counting import FINISHED, LEFT, NONE, OUTCOMES, UNFINISHED, N
from bot.dashboard.figures.differences import clear_difference
from bot.dashboard.figures.names import Names
from bot.dashboard.figures.network import ALL
from bot.dashboard.figures.publication import Publication
from bot.dashboard.figures.tables import Shown
from bot.dashboard.figures.told import Block, Figure, Line, number, percent, tightened, total, within

_STEPS: Final = ("came", "agreed", FINISHED)


@dataclass(frozen=True)
class Blocks:
    """The blocks of one period, in one language."""

    names: Names
    period: Publication
    states: Mapping[str, str]  # by campaign and source: open, paused or closed

    def all(self) -> Iterator[Block]:
        """Yield the blocks in the order in which they are read."""
        yield self._funnel()
        tables = self.period.tables
        if not self.period.is_month or self.steps_of(self.period)["came"] == Band(0, 0):
            return
        yield self._split("place", tables["place"], self.names.place)
        yield self._split("week", tables["week"], self.names.week)
        yield self._split("channel", tables["channel"], self.names.channel)
        yield from self._parts()
        if "segment" in tables:
            yield self._segments(tables["segment"])

    # ------------------------------------------------------------ the way

    @staticmethod
    def steps_of(period: Publication) -> dict[str, Band]:
        """Return how many came, agreed and finished in a period."""
        return _steps(period.tables["week"] if period.is_month else period.tables["outcome"])

    def _funnel(self) -> Block:
        steps = self.steps_of(self.period)
        came = steps["came"]
        lines = [
            Line(self.names.say("figures.came"), (number(self.names.scene, came, of=came),)),
            Line(self.names.say("figures.agreed"), (number(self.names.scene, steps["agreed"], of=came),)),
            Line(self.names.say("figures.finished"), (number(self.names.scene, steps[FINISHED], of=came),)),
            *self._after(came),
        ]
        columns = (self.names.say("figures.step"), self.names.say("figures.people"))
        return Block(
            "funnel",
            self.names.say("figures.funnel"),
            self.names.say("figures.funnel_about"),
            columns,
            tuple(lines),
        )

    def _after(self, came: Band) -> Iterator[Line]:
        """Yield what comes after the result, where a month says it."""
        tables = self.period.tables
        if not self.period.is_month:
            return
        of_finished = {
            "figures.shared": _cell(tables.get("segment"), ALL, "shared"),
            "figures.back": _cell(tables.get("back"), "yes"),
            "figures.brought": _cell(tables.get("brought"), "yes"),
        }
        for key, band in of_finished.items():
            yield Line(self.names.say(key), (number(self.names.scene, band, of=came),))
        for name, label in {"taps": "figures.taps", "visits": "figures.visits"}.items():
            if name in tables:
                yield Line(self.names.say(label), (number(self.names.scene, tables[name].at(ALL, ALL)),))
        if self.period.seconds is not None:
            yield Line(self.names.say("figures.median"), (Figure(self._minutes(self.period.seconds)),))

    def _minutes(self, seconds: int) -> str:
        return self.names.say("figures.minutes", minutes=f"{seconds / 60:.1f}")

    # ------------------------------------------------------------ split by something

    def _split(self, name: str, table: Shown, label: Callable[[str], str]) -> Block:
        """Return a table of those who came, agreed and finished, by something."""
        lines: list[Line] = []
        compared: dict[str, tuple[int, int]] = {}
        others = [one for one in sorted(self.states) if one not in table.rows] if name == "place" else []
        for row in (*self._ordered(table), *others):
            nobody = row not in table.rows and bool(table.rows)
            steps = dict.fromkeys(_STEPS, Band(0, 0)) if nobody else _steps(table, row)
            came, finished = steps["came"], steps[FINISHED]
            cells = [number(self.names.scene, one) for one in steps.values()]
            cells.append(percent(self.names.scene, finished, came))
            lines.append(Line(label(row), (*cells, *self._more(name, row).values())))
            if came.exact and finished.exact:
                compared[label(row)] = (finished.low, came.low - finished.low)
        columns = (
            self.names.say(f"figures.row_{name}"),
            self.names.say("figures.came"),
            self.names.say("figures.agreed"),
            self.names.say("figures.finished"),
            self.names.say("figures.finish_share"),
            *self._more(name, ""),
        )
        finding = None if name == "week" else self._finding(compared, "figures.clear_finish")
        about = self.names.say("figures.split_about") if lines else self.names.say("figures.too_few")
        return Block(name, self.names.say(f"figures.by_{name}"), about, columns, tuple(lines), finding)

    def _more(self, name: str, row: str) -> dict[str, Figure]:
        """Return what else is told of a campaign: taps on its links, and whether people can begin there."""
        if name != "place":
            return {}
        taps = self.period.tables.get("taps")
        told = {} if taps is None else {"figures.taps": number(self.names.scene, _cell(taps, row))}
        told["figures.state"] = Figure(self._state(row))
        return {self.names.say(key): figure for key, figure in told.items()}

    def _finding(self, compared: Mapping[str, tuple[int, int]], clear: str) -> str:
        """Return what can be said of the differences, and what it is said with."""
        if len(compared) < 2:  # noqa: PLR2004 - one alone differs from nothing
            return self.names.say("figures.no_comparison")
        pair = clear_difference(compared)
        if pair is None:
            return self.names.say("figures.no_clear_difference")
        return self.names.say(clear, more=pair[0], less=pair[1])

    def _ordered(self, table: Shown) -> list[str]:
        """Return the rows, the greatest first, by what is published and nothing else."""

        def place(row: str) -> tuple[bool, int, str]:
            band = table.at(row, ALL) if table.columns != (N,) else table.at(row, N)
            return row == NONE, -(band or ANY).low, row

        rows = [row for row in table.rows if self._is_there(table, row)]
        return rows if table.rows and table.rows[0].startswith("weeks:") else sorted(rows, key=place)

    @staticmethod
    def _is_there(table: Shown, row: str) -> bool:
        return any(table.at(row, one) != Band(0, 0) for one in table.columns)

    def _state(self, row: str) -> str:
        state = self.states.get(row)
        return self.names.say(f"figures.state_{state}") if state else ""

    # ------------------------------------------------------------ parts of a whole

    def _parts(self) -> Iterator[Block]:
        for name, label in (
            ("question", self.names.question),
            ("language", self.names.language),
            ("tips", self.names.reaction),
        ):
            if name in self.period.tables:
                yield self._part(name, self.period.tables[name], label)

    def _part(self, name: str, table: Shown, label: Callable[[str], str]) -> Block:
        whole = table.at(ALL, ALL)
        bands = tightened({row: table.at(row, N) or ANY for row in self._ordered(table)}, whole)
        lines = [
            Line(label(row), (number(self.names.scene, band), percent(self.names.scene, band, whole)))
            for row, band in bands.items()
        ]
        if whole is not None and (lines or not whole.exact or whole.low):
            lines.append(
                Line(
                    self.names.say("figures.whole"),
                    (number(self.names.scene, whole), percent(self.names.scene, whole, whole)),
                )
            )
        columns = (
            self.names.say(f"figures.row_{name}"),
            self.names.say("figures.people"),
            self.names.say("figures.share"),
        )
        about = self.names.say(f"figures.about_{name}")
        return Block(name, self.names.say(f"figures.by_{name}"), about, columns, tuple(lines))

    def _segments(self, table: Shown) -> Block:
        """Return the segments, and how many of each took the link along to share it."""
        whole = table.at(ALL, ALL)
        lines: list[Line] = []
        compared: dict[str, tuple[int, int]] = {}
        for row in self._ordered(table):
            people = table.at(row, ALL) or ANY
            parts = {one: table.at(row, one) or ANY for one in ("shared", "kept")}
            shared = tightened(parts, people)["shared"]
            lines.append(
                Line(
                    self.names.segment(row),
                    (
                        number(self.names.scene, people),
                        percent(self.names.scene, people, whole),
                        number(self.names.scene, shared),
                        percent(self.names.scene, shared, people),
                    ),
                )
            )
            if people.exact and shared.exact:
                compared[self.names.segment(row)] = (shared.low, people.low - shared.low)
        columns = (
            self.names.say("figures.row_segment"),
            self.names.say("figures.people"),
            self.names.say("figures.share"),
            self.names.say("figures.shared"),
            self.names.say("figures.shared_share"),
        )
        return Block(
            "segment",
            self.names.say("figures.by_segment"),
            self.names.say("figures.about_segment"),
            columns,
            tuple(lines),
            self._finding(compared, "figures.clear_share"),
        )


def _cell(table: Shown | None, row: str, column: str = N) -> Band | None:
    """Return a number of a table; a row that it doesn't have is nobody, unless it has none at all."""
    if table is None:
        return None
    found = table.at(row, column)
    is_whole = bool(table.rows) or table.at(ALL, ALL) == Band(0, 0)
    return Band(0, 0) if found is None and is_whole else found


def _steps(table: Shown, row: str | None = None) -> dict[str, Band]:
    """Return how many came, agreed and finished, in a row or altogether; as near as it is known."""
    single = table.columns == (N,)
    found = {name: table.at(name, N) if single else table.at(row or ALL, name) for name in OUTCOMES}
    parts = {name: band or ANY for name, band in found.items()}
    whole = table.at(ALL if single or row is None else row, ALL) or ANY
    parts = tightened(parts, whole)
    agreed = total([parts[UNFINISHED], parts[FINISHED]])
    if whole.exact:
        agreed = within(agreed, whole.low, [parts[LEFT]])
    return dict(zip(_STEPS, (whole, agreed, parts[FINISHED]), strict=True))
