"""What holds for every text that a person reads, whoever wrote it: placeholders, markup, length.

`**bold**` is the only markup, placeholders come from a closed list, and there is no template language:
whatever looks like one is refused, so nothing in an author's text can ever be run.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from bot.source.builder import Route
from bot.source.codes import Table
from bot.source.document import Document
from bot.source.problem import Problem

LONGEST_MESSAGE = 4096
ROOM_FOR_PHRASES = 400
"""What progress, buttons and the organisation's name may add to a page."""
LONGEST_PAGE = LONGEST_MESSAGE - ROOM_FOR_PHRASES
PLACEHOLDERS = frozenset({"organisation", "count", "emergency", "segment"})

_PLACEHOLDER = re.compile(r"\{([a-z][a-z0-9_]*)\}")
_MARKUP = re.compile(r"</?[A-Za-z!][^<>\n]*>|&(#\d+|#x[0-9a-fA-F]+|[a-z]+);")


@dataclass(frozen=True, slots=True)
class Said:
    """One text and where it stands."""

    document: Document
    route: Route
    text: str
    free: bool = False
    """Whether it may have placeholders of its own (a phrase has)."""
    most: tuple[str, int] = ("long-text", LONGEST_PAGE)
    """How long it may be, and the code of being longer."""


def units(text: str) -> int:
    """Return a text's length as Telegram counts it, in UTF-16 units."""
    return len(text) + sum(character > "\uffff" for character in text)


def flaws(said: Said, table: Table) -> Iterator[Problem]:
    """Yield what is wrong with one text."""
    for code, message in _flaws(said):
        yield table.problem(code, said.document, said.route, message)


def markup_flaws(text: str) -> Iterator[tuple[int, str, str]]:
    """Yield what is wrong with a text's markup: how far into it, the code, the message."""
    if text.count("**") % 2:
        yield text.rindex("**"), "bold", "`**` is opened and not closed"
    for html in _MARKUP.finditer(text):
        yield html.start(), "markup", f"`{html.group()}` is HTML"


def _flaws(said: Said) -> Iterator[tuple[str, str]]:
    for found in _PLACEHOLDER.finditer(said.text):
        if not said.free and found.group(1) not in PLACEHOLDERS:
            yield "placeholder", f"nobody fills in `{found.group()}`"
    rest = _PLACEHOLDER.sub("", said.text)
    if stray := next((character for character in rest if character in "{}"), ""):
        yield "brace", f"a stray `{stray}`"
    yield from {flaw: message for _, flaw, message in markup_flaws(said.text)}.items()
    code, most = said.most
    if (length := units(said.text)) > most:
        yield code, f"{length} characters; {most} is the most"
