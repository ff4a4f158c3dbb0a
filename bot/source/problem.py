"""What an author is told about one mistake."""

import difflib
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path

from bot.errors import AuthorError

_FIRST = 5
_FEW = 25


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One mistake in one file: where it is, what is wrong, what to do."""

    path: Path
    line: int
    column: int
    code: str
    message: str
    hint: str = ""

    @property
    def headline(self) -> str:
        """Return the one line that compilers print and editors understand."""
        return f"{self.path}:{self.line}:{self.column}: {self.code}: {self.message}"

    def __str__(self) -> str:
        """Say what is wrong, and below it what to do."""
        return f"{self.headline}\n    {self.hint}" if self.hint else self.headline

    def as_json(self) -> dict[str, str | int]:
        """Return it for a program that reads it."""
        return asdict(self) | {"path": self.path.as_posix()}


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """Return a hint with the nearest of the names that are known, or with all of them if they are few."""
    names = list(dict.fromkeys(known))
    if near := difflib.get_close_matches(name, names, n=1, cutoff=0.6):
        return f"Did you mean `{near[0]}`?"
    return f"Known here: {', '.join(names)}." if 0 < len(names) <= _FEW else ""


def refuse(folder: Path, problems: Iterable[Problem]) -> None:
    """Raise `AuthorError` with the first problems of a folder, if there are any."""
    found = sorted(set(problems))
    if not found:
        return
    lines = [f"{folder} can't be used as it is.", *map(str, found[:_FIRST])]
    if len(found) > _FIRST:
        lines.append(f"... and {len(found) - _FIRST} more.")
    raise AuthorError("\n".join(lines) + "\n", remedy=f"`attune check {folder}` lists every problem.")
