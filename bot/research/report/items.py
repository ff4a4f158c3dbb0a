"""Each item: what was answered, what is missing and why."""

from collections.abc import Iterator, Sequence

import numpy as np

from bot.research.report.people import People
from bot.research.report.pictures import stacked
from bot.research.report.rules import LEAST
from bot.research.report.table import Block, Cell, Column, Section, Show, Table
from bot.scoring.scales import NOT_ASKED, WITHHELD


def items(people: People) -> Section:
    """Return the section: one table for each answer scale."""
    scales, met = people.questionnaire.answers, _asked(people)
    held = {
        name: [item for item in met if people.questionnaire.item(item).answers == name] for name in scales
    }
    blocks = [_block(people, name, those) for name, those in held.items() if those]
    return Section("items", "Each item", _words(people, met), (*blocks, *_missing(people, met)))


def _words(people: People, met: Sequence[str]) -> tuple[str, ...]:
    rest = len(people.values) - len(met)
    return (f"{rest} items of the questionnaire were asked of nobody here.",) if rest else ()


def _asked(people: People) -> list[str]:
    """Return the items that anybody was asked: a bank may hold many more."""
    return [
        item
        for item, values in people.values.items()
        if not np.all(np.isnan(values) & (people.gone[item] == NOT_ASKED))
    ]


def _block(people: People, scale: str, those: Sequence[str]) -> Block:
    texts = people.edition.texts[people.edition.languages[0]].labels[scale]
    choices = people.questionnaire.answers[scale].choices
    columns = (
        Column("item", "Item", Show.TEXT),
        Column("text", "What was asked", Show.TEXT),
        Column("answered", "Answered", Show.COUNT),
        *(Column(choice.id, texts[choice.id], Show.PERCENT) for choice in choices),
    )
    values = [choice.value for choice in choices]
    rows = [(item, people.text(item), *_shares(people, item, values)) for item in those]
    bars = [
        (str(row[0]), dict(zip((texts[choice.id] for choice in choices), map(_bare, row[3:]), strict=True)))
        for row in rows
        if row[3] is not None
    ]
    title = "Answers" if len(people.questionnaire.answers) == 1 else f"Answers on the scale “{scale}”"
    return Block(
        Table(f"answers_{scale}", title, columns, tuple(rows)), stacked(bars, "% of those who answered")
    )


def _bare(cell: Cell) -> float:
    return cell if isinstance(cell, float) else 0.0


def _shares(people: People, item: str, values: Sequence[int]) -> Iterator[Cell]:
    given = people.values[item][~np.isnan(people.values[item])]
    yield len(given)
    for value in values:
        yield float((given == value).mean()) if len(given) >= LEAST else None


def _missing(people: People, met: Sequence[str]) -> Iterator[Block]:
    rows = [_gone(people, item) for item in met if np.isnan(people.values[item]).any()]
    if not rows:
        return
    columns = (
        Column("item", "Item", Show.TEXT),
        Column("answered", "Answered", Show.COUNT),
        Column("skipped", "Skipped", Show.COUNT),
        Column("left", "Left there", Show.COUNT),
        Column("not_asked", "Not asked", Show.COUNT),
        Column("withheld", "Withheld", Show.COUNT),
    )
    note = (
        "Items that everybody answered are left out. Not asked: not reached, ruled out by a condition, "
        "or not in that person's form. Withheld: told to nobody, so that nobody can be recognised."
    )
    yield Block(Table("missing", "Missing answers, by reason", columns, tuple(rows), note))


def _gone(people: People, item: str) -> tuple[Cell, ...]:
    codes = people.gone[item]
    left = people.paradata.left_at.get(item, 0) if people.paradata else 0
    answered = int((~np.isnan(people.values[item])).sum())
    not_asked, withheld = int((codes == NOT_ASKED).sum()), int((codes == WITHHELD).sum())
    return item, answered, people.count - answered - not_asked - withheld - left, left, not_asked, withheld
