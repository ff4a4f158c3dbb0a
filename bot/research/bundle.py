"""The export: one snapshot becomes a folder.

Law: the same data give the same bytes. Rows stand in the order of their response ids, byte by byte, and no
clock is read. Interviews pass through one at a time, so memory doesn't grow with them.
"""

import csv
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack
from dataclasses import astuple, dataclass
from pathlib import Path
from types import TracebackType
from typing import Any

from bot.errors import OperatorError
from bot.questionnaire.model import Edition
from bot.research.codebook import FILE as CODEBOOK
from bot.research.codebook import HEADER, entries
from bot.research.columns import Table
from bot.research.folder import Written, described, whole_folder
from bot.research.layout import Layout, merge
from bot.research.long import ANSWERS, EVENTS, SCORES
from bot.research.manifest import manifest, write_manifest, write_readme, write_sums
from bot.research.response import Reader, Response
from bot.research.survey import Editions, Filters, HeldWith, Survey, chosen
from bot.research.wide import wide
from bot.storage.store import Snapshot, StoredSession

AnyTable = Table[Any]
Progress = Callable[[int, int], None]
"""Told how many interviews of how many are written."""


async def export(
    snapshot: Snapshot,
    out: Path,
    filters: Filters,
    held_with: HeldWith,
    *,
    questionnaire: str | None = None,
    current: Mapping[str, Edition] | None = None,
    progress: Progress = lambda _done, _of: None,
) -> tuple[Mapping[str, Any], ...]:
    """Write the folder `out`; return the manifest of each questionnaire in it.

    One questionnaire's files stand in `out` itself; of several, each has a folder of its own there.
    `held_with` is for looking back to an earlier turn; `current` are today's editions, which give the columns
    where a questionnaire has no interview to show.
    """
    if not 0 <= filters.as_of <= snapshot.as_of:
        raise OperatorError(
            f"There is no turn {filters.as_of}.", remedy=f"--as-of goes from 0 to {snapshot.as_of}."
        )
    ids = _wanted(await snapshot.questionnaires(), questionnaire)
    with whole_folder(out) as draft:
        manifests = []
        for each in ids:
            folder = draft if len(ids) == 1 else draft / each
            folder.mkdir(exist_ok=True)
            job = _Job(
                snapshot, filters, each, Editions(snapshot, held_with), (current or {}).get(each), progress
            )
            manifests.append(await _questionnaire(job, folder))
        return tuple(manifests)


def _wanted(there: Sequence[str], questionnaire: str | None) -> Sequence[str]:
    if questionnaire is not None and questionnaire not in there:
        known = ", ".join(there) or "none"
        raise OperatorError(
            f"There are no interviews of {questionnaire}.", remedy=f"There are interviews of: {known}."
        )
    if not there:
        raise OperatorError(
            "There are no interviews yet.", remedy="Check DATABASE_URL, or ask somebody first."
        )
    return sorted(there, key=str.encode) if questionnaire is None else [questionnaire]


@dataclass(frozen=True, slots=True)
class _Job:
    """One questionnaire to be written, and what that takes."""

    snapshot: Snapshot
    filters: Filters
    questionnaire: str
    editions: Editions
    current: Edition | None
    progress: Progress

    async def layout(self, found: Survey) -> Layout:
        """Return the columns: those of the editions met, else of today's."""
        met = [await self.editions.get(digest) for digest in found.newest_first]
        return merge(self.questionnaire, met or ([self.current] if self.current else []))

    def interviews(self, excluded: Counter[str]) -> AsyncIterator[StoredSession]:
        """Go over the interviews that are in."""
        return chosen(self.snapshot, self.questionnaire, self.filters, self.editions, excluded)


async def _questionnaire(job: _Job, folder: Path) -> Mapping[str, Any]:
    left_out = Counter(await job.snapshot.excluded(job.questionnaire))
    found = Survey(job.snapshot.as_of, left_out)
    async for stored in job.interviews(found.excluded):
        found.meet(stored)
    layout = await job.layout(found)
    tables: tuple[AnyTable, ...] = (wide(layout), ANSWERS, EVENTS, SCORES)
    counts: Counter[str] = Counter()
    files = await _tables(job, folder, layout, tables, found.responses, counts)
    return _beside(folder, layout, found, job.filters, counts, [*files, _codebook(folder, layout, tables)])


async def _tables(
    job: _Job, folder: Path, layout: Layout, tables: tuple[AnyTable, ...], of: int, counts: Counter[str]
) -> list[Written]:
    """Write every table in one pass over the interviews."""
    readers = {edition.digest: Reader(edition) for edition in layout.editions}
    with ExitStack() as stack:
        writers = [stack.enter_context(TableWriter(folder, table)) for table in tables]
        async for stored in job.interviews(Counter()):
            response = readers[stored.session.edition].read(stored)
            for writer in writers:
                writer.add(response)
            _count(counts, response)
            job.progress(writers[0].rows, of)
    return [described(folder / writer.table.file, writer.rows) for writer in writers]


def _beside(
    folder: Path,
    layout: Layout,
    found: Survey,
    filters: Filters,
    counts: Counter[str],
    files: list[Written],
) -> Mapping[str, Any]:
    """Write what goes beside the tables; return the manifest."""
    readme = write_readme(folder, layout, manifest(layout, found, filters, counts, files))
    said = manifest(layout, found, filters, counts, [*files, readme])
    write_sums(folder, [*files, readme, write_manifest(folder, said)])
    return said


def _count(counts: Counter[str], response: Response) -> None:
    session = response.session
    counts[f"status:{response.status}"] += 1
    counts[f"channel:{session.channel}"] += 1
    counts[f"language:{session.language}"] += 1
    counts[f"edition:{session.edition}"] += 1


def _codebook(folder: Path, layout: Layout, tables: tuple[AnyTable, ...]) -> Written:
    path, listed = folder / CODEBOOK, list(entries(layout, tables))
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(HEADER)
        writer.writerows(astuple(entry) for entry in listed)
    return described(path, len(listed))


class TableWriter(AbstractContextManager["TableWriter"]):
    """Writes one table into its file, response by response."""

    def __init__(self, folder: Path, table: AnyTable) -> None:
        self.table = table
        self.rows = 0
        self._file = (folder / table.file).open("w", encoding="utf-8", newline="")
        self._writer = csv.writer(self._file, lineterminator="\n")
        self._writer.writerow(table.header)

    def add(self, response: Response) -> None:
        """Write the rows that a response has in this table."""
        lines: Iterable[Sequence[object]] = self.table.lines(response)
        for line in lines:
            self._writer.writerow(line)
            self.rows += 1

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()
