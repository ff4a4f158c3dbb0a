"""The tables as CSV files, written while the interviews pass by a page at a time."""

import csv
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import astuple, dataclass, field
from pathlib import Path
from typing import Any, TextIO

from bot.questionnaire.model import Edition
from bot.research.codebook import FILE as CODEBOOK
from bot.research.codebook import HEADER, entries
from bot.research.columns import Table
from bot.research.layout import Layout
from bot.research.long import ANSWERS, EVENTS, answers
from bot.research.quick.interview import Finder, Interview
from bot.research.quick.long import answer_lines, event_lines, score_lines
from bot.research.quick.wide import STATUSES, wide_lines
from bot.research.response import Status
from bot.research.scores import SCORES
from bot.research.survey import Survey
from bot.research.wide import FILE as WIDE
from bot.research.wide import wide

AnyTable = Table[Any]
KINDS = ("status", "channel", "language", "organisation", "edition")
"""What is counted of every interview."""

Progress = Callable[[int, int], None]
"""Told how many interviews of how many were read."""

TABLES = {"wide": WIDE, "long": ANSWERS.file, "events": EVENTS.file, "scores": SCORES.file}
"""What the tables are called where somebody wants only some of them."""

NEED_EVENTS = frozenset({ANSWERS.file, EVENTS.file})


def tables(layout: Layout, files: Iterable[str]) -> tuple[AnyTable, ...]:
    """Return the tables that are wanted, in the order of the page."""
    every: tuple[AnyTable, ...] = (wide(layout), answers(layout), EVENTS, SCORES)
    return tuple(table for table in every if table.file in set(files))


class Lines:
    """Turns interviews with one edition into their lines in each of some files."""

    def __init__(
        self, edition: Edition, layout: Layout, files: Sequence[str], *, withhold: bool = True
    ) -> None:
        self._find = Finder(edition).find
        one = wide_lines(edition, layout, withhold=withhold)
        every: dict[str, Callable[[Interview], Sequence[str]]] = {
            WIDE: lambda interview: (one(interview),),
            ANSWERS.file: answer_lines(edition, withhold=withhold),
            EVENTS.file: event_lines(edition, withhold=withhold),
            SCORES.file: score_lines(edition),
        }
        self._makers = [every[file] for file in files]

    def of(self, interview: Interview) -> Sequence[Sequence[str]]:
        """Return an interview's lines in each of the files."""
        self._find(interview)
        return [made(interview) for made in self._makers]


@dataclass(slots=True)
class Found:
    """What was counted while the tables were written."""

    responses: int = 0
    newest: int = 0  # the newest time, in whole microseconds since 1970
    counts: Counter[tuple[str, ...]] = field(default_factory=Counter)  # in the order of KINDS
    rows: Counter[str] = field(default_factory=Counter)
    invited: dict[str, set[str]] = field(default_factory=dict)  # the people of an invite, up to `enough`

    _before: tuple[str, ...] = ()
    _again: int = 0
    _full: str | None = None  # an invite that has enough people

    def meet(self, one: Interview, enough: int) -> None:
        """Count an interview."""
        self.responses += 1
        if one.last > self.newest:  # noqa: PLR1730 - half as long as max()
            self.newest = one.last
        state = one.state
        key = (one.step, state["channel"], state["language"], state["organisation"], state["edition"])
        if key == self._before:  # as mostly; to compare is quicker than to look up
            self._again += 1
        else:
            self._settle()
            self._before, self._again = key, 1
        invite = state.get("invite")
        if invite is not None and invite != self._full:
            people = self.invited.setdefault(invite, set())
            if len(people) < enough:
                people.add(one.person)
            else:
                self._full = invite

    def _settle(self) -> None:
        if self._again:
            self.counts[self._before] += self._again
            self._again = 0

    def counted(self, name: str) -> dict[str, int]:
        """Return the counts of one kind."""
        self._settle()
        place, counted = KINDS.index(name), Counter[str]()
        for key, number in self.counts.items():
            value = STATUSES.get(key[0], Status.PARTIAL.value) if name == "status" else key[place]
            counted[value] += number
        return dict(sorted(counted.items()))


async def write_tables(
    folder: Path,
    survey: Survey,
    layout: Layout,
    wanted: Sequence[AnyTable],
    progress: Progress,
    *,
    enough: int,
    withhold: bool = True,
) -> Found:
    """Write the tables in one pass over the interviews."""
    found, files = Found(), [table.file for table in wanted]
    turn = {edition.digest: Lines(edition, layout, files, withhold=withhold) for edition in layout.editions}
    done, of = 0, await survey.snapshot.total(survey.questionnaire)
    with ExitStack() as stack:
        opened = [stack.enter_context(_opened(folder, table)) for table in wanted]
        async for page in survey.pages(events=not NEED_EVENTS.isdisjoint(files)):
            _write_page(page, turn, files, opened, found, enough)
            done = found.responses + survey.excluded.total()
            progress(min(done, of), of)
    return found


def _write_page(
    page: Iterable[Interview],
    turn: Mapping[str, Lines],
    files: Sequence[str],
    opened: Sequence[TextIO],
    found: Found,
    enough: int,
) -> None:
    pages: list[list[str]] = [[] for _ in files]
    for interview in page:
        for lines, new in zip(pages, turn[interview.state["edition"]].of(interview), strict=True):
            lines.extend(new)
        found.meet(interview, enough)
    for file, lines, out in zip(files, pages, opened, strict=True):
        if lines:
            out.write("\n".join(lines) + "\n")
            found.rows[file] += len(lines)


def _opened(folder: Path, table: AnyTable) -> TextIO:
    file = (folder / table.file).open("w", encoding="utf-8", newline="")
    file.write(",".join(table.header) + "\n")
    return file


def write_codebook(folder: Path, layout: Layout, wanted: tuple[AnyTable, ...]) -> int:
    """Write `codebook.csv` and return its number of rows."""
    listed = list(entries(layout, wanted))
    with (folder / CODEBOOK).open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(HEADER)
        writer.writerows(astuple(entry) for entry in listed)
    return len(listed)
