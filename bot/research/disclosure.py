"""What of the tables may leave the house, by profile: applied to the CSV files first of all.

Law: what is withheld here is withheld everywhere, since every other file is made of the CSV files afterwards.
A withheld cell says so (-96). Nobody stands in the data under a campaign with fewer than 11 people, or under
a combination of declared quasi-identifiers that fewer than 5 people share.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from pathlib import Path
from typing import Any

from bot.research.anonymity import Crowds, Key, withholding
from bot.research.coarsening import coarsened, is_quasi
from bot.research.columns import Type
from bot.research.layout import Layout
from bot.research.long import ANSWERS, EVENTS
from bot.research.parts import parts
from bot.research.rewriting import CODES, AnyTable, Cells, Change, of, read, rewrite
from bot.research.scores import SCALE, SCORES
from bot.research.wide import FILE as WIDE
from bot.scoring.scales import WITHHELD

K = 5
"""How many people must share a combination of quasi-identifiers."""
CAMPAIGN = 11
"""How many people a campaign must have brought for its code to be told."""

_HELD = str(WITHHELD)


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
    coarsened: dict[str, str] = field(default_factory=dict)  # how, by item
    responses: int = 0  # in which something was withheld for it
    campaigns: int = 0  # withheld, for they brought too few people
    words: Counter[str] | None = None  # answers in own words that are in it, by item; None: nobody asked

    def told(self) -> dict[str, Any]:
        """Return it for `export.json`."""
        return {
            "profile": self.profile.value,
            "quasi_identifiers": list(self.quasi),
            "k_wanted": K if self.quasi else None,
            "k_reached": self.k_reached,
            "withheld_cells": dict(sorted(self.cells.items())),
            "coarsened": self.coarsened,
            "withheld_responses": self.responses,
            "withheld_campaigns": self.campaigns,
            "own_words": None if self.words is None else dict(sorted(self.words.items())),
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
    safe = profile is Profile.SAFE_HARBOR
    tables, done.coarsened = coarsened(folder, layout, tables, K, safe_harbor=safe)
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
    wide = of(tables, WIDE)
    invite, organisation = wide.header.index("invite"), wide.header.index("organisation")

    def change(cells: Cells) -> None:
        if cells[invite] in held:
            cells[invite] = _HELD
        if done.profile is Profile.SAFE_HARBOR:
            cells[organisation] = _HELD

    if held or done.profile is Profile.SAFE_HARBOR:
        rewrite(folder / WIDE, change)


# ---------------------------------------------------------------- quasi-identifiers


def _anonymous(folder: Path, layout: Layout, tables: tuple[AnyTable, ...], done: Disclosure) -> None:
    wide = of(tables, WIDE).header
    columns = {item: [wide.index(part.name) for part in parts(layout, item)] for item in layout.items}
    done.quasi = [item for item in layout.items if is_quasi(layout, item) and columns[item]]
    if not done.quasi:
        return
    places, person = [columns[item] for item in done.quasi], wide.index("person_id")
    before = _crowds(folder, places, person)
    instead = withholding(before, _HELD)
    held: dict[str, frozenset[str]] = {}  # response id to its items that are withheld

    def change(cells: Cells) -> None:
        key = _key(cells, places)
        masked = instead.get(key, key)
        items = [item for item, was, now in zip(done.quasi, key, masked, strict=True) if was != now]
        if items:
            held[cells[0]] = frozenset(items)
            done.cells.update(items)
            for place in [place for item in items for place in columns[item]]:
                cells[place] = _HELD
            for scale in _scales_of(layout, items):
                cells[wide.index(scale)] = _HELD

    if instead:
        rewrite(folder / WIDE, change)
        _elsewhere(folder, layout, tables, held)
    done.responses = len(held)
    done.k_reached = _crowds(folder, places, person).smallest


def _key(cells: Cells, places: Sequence[Sequence[int]]) -> Key:
    """Return what each quasi-identifier says, whether in one column or in several."""
    said = [{cells[place] for place in some} for some in places]
    return tuple(
        [
            _HELD if one == {_HELD} else "|".join([cells[place] for place in some])
            for one, some in zip(said, places, strict=True)
        ]
    )


def _crowds(folder: Path, places: Sequence[Sequence[int]], person: int) -> Crowds:
    crowds = Crowds(K)
    for cells in read(folder / WIDE):
        crowds.add(_key(cells, places), cells[person])
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
            rewrite(folder / table.file, _clearing(table, layout, held, of, cleared))


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
            if cells[place] not in CODES:
                cells[place] = cells[place][:4]

    rewrite(folder / table.file, change)
    columns = [
        replace(column, type=Type.INTEGER, label=f"{column.label.rstrip('.')}: the year.")
        if column.type is Type.DATETIME
        else column
        for column in table.columns
    ]
    return replace(table, columns=tuple(columns))
