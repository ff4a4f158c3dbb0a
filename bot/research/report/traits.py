"""What segments are held against: outcomes that people have or haven't, and demographics.

Where answers were collected here, an outcome is an item of the second part that can be answered with `yes`,
and a demographic is an item declared `sensitivity: quasi`. In a file of answers they are columns; which are
which can be said, else a demographic has one of the usual names and an outcome has few values.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from bot.errors import OperatorError
from bot.questionnaire.model import Sensitivity
from bot.research.fit.arrays import Floats
from bot.research.report.people import People, Strings, as_numbers

YES = "yes"
USUAL = frozenset(
    {
        "age",
        "education",
        "employment",
        "ethnicity",
        "gender",
        "household",
        "income",
        "marital",
        "occupation",
        "race",
        "region",
        "sex",
    }
)
_OURS = frozenset({"segment", "channel", "language", "row", "id", "person_id", "response_id", "country"})
_MOST_VALUES = 12
_CATEGORIES = 10  # a numeric demographic with more values than this is an amount
_CUT = re.compile(r"(?P<column>[^<>=]+?)\s*>=\s*(?P<cut>-?\d+(?:\.\d+)?)")


@dataclass(frozen=True, slots=True, eq=False)
class Outcome:
    """Something that each person has (1) or hasn't (0), or that isn't known (NaN)."""

    id: str
    label: str
    has: Floats
    chosen_cut: bool = False  # where many values were cut in two by us, not by the researcher


@dataclass(frozen=True, slots=True, eq=False)
class Demographic:
    """One thing about everybody that isn't an attitude."""

    id: str
    label: str
    codes: Strings  # "" where it isn't known

    @property
    def is_amount(self) -> bool:
        """Tell whether it is a number of something rather than a category."""
        there = self.codes[self.codes != ""]
        return len(np.unique(there)) > _CATEGORIES and not bool(np.isnan(as_numbers(there)).any())

    def design(self) -> Floats:
        """Return its columns of a regression: an amount and its square, else a column a category."""
        if self.is_amount:
            amount = as_numbers(self.codes)
            scaled = (amount - np.nanmean(amount)) / np.nanstd(amount)
            return np.asarray(np.stack([scaled, scaled**2], axis=1), dtype=np.float64)
        return indicators(self.codes)


def indicators(codes: Strings) -> Floats:
    """Return a column of 0 and 1 for each category but the first."""
    met = np.unique(codes[codes != ""])
    return (
        np.stack([codes == one for one in met[1:]], axis=1).astype(np.float64)
        if len(met) > 1
        else _none(codes)
    )


def _none(codes: Strings) -> Floats:
    return np.zeros((len(codes), 0))


def demographics(people: People, named: Sequence[str] | None) -> list[Demographic]:
    """Return what was named, else what is declared or usual."""
    quasi = [item.id for item in people.questionnaire.items if item.sensitivity is Sensitivity.QUASI]
    found = [Demographic(item, people.text(item), _said_to(people, item)) for item in quasi]
    if "response_id" in people.columns:
        return found
    usual = [name for name in people.columns if name.lower() in USUAL]
    chosen = usual if named is None else [_column(people, name) for name in named]
    return found + [Demographic(name, name, people.column(name)) for name in chosen]


def outcomes(people: People, second: People | None, named: Sequence[str] | None) -> list[Outcome]:
    """Return what was named, else the behaviours of the second part, or the columns that can be outcomes."""
    if "response_id" in people.columns:
        return list(_behaviours(people, second)) if second else []
    if named is not None:
        return [_said(people, one) for one in named]
    held = {one.id for one in demographics(people, None)}
    free = [name for name in people.columns if name not in held and name.lower() not in _OURS]
    return [found for name in free if (found := _guessed(people, name)) is not None]


def _behaviours(people: People, second: People) -> Iterator[Outcome]:
    """Yield the yes-items of the second part, for the people of the first; another answer is no yes."""
    place = {
        response: number for number, response in enumerate(second.column("follows").tolist()) if response
    }
    rows = [place.get(response, -1) for response in people.column("response_id").tolist()]
    there = np.array(rows) >= 0
    for item, values in second.values.items():
        yes = next((one.value for one in second.questionnaire.choices(item) if one.id == YES), None)
        if yes is not None and len(values):
            said = values[np.array(rows)]
            has = np.where(there & ~np.isnan(said), said == yes, np.nan).astype(np.float64)
            yield Outcome(item, second.text(item), has)


def _said(people: People, wanted: str) -> Outcome:
    """Return an outcome as the researcher wrote it: `health>=4`, or the name of a column with two values."""
    matched = _CUT.fullmatch(wanted.strip())
    name = _column(people, matched["column"] if matched else wanted)
    if matched:
        return Outcome(
            name, f"{name} ≥ {matched['cut']}", _at_least(people.numbers(name), float(matched["cut"]))
        )
    found = _guessed(people, name)
    if found is None:
        raise OperatorError(
            f"The column {name} can't be cut in two.", remedy=f"Say where, such as --outcomes '{name}>=2'."
        )
    return found


def _guessed(people: People, name: str) -> Outcome | None:
    """Return a column as an outcome: two values, or a few numbers, cut where the halves are most alike."""
    cells = people.column(name)
    met = np.unique(cells[cells != ""])
    if not 2 <= len(met) <= _MOST_VALUES:  # noqa: PLR2004 - an outcome has two sides
        return None
    numbers = as_numbers(cells)
    if np.isnan(as_numbers(met)).any():
        if len(met) > 2:  # noqa: PLR2004 - the same
            return None
        return Outcome(name, f"{name}: {met[-1]}", np.where(cells == "", np.nan, cells == met[-1]))
    cuts = np.unique(as_numbers(met))[1:]
    known = numbers[~np.isnan(numbers)]
    cut = float(min(cuts, key=lambda one: abs((known >= one).mean() - 0.5)))
    return Outcome(name, f"{name} ≥ {cut:g}", _at_least(numbers, cut), chosen_cut=len(met) > 2)  # noqa: PLR2004 - the same


def _at_least(numbers: Floats, cut: float) -> Floats:
    return np.where(np.isnan(numbers), np.nan, numbers >= cut).astype(np.float64)


def _column(people: People, name: str) -> str:
    wanted = name.strip().lower()
    found = next((one for one in people.columns if one.lower() == wanted), None)
    if found is None:
        raise OperatorError(
            f"There is no column {name.strip()}.", remedy=f"There is: {', '.join(people.columns)}."
        )
    return found


def _said_to(people: People, item: str) -> Strings:
    """Return what everybody said to an item: its number, or what was typed."""
    return _codes(people.values[item]) if item in people.values else people.column(item)


def _codes(values: Floats) -> Strings:
    return np.array(["" if np.isnan(one) else f"{one:g}" for one in values], dtype=np.str_)
