"""Numbers and days made coarser before anything is withheld: ages in bands, days as months or years.

Law: what is typed tells people apart far better than what is tapped, so a quasi-identifier of these kinds is
told in steps, as fine as lets all but one in twenty stand in a crowd of k; the rest is withheld afterwards.
Safe Harbor knows years only, puts ages of 90 and more together, and withholds years that tell such an age.
"""

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from bot.questionnaire.model import DateAnswer, NumberAnswer, Sensitivity
from bot.research.anonymity import Crowds
from bot.research.columns import Type
from bot.research.layout import Layout
from bot.research.long import ANSWERS, EVENTS
from bot.research.parts import having
from bot.research.rewriting import CODES, AnyTable, Cells, Change, of, read, rewrite
from bot.research.wide import FILE as WIDE
from bot.scoring.scales import WITHHELD

Coarser = Callable[[str], str]
"""Makes the text of a value coarser."""

OLDEST = 90
_IN_A_CROWD = 0.95  # of the people, at least: the others' answers are withheld
_BANDS = (5, 10, 20, 50, 100, 1000, 10_000, 100_000)


@dataclass(frozen=True, slots=True)
class Step:
    """One way to tell a value less exactly."""

    name: str
    make: Coarser


def steps(layout: Layout, item: str) -> tuple[Step, ...]:
    """Return the ways to tell an item less exactly, the finest first; none for what is tapped."""
    met = [edition.questionnaire.answered(item) for edition in having(layout, item)]
    if met and all(isinstance(answers, NumberAnswer) for answers in met):
        return tuple(Step(f"bands of {width}, by their lowest number", _band(width)) for width in _BANDS)
    if met and all(isinstance(answers, DateAnswer) for answers in met):
        return (Step("months", _from(8)), Step("years", _from(5)), Step("decades", _decade))
    return ()


def _band(width: int) -> Coarser:
    return lambda text: str(math.floor(float(text) / width) * width)


def _from(place: int) -> Coarser:
    """Return what keeps the beginning of a day, and takes the first of the month or year for the rest."""
    return lambda text: (text[:place] + "0001-01-01"[place:])[: len(text)]


def _decade(text: str) -> str:
    return _from(5)(f"{text[:3]}0{text[4:]}")


def fine_enough(step: Step | None, said: Mapping[str, set[str]], people: int, k: int) -> bool:
    """Tell whether all but a few people share what they said with k or more, as a step tells it."""
    crowds = Crowds(k)
    for text, who in said.items():
        for one in who:
            crowds.add((step.make(text) if step else text,), one)
    alone = sum(len(crowd) for crowd in crowds.people.values() if len(crowd) < k)
    return alone <= people * (1 - _IN_A_CROWD)


def chosen(layout: Layout, item: str, said: Mapping[str, set[str]], k: int) -> Step | None:
    """Return the finest step that is coarse enough, or None where what was said can stand as it is.

    `said` are the people behind each text. The coarsest step is taken where none is coarse enough.
    """
    possible, people = steps(layout, item), len(set().union(*said.values())) if said else 0
    if not possible or fine_enough(None, said, people, k):
        return None
    return next((step for step in possible if fine_enough(step, said, people, k)), possible[-1])


# ---------------------------------------------------------------- Safe Harbor


def safe(layout: Layout, newest_year: int) -> Iterator[tuple[str, Step]]:
    """Yield what Safe Harbor wants of each item that is a day, a month or an age."""
    for item in layout.items:
        met = [edition.questionnaire.answered(item) for edition in having(layout, item)]
        if any(isinstance(answers, DateAnswer) for answers in met):
            yield item, Step("years", _year(newest_year))
        elif any(isinstance(answers, NumberAnswer) and answers.is_age for answers in met):
            yield item, Step(f"{OLDEST} stands for all ages from there on", _age)


def _year(newest: int) -> Coarser:
    def made(text: str) -> str:
        year = text[:4]
        tells = year.isdecimal() and len(text) > len(year) and newest - int(year) >= OLDEST
        return str(WITHHELD) if tells else year

    return made


def _age(text: str) -> str:
    return str(OLDEST) if float(text) >= OLDEST else text


def is_quasi(layout: Layout, item: str) -> bool:
    """Tell whether any edition declares it: what one edition calls harmless, another may know better."""
    return any(
        edition.questionnaire.item(item).sensitivity is Sensitivity.QUASI for edition in having(layout, item)
    )


def applied(steps_of: Mapping[str, Sequence[Step]], item: str, text: str) -> str:
    """Return a value as all steps of its item leave it; a missing code stays."""
    for step in steps_of.get(item, ()):
        if text and text not in CODES:
            text = step.make(text)
    return text


# ---------------------------------------------------------------- in the files


def coarsened(
    folder: Path, layout: Layout, tables: tuple[AnyTable, ...], k: int, *, safe_harbor: bool
) -> tuple[tuple[AnyTable, ...], dict[str, str]]:
    """Tell numbers and days in steps, in every table; return the tables as they are now, and how by item."""
    wide = of(tables, WIDE)
    steps_of = _steps(folder, layout, wide.header, k, safe_harbor=safe_harbor)
    if steps_of:
        _rewritten(folder, tables, steps_of)
    if safe_harbor:
        years = [replace(one, type=Type.INTEGER) if one.type is Type.DATE else one for one in wide.columns]
        tables = tuple(replace(one, columns=tuple(years)) if one is wide else one for one in tables)
    return tables, {item: "; ".join(step.name for step in some) for item, some in steps_of.items()}


def _rewritten(folder: Path, tables: tuple[AnyTable, ...], steps_of: Mapping[str, Sequence[Step]]) -> None:
    own = [(place, name) for place, name in enumerate(of(tables, WIDE).header) if name in steps_of]

    def change(cells: Cells) -> None:
        for place, item in own:
            cells[place] = applied(steps_of, item, cells[place])

    rewrite(folder / WIDE, change)
    named = {ANSWERS.file: ("choice", "value"), EVENTS.file: ("choice",)}
    for table in tables:
        if table.file in named:
            rewrite(folder / table.file, _in_steps(table.header, steps_of, named[table.file]))


def _steps(
    folder: Path, layout: Layout, header: Sequence[str], k: int, *, safe_harbor: bool
) -> dict[str, list[Step]]:
    """Return the steps of each item that is made coarser."""
    found: dict[str, list[Step]] = {}
    quasi = [one for one in layout.items if one in header and is_quasi(layout, one) and steps(layout, one)]
    if not quasi and not safe_harbor:
        return found  # nothing to look at
    said: dict[str, dict[str, set[str]]] = {item: {} for item in quasi}
    newest, person, started = 0, header.index("person_id"), header.index("started_at")
    for cells in read(folder / WIDE):
        newest = max(newest, int(cells[started][:4]))
        for item in quasi:
            text = cells[header.index(item)]
            if text not in CODES:
                said[item].setdefault(text, set()).add(cells[person])
    for item in quasi:
        if (step := chosen(layout, item, said[item], k)) is not None:
            found[item] = [step]
    for item, step in safe(layout, newest) if safe_harbor else ():
        if item in header:
            found.setdefault(item, []).append(step)
    return found


def _in_steps(header: Sequence[str], steps_of: Mapping[str, Sequence[Step]], named: Sequence[str]) -> Change:
    item, places = header.index("item_id"), [header.index(name) for name in named]

    def change(cells: Cells) -> None:
        if cells[item] in steps_of:
            for place in places:
                cells[place] = applied(steps_of, cells[item], cells[place])

    return change
