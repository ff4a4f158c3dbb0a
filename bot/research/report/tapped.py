"""Taps on provider links by the arm of the experiment with voices, and by segment.

Law: taps are counts of nobody, so nothing here can be told per person, and it says so. A count from 1 to 10
isn't shown, nor is any figure that would give it away.
"""

from collections.abc import Iterator, Mapping

import numpy as np

from bot.conversation.voices import NEUTRAL_ARM, OWN_ARM
from bot.research.fit.arrays import Flags
from bot.research.report.intervals import holm, rate, rate_ratio, same_rate
from bot.research.report.paradata import Paradata
from bot.research.report.people import People, Strings
from bot.research.report.pictures import dots
from bot.research.report.rules import LEVEL, TAPS
from bot.research.report.table import Block, Cell, Column, Estimate, Show, Table
from bot.storage.counting import ArmTaps

ARMS = {OWN_ARM: "tailored", NEUTRAL_ARM: "neutral"}
_MEASURE = "Taps on provider links, tailored against neutral words"
_UNKNOWN = "Taps on provider links are counted in the store and are in no export, so they aren't known here."
_NONE = "No tap on a provider link is counted for either arm yet. Only tracked links are counted."
_WORDS = (
    (
        "These are taps, not people: a second tap of the same person counts again, and so does a preview by "
        "a program that isn't known for that. Taps of one person come together, so the true uncertainty is "
        "larger than these intervals say."
    ),
    "Taps of people who took their yes back or were erased later stay counted, while the people don't.",
)
_COLUMNS = (
    Column("who", "Who", Show.TEXT),
    Column("own_taps", "Tailored, taps", Show.COUNT),
    Column("own_people", "Tailored, shown a tip", Show.COUNT),
    Column("own", "Tailored, taps per 100", Show.NUMBER),
    Column("neutral_taps", "Neutral, taps", Show.COUNT),
    Column("neutral_people", "Neutral, shown a tip", Show.COUNT),
    Column("neutral", "Neutral, taps per 100", Show.NUMBER),
    Column("ratio", "Times as many", Show.NUMBER),
    Column("p", "p", Show.P),
)


def tapped(people: People, paradata: Paradata, drawn: Strings) -> tuple[Block, tuple[str, ...]]:
    """Return the taps of each arm, and what they say; without counts, why there are none."""
    if people.taps is None:
        return Block(words=(_UNKNOWN,)), ()
    if not people.taps.counts:
        return Block(words=(_NONE,)), ()
    rows = _rows(people, people.taps, paradata, drawn)
    since = (
        f"The first tap was counted on {people.taps.first}, by the clock of its organisation. Tips that were "
        "shown before links had arms have no taps here, in both arms alike."
    )
    note = (
        "People are those who were shown a tip. They asked for the first one before they had seen any of its "
        "words. All p are Holm's. Too few stands also for 1 to 10 taps, and for what would give them away."
    )
    table = Table("taps", "Taps on provider links", _COLUMNS, tuple(rows), note)
    picture = [
        (str(row[0]), figure, ARMS[arm])
        for row in rows
        for arm, figure in ((OWN_ARM, row[3]), (NEUTRAL_ARM, row[6]))
        if isinstance(figure, Estimate)
    ]
    return Block(table, dots(picture, "taps per 100 people"), (*_WORDS, since)), (_finding(rows[0]),)


def _rows(people: People, taps: ArmTaps, paradata: Paradata, drawn: Strings) -> list[tuple[Cell, ...]]:
    tipped = np.isin(people.column("response_id"), list(paradata.tipped))
    shown = {arm: _shown(taps, arm, people.segments) for arm in ARMS}
    within: list[tuple[str, str, Flags]] = [("", "Everybody", tipped)]
    within += [(one, name, tipped & (people.segment == one)) for one, name in people.segments.items()]
    found = [
        _row(name, *((shown[arm][one], int((those & (drawn == arm)).sum())) for arm in ARMS))
        for one, name, those in within
    ]
    corrected = iter(holm([row[-1] for row in found if isinstance(row[-1], float)]))
    return [(*row[:-1], next(corrected) if row[-1] is not None else None) for row in found]


def _shown(taps: ArmTaps, arm: str, segments: Mapping[str, str]) -> dict[str, int | None]:
    """Return an arm's taps by segment, and everybody's under no name; None where they aren't shown."""
    everybody = sum(n for (of, _), n in taps.counts.items() if of == arm)
    counts = {one: taps.counts.get((arm, one), 0) for one in segments}
    hidden = set(_hidden(counts))
    cells: dict[str, int | None] = {one: None if one in hidden else n for one, n in counts.items()}
    return {**cells, "": None if 0 < everybody < TAPS else everybody}


def _hidden(counts: Mapping[str, int]) -> Iterator[str]:
    """Yield whose counts are hidden: small ones, and others until everybody's gives none of them away."""
    by_size = sorted(counts, key=lambda one: (not 0 < counts[one] < TAPS, counts[one]))
    together = number = 0
    for one in by_size:
        small = 0 < counts[one] < TAPS
        if not small and (number == 0 or (number > 1 and together >= TAPS)):
            return
        yield one
        together, number = together + counts[one], number + 1


def _row(name: str, own: tuple[int | None, int], neutral: tuple[int | None, int]) -> tuple[Cell, ...]:
    (taps, people), (other_taps, others) = own, neutral
    both = None if taps is None or other_taps is None else (taps, people, other_taps, others)
    return (
        name,
        taps,
        people,
        None if taps is None else rate(taps, people),
        other_taps,
        others,
        None if other_taps is None else rate(other_taps, others),
        rate_ratio(*both) if both else None,
        same_rate(*both) if both else None,
    )


def _finding(everybody: tuple[Cell, ...]) -> str:
    ratio, p = everybody[-2], everybody[-1]
    if not isinstance(ratio, Estimate) or not isinstance(p, float):
        return f"{_MEASURE}: too few to say."
    figures = f"{ratio.value:.2f} times as many a person ({ratio.low:.2f} to {ratio.high:.2f})"
    if p >= LEVEL:
        return f"{_MEASURE}: {figures}, no difference shown. Taps are counted, not people."
    return f"{_MEASURE}: {figures}. Taps are counted, not people."
