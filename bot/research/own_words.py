"""`own_words.csv`: what people wrote in their own words, for whoever asks for it deliberately.

Law: words leave the house only where three say yes: the very edition that was answered (`exported: true`),
the person's last word on research, and whoever exports. Never under Safe Harbor, and never those of an item
that is declared an identifier or a quasi-identifier, for nobody can withhold a part of a sentence. A person's
own data hold all of theirs. Words stand in this file alone, so that it can be kept apart from the others, and
no cell of it is one that a spreadsheet would run.
"""

import csv
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import NamedTuple

from bot.errors import OperatorError
from bot.own_words import open_words
from bot.privacy import Keys, SealBroken
from bot.questionnaire.answer_kinds import NAMING
from bot.questionnaire.model import Edition, Item, TextAnswer
from bot.research.columns import Column, Table, Type
from bot.research.layout import Layout
from bot.research.quick.interview import Finder, Interview
from bot.research.survey import Survey

FILE = "own_words.csv"
RUNS = tuple("=+-@\t\r\n\uff1d\uff0b\uff0d\uff20")  # the last four are the first four in full width
"""A spreadsheet may take what begins with one of these for a formula."""


class Words(NamedTuple):
    """One answer in own words: a row of the file."""

    response_id: str
    item_id: str
    language: str
    words: str
    escaped: int
    edition_sha256: str


_Words = Column[Words]

OWN_WORDS: Table[Words] = Table(
    FILE,
    (
        _Words("response_id", "The interview.", Type.STRING, lambda row: row.response_id),
        _Words("item_id", "The item.", Type.STRING, lambda row: row.item_id),
        _Words("language", "The language of the interview.", Type.STRING, lambda row: row.language),
        _Words(
            "words",
            "What the person wrote, in their own words. It may name people.",
            Type.STRING,
            lambda row: row.words,
        ),
        _Words(
            "escaped",
            "Whether an apostrophe was put before the words, so that no spreadsheet runs them.",
            Type.INTEGER,
            lambda row: row.escaped,
            ((0, "no"), (1, "yes")),
        ),
        _Words("edition_sha256", "The edition.", Type.STRING, lambda row: row.edition_sha256),
    ),
    lambda _response: (),  # they are opened one by one, by `write`: no response holds them
)


@dataclass(frozen=True, slots=True)
class Opener:
    """Opens the words of interviews: of every one, or of those items that may be exported."""

    keys: Keys
    every: bool = False

    def asked(self, edition: Edition) -> tuple[Item, ...]:
        """Return the items of an edition whose words are opened."""
        return tuple(
            item
            for item in edition.questionnaire.items
            if isinstance(answers := edition.questionnaire.answered(item.id), TextAnswer)
            and (self.every or (answers.exported and item.sensitivity not in NAMING))
        )

    def rows(self, interview: Interview, edition: Edition) -> Iterator[Words]:
        """Yield the words of an interview."""
        language, applying = interview.state["language"], interview.route.items
        for item in self.asked(edition):
            answer = interview.answers.get(item.id)
            if answer and answer["choice"] is not None and (self.every or item.id in applying):
                words = self._opened(interview, item.id, answer["choice"])
                shown, escaped = (f"'{words}", 1) if words.startswith(RUNS) else (words, 0)
                yield Words(interview.code, item.id, language, shown, escaped, edition.digest)

    def _opened(self, interview: Interview, item: str, sealed: str) -> str:
        try:
            return open_words(self.keys, interview.state["id"], item, sealed)
        except (SealBroken, ValueError) as error:
            raise OperatorError(
                f"The words in {item} of the response {interview.code} can't be opened with this key.",
                remedy="Say `attune doctor`; without --with-own-words all else is exported.",
            ) from error


async def write(folder: Path, survey: Survey, layout: Layout, opener: Opener) -> Counter[str]:
    """Write the file in a pass of its own; return how many answers of each item are in it."""
    editions = {edition.digest: edition for edition in layout.editions}
    finders = {edition.digest: Finder(edition) for edition in layout.editions}
    found = Counter({item.id: 0 for one in layout.editions for item in opener.asked(one)})
    again = replace(survey, excluded=Counter())  # whoever is left out is counted once, by the other tables
    with (folder / FILE).open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(OWN_WORDS.header)
        if not found:
            return found  # no edition has words to open
        async for page in again.pages(events=False):
            for interview in page:
                digest = interview.state["edition"]
                finders[digest].find(interview)
                rows = list(opener.rows(interview, editions[digest]))
                writer.writerows(rows)
                found.update(row.item_id for row in rows)
    return found
