"""The segments: how large, how sure, how steady, and how often somebody said that it isn't them."""

from collections.abc import Iterator

import numpy as np

from bot.questionnaire.model import Status
from bot.research.report.intervals import mean, share
from bot.research.report.people import People
from bot.research.report.pictures import dots, kept
from bot.research.report.rules import LEAST
from bot.research.report.steadiness import steadiness
from bot.research.report.table import Block, Column, Estimate, Section, Show, Table

WHO = "People who tapped this invite, not patients in general"
FROM_FILE = "People in this file, not patients in general"
SURE = 0.9
GUESS = (
    "The segment model is provisional: its profiles were set by hand and weren't measured on people. A "
    "segment here is a guess."
)


def segments(people: People, everybody: People) -> Section | None:
    """Return the section, or None for a questionnaire without segments."""
    if not people.segments:
        return None
    blocks = (*_shares(people), *_certainty(people), *steadiness(people, everybody))
    return Section("segments", "Segments", _words(people), blocks, _findings(people))


def is_guess(people: People) -> bool:
    """Tell whether the segments come from a model that wasn't measured on people."""
    return not people.segments_given and people.questionnaire.status is Status.PROVISIONAL


def _words(people: People) -> tuple[str, ...]:
    if people.segments_given:
        return ("The segments are those of the file; how they came about isn't known here.",)
    return (GUESS,) if is_guess(people) else ()


def who(people: People) -> str:
    """Return whose shares these are."""
    return WHO if people.manifest else FROM_FILE


def sizes(people: People) -> list[tuple[str, str, int]]:
    """Return each segment's id, name and number of people."""
    return [(one, name, int((people.segment == one).sum())) for one, name in people.segments.items()]


def _shares(people: People) -> Iterator[Block]:
    found = sizes(people)
    total = sum(count for _, _, count in found)
    columns = (
        Column("segment", "Segment", Show.TEXT),
        Column("people", "People", Show.COUNT),
        Column("share", "Share", Show.PERCENT),
        *([Column("corrected", "Said “not me”", Show.PERCENT)] if "correction" in people.columns else []),
    )
    shares = [(name, share(count, total)) for _, name, count in found]
    rows = [
        (name, count, size, *_corrected(people, one, count))
        for (one, _, count), (name, size) in zip(found, shares, strict=True)
    ]
    note = f"Of {total} people with a result."
    drawn = dots(kept(shares), "share, %", percent=True)
    yield Block(Table("shares", f"Shares: {who(people)}", columns, tuple(rows), note), drawn)


def _corrected(people: People, segment: str, count: int) -> tuple[Estimate | None, ...]:
    if "correction" not in people.columns:
        return ()
    said = (people.segment == segment) & (people.column("correction") != "")
    return (share(int(said.sum()), count) if count else None,)


def _certainty(people: People) -> Iterator[Block]:
    if not people.certainty:
        return
    probabilities = np.stack(list(people.certainty.values()), axis=1)
    top = np.nanmax(probabilities[~np.isnan(probabilities).all(1)], axis=1)
    if not len(top):
        return
    unsure = people.column("unsure")
    told = unsure[unsure != ""]
    columns = (
        Column("people", "People", Show.COUNT),
        Column("mean", "Mean stated probability"),
        Column("sure", f"Stated {SURE:.0%} or more", Show.PERCENT),
        Column("unsure", "Told “not sure”", Show.PERCENT),
    )
    row = (
        len(top),
        mean(top),
        share(int((top >= SURE).sum()), len(top)),
        share(int((told == "1").sum()), len(told)) if len(told) else None,
    )
    note = "What the model says of itself. Whether it is right isn't known from these answers."
    yield Block(Table("certainty", "How sure the model says it is", columns, (row,), note))


def _findings(people: People) -> tuple[str, ...]:
    found = sizes(people)
    total = sum(count for _, _, count in found)
    if total < LEAST:
        return (f"{total} people have a result: too few to say how large the segments are.",)
    ranked = sorted(found, key=lambda one: -one[2])
    largest, smallest = ranked[0], ranked[-1]
    guess = " The model is provisional, so this is a guess." if is_guess(people) else ""
    return (
        (
            f"{who(people)}: the largest segment is {largest[1]} ({largest[2] / total:.0%}), the smallest "
            f"{smallest[1]} ({smallest[2] / total:.0%}).{guess}"
        ),
    )
