"""A message's text as the parts of a page: heading, paragraphs, lists and bars.

The text has `**bold**` as its only markup; templates escape everything else.
"""

import re
from dataclasses import dataclass
from typing import Final

_BOLD: Final = re.compile(r"\*\*(.+?)\*\*")
_BAR: Final = re.compile(r"([▓░]{10}) (.*)")
_POINT: Final = "• "


@dataclass(frozen=True, slots=True)
class Run:
    """A piece of a line, bold or not."""

    text: str
    bold: bool = False


@dataclass(frozen=True, slots=True)
class Line:
    """One line; a bar has a length of 0 to 10."""

    runs: tuple[Run, ...]
    bar: int | None = None


@dataclass(frozen=True, slots=True)
class Block:
    """Lines that belong together: `paragraph`, `heading`, `lead`, `list` or `bars`."""

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
    """Return the parts of a paragraph; a bold line above others heads them, alone it stands out."""
    found: list[Block] = []
    for place, line in enumerate(lines):
        kind, made = _line(line.strip())
        if kind == "paragraph" and _is_bold(line):
            kind = "lead" if len(lines) == 1 or all(map(_is_bold, lines)) else "heading"
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
        return "bars", Line(runs(bar[2]), bar[1].count("▓"))
    if text.startswith(_POINT):
        return "list", Line(runs(text.removeprefix(_POINT)))
    return "paragraph", Line(runs(text))
