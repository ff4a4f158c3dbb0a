"""The first claim: some segments do it more than others. Each outcome in each segment against everybody."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from bot.research.report.groups import crossed
from bot.research.report.intervals import cramers_v, holm, index, share, two_by_two
from bot.research.report.people import People, Strings
from bot.research.report.pictures import dots, kept
from bot.research.report.rules import LEVEL
from bot.research.report.segments import GUESS, is_guess
from bot.research.report.table import Block, Cell, Column, Estimate, Section, Show, Table
from bot.research.report.traits import Outcome

ABOVE, BELOW, NOT_SHOWN, TOO_FEW = "above average", "below average", "not shown", "too few"
_WORDS = (
    (
        "An index of 120 means a fifth more than everybody in this report, 80 a fifth less. Each segment "
        "is tested against all others (Campbell's chi-squared); the p values are corrected for the number of "
        "tests with Holm's method, so that the chance of even one false finding in this section is 5 % "
        "at most."
    ),
)


@dataclass(frozen=True, slots=True)
class Tested:
    """One outcome in one segment."""

    outcome: Outcome
    segment: str
    name: str
    people: int
    share: Estimate | None
    index: Estimate | None
    p: float | None  # corrected for all tests of the family

    @property
    def verdict(self) -> str:
        """Return what may be said."""
        if self.p is None or self.index is None:
            return TOO_FEW
        if self.p >= LEVEL:
            return NOT_SHOWN
        return ABOVE if self.index.value > 100 else BELOW  # noqa: PLR2004 - the average


def tested(people: People, outcomes: Sequence[Outcome]) -> list[Tested]:
    """Test every segment against all others on every outcome, as one family."""
    segment, named = people.segment, people.segments
    found = [_one(segment, outcome, *each) for outcome in outcomes for each in named.items()]
    made = [place for place, (_, p) in enumerate(found) if p is not None]
    adjusted = dict(zip(made, holm([p for _, p in found if p is not None]), strict=True))
    return [
        Tested(one.outcome, one.segment, one.name, one.people, one.share, one.index, adjusted.get(place))
        for place, (one, _) in enumerate(found)
    ]


def _one(segments: Strings, outcome: Outcome, segment: str, name: str) -> tuple[Tested, float | None]:
    known = ~np.isnan(outcome.has) & (segments != "")
    inside, outside = known & (segments == segment), known & (segments != segment)
    counts = (*_counted(outcome, inside), *_counted(outcome, outside))
    found = Tested(
        outcome, segment, name, counts[1], share(*counts[:2]) if counts[1] else None, index(*counts), None
    )
    return found, two_by_two(*counts)


def _counted(outcome: Outcome, those: np.ndarray) -> tuple[int, int]:
    return int(outcome.has[those].sum()), int(those.sum())


def behaviours(people: People, outcomes: Sequence[Outcome]) -> Section | None:
    """Return the section, or None where nothing was asked that a segment could do more of."""
    if not outcomes or not people.segments:
        return None
    found = tested(people, outcomes)
    blocks = tuple(
        _block(people, outcome, [one for one in found if one.outcome is outcome]) for outcome in outcomes
    )
    words = (GUESS, *_WORDS) if is_guess(people) else _WORDS
    return Section("behaviours", "Claim: some segments do it more", words, blocks, concluded(found))


def _block(people: People, outcome: Outcome, found: Sequence[Tested]) -> Block:
    columns = (
        Column("segment", "Segment", Show.TEXT),
        Column("share", "Share", Show.PERCENT),
        Column("index", "Index", Show.INDEX),
        Column("verdict", "Against the others", Show.TEXT),
        Column("p", "p (Holm)", Show.P),
        Column("people", "People", Show.COUNT),
    )
    rows: tuple[tuple[Cell, ...], ...] = tuple(
        (one.name, one.share, one.index, one.verdict, one.p, one.people) for one in found
    )
    drawn = dots(kept((one.name, one.index) for one in found), "index, 100 is everybody", reference=100)
    return Block(Table(f"claim_{outcome.id}", outcome.label, columns, rows, _note(people, outcome)), drawn)


def _note(people: People, outcome: Outcome) -> str:
    known = outcome.has[~np.isnan(outcome.has) & (people.segment != "")]
    cut = " The cut was chosen here, where the halves are most alike." if outcome.chosen_cut else ""
    has = np.where(np.isnan(outcome.has), "", outcome.has.astype(str))
    together = cramers_v(crossed(people.segment, has))
    v = f" All segments together: Cramér's V {_interval(together[0])}." if together else ""
    return f"{len(known)} people said it and have a segment; {_percent(known)} of them have it.{v}{cut}"


def _percent(known: np.ndarray) -> str:
    return f"{known.mean():.0%}" if len(known) else "none"


def _interval(figure: Estimate) -> str:
    return f"{figure.value:.2f} ({figure.low:.2f} to {figure.high:.2f})"


def concluded(found: Sequence[Tested]) -> tuple[str, ...]:
    """Return in sentences what the family of tests shows."""
    made = [one for one in found if one.verdict != TOO_FEW]
    if not made:
        return ("Which segments do more of what was asked can't be said: too few people.",)
    shown = [one for one in made if one.verdict != NOT_SHOWN]
    if not shown:
        return (f"No segment stands out on any outcome: none of {len(made)} tests shows a difference.",)
    by = {id(one.outcome): [each for each in shown if each.outcome is one.outcome] for one in shown}
    head = f"{len(shown)} of {len(made)} tests show a difference between segments."
    return (head, *map(_of_outcome, by.values()))


def _of_outcome(shown: Sequence[Tested]) -> str:
    """Return which segments are above and below the average of an outcome."""
    sides = []
    for verdict, word in ((ABOVE, "more often"), (BELOW, "less often")):
        names = [one.name for one in shown if one.verdict == verdict]
        if names:
            sides.append(f"{word} {', '.join(names)}")
    return f"{shown[0].outcome.label}: {'; '.join(sides)}."
