"""The blocks of an overview: which table becomes which, and in which words."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from bot.dashboard.figures.bands import ANY, Band
from bot.dashboard.figures.blocks_after import after_block, part_of, segments_block
from bot.dashboard.figures.counting import FINISHED, N
from bot.dashboard.figures.findings import finding
from bot.dashboard.figures.names import Names
from bot.dashboard.figures.network import ALL
from bot.dashboard.figures.publication import Publication
from bot.dashboard.figures.shown import Shown, cell
from bot.dashboard.figures.steps import STEPS, steps_in
from bot.dashboard.figures.told import Block, Figure, Line, number, percent, tightened


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
        if {"back", "taps"} & tables.keys():
            yield after_block(self.names, tables, self._of_nobody(tables["place"]))
        yield self._split("week", tables["week"], self.names.week)
        yield self._split("channel", tables["channel"], self.names.channel)
        yield from self._parts()
        if "segment" in tables:
            yield segments_block(self.names, tables["segment"])

    # ------------------------------------------------------------ the way

    @staticmethod
    def steps_of(period: Publication) -> dict[str, Band]:
        """Return how many came, agreed and finished in a period."""
        return steps_in(period.tables["week"] if period.is_month else period.tables["outcome"])

    def _funnel(self) -> Block:
        steps = self.steps_of(self.period)
        came = steps["came"]
        lines = [
            Line(self.names.say("figures.came"), (number(self.names.scene, came, of=came),)),
            Line(self.names.say("figures.agreed"), (number(self.names.scene, steps["agreed"], of=came),)),
            Line(self.names.say("figures.finished"), (number(self.names.scene, steps[FINISHED], of=came),)),
            *self._after(came, steps[FINISHED]),
        ]
        columns = (self.names.say("figures.step"), self.names.say("figures.people"))
        return Block(
            "funnel",
            self.names.say("figures.funnel"),
            self.names.say("figures.funnel_about"),
            columns,
            tuple(lines),
        )

    def _after(self, came: Band, finished: Band) -> Iterator[Line]:
        """Yield what comes after the result, where a month says it."""
        tables = self.period.tables
        if not self.period.is_month:
            return
        of_finished = {
            "figures.shared": part_of(tables.get("segment"), ALL, "shared", finished),
            "figures.back": cell(tables.get("back"), "yes"),
            "figures.brought": cell(tables.get("brought"), "yes"),
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
        others = self._of_nobody(table) if name == "place" else []
        for row in (*table.ordered(), *others):
            nobody = row not in table.rows and bool(table.rows)
            steps = dict.fromkeys(STEPS, Band(0, 0)) if nobody else steps_in(table, row)
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
        findings = () if name == "week" else (finding(self.names, compared, "figures.clear_finish"),)
        about = self.names.say("figures.split_about") if lines else self.names.say("figures.too_few")
        return Block(name, self.names.say(f"figures.by_{name}"), about, columns, tuple(lines), findings)

    def _more(self, name: str, row: str) -> dict[str, Figure]:
        """Return what else is told of a campaign: visits, and whether people can begin there."""
        if name != "place":
            return {}
        visits = self.period.tables.get("visits")
        told = {} if visits is None else {"figures.visits": number(self.names.scene, cell(visits, row))}
        told["figures.state"] = Figure(self._state(row))
        return {self.names.say(key): figure for key, figure in told.items()}

    def _of_nobody(self, place: Shown) -> list[str]:
        """Return the campaigns that nobody came by."""
        return [one for one in sorted(self.states) if one not in place.rows]

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
        bands = tightened({row: table.at(row, N) or ANY for row in table.ordered()}, whole)
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
