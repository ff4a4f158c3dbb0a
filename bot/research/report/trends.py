"""Week by week: what changed while people were coming, and whether that is more than chance.

Law: a line through the weeks finds what rises or falls steadily and nothing else; and it says nothing of why.
Who came in which week wasn't decided by chance.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np

from bot.research.fit.arrays import Flags, Floats
from bot.research.report.intervals import holm, share, slope
from bot.research.report.people import People, Strings
from bot.research.report.pictures import kept, lines
from bot.research.report.rules import EACH_OUTCOME, LEAST, LEVEL, PREDICTION, WEEKS
from bot.research.report.table import Block, Cell, Column, Estimate, Section, Show, Table

FINISHED = "came to the end"
_DAY, _WEEK = 86_400.0, 7 * 86_400.0
_NO_WEEKS = len("2026-11-24")  # the years of a Safe Harbor export have no weeks
_WORDS = (
    (
        "Who came in which week wasn't decided by chance. A trend may come from another campaign, another "
        "ward or another season, and a steady line says nothing of what went up and down again."
    ),
)


@dataclass(frozen=True, slots=True, eq=False)
class Followed:
    """Something that people have or haven't, and when they began."""

    label: str
    weeks: Floats  # since the first one began
    has: Flags

    @property
    def enough(self) -> bool:
        """Tell whether a trend can be told: several weeks, and people on each side."""
        hits = int(self.has.sum())
        whole = len(np.unique(np.floor(self.weeks)))
        return (
            whole >= WEEKS and len(self.has) >= PREDICTION and min(hits, len(self.has) - hits) >= EACH_OUTCOME
        )


def trends(people: People) -> Section | None:
    """Return the section about weeks, or None where there is one week or no date."""
    weeks = np.array([_week(cell) for cell in people.column("started_at").tolist()], dtype=np.str_)
    met = [str(week) for week in np.unique(weeks) if week]
    if len(met) < 2:  # noqa: PLR2004 - one week is no trend
        return None
    table, findings = judged(list(followed(people)))
    return Section("trends", "Week by week", _WORDS, (_by_week(people, weeks, met), Block(table)), findings)


# ---------------------------------------------------------------- what each week was like


def _by_week(people: People, weeks: Strings, met: Sequence[str]) -> Block:
    columns = (
        Column("week", "Week", Show.TEXT),
        Column("people", "Began", Show.COUNT),
        Column("finished", FINISHED.capitalize(), Show.PERCENT),
        *(Column(one, name, Show.PERCENT) for one, name in people.segments.items()),
    )
    rows = [(week, *_of_week(people, weeks == week)) for week in met]
    drawn = lines(
        kept((str(row[0]), row[2] if isinstance(row[2], Estimate) else None) for row in rows),
        f"{FINISHED}, %",
    )
    note = f"ISO weeks, UTC; segments of those who finished. A week needs {LEAST} people for a share."
    return Block(Table("weeks", "By week", columns, tuple(rows), note), drawn)


def _week(cell: str) -> str:
    if len(cell) < _NO_WEEKS:
        return ""
    year, week, _ = datetime.fromisoformat(cell).isocalendar()
    return f"{year}-W{week:02}"


def _of_week(people: People, chosen: Flags) -> Iterator[Cell]:
    yield int(chosen.sum())
    yield share(int(people.finished[chosen].sum()), int(chosen.sum()))
    sorted_ = people.segment[chosen]
    sorted_ = sorted_[sorted_ != ""]
    for one in people.segments:
        yield share(int((sorted_ == one).sum()), len(sorted_)) if len(sorted_) else None


# ---------------------------------------------------------------- is it more than chance?


def followed(people: People) -> Iterator[Followed]:
    """Yield what is followed over the weeks: who came to the end, and each segment."""
    began = people.column("started_at")
    there = np.array([len(cell) >= _NO_WEEKS for cell in began.tolist()], dtype=np.bool_)
    seconds = np.array(
        [
            datetime.fromisoformat(cell).timestamp() if ok else np.nan
            for cell, ok in zip(began, there, strict=True)
        ]
    )
    weeks = (seconds - np.nanmin(seconds)) / _WEEK
    if "status" in people.columns:
        early = there & (weeks <= np.nanmax(weeks) - 1)  # whoever began lately may still come to the end
        yield Followed(FINISHED, weeks[early], people.finished[early])
    sorted_ = there & (people.segment != "")
    for one, name in people.segments.items():
        yield Followed(name, weeks[sorted_], people.segment[sorted_] == one)


def judged(found: Sequence[Followed]) -> tuple[Table, tuple[str, ...]]:
    """Return the tests as one family, and what they found."""
    tests = [(one, slope(one.weeks, one.has) if one.enough else None) for one in found]
    adjusted = iter(holm([test[1] for _, test in tests if test]))
    rows = [_row(one, *test, next(adjusted)) if test else _too_few(one) for one, test in tests]
    columns = (
        Column("what", "What", Show.TEXT),
        Column("people", "People", Show.COUNT),
        Column("change", "Change per week", Show.POINTS),
        Column("p", "p (Holm)", Show.P),
        Column("verdict", "Verdict", Show.TEXT),
    )
    note = (
        "A straight line through the days on which people began, least squares, with intervals that hold for "
        f"shares (HC3); one family of tests. Needs people in {WEEKS} weeks, {PREDICTION} in all, "
        f"{EACH_OUTCOME} on each side. Whoever began in the last seven days isn't in the first row, for they "
        "may still come to the end."
    )
    table = Table("trend_tests", "Does it rise or fall more than chance?", columns, tuple(rows), note)
    return table, tuple(_findings(rows))


def _row(one: Followed, change: Estimate, _p: float, adjusted: float) -> tuple[Cell, ...]:
    direction = "rises" if change.value > 0 else "falls"
    return one.label, len(one.has), change, adjusted, direction if adjusted < LEVEL else "not shown"


def _too_few(one: Followed) -> tuple[Cell, ...]:
    return one.label, len(one.has), None, None, "too few"


def _findings(rows: Sequence[tuple[Cell, ...]]) -> Iterator[str]:
    moving = [f"{row[0]} ({row[4]})" for row in rows if row[4] in {"rises", "falls"}]
    if moving:
        yield f"Over the weeks, more than chance: the share of {', '.join(moving)}. Why isn't known."
    elif any(row[4] == "not shown" for row in rows):
        yield "No share was shown to rise or fall steadily over the weeks."
    else:
        yield "Too few people or weeks to say whether anything rises or falls over time."
