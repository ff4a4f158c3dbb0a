"""The people of a report from what the store holds: an export is written, read and thrown away.

So a report knows what an export knows and no more: consenting people only, campaigns of fewer than 11 and
rare combinations of quasi-identifiers withheld. Only taps on links come from elsewhere: they are counts of
nobody, which no export has.
"""

import tempfile
import zipfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from bot.errors import OperatorError
from bot.questionnaire.model import Edition
from bot.research.bundle import Wanted, export
from bot.research.report.people import People
from bot.research.report.reading import read_folder, read_sheet
from bot.research.survey import Editions, Filters, HeldWith, Survey
from bot.research.wide import FILE as WIDE
from bot.research.writing import Progress
from bot.storage.store import Snapshot

Find = Callable[[str], Edition | None]
"""Finds the edition of a questionnaire by its id."""


@dataclass(frozen=True, slots=True)
class Collected:
    """Who is reported on: the people of a questionnaire and of its second part, and what was exported."""

    people: People
    second: People | None = None
    manifests: Sequence[Mapping[str, Any]] = ()


async def from_store(
    snapshot: Snapshot, filters: Filters, held_with: HeldWith, questionnaire: str, progress: Progress
) -> Collected:
    """Return the people of a questionnaire as an export would have them."""
    there = await snapshot.questionnaires()
    main = await _newest(snapshot, filters, held_with, questionnaire) if questionnaire in there else None
    if main is None:
        raise OperatorError(
            f"There are no interviews of {questionnaire} for research.",
            remedy=f"There are interviews of: {', '.join(there) or 'none'}. Or name a file with --data.",
        )
    part = main.questionnaire.second_part
    wanted = [questionnaire, *([part.questionnaire] if part and part.questionnaire in there else [])]
    with tempfile.TemporaryDirectory() as scratch:
        manifests: list[Mapping[str, Any]] = []
        for name in wanted:
            out = Path(scratch) / name
            files = Wanted(tables=("wide", "long", "events"))
            manifests += await export(
                snapshot, out, filters, held_with, questionnaire=name, wanted=files, progress=progress
            )
        second = await _newest(snapshot, filters, held_with, wanted[1]) if len(wanted) > 1 else None
        read = [
            read_folder(Path(scratch) / one, edition)
            for one, edition in zip(wanted, (main, second), strict=False)
            if edition
        ]
    read[0] = replace(read[0], taps=await snapshot.arm_taps(questionnaire))
    return Collected(read[0], read[1] if len(read) > 1 else None, manifests)


async def _newest(
    snapshot: Snapshot, filters: Filters, held_with: HeldWith, questionnaire: str
) -> Edition | None:
    editions = Editions(snapshot, held_with)
    met = await Survey(snapshot, questionnaire, filters, editions).met()
    return await editions.get(met[0]) if met else None


def from_file(path: Path, edition: Edition, find: Find, segment_column: str | None) -> Collected:
    """Return the people of an export (a folder or a zip file), or of a file of answers."""
    if path.suffix.lower() == ".zip":
        with tempfile.TemporaryDirectory() as scratch:
            _unpack(path, Path(scratch))
            return _from_folder(Path(scratch), edition, find)
    if path.is_dir():
        return _from_folder(path, edition, find)
    return Collected(read_sheet(path, edition, segment_column))


def _unpack(path: Path, scratch: Path) -> None:
    try:
        with zipfile.ZipFile(path) as packed:
            packed.extractall(scratch)
    except (OSError, zipfile.BadZipFile) as error:
        raise OperatorError(
            f"{path} can't be unpacked: {error}.", remedy="Name another file with --data."
        ) from None


def _from_folder(folder: Path, edition: Edition, find: Find) -> Collected:
    places = {found.parent.name: found.parent for found in sorted(folder.glob(f"**/{WIDE}"))}
    own = places.get(edition.questionnaire.id) or (
        next(iter(places.values())) if len(places) == 1 else folder
    )
    part = edition.questionnaire.second_part
    there = places.get(part.questionnaire) if part else None
    other = find(part.questionnaire) if part and there else None
    return Collected(read_folder(own, edition), read_folder(there, other) if there and other else None)
