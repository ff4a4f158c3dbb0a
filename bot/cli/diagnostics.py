"""Problems of files, printed as a good compiler prints them: the place, the line, a caret, what to do."""

import json
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import groupby
from pathlib import Path

from bot.source import LARGEST_BYTES, Problem

_WIDEST = 100
_STYLES: Mapping[str, str] = {"place": "bold", "code": "bold red", "caret": "red", "hint": "cyan"}


def print_json(problems: Sequence[Problem]) -> None:
    """Print problems as a list for a program."""
    listed = [problem.as_json() for problem in problems]
    print(json.dumps(listed, ensure_ascii=False, indent=1))  # noqa: T201 - output


def print_text(problems: Sequence[Problem]) -> None:
    """Print problems for an author, with colours where somebody looks at a terminal."""
    paint = _painter() if sys.stdout.isatty() else _plain
    for path, group in groupby(problems, key=lambda problem: problem.path):
        lines = _lines(path)
        for problem in group:
            for style, line in _told(problem, lines):
                paint(printable(line), _STYLES[style])


def printable(text: str) -> str:
    """Return a text without the characters that could steer a terminal."""
    return "".join(character if character.isprintable() else "\ufffd" for character in text)


def _plain(line: str, _style: str) -> None:
    print(line)  # noqa: T201 - output


def _painter() -> Callable[[str, str], None]:
    from rich.console import Console  # noqa: PLC0415 - a pipe needs no colours
    from rich.text import Text  # noqa: PLC0415 - the same

    console = Console(highlight=False, soft_wrap=True)
    return lambda line, style: console.print(Text(line, style=style))


def _told(problem: Problem, lines: Sequence[str]) -> Iterable[tuple[str, str]]:
    yield "place", problem.headline
    if 0 < problem.line <= len(lines) and lines[problem.line - 1].strip():
        shown, column = _window(lines[problem.line - 1].replace("\t", " "), problem.column)
        yield "caret", f"{problem.line:>6} | {shown}"
        yield "caret", f"{'':>6} | {'':>{column - 1}}^"
    if problem.hint:
        yield "hint", f"{'':>6} = {problem.hint}"


def _window(line: str, column: int) -> tuple[str, int]:
    """Return the part of a long line in which the column stands, and the column in that part."""
    if len(line) <= _WIDEST:
        return line, column
    start = max(0, min(column - _WIDEST // 2, len(line) - _WIDEST))
    return line[start : start + _WIDEST], column - start


def _lines(path: Path) -> list[str]:
    try:
        if not path.is_file():
            return []
        with path.open("rb") as file:
            return file.read(LARGEST_BYTES).decode("utf-8", errors="replace").split("\n")
    except OSError:
        return []
