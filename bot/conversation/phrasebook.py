"""Every house-wide word that a person reads, from the phrase files: words live in files, never in Python."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from importlib import resources
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field

from bot.errors import AuthorError
from bot.questionnaire.model import Language, LocaleStatus
from bot.source import read_yaml, validate

PLACEHOLDER = re.compile(r"\{([a-z_]+)\}")
SOURCE_LANGUAGE = "en"


class Phrases(BaseModel):
    """One phrase file: `bot/conversation/phrases/<language>.yaml`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    language: Language = Field(description="The language of this file.")
    status: LocaleStatus = Field(description="`drafted, not reviewed`, or `reviewed`.")
    phrases: dict[str, str] = Field(description="Words by key; braces hold placeholders.")
    urgent_words: tuple[str, ...] = Field(description="Words of urgent need.")


@dataclass(frozen=True)
class Phrasebook:
    """The phrases of every language."""

    books: Mapping[str, Phrases]

    @property
    def languages(self) -> tuple[str, ...]:
        """Return the languages that the house speaks."""
        return tuple(self.books)

    @cached_property
    def urgent_words(self) -> tuple[str, ...]:
        """Return the words of urgent need in every language.

        People in need may not write in the one they chose.
        """
        return tuple(words for book in self.books.values() for words in book.urgent_words)

    def has(self, language: str, key: str, overrides: Mapping[str, str]) -> bool:
        """Tell whether there are words for a key."""
        return key in overrides or key in self._book(language).phrases

    def say(self, language: str, key: str, overrides: Mapping[str, str], /, **values: object) -> str:
        """Return a phrase with its placeholders filled; values are never read as phrases again."""
        phrase = self.phrase(language, key, overrides)
        return PLACEHOLDER.sub(lambda match: str(values.get(match[1], match[0])), phrase)

    def phrase(self, language: str, key: str, overrides: Mapping[str, str]) -> str:
        """Return a phrase as it stands in its file."""
        phrase = overrides.get(key)
        return self._book(language).phrases[key] if phrase is None else phrase

    def _book(self, language: str) -> Phrases:
        return self.books.get(language) or self.books[SOURCE_LANGUAGE]


def open_phrasebook(folder: Path | None = None) -> Phrasebook:
    """Return the phrasebook of a folder of phrase files, the shipped ones by default."""
    if folder is not None:
        return _open(folder)
    with resources.as_file(resources.files("bot.conversation") / "phrases") as shipped:
        return _open(shipped)


def _open(folder: Path) -> Phrasebook:
    books = [_read(path, folder) for path in sorted(folder.glob("*.yaml"))]
    books.sort(key=lambda book: (book.language != SOURCE_LANGUAGE, book.language))
    return Phrasebook({book.language: book for book in books})


def _read(path: Path, folder: Path) -> Phrases:
    document = read_yaml(path, folder)
    phrases, found = validate(document, Phrases)
    problems = [*document.problems, *found]
    if phrases is None or problems:
        raise AuthorError("\n".join(str(problem) for problem in problems))
    return phrases
