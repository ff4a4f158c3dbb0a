"""What only the finished interview can tell an author: phrases nobody says, journeys that no longer hold."""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from bot.cli.content import Content, read_content
from bot.conversation.library import Library
from bot.conversation.phrasebook import SOURCE_LANGUAGE, open_phrasebook
from bot.organisation.load import load_all
from bot.organisation.model import Organisation
from bot.questionnaire.codes import told
from bot.questionnaire.load import Loaded, assemble, load
from bot.questionnaire.sources import MAIN, Sources
from bot.rehearsal import rehearse
from bot.settings import Settings
from bot.source import Document, Problem, did_you_mean

_PLACEHOLDER = re.compile(r"\{([a-z][a-z0-9_]*)\}")
_OF_ITS_OWN = ("topic.", "link_language.")
"""How a questionnaire calls its own topics, and the languages of its links."""


def phrases(content: Content) -> list[Problem]:
    """Return every phrase of a questionnaire that the house doesn't say, or that it can't fill in."""
    known = open_phrasebook().books[SOURCE_LANGUAGE].phrases
    found: list[Problem] = []
    for sources in content.questionnaires:
        if sources.main is not None:
            found += _phrases(sources.main.document, sources.main.value.phrases, known)
        for file in sources.locales.values():
            found += _phrases(file.document, file.value.phrases, known)
    return found


def journeys(content: Content) -> list[Problem]:
    """Play every journey of the questionnaires and return those that don't hold.

    Only for content in which nothing keeps an interview from beginning.
    """
    shelf = {one.edition.questionnaire.id: one for one in map(assemble, content.questionnaires)}
    if not any((sources.folder / "journeys").is_dir() for sources in content.questionnaires):
        return []
    shelf |= dict(_second_parts(content.questionnaires, shelf))
    first = next(iter(shelf))
    return rehearse(Library(shelf, _organisations(content), open_phrasebook(), first, free_text=True))


def broken(folder: Path) -> dict[Path, str]:
    """Return the journeys of a questionnaire's folder that don't hold, each with what is wrong."""
    content = read_content([folder])
    return {problem.path: f"line {problem.line}: {problem.message}" for problem in journeys(content)}


def _phrases(document: Document, said: Mapping[str, str], known: Mapping[str, str]) -> Iterator[Problem]:
    for name, text in said.items():
        if name not in known and not name.startswith(_OF_ITS_OWN):
            hint = did_you_mean(name, known)
            yield told(
                "unknown-phrase", document, ("phrases", name), f"nobody says `{name}`", hint, at_key=True
            )
            continue
        filled = set(_PLACEHOLDER.findall(known.get(name, "")))
        for stray in sorted(set(_PLACEHOLDER.findall(text)) - filled):
            yield told(
                "placeholder",
                document,
                ("phrases", name),
                f"nobody fills in `{{{stray}}}` here",
                _hint(filled),
            )


def _hint(filled: set[str]) -> str:
    return (
        f"Allowed: {', '.join(f'{{{name}}}' for name in sorted(filled))}."
        if filled
        else "None is allowed here."
    )


def _second_parts(
    questionnaires: tuple[Sources, ...], shelf: Mapping[str, Loaded]
) -> Iterator[tuple[str, Loaded]]:
    for sources in questionnaires:
        second = sources.main.value.second_part if sources.main else None
        if second is None or second.questionnaire in shelf:
            continue
        for place in (sources.folder.parent, Settings.read().questionnaires_folder):
            if (place / second.questionnaire / MAIN).is_file():
                yield second.questionnaire, load(place / second.questionnaire)
                break


def _organisations(content: Content) -> Mapping[str, Organisation]:
    """Return the organisations that were checked, or else those that are configured."""
    checked = {
        source.folder.name: source.value for source in content.organisations if source.value is not None
    }
    return checked or load_all(Settings.read().organisations_folder)
