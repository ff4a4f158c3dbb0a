"""Which tables a period has, each made safe to publish.

Law: the tables of a month hang together in the sums of its weeks and in nothing else. What stands by a
campaign or a channel leaves every sum possible that the weeks leave possible, and only a number that is shown
has parts (`after` has those of a campaign).
"""

from collections.abc import Iterable, Mapping
from typing import Final

from bot.dashboard.figures.after import after_result
from bot.dashboard.figures.bands import ANY, LEAST, Band, first_band
from bot.dashboard.figures.counting import FINISHED, OUTCOMES, UNFINISHED, Counts, N, together
from bot.dashboard.figures.network import ALL, Cell, Network, Table
from bot.dashboard.figures.shown import Shown
from bot.dashboard.figures.suppression import corners, protect

_OF_FINISHED: Final = ("language", "tips", "brought")
_ALONE: Final = ("taps", "visits")


def outcome(counts: Counts) -> Shown:
    """Return what became of those who came in a week."""
    rows = counts.get("channel", {}).values()
    sums = {one: sum(cells.get(one, 0) for cells in rows) for one in OUTCOMES}
    return _alone({name: {N: n} for name, n in sums.items()}, OUTCOMES)


def tables_of(raws: Mapping[str, Counts], weeks: Mapping[str, Shown]) -> dict[str, Shown]:
    """Return the tables of a month: its weeks first, as they stand, then what hangs on their sums."""
    counts = together(list(raws.values()))
    by_week, bands = _by_week(raws, weeks)
    shown = {"week": Shown(by_week.rows, OUTCOMES, bands)}
    sums = {name: bands[ALL, name] for name in OUTCOMES}
    network = Network(by_week, bands)
    spans = {name: network.span((ALL, name)) for name in OUTCOMES}
    limits = corners(spans, by_week.count((ALL, ALL)))
    for name in ("place", "channel"):
        shown[name] = _split(_table(counts.get(name, {}), OUTCOMES), sums, limits)
    if sums[FINISHED].exact:
        shown["segment"] = _alone(counts.get("segment", {}), columns=("shared", "kept"))
        shown["back"] = _alone(counts.get("back", {}), ("yes", "no"))
        shown |= {name: _alone(counts.get(name, {})) for name in _OF_FINISHED}
        shown |= dict(after_result(counts, shown))
    if sums[UNFINISHED].exact:
        shown["question"] = _alone(counts.get("question", {}))
    return shown | {name: _alone(counts.get(name, {})) for name in _ALONE if name in counts}


def _by_week(raws: Mapping[str, Counts], weeks: Mapping[str, Shown]) -> tuple[Table, dict[Cell, Band]]:
    """Return the weeks with what became of those who came, their sums as far as they can be shown."""
    inner = {
        (week, outcome): sum(cells.get(outcome, 0) for cells in counts.get("channel", {}).values())
        for week, counts in raws.items()
        for outcome in OUTCOMES
    }
    table = Table(tuple(raws), OUTCOMES, inner)
    fixed = {(week, outcome): _band(weeks[week], outcome) for week, outcome in inner}
    fixed |= {(week, ALL): _band(weeks[week], ALL) for week in raws}
    fixed[ALL, ALL] = first_band(table.count((ALL, ALL)))
    open_sums = {}
    for outcome in OUTCOMES:
        if all(fixed[week, outcome].exact for week in raws):  # anybody can add them up
            fixed[ALL, outcome] = Band(n := table.count((ALL, outcome)), n)
        else:
            open_sums[ALL, outcome] = ANY
    # Sums that aren't published say nothing that the weeks don't: so there is always a way.
    return table, protect(table, fixed) or {**fixed, **open_sums}


def _band(shown: Shown, row: str) -> Band:
    return shown.at(row, ALL if row == ALL else N) or ANY


def _split(table: Table, sums: Mapping[str, Band], limits: list[dict[str, int]]) -> Shown:
    """Return a table whose columns' sums are published already; a single row says just what they say."""
    if len(table.rows) == 1:
        whole = first_band(table.count((ALL, ALL)))
        rows = {(row, name): sums[name] for row in (*table.rows, ALL) for name in table.columns}
        return Shown(table.rows, table.columns, rows | {(row, ALL): whole for row in (*table.rows, ALL)})
    fixed = {(ALL, name): Band(n, n) for name in table.columns for n in [table.count((ALL, name))]}
    bands = protect(table, fixed, limits)
    if bands is None:
        return Shown((), table.columns, {})
    return Shown(table.rows, table.columns, bands | {(ALL, name): sums[name] for name in table.columns})


def _alone(
    rows: Mapping[str, Mapping[str, int]], names: Iterable[str] = (), columns: tuple[str, ...] = (N,)
) -> Shown:
    """Return a table that only its whole has in common with others."""
    table = _table(rows, columns, names)
    bands = protect(table)
    whole = (ALL, ALL)
    if bands is None:
        return Shown((), columns, {whole: first_band(table.count(whole))})
    return Shown(table.rows, columns, bands)


def _table(
    rows: Mapping[str, Mapping[str, int]], columns: tuple[str, ...], names: Iterable[str] = ()
) -> Table:
    inner = {(row, column): cells.get(column, 0) for row, cells in rows.items() for column in columns}
    return Table(tuple(names) or tuple(sorted(rows)), columns, inner)


def median(counts: Counts, tables: Mapping[str, Shown]) -> int | None:
    """Return the seconds that half of those who finished took at most, if their number is published."""
    finished = tables["week"].at(ALL, FINISHED)
    times = sorted((int(row), cells[N]) for row, cells in counts.get("seconds", {}).items())
    if finished is None or not finished.exact or finished.low < LEAST:
        return None
    half, seen = sum(n for _, n in times) / 2, 0
    for seconds, n in times:
        seen += n
        if seen >= half:
            return seconds
    return None
