"""The blocks of what people did after their result: by campaign and source, and by segment."""

from collections.abc import Mapping

from bot.dashboard.figures.bands import ANY, Band
from bot.dashboard.figures.counting import FINISHED
from bot.dashboard.figures.differences import Counted
from bot.dashboard.figures.findings import ambassadors, finding
from bot.dashboard.figures.names import Names
from bot.dashboard.figures.network import ALL
from bot.dashboard.figures.shown import Shown, cell
from bot.dashboard.figures.steps import steps_in
from bot.dashboard.figures.told import Block, Line, number, percent, tightened


def after_block(names: Names, tables: Mapping[str, Shown], others: list[str]) -> Block:
    """Return which campaigns' people tapped, shared and came back; `others` are campaigns of nobody."""
    place = tables["place"]
    lines: list[Line] = []
    shared: dict[str, Counted] = {}
    back: dict[str, Counted] = {}
    for row in (*place.ordered(), *others):
        finished = steps_in(place, row)[FINISHED] if row in place.rows else cell(place, row, FINISHED)
        sharing = part_of(tables.get("place_shared"), row, "shared", finished)
        coming = part_of(tables.get("place_back"), row, "yes", finished)
        cells = [number(names.scene, finished), number(names.scene, cell(tables.get("taps"), row))]
        for part, compared in ((sharing, shared), (coming, back)):
            cells += [number(names.scene, part), percent(names.scene, part, finished)]
            _compare(compared, names.place(row), part, finished)
        lines.append(Line(names.place(row), tuple(cells)))
    shares = ("figures.shared", "figures.shared_share", "figures.back", "figures.back_share")
    columns = ("figures.row_place", "figures.finished", "figures.taps", *shares)
    findings = {
        "shared": finding(names, shared, "figures.clear_place_share"),
        "back": finding(names, back, "figures.clear_place_back"),
    }
    return Block(
        "after",
        names.say("figures.by_after"),
        names.say("figures.about_after" if lines else "figures.too_few"),
        tuple(map(names.say, columns)),
        tuple(lines),
        tuple(names.say(f"figures.finding_{step}", finding=one) for step, one in findings.items()),
    )


def segments_block(names: Names, table: Shown) -> Block:
    """Return the segments, how many of each took the link along, and whether those do who are said to."""
    whole = table.at(ALL, ALL)
    lines: list[Line] = []
    compared: dict[str, Counted] = {}
    for row in table.ordered():
        people = table.at(row, ALL) or ANY
        shared = part_of(table, row, "shared", people)
        numbers = (number(names.scene, people), percent(names.scene, people, whole))
        shares = (number(names.scene, shared), percent(names.scene, shared, people))
        lines.append(Line(names.segment(row), (*numbers, *shares)))
        _compare(compared, row, shared, people)
    sharing = ("figures.shared", "figures.shared_share")
    columns = ("figures.row_segment", "figures.people", "figures.share", *sharing)
    by_name = {names.segment(row): counted for row, counted in compared.items()}
    return Block(
        "segment",
        names.say("figures.by_segment"),
        names.say("figures.about_segment"),
        tuple(map(names.say, columns)),
        tuple(lines),
        (*ambassadors(names, table.rows, compared), finding(names, by_name, "figures.clear_share")),
    )


def part_of(table: Shown | None, row: str, column: str, whole: Band | None) -> Band | None:
    """Return a part of a number, as near as what is left of it says; None where it isn't told."""
    if whole == Band(0, 0):
        return whole
    if table is None or table.at(row, column) is None:
        return None
    parts = {one: table.at(row, one) or ANY for one in table.columns}
    return tightened(parts, whole)[column]


def _compare(compared: dict[str, Counted], row: str, part: Band | None, whole: Band | None) -> None:
    """Keep how many did and how many didn't, where both are shown."""
    if part is not None and whole is not None and part.exact and whole.exact:
        compared[row] = part.low, whole.low - part.low
