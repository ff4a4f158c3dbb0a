"""Which questionnaires and organisations a path means, and everything that is wrong with them."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from bot.errors import OperatorError
from bot.organisation import check as organisation
from bot.organisation.codes import TABLE as ORGANISATION_CODES
from bot.questionnaire import check as questionnaire
from bot.questionnaire.codes import TABLE as QUESTIONNAIRE_CODES
from bot.questionnaire.sources import MAIN, Sources, read_sources
from bot.source import Problem


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

    def can_begin(self, problems: list[Problem]) -> bool:
        """Return whether an interview could begin in spite of these problems."""
        return not any(map(_stops, problems))


def _stops(problem: Problem) -> bool:
    table = ORGANISATION_CODES if problem.path.name == organisation.MAIN else QUESTIONNAIRE_CODES
    return table.stops(problem)


def read_content(paths: Iterable[Path]) -> Content:
    """Read every questionnaire and organisation that the paths mean."""
    folders = list(dict.fromkeys(folder for path in paths for folder in _folders(path)))
    return Content(
        tuple(read_sources(folder) for folder, kind in folders if kind == MAIN),
        tuple(organisation.read_source(folder) for folder, kind in folders if kind == organisation.MAIN),
    )


def questionnaire_folder(named: str) -> Path:
    """Return the folder of a questionnaire that is named by its path or its id."""
    from bot.settings import Settings  # noqa: PLC0415 - only commands that name one need the settings

    shelf = Settings.read().questionnaires_folder
    for folder in (Path(named), shelf / named):
        if (folder / MAIN).is_file():
            return folder
    raise OperatorError(
        f"There is no questionnaire {named}.",
        remedy=f"Name a folder with a {MAIN}, or one in {shelf}.",
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
