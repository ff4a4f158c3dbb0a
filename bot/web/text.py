"""A message's text as the parts of a page: heading, paragraphs, lists, numbered lines and bars.

The text has `**bold**` as its only markup; templates escape everything else.
"""

import re
from dataclasses import dataclass
from typing import Final

_BOLD: Final = re.compile(r"\*\*(.+?)\*\*")
_BAR: Final = re.compile(r"([▓░]{10}) (.*)")
_POINT: Final = "• "
_NUMBERED: Final = re.compile(r"(\d{1,3}\.) (.*)")


@dataclass(frozen=True, slots=True)
class Run:
    """A piece of a line, bold or not."""

    text: str
    bold: bool = False


@dataclass(frozen=True, slots=True)
class Line:
    """One line; a bar has a length of 0 to 100, a numbered line its number as it is written."""

    runs: tuple[Run, ...]
    bar: int | None = None
    number: str | None = None


@dataclass(frozen=True, slots=True)
class Block:
    """Lines that belong together: `paragraph`, `heading`, `lead`, `task`, `list`, `numbered` or `bars`."""

    kind: str
    lines: tuple[Line, ...]


def runs(text: str) -> tuple[Run, ...]:
    """Return the pieces of a line."""
    parts = _BOLD.split(text)
    return tuple(Run(part, bold=bool(place % 2)) for place, part in enumerate(parts) if part)


def plain(text: str) -> str:
    """Return a text without its markup."""
    return _BOLD.sub(r"\1", text)


def split_heading(text: str) -> tuple[str, str]:
    """Return the heading of a page, without markup, and what comes below: the first line is the heading."""
    first, _, rest = text.strip().partition("\n")
    return plain(first), rest.strip()


def blocks(text: str) -> tuple[Block, ...]:
    """Return the parts of a text."""
    paragraphs = re.split(r"\n\s*\n", text.strip())
    return tuple(block for paragraph in paragraphs if paragraph for block in _parts(paragraph.split("\n")))


def _parts(lines: list[str]) -> list[Block]:
    """Return the parts of a paragraph.

    A bold line above others heads them, alone it stands out; what begins in bold is something to do.
    """
    found: list[Block] = []
    for place, line in enumerate(lines):
        kind, made = _line(line.strip())
        if kind == "paragraph" and _is_bold(line):
            kind = "lead" if len(lines) == 1 or all(map(_is_bold, lines)) else "heading"
        elif kind == "paragraph" and len(lines) == 1 and made.runs and made.runs[0].bold:
            kind = "task"
        if found and found[-1].kind == kind and place:
            found[-1] = Block(kind, (*found[-1].lines, made))
        else:
            found.append(Block(kind, (made,)))
    return found


def _is_bold(line: str) -> bool:
    return _BOLD.fullmatch(line.strip()) is not None


def _line(text: str) -> tuple[str, Line]:
    bar = _BAR.fullmatch(text)
    if bar:
        return "bars", Line(runs(bar[2]), _length(*bar.groups()))
    if text.startswith(_POINT):
        return "list", Line(runs(text.removeprefix(_POINT)))
    numbered = _NUMBERED.fullmatch(text)
    if numbered:
        return "numbered", Line(runs(numbered[2]), number=numbered[1])
    return "paragraph", Line(runs(text))


def _length(cells: str, text: str) -> int:
    """Return how long a bar is of 100: as long as the number that is said in bold, else as it was drawn."""
    said = re.search(r"\d+", "".join(run.text for run in runs(text) if run.bold))
    return min(int(said[0]), 100) if said else 10 * cells.count("▓")
