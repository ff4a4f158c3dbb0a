"""Groups that people are in without our doing: language, channel, demographics."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from bot.research.fit.arrays import Flags, Floats
from bot.research.report.intervals import cramers_v, holm, median, share
from bot.research.report.people import People, Strings
from bot.research.report.pictures import dots, kept
from bot.research.report.rules import LEVEL, RELIABILITY
from bot.research.report.table import Block, Cell, Column, Estimate, Section, Show, Table
from bot.research.report.traits import demographics

BUILT_IN = (("language", "language"), ("channel", "channel"))
_FEW = 6


@dataclass(frozen=True, slots=True, eq=False)
class Grouping:
    """One way to divide people."""

    id: str
    label: str
    codes: Strings

    @property
    def groups(self) -> list[tuple[str, int]]:
        """Return the groups and their sizes, the largest first."""
        met, counts = np.unique(self.codes[self.codes != ""], return_counts=True)
        return sorted(zip(met.tolist(), counts.tolist(), strict=True), key=lambda one: (-one[1], one[0]))

    def two_largest(self) -> tuple[str, str] | None:
        """Return the second largest group and the largest, if both can be looked at for item bias."""
        large = [name for name, count in self.groups if count >= RELIABILITY]
        return (large[1], large[0]) if len(large) > 1 else None


def groupings(people: People) -> list[Grouping]:
    """Return the ways to divide these people that have two groups or a few."""
    built = [Grouping(name, label, people.column(name)) for name, label in BUILT_IN]
    others = [Grouping(one.id, one.id, one.codes) for one in demographics(people, None) if not one.is_amount]
    return [one for one in (*built, *others) if 2 <= len(one.groups) <= _FEW]  # noqa: PLR2004 - one compares nothing


def groups(people: People) -> Section | None:
    """Return the section about language and channel, or None where everybody shares both."""
    found = [one for one in groupings(people) if one.id in dict(BUILT_IN)]
    if not found:
        return None
    tested = _tested(people, found)
    words = (
        "People chose their language and came by a channel themselves: a difference is no effect of either.",
    )
    blocks = (*(_block(people, one) for one in found), Block(tested))
    return Section("groups", "Language and channel", words, blocks)


def _block(people: People, grouping: Grouping) -> Block:
    columns = (
        Column(grouping.id, grouping.label.capitalize(), Show.TEXT),
        Column("people", "People", Show.COUNT),
        Column("finished", "Came to the end", Show.PERCENT),
        Column("median_min", "Median, minutes"),
    )
    rows = [
        (name, count, _finished(people, grouping.codes == name), _minutes(people, grouping.codes == name))
        for name, count in grouping.groups
    ]
    drawn = dots(kept((row[0], row[2]) for row in rows), "came to the end, %", percent=True)
    return Block(Table(f"by_{grouping.id}", f"By {grouping.label}", columns, tuple(rows)), drawn)


def _finished(people: People, those: Flags) -> Estimate | None:
    return share(int(people.finished[those].sum()), int(those.sum())) if those.any() else None


def _minutes(people: People, those: Flags) -> Estimate | None:
    seconds = people.numbers("duration_s")[those & people.finished]
    return median(seconds[~np.isnan(seconds)] / 60)


def _tested(people: People, found: Sequence[Grouping]) -> Table:
    pairs = [(one, name, codes) for one in found for name, codes in _sides(people)]
    tests = [(one, name, cramers_v(crossed(one.codes, codes))) for one, name, codes in pairs]
    known = [(one.label, name, *test) for one, name, test in tests if test]
    adjusted = holm([row[3] for row in known])
    rows: list[tuple[Cell, ...]] = [
        (label, name, v, p, "differs" if p < LEVEL else "not shown")
        for (label, name, v, _), p in zip(known, adjusted, strict=True)
    ]
    rows += [(one.label, name, None, None, "too few") for one, name, test in tests if test is None]
    columns = (
        Column("by", "By", Show.TEXT),
        Column("what", "What", Show.TEXT),
        Column("v", "Cramér's V"),
        Column("p", "p (Holm)", Show.P),
        Column("verdict", "Verdict", Show.TEXT),
    )
    return Table("group_tests", "Are these differences more than chance?", columns, tuple(rows))


def _sides(people: People) -> Iterator[tuple[str, Strings]]:
    if "status" in people.columns:
        yield "came to the end", np.where(people.finished, "yes", "no")
    if people.segments:
        yield "segment", people.segment


def crossed(one: Strings, other: Strings) -> Floats:
    """Return how many people are in each pair of groups."""
    both = (one != "") & (other != "")
    (rows, places), (columns, others) = (np.unique(each[both], return_inverse=True) for each in (one, other))
    table = np.zeros((len(rows), len(columns)))
    np.add.at(table, (places, others), 1)
    return table
