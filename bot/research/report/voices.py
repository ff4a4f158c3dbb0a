"""The third claim: words made for a segment do more. The random arm with neutral words tells.

Law: everybody counts in the arm that chance gave them, whatever they saw or did afterwards.
"""

from collections.abc import Iterator

import numpy as np

from bot.conversation.voices import ARM, NEUTRAL_ARM, OWN_ARM
from bot.research.fit.arrays import Flags
from bot.research.report.intervals import difference, holm, share, two_by_two
from bot.research.report.paradata import Paradata, Tips
from bot.research.report.people import People, arms
from bot.research.report.pictures import dots
from bot.research.report.rules import LEVEL
from bot.research.report.table import Block, Cell, Column, Estimate, Section, Show, Table

_NAMES = {OWN_ARM: "tailored", NEUTRAL_ARM: "neutral"}
_MEASURES = {"helpful": "called a tip helpful", "followed": "opened a tip's link"}
_WORDS = (
    (
        "Chance decided who got tips in neutral words instead of their segment's, so a difference "
        "between the arms is an effect of the words, on these people. The facts in the tips are the "
        "same. Whoever finished counts in the arm that was drawn, whether they looked at a tip or not."
    ),
)


def voices(people: People) -> Section | None:
    """Return the section, or None where no arm was drawn."""
    drawn = arms(people.column("arm"), ARM)
    if people.paradata is None or not (drawn != "").any():
        return None
    measures = [name for name in _MEASURES if name != "followed" or people.paradata.links]
    tables = [(name, _rows(people, people.paradata, drawn, name)) for name in measures]
    notes = () if people.paradata.links else ("Opened links aren't told of single interviews in these data.",)
    found = tuple(_finding(name, rows) for name, rows in tables)
    title = "Claim: tailored words do more than neutral ones"
    return Section("voices", title, (*_WORDS, *notes), tuple(_block(*each) for each in tables), found)


def _rows(people: People, paradata: Paradata, drawn: np.ndarray, measure: str) -> list[tuple[Cell, ...]]:
    did = np.array([_did(paradata.tips.get(one), measure) for one in people.column("response_id").tolist()])
    within: list[tuple[str, Flags]] = [("Everybody", people.finished)]
    within += [(name, people.finished & (people.segment == one)) for one, name in people.segments.items()]
    found = [_row(name, *_counts(drawn, those, did)) for name, those in within]
    ps = holm([row[-1] for row in found[1:] if isinstance(row[-1], float)])
    corrected = iter(ps)
    rest = [(*row[:-1], next(corrected) if row[-1] is not None else None) for row in found[1:]]
    return [found[0], *rest]


def _did(tips: Tips | None, measure: str) -> bool:
    return tips is not None and bool(getattr(tips, measure))


def _counts(drawn: np.ndarray, those: Flags, did: Flags) -> Iterator[int]:
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


def _block(measure: str, rows: list[tuple[Cell, ...]]) -> Block:
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
        (str(row[0]), figure, _NAMES[arm])
        for row in rows
        for arm, figure in ((OWN_ARM, row[2]), (NEUTRAL_ARM, row[4]))
        if isinstance(figure, Estimate)
    ]
    title = f"Who {_MEASURES[measure]}"
    note = "At least once. The first p is of the one planned test, uncorrected; those of segments are Holm's."
    return Block(
        Table(f"voices_{measure}", title, columns, tuple(rows), note),
        dots(drawn, f"{title.lower()}, %", percent=True),
    )


def _finding(measure: str, rows: list[tuple[Cell, ...]]) -> str:
    gap, p = rows[0][5], rows[0][6]
    what = _MEASURES[measure]
    if not isinstance(gap, Estimate) or not isinstance(p, float):
        return f"Tailored against neutral words, who {what}: too few people to say."
    figures = f"{100 * gap.value:+.1f} points ({100 * gap.low:+.1f} to {100 * gap.high:+.1f})"
    if p >= LEVEL:
        return f"Tailored against neutral words, who {what}: {figures}, no difference shown."
    more = "more" if gap.value > 0 else "fewer"
    return f"With tailored words {more} people {what} than with neutral ones: {figures}."
