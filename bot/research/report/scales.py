"""Each scale: how well its items hang together, and whether they mean the same to everybody."""

from collections.abc import Iterator, Sequence

import numpy as np

from bot.questionnaire.model import Scale
from bot.questionnaire.structure import bounds
from bot.research.fit.arrays import Flags, Floats
from bot.research.report.bias import bias
from bot.research.report.groups import Grouping, groupings
from bot.research.report.intervals import holm
from bot.research.report.people import People
from bot.research.report.pictures import dots, kept
from bot.research.report.reliability import Reliability, reliability
from bot.research.report.rules import LEVEL, RELIABILITY
from bot.research.report.table import Block, Cell, Column, Picture, Section, Show, Table
from bot.research.report.told import MINUS

_WORDS = (
    (
        "Alpha and omega say how alike people's answers to the items of a scale are, from 0 to 1. They "
        "say nothing about whether the scale measures what it is called."
    ),
)


def scales(people: People) -> Section | None:
    """Return the section, or None for a questionnaire without scales of several items."""
    asked = people.those(people.by_fixed_form)
    found = [
        (scale, held, reliability(complete(asked, held)))
        for scale in people.questionnaire.scales
        if len(held := _held(asked, scale)) > 1
    ]
    if not found:
        return None
    left_out = people.count - asked.count
    words = (
        _WORDS
        if not left_out
        else (*_WORDS, f"{left_out} people were asked adaptively and are left out here.")
    )
    blocks = (Block(*_scales(found)), Block(_items(people, found)), *_bias(asked))
    return Section("scales", "Scales", words, blocks, _findings(found))


def complete(people: People, items: Sequence[str]) -> Floats:
    """Return the answers of everybody who gave all of them, reversed items reversed."""
    oriented = np.stack([_oriented(people, item) for item in items], axis=1)
    return np.asarray(oriented[~np.isnan(oriented).any(1)], dtype=np.float64)


def _held(people: People, scale: Scale) -> list[str]:
    """Return the items of a scale that enough people answered: a short form holds some of the bank."""
    answered = {item: int((~np.isnan(values)).sum()) for item, values in people.values.items()}
    return [
        item for item in scale.items if answered.get(item, 0) >= max(RELIABILITY, max(answered.values()) // 2)
    ]


def _oriented(people: People, item: str) -> Floats:
    asked = people.questionnaire.item(item)
    low, high = bounds(people.questionnaire, asked) or (0, 0)
    return low + high - people.values[item] if asked.reverse else people.values[item]


_Found = Sequence[tuple[Scale, list[str], Reliability]]


def _scales(found: _Found) -> tuple[Table, Picture | None]:
    columns = (
        Column("scale", "Scale", Show.TEXT),
        Column("items", "Items", Show.COUNT),
        Column("people", "People", Show.COUNT),
        Column("alpha", "Alpha"),
        Column("omega", "Omega"),
    )
    rows = tuple(
        (scale.name, len(held), one.people, one.alpha, _of_three(held, one.omega))
        for scale, held, one in found
    )
    note = (
        "People with every item of the scale. Alpha of raw answers, Feldt's interval; omega of one "
        "factor, from three items on, interval over 1,000 resamples."
    )
    drawn = dots(kept((scale.name, one.alpha) for scale, _, one in found), "alpha")
    return Table("reliability", "How well the items of each scale hang together", columns, rows, note), drawn


def _items(people: People, found: _Found) -> Table:
    columns = (
        Column("scale", "Scale", Show.TEXT),
        Column("item", "Item", Show.TEXT),
        Column("text", "What was asked", Show.TEXT),
        Column("item_rest", "With the rest, r"),
        Column("alpha_without", "Alpha without it"),
    )
    rows = [
        (
            scale.name,
            item,
            people.text(item),
            _at(one.item_rest, place),
            _of_three(held, _at(one.alpha_without, place)),
        )
        for scale, held, one in found
        for place, item in enumerate(held)
    ]
    note = "Reversed items are reversed; r is with the sum of the other items."
    return Table("item_total", "Each item with its scale", columns, tuple(rows), note)


def _of_three(held: Sequence[str], figure: Cell) -> Cell:
    """Return a figure that says nothing of two items, whoever answers them."""
    return figure if len(held) > 2 else "needs 3 items"  # noqa: PLR2004 - as it says


def _at(figures: tuple[float, ...] | None, place: int) -> float | None:
    return figures[place] if figures is not None else None


def _findings(found: _Found) -> tuple[str, ...]:
    known = [(scale.name, one.alpha.value) for scale, _, one in found if one.alpha]
    if not known:
        return ("Too few complete answers to say how well the items of a scale hang together.",)
    low, high = min(known, key=lambda one: one[1]), max(known, key=lambda one: one[1])
    figures = (f"{value:.2f} ({name})".replace("-", MINUS) for name, value in (low, high))
    return (f"How alike people's answers to a scale's items are (alpha): from {' to '.join(figures)}.",)


# ---------------------------------------------------------------- the same for everybody?


def _bias(people: People) -> Iterator[Block]:
    for grouping in groupings(people):
        two = grouping.two_largest()
        if two is None:
            continue
        rows = list(_biased(people, grouping, *two))
        if rows:
            yield Block(_table(grouping, two, rows))


def _biased(
    people: People, grouping: Grouping, focal: str, other: str
) -> Iterator[tuple[str, str, float, float, str]]:
    among = np.isin(grouping.codes, [focal, other])
    those, of_focal = people.those(among), grouping.codes[among] == focal
    for scale in people.questionnaire.scales:
        held = _held(those, scale)
        if len(held) > 2:  # noqa: PLR2004 - a rest of one item can't match people
            yield from _of_scale(those, scale, held, of_focal)


def _of_scale(
    people: People, scale: Scale, held: Sequence[str], focal: Flags
) -> Iterator[tuple[str, str, float, float, str]]:
    answers = np.stack([_oriented(people, item) for item in held], axis=1)
    whole = ~np.isnan(answers).any(1)
    answers, of_focal = answers[whole], focal[whole]
    for place, item in enumerate(held):
        found = bias(answers[:, place], np.delete(answers, place, axis=1).sum(1), of_focal)
        if found:
            yield scale.name, item, found.effect, found.p, found.size


def _table(grouping: Grouping, two: tuple[str, str], rows: list[tuple[str, str, float, float, str]]) -> Table:
    columns = (
        Column("scale", "Scale", Show.TEXT),
        Column("item", "Item", Show.TEXT),
        Column("difference", "Difference, SD"),
        Column("p", "p (Holm)", Show.P),
        Column("size", "Size", Show.TEXT),
    )
    adjusted = holm([row[3] for row in rows])
    cells: list[tuple[Cell, ...]] = [
        (scale, item, effect, p, size if p < LEVEL else "A")
        for (scale, item, effect, _, size), p in zip(rows, adjusted, strict=True)
    ]
    note = (
        f"“{two[0]}” less “{two[1]}”, among people with the same score on the scale's other items. A: "
        "negligible or not sure; B: slight; C: large enough to look at the wording."
    )
    return Table(
        f"bias_{grouping.id}",
        f"Does an item mean the same, by {grouping.label}?",
        columns,
        tuple(cells),
        note,
    )
