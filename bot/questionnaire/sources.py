"""The files of one questionnaire's folder, each read and held against its model.

Knows which files a folder may have and what each is; knows nothing about what they say to each other.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Generic, TypeVar

from bot.questionnaire.codes import told
from bot.questionnaire.model import Facts, Links, Locale, Model, Questionnaire, TipMatter
from bot.source import Document, Problem, read_front_matter, read_yaml, validate

M = TypeVar("M", bound=Model)

MAIN = "questionnaire.yaml"


@dataclass(frozen=True, slots=True)
class File(Generic[M]):
    """A YAML file that agrees with its model."""

    document: Document
    value: M


@dataclass(frozen=True, slots=True)
class TipFile:
    """A tip's file: its front matter, and its body not yet rendered."""

    voice: str
    topic: str
    language: str
    document: Document
    matter: TipMatter
    body: str
    body_line: int


@dataclass(frozen=True, slots=True)
class Sources:
    """Everything a folder holds; what couldn't be read is missing and stands in `problems`."""

    folder: Path
    main: File[Questionnaire] | None
    locales: Mapping[str, File[Locale]]
    links: File[Links] | None
    facts: Mapping[str, File[Facts]]
    tips: tuple[TipFile, ...]
    problems: tuple[Problem, ...]

    def has(self, *parts: str) -> bool:
        """Return whether the folder has a file, also one that couldn't be read."""
        return self.folder.joinpath(*parts).exists()


def read_sources(folder: Path) -> Sources:
    """Read every file of a questionnaire's folder."""
    reader = _Reader(folder, [])
    main = reader.yaml(folder / MAIN, Questionnaire)
    own = main.value.languages[0] if main else ""
    locales: dict[str, File[Locale]] = {}
    facts: dict[str, File[Facts]] = {}
    tips: list[TipFile] = []
    links: File[Links] | None = None
    for path in _files(folder):
        language, parts = _language(path.relative_to(folder).parts, own)
        match parts:
            case ("locales", name) if name.endswith(".yaml"):
                _keep(locales, name.removesuffix(".yaml"), reader.yaml(path, Locale))
            case ("links.yaml",) if language == own:
                links = reader.yaml(path, Links)
            case ("tips", "facts.yaml"):
                _keep(facts, language, reader.yaml(path, Facts))
            case ("tips", voice, name) if name.endswith(".md.j2"):
                tips.extend(reader.tip(path, voice, name.removesuffix(".md.j2"), language))
            case _ if not _may_lie_around(parts):
                reader.problems.append(_stray(path))
            case _:
                pass  # read elsewhere, or by nobody and harmless
    return Sources(folder, main, locales, links, facts, tuple(tips), tuple(reader.problems))


@dataclass(frozen=True, slots=True)
class _Reader:
    folder: Path
    problems: list[Problem]

    def yaml(self, path: Path, model: type[M]) -> File[M] | None:
        """Read one YAML file; keep what is wrong with it."""
        document = read_yaml(path, self.folder)
        value, problems = validate(document, model)
        self.problems.extend((*document.problems, *problems))
        return File(document, value) if value is not None else None

    def tip(self, path: Path, voice: str, topic: str, language: str) -> Iterator[TipFile]:
        """Read one tip; keep what is wrong with it."""
        document, body, body_line = read_front_matter(path, self.folder)
        matter, problems = validate(document, TipMatter)
        self.problems.extend((*document.problems, *problems))
        if matter is not None:
            yield TipFile(voice, topic, language, document, matter, body, body_line)


def _files(folder: Path) -> list[Path]:
    """Return everything below a folder but its folders; links to folders are looked at, never followed."""
    below = (path for path in folder.rglob("*") if path.is_symlink() or not path.is_dir())
    return sorted(
        path for path in below if not any(part.startswith(".") for part in path.relative_to(folder).parts)
    )


def _language(parts: tuple[str, ...], own: str) -> tuple[str, tuple[str, ...]]:
    """Take `locales/es/` off a path: what lies in it is what lies in the folder, in Spanish."""
    if len(parts) > 2 and parts[0] == "locales" and parts[1] != own:  # noqa: PLR2004 - and something in it
        return parts[1], parts[2:]
    return own, parts


def _may_lie_around(parts: tuple[str, ...]) -> bool:
    known = parts == (MAIN,) or (parts[0] == "journeys" and parts[-1].endswith(".yaml"))
    known = known or parts[0] == "evidence"  # what `attune fit` found, for people to read
    return known or (len(parts) == 1 and parts[0].startswith(("README", "LICENSE", "NOTICE", "CHANGELOG")))


def _stray(path: Path) -> Problem:
    if path.is_symlink() and path.is_dir():
        return told("outside", Document(path, None, {}), (), "a link to a folder isn't followed")
    return told("stray-file", Document(path, None, {}), (), f"nothing reads `{path.name}` here")


def _keep(where: dict[str, File[M]], name: str, file: File[M] | None) -> None:
    if file is not None:
        where[name] = file
