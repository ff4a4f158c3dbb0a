"""Where questionnaires and organisations lie, and which of them a path means."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import bot
from bot.organisation import check as organisation
from bot.questionnaire import check as questionnaire
from bot.questionnaire.sources import MAIN, Sources, read_sources
from bot.source import Problem


def shipped(kind: str) -> Path:
    """Return the folder of questionnaires or organisations that came with the program."""
    package = Path(bot.__file__).parent
    in_wheel = package / "_shipped" / kind
    return in_wheel if in_wheel.is_dir() else package.parent / kind


def configured(kind: str) -> Path:
    """Return the folder of questionnaires or organisations here, or else the shipped one."""
    here = Path(kind)
    return here if here.is_dir() else shipped(kind)


@dataclass(frozen=True, slots=True)
class Content:
    """The folders that were asked for, as they were read."""

    questionnaires: tuple[Sources, ...]
    organisations: tuple[organisation.Source, ...]

    def problems(self, today: date) -> list[Problem]:
        """Return every problem of every folder, by file and line."""
        found: list[Problem] = list(organisation.two_defaults(self.organisations))
        for sources in self.questionnaires:
            neighbours = {path.parent.name for path in sources.folder.resolve().parent.glob(f"*/{MAIN}")}
            found += questionnaire.check(
                sources, today, neighbours | {each.folder.name for each in self.questionnaires}
            )
        for source in self.organisations:
            found += organisation.check(source, today)
        return sorted(set(found))


def read_content(paths: Iterable[Path]) -> Content:
    """Read every questionnaire and organisation that the paths mean."""
    folders = list(dict.fromkeys(folder for path in paths for folder in _folders(path)))
    return Content(
        tuple(read_sources(folder) for folder, kind in folders if kind == MAIN),
        tuple(organisation.read_source(folder) for folder, kind in folders if kind == organisation.MAIN),
    )


def _folders(path: Path) -> Iterator[tuple[Path, str]]:
    """Yield the content folders at, in, below or around a path, each with the name of its main file."""
    start = path if path.is_dir() else path.parent
    for folder in (start, *start.parents) if path.is_file() else (start,):
        for main in (MAIN, organisation.MAIN):
            if (folder / main).exists():
                yield folder, main
                return
    if not path.is_dir():
        return
    inside = [path, path / "questionnaires", path / "organisations"]
    for shelf in inside:
        for main in (MAIN, organisation.MAIN):
            if any(shelf.glob(f"*/{main}")):
                yield from ((folder, main) for folder in sorted(shelf.iterdir()) if _may_be_content(folder))


def _may_be_content(folder: Path) -> bool:
    return folder.is_dir() and not folder.name.startswith((".", "_"))
