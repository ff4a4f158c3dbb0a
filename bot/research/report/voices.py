"""The third claim: words made for a segment do more. The random arm with neutral words tells.

Law: everybody counts in the arm that chance gave them, whatever they saw or did afterwards.
"""

from collections.abc import Iterator

import numpy as np

from bot.conversation.voices import ARM, NEUTRAL_ARM, OWN_ARM
from bot.research.fit.arrays import Flags
from bot.research.report.intervals import difference, holm, share, two_by_two
from bot.research.report.paradata import Paradata
from bot.research.report.people import People, Strings, arms
from bot.research.report.pictures import dots
from bot.research.report.rules import LEVEL
from bot.research.report.table import Block, Cell, Column, Estimate, Section, Show, Table
from bot.research.report.tapped import ARMS, tapped

_MEASURE = "called a tip helpful"
_WORDS = (
    (
        "Chance decided who got tips in neutral words instead of their segment's, so a difference between "
        "the arms is an effect of the words, on these people. The facts in the tips are the same. Whoever "
        "finished counts in the arm that was drawn, whether they looked at a tip or not."
    ),
)


def voices(people: People) -> Section | None:
    """Return the section, or None where no arm was drawn."""
    drawn = arms(people.column("arm"), ARM)
    if people.paradata is None or not (drawn != "").any():
        return None
    rows = _rows(people, people.paradata, drawn)
    taps, found = tapped(people, people.paradata, drawn)
    title = "Claim: tailored words do more than neutral ones"
    return Section("voices", title, _WORDS, (_block(rows), taps), (_finding(rows), *found))


def _rows(people: People, paradata: Paradata, drawn: Strings) -> list[tuple[Cell, ...]]:
    did = np.isin(people.column("response_id"), list(paradata.helped))
    within: list[tuple[str, Flags]] = [("Everybody", people.finished)]
    within += [(name, people.finished & (people.segment == one)) for one, name in people.segments.items()]
    first, *found = [_row(name, *_counts(drawn, those, did)) for name, those in within]
    corrected = iter(holm([row[-1] for row in found if isinstance(row[-1], float)]))
    return [first, *((*row[:-1], next(corrected) if row[-1] is not None else None) for row in found)]


def _counts(drawn: Strings, those: Flags, did: Flags) -> Iterator[int]:
    for arm in (OWN_ARM, NEUTRAL_ARM):
        inside = those & (drawn == arm)
        yield int(did[inside].sum())
        yield int(inside.sum())


def _row(name: str, hits: int, people: int, other_hits: int, others: int) -> tuple[Cell, ...]:
    return (
        name,
        people,
        share(hits, people) if people else None,
        others,
        share(other_hits, others) if others else None,
        difference(hits, people, other_hits, others),
        two_by_two(hits, people, other_hits, others),
    )


def _block(rows: list[tuple[Cell, ...]]) -> Block:
    columns = (
        Column("who", "Who", Show.TEXT),
        Column("own_people", "Tailored, people", Show.COUNT),
        Column("own", "Tailored", Show.PERCENT),
        Column("neutral_people", "Neutral, people", Show.COUNT),
        Column("neutral", "Neutral", Show.PERCENT),
        Column("difference", "Difference", Show.POINTS),
        Column("p", "p", Show.P),
    )
    drawn = [
        (str(row[0]), figure, ARMS[arm])
        for row in rows
        for arm, figure in ((OWN_ARM, row[2]), (NEUTRAL_ARM, row[4]))
        if isinstance(figure, Estimate)
    ]
    note = "At least once. The first p is of the one planned test, uncorrected; those of segments are Holm's."
    table = Table("voices", f"Who {_MEASURE}", columns, tuple(rows), note)
    return Block(table, dots(drawn, f"{_MEASURE}, %", percent=True))


def _finding(rows: list[tuple[Cell, ...]]) -> str:
    gap, p = rows[0][5], rows[0][6]
    if not isinstance(gap, Estimate) or not isinstance(p, float):
        return f"Tailored against neutral words, who {_MEASURE}: too few people to say."
    figures = f"{100 * gap.value:+.1f} points ({100 * gap.low:+.1f} to {100 * gap.high:+.1f})"
    if p >= LEVEL:
        return f"Tailored against neutral words, who {_MEASURE}: {figures}, no difference shown."
    more = "more" if gap.value > 0 else "fewer"
    return f"With tailored words {more} people {_MEASURE} than with neutral ones: {figures}."
