"""Who answered: how many came how far, how long it took, and where they left."""

from collections.abc import Iterator

import numpy as np

from bot.research.report.intervals import median, share
from bot.research.report.people import People
from bot.research.report.pictures import bars
from bot.research.report.table import Block, Column, Estimate, Section, Show, Table

MINUTE = 60


def answered(people: People) -> Section:
    """Return the section; a file of answers knows less than an export."""
    blocks = (*_way(people), *_time(people), *_left(people))
    return Section("answered", "Who answered", _words(people), blocks, _findings(people))


def _words(people: People) -> tuple[str, ...]:
    if people.manifest:
        return (
            (
                "Only people whose last word on research is yes are in this report. The others are counted, "
                "no more."
            ),
        )
    minors = f" {people.minors} were left out as under 18." if people.minors else ""
    return (f"Answers collected elsewhere, from a file of {people.count + people.minors} lines.{minors}",)


def _findings(people: People) -> tuple[str, ...]:
    if not people.manifest:
        return (f"{people.count} people are in this report.",)
    done = int(people.finished.sum())
    return (f"{people.count} people allowed research; {done} of them came to the end.",)


def _steps(people: People) -> list[tuple[str, int]]:
    gone = people.manifest.get("excluded", {})
    agreed = people.count + gone.get("no_research", 0) + gone.get("withdrawn", 0)
    replied = np.any([~np.isnan(values) for values in people.values.values()], axis=0)
    return [
        ("Began", agreed + gone.get("no_consent", 0)),
        ("Agreed to take part", agreed),
        ("Allowed research", people.count),
        ("Answered something", int(replied.sum())),
        ("Saw the result", int(people.finished.sum())),
    ]


def _way(people: People) -> Iterator[Block]:
    if not people.manifest:
        return
    steps = _steps(people)
    columns = (
        Column("step", "Step", Show.TEXT),
        Column("people", "Interviews", Show.COUNT),
        Column("of_before", "Of the step before", Show.PERCENT),
    )
    rows = [
        (name, count, share(count, before) if place else "")
        for place, ((name, count), before) in enumerate(zip(steps, [0, *(n for _, n in steps)], strict=False))
    ]
    note = (
        "An interview that its person erased, or that was refused at the consent, is in none of these. "
        "People who took their yes back count as having agreed."
    )
    yield Block(Table("funnel", "How far they came", columns, tuple(rows), note), bars(steps, "interviews"))


def _time(people: People) -> Iterator[Block]:
    if "duration_s" not in people.columns:
        return
    seconds = people.numbers("duration_s")[people.finished]
    seconds = seconds[seconds >= 0]
    columns = (
        Column("people", "People", Show.COUNT),
        Column("median_min", "Median, minutes"),
        Column("p10_min", "A tenth was faster than"),
        Column("p90_min", "A tenth was slower than"),
    )
    middle = median(seconds / MINUTE)
    low, high = (float(one) / MINUTE for one in np.quantile(seconds, (0.1, 0.9))) if middle else (None, None)
    note = "From the first page to the result, pauses included; those who finished."
    yield Block(Table("time", "How long it took", columns, ((len(seconds), middle, low, high),), note))


def _left(people: People) -> Iterator[Block]:
    if people.paradata is None:
        return
    rows = [
        (item, people.text(item), people.paradata.left_at[item], _pace(people, item))
        for item in people.values
        if people.paradata.left_at.get(item)
    ]
    if not rows:
        return
    columns = (
        Column("item", "Item", Show.TEXT),
        Column("text", "What was asked", Show.TEXT),
        Column("left", "Left here", Show.COUNT),
        Column("median_s", "Median seconds of those who answered"),
    )
    title = "Where people left without an answer"
    yield Block(
        Table("left", title, columns, tuple(rows)), bars([(row[0], row[2]) for row in rows], "left here")
    )


def _pace(people: People, item: str) -> Estimate | None:
    given = people.paradata.given.values() if people.paradata else ()
    ms = [one.ms / 1_000 for each in given for one in each if one.item == item and one.choice and one.ms >= 0]
    return median(ms)
