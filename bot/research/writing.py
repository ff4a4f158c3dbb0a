"""The tables as CSV files, written while the interviews pass by a page at a time."""

import csv
from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import astuple
from pathlib import Path
from typing import Any, TextIO

from bot.questionnaire.model import Edition
from bot.research.codebook import FILE as CODEBOOK
from bot.research.codebook import HEADER, entries
from bot.research.columns import Table
from bot.research.found import Found
from bot.research.layout import Layout
from bot.research.long import ANSWERS, EVENTS, answers
from bot.research.merging import merged
from bot.research.quick.interview import Finder, Interview
from bot.research.quick.kept import VERSION, serve
from bot.research.quick.long import answer_lines, event_lines, score_lines
from bot.research.quick.wide import wide_lines
from bot.research.scores import SCORES
from bot.research.survey import SIMULATED, Survey
from bot.research.wide import FILE as WIDE
from bot.research.wide import wide
from bot.storage.kept import KeptLines

AnyTable = Table[Any]
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
    of = await survey.snapshot.total(survey.questionnaire)
    kept = survey.kept(VERSION) if files == [WIDE] and withhold and serve(layout) else None
    with ExitStack() as stack:
        opened = [stack.enter_context(_opened(folder, table)) for table in wanted]
        if kept is not None:
            written = _with_kept(survey, kept, turn, opened[0], found, enough)
        else:
            pages = survey.pages(events=not NEED_EVENTS.isdisjoint(files))
            written = _all_anew(pages, turn, files, opened, found, enough)
        async for _ in written:
            progress(min(found.responses + survey.excluded.total(), of), of)
    return found


async def _with_kept(
    survey: Survey, kept: KeptLines, turn: Mapping[str, Lines], out: TextIO, found: Found, enough: int
) -> AsyncIterator[None]:
    """Write the wide table alone: lines that were kept, and those of the other interviews in between."""

    async def as_kept() -> AsyncIterator[Sequence[str]]:
        async for page in kept.pages():
            found.meet_kept(page, enough)
            if page.left_out:
                survey.excluded[SIMULATED] += page.left_out
            yield page.lines

    async def others() -> AsyncIterator[Sequence[str]]:
        async for page in survey.others(kept):
            lines: list[str] = []
            for interview in page:
                lines.extend(turn[interview.state["edition"]].of(interview)[0])
                found.meet(interview, enough)
            yield lines

    async for lines in merged(as_kept(), others()):
        out.write("\n".join(lines) + "\n")
        found.rows[WIDE] += len(lines)
        yield


async def _all_anew(
    pages: AsyncIterator[Iterable[Interview]],
    turn: Mapping[str, Lines],
    files: Sequence[str],
    opened: Sequence[TextIO],
    found: Found,
    enough: int,
) -> AsyncIterator[None]:
    async for page in pages:
        _write_page(page, turn, files, opened, found, enough)
        yield


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
