"""What of the tables may leave the house, by profile: applied to the CSV files first of all.

Law: what is withheld here is withheld everywhere, since every other file is made of the CSV files afterwards.
A withheld cell says so (-96). Nobody stands in the data under a campaign with fewer than 11 people, or under
a combination of declared quasi-identifiers that fewer than 5 people share.
"""

import csv
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from pathlib import Path
from typing import Any

from bot.questionnaire.model import Sensitivity
from bot.research.anonymity import Crowds, Key, withholding
from bot.research.columns import MISSING, Table, Type
from bot.research.layout import Layout
from bot.research.long import ANSWERS, EVENTS, SCALE, SCORES
from bot.research.wide import FILE as WIDE
from bot.scoring.scales import WITHHELD

AnyTable = Table[Any]
K = 5
"""How many people must share a combination of quasi-identifiers."""
CAMPAIGN = 11
"""How many people a campaign must have brought for its code to be told."""

_HELD = str(WITHHELD)
_CODES = frozenset(map(str, MISSING))
Cells = list[str]
Change = Callable[[Cells], None]


class Profile(StrEnum):
    """For whom an export is."""

    RESEARCH = "research"
    SAFE_HARBOR = "safe-harbor"
    OWN_DATA = "own-data"


@dataclass(slots=True)
class Disclosure:
    """What was withheld, for the manifest."""

    profile: Profile
    quasi: Sequence[str] = ()
    k_reached: int | None = None  # None: no quasi-identifier is declared; K: at least K
    cells: Counter[str] = field(default_factory=Counter)  # withheld for k-anonymity, by item
    responses: int = 0  # in which something was withheld for it
    campaigns: int = 0  # withheld, for they brought too few people

    def told(self) -> dict[str, Any]:
        """Return it for `export.json`."""
        return {
            "profile": self.profile.value,
            "quasi_identifiers": list(self.quasi),
            "k_wanted": K if self.quasi else None,
            "k_reached": self.k_reached,
            "withheld_cells": dict(sorted(self.cells.items())),
            "withheld_responses": self.responses,
            "withheld_campaigns": self.campaigns,
            "least_people_of_a_campaign": CAMPAIGN if self.profile is not Profile.OWN_DATA else None,
            "dates": "year" if self.profile is Profile.SAFE_HARBOR else "milliseconds",
        }


def disclose(
    folder: Path,
    layout: Layout,
    tables: tuple[AnyTable, ...],
    invited: Mapping[str, set[str]],
    profile: Profile,
) -> tuple[tuple[AnyTable, ...], Disclosure]:
    """Withhold in the CSV files what the profile withholds; return the tables as they are now."""
    done = Disclosure(profile)
    if profile is Profile.OWN_DATA:
        return tables, done
    _campaigns(folder, tables, invited, done)
    _anonymous(folder, layout, tables, done)
    if profile is Profile.SAFE_HARBOR:
        return tuple(_years(folder, table) for table in tables), done
    return tables, done


# ---------------------------------------------------------------- campaigns


def _campaigns(
    folder: Path, tables: tuple[AnyTable, ...], invited: Mapping[str, set[str]], done: Disclosure
) -> None:
    small = {invite for invite, people in invited.items() if len(people) < CAMPAIGN}
    held = set(invited) if done.profile is Profile.SAFE_HARBOR else small
    done.campaigns = len(held)
    wide = _of(tables, WIDE)
    invite, organisation = wide.header.index("invite"), wide.header.index("organisation")

    def change(cells: Cells) -> None:
        if cells[invite] in held:
            cells[invite] = _HELD
        if done.profile is Profile.SAFE_HARBOR:
            cells[organisation] = _HELD

    if held or done.profile is Profile.SAFE_HARBOR:
        _rewrite(folder / WIDE, change)


# ---------------------------------------------------------------- quasi-identifiers


def _anonymous(folder: Path, layout: Layout, tables: tuple[AnyTable, ...], done: Disclosure) -> None:
    wide = _of(tables, WIDE).header
    done.quasi = [item for item in layout.items if _is_quasi(layout, item)]
    if not done.quasi:
        return
    places, person = [wide.index(item) for item in done.quasi], wide.index("person_id")
    before = _crowds(folder, places, person)
    instead = withholding(before, _HELD)
    held: dict[str, frozenset[str]] = {}  # response id to its items that are withheld

    def change(cells: Cells) -> None:
        key: Key = tuple([cells[place] for place in places])
        masked = instead.get(key, key)
        items = [item for item, was, now in zip(done.quasi, key, masked, strict=True) if was != now]
        if items:
            held[cells[0]] = frozenset(items)
            done.cells.update(items)
            for item in items:
                cells[wide.index(item)] = _HELD
            for scale in _scales_of(layout, items):
                cells[wide.index(scale)] = _HELD

    if instead:
        _rewrite(folder / WIDE, change)
        _elsewhere(folder, layout, tables, held)
    done.responses = len(held)
    done.k_reached = _crowds(folder, places, person).smallest


def _is_quasi(layout: Layout, item: str) -> bool:
    """Tell whether any edition declares it: what one edition calls harmless, another may know better."""
    return any(
        one.id == item and one.sensitivity is Sensitivity.QUASI
        for edition in layout.editions
        for one in edition.questionnaire.items
    )


def _crowds(folder: Path, places: Sequence[int], person: int) -> Crowds:
    crowds = Crowds(K)
    for cells in _read(folder / WIDE):
        crowds.add(tuple([cells[place] for place in places]), cells[person])
    return crowds


def _scales_of(layout: Layout, items: Iterable[str]) -> set[str]:
    within = set(items)
    return {
        scale.id
        for edition in layout.editions
        for scale in edition.questionnaire.scales
        if within.intersection(scale.items)
    }


def _elsewhere(
    folder: Path, layout: Layout, tables: tuple[AnyTable, ...], held: Mapping[str, frozenset[str]]
) -> None:
    """Withhold the same answers in the long table, in the log and in the scores."""
    places = {
        ANSWERS.file: ("item_id", ("choice", "value", "segment_after", "p_after")),
        EVENTS.file: ("item_id", ("choice",)),
        SCORES.file: ("measure", ("value", "t", "missing")),
    }
    for table in tables:
        if table.file in places:
            of, cleared = places[table.file]
            _rewrite(folder / table.file, _clearing(table, layout, held, of, cleared))


def _clearing(
    table: AnyTable, layout: Layout, held: Mapping[str, frozenset[str]], of: str, cleared: Sequence[str]
) -> Change:
    header = table.header
    place, clear = header.index(of), [header.index(name) for name in cleared]
    label = header.index("label") if "label" in header else None
    scales = {response: _scales_of(layout, items) for response, items in held.items()}

    def change(cells: Cells) -> None:
        if table is SCORES:
            mine = cells[1] == SCALE and cells[place] in scales.get(cells[0], ())
        else:
            mine = cells[place] in held.get(cells[0], ())
        if mine:
            for one in clear:
                cells[one] = _HELD if cells[one] else ""
            if label is not None:
                cells[label] = ""

    return change


# ---------------------------------------------------------------- years


def _years(folder: Path, table: AnyTable) -> AnyTable:
    """Leave only the year of every time."""
    places = [place for place, column in enumerate(table.columns) if column.type is Type.DATETIME]
    if not places:
        return table

    def change(cells: Cells) -> None:
        for place in places:
            if cells[place] not in _CODES:
                cells[place] = cells[place][:4]

    _rewrite(folder / table.file, change)
    columns = [
        replace(column, type=Type.INTEGER, label=f"{column.label.rstrip('.')}: the year.")
        if column.type is Type.DATETIME
        else column
        for column in table.columns
    ]
    return replace(table, columns=tuple(columns))


# ---------------------------------------------------------------- files


def _of(tables: tuple[AnyTable, ...], file: str) -> AnyTable:
    return next(table for table in tables if table.file == file)


def _read(path: Path) -> Iterator[Cells]:
    with path.open(encoding="utf-8", newline="") as lines:
        reader = csv.reader(lines)
        next(reader)
        yield from reader


def _rewrite(path: Path, change: Change) -> None:
    """Change the cells of every row, row by row."""
    new = path.with_suffix(".new")
    with path.open(encoding="utf-8", newline="") as lines, new.open("w", encoding="utf-8", newline="") as out:
        reader, writer = csv.reader(lines), csv.writer(out, lineterminator="\n")
        writer.writerow(next(reader))
        for cells in reader:
            change(cells)
            writer.writerow(cells)
    new.replace(path)
