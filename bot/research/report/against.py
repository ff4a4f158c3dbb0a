"""The second claim: segments tell more than demographics. Both predict each outcome, out of fold."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from bot.research.report.intervals import holm
from bot.research.report.people import People
from bot.research.report.pictures import dots
from bot.research.report.prediction import Compared, compare
from bot.research.report.rules import EACH_OUTCOME, LEVEL, PREDICTION
from bot.research.report.segments import GUESS, is_guess
from bot.research.report.table import Block, Cell, Column, Section, Show, Table
from bot.research.report.traits import Demographic, Outcome, indicators

SEGMENTS, DEMOGRAPHICS, UNDECIDED, TOO_FEW = "segments", "demographics", "undecided", "too few"
WORTH_TELLING = 0.01
"""The least gain of an AUC that counts as one."""
_WORDS = (
    (
        "AUC is the chance that somebody with the outcome is ranked above somebody without it: .50 is a "
        "coin, 1 is perfect. Everybody is predicted by a logistic regression that hasn't seen them (10 "
        "folds); the same people stand behind all figures of a row. p is of the difference, and of anything "
        "telling at all, corrected with Holm's method over the outcomes."
    ),
    (
        "A cut into segments loses some of what the scales know. Where the scales are there, keep them "
        "beside the segment."
    ),
)


@dataclass(frozen=True, slots=True)
class Contest:
    """One outcome, foretold by segments and by demographics."""

    outcome: Outcome
    found: Compared | None
    p: float | None = None  # of the difference, corrected
    p_gain: float | None = None

    @property
    def verdict(self) -> str:
        """Return what tells more."""
        if self.found is None or self.p is None:
            return TOO_FEW
        if self.p >= LEVEL:
            return UNDECIDED
        return SEGMENTS if self.found.difference.value > 0 else DEMOGRAPHICS

    @property
    def adds(self) -> str:
        """Return whether segments add to demographics."""
        if self.found is None or self.p_gain is None:
            return TOO_FEW
        gain = self.found.both.value - self.found.demographics.value
        return "yes" if self.p_gain < LEVEL and gain >= WORTH_TELLING else "not shown"


def contests(people: People, outcomes: Sequence[Outcome], known: Sequence[Demographic]) -> list[Contest]:
    """Hold segments against demographics on every outcome, as one family of tests."""
    found = [(outcome, _compared(people, outcome, known)) for outcome in outcomes]
    made = [one for _, one in found if one]
    both = [max(one.p, one.p_any) for one in made]  # a difference counts only where anything tells at all
    adjusted = dict(zip(map(id, made), holm(both), strict=True))
    gains = dict(zip(map(id, made), holm([one.p_gain for one in made]), strict=True))
    return [Contest(outcome, one, adjusted.get(id(one)), gains.get(id(one))) for outcome, one in found]


def _compared(people: People, outcome: Outcome, known: Sequence[Demographic]) -> Compared | None:
    there = ~np.isnan(outcome.has) & (people.segment != "")
    for one in known:
        there &= one.codes != ""
    design = [Demographic(one.id, one.label, one.codes[there]).design() for one in known]
    wide, segments = np.hstack(design), indicators(people.segment[there])
    return compare(outcome.has[there] == 1, wide, segments) if wide.size and segments.size else None


def against(people: People, outcomes: Sequence[Outcome], known: Sequence[Demographic]) -> Section | None:
    """Return the section, or None where outcomes, segments or demographics weren't asked."""
    if not outcomes or not known or not people.segments:
        return None
    found = contests(people, outcomes, known)
    rows: tuple[tuple[Cell, ...], ...] = tuple(_row(one) for one in found)
    columns = (
        Column("outcome", "Outcome", Show.TEXT),
        Column("people", "People", Show.COUNT),
        Column("demographics", "Demographics, AUC"),
        Column("segments", "Segments, AUC"),
        Column("difference", "Segments less demographics"),
        Column("p", "p (Holm)", Show.P),
        Column("verdict", "Tells more", Show.TEXT),
        Column("both", "Both, AUC"),
        Column("adds", "Do segments add?", Show.TEXT),
    )
    names = ", ".join(one.label for one in known)
    needed = f"An AUC needs {PREDICTION} people who said all of it, {EACH_OUTCOME} on each side."
    drawn = dots(
        [(one.outcome.label, one.found.difference) for one in found if one.found],
        "AUC of segments less that of demographics",
        reference=0,
    )
    words = (GUESS, *_WORDS) if is_guess(people) else _WORDS
    table = Table(
        "against", "Segments against demographics", columns, rows, f"Demographics: {names}. {needed}"
    )
    title = "Claim: segments tell more than demographics"
    return Section("against", title, words, (Block(table, drawn),), concluded(found))


def _row(one: Contest) -> tuple[Cell, ...]:
    found = one.found
    if found is None:
        return one.outcome.label, None, None, None, None, None, TOO_FEW, None, TOO_FEW
    return (
        one.outcome.label,
        found.people,
        found.demographics,
        found.segments,
        found.difference,
        one.p,
        one.verdict,
        found.both,
        one.adds,
    )


def concluded(found: Sequence[Contest]) -> tuple[str, ...]:
    """Return in sentences for which outcomes the claim holds, and for which it doesn't."""
    by = {verdict: [one for one in found if one.verdict == verdict] for verdict in _SAID}
    decided = sum(map(len, by.values()))
    if not decided:
        return ("Whether segments tell more than demographics can't be said: too few people.",)
    holds = f"holds for {len(by[SEGMENTS])} of {decided} outcomes here"
    general = ", not in general" if len(by[SEGMENTS]) < decided else ""
    claim = f"The claim that segments tell more than demographics {holds}{general}."
    said = [words.format(_listed(by[verdict])) for verdict, words in _SAID.items() if by[verdict]]
    adds = [one for one in found if one.adds == "yes"]
    more = [f"Segments add something to demographics on {_listed(adds)}."] if adds else []
    return (claim, " ".join(said), *more)


_SAID = {
    SEGMENTS: "Segments tell more than demographics about {}.",
    DEMOGRAPHICS: "They don't about {}: there demographics tell more.",
    UNDECIDED: "Undecided: {}.",
}


def _listed(ones: Sequence[Contest]) -> str:
    names = [one.outcome.label for one in ones]
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
