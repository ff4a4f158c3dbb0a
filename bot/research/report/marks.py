"""How many responses carry a mark of odd answering. A mark proves nothing and leaves nobody out."""

from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import datetime

import numpy as np

from bot.research.report.intervals import share
from bot.research.report.people import People
from bot.research.report.pictures import dots, kept
from bot.research.report.table import Block, Column, Section, Show, Table
from bot.scoring.quality import FLAGS, LONG_STRING, PERSON_FIT, TOO_FAST, marks

_CALLED = {
    LONG_STRING: "Same choice in a row",
    TOO_FAST: "Very fast",
    PERSON_FIT: "Rare combination",
}


def quality(people: People) -> Section:
    """Return the section."""
    found: Counter[str] = Counter()
    looked = any_mark = 0
    for choices, times in _responses(people):
        flags = marks(people.questionnaire, choices, times).flags
        found.update(flags)
        looked, any_mark = looked + 1, any_mark + bool(flags)
    columns = (
        Column("mark", "Mark", Show.TEXT),
        Column("people", "People", Show.COUNT),
        Column("share", "Share", Show.PERCENT),
    )
    counts = [(_CALLED[flag], found[flag]) for flag in FLAGS] + [("Any of them", any_mark)]
    rows = tuple((name, count, share(count, looked) if looked else None) for name, count in counts)
    words = (
        (
            "Marks point at answers that may not mean what they say. Somebody may honestly give one "
            "answer ten times, so nobody is left out for a mark."
        ),
    )
    note = f"Of {looked} people who answered something. Thresholds are those of the questionnaire's file."
    drawn = dots(kept((row[0], row[2]) for row in rows), "% of people", percent=True)
    return Section(
        "quality", "Response quality", words, (Block(Table("marks", "Marks", columns, rows, note), drawn),)
    )


def _responses(people: People) -> Iterator[tuple[Mapping[str, str | None], list[datetime]]]:
    """Yield everybody's choices in the order they were given, and the times where they are known."""
    if people.paradata is not None:
        for given in people.paradata.given.values():
            yield {one.item: one.choice for one in given}, [one.at for one in given]
        return
    named = {
        item: {float(choice.value): choice.id for choice in people.questionnaire.choices(item)}
        for item in people.values
    }
    table = np.stack(list(people.values.values()), axis=1)
    for row in table:
        choices = {
            item: named[item].get(value) for item, value in zip(people.values, row.tolist(), strict=True)
        }
        if any(choice is not None for choice in choices.values()):
            yield choices, []
