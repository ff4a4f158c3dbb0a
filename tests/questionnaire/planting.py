"""Mistakes planted in copies of real folders, and what the check says about them."""

import shutil
from collections.abc import Iterable
from datetime import date
from pathlib import Path

from bot.questionnaire.check import check
from bot.questionnaire.sources import read_sources
from bot.source import Problem

ROOT = Path(__file__).resolve().parents[2]
TINY = ROOT / "tests" / "questionnaires"
TODAY = date(2026, 11, 24)


def copied(name: str, to: Path) -> Path:
    """Copy a tiny questionnaire's folder."""
    return Path(shutil.copytree(TINY / name, to / name))


def replaced(file: Path, old: str, new: str) -> None:
    """Replace a text that stands exactly once in a file."""
    text = file.read_text("utf-8")
    assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times in {file.name}"
    file.write_text(text.replace(old, new), "utf-8")


def places(problems: Iterable[Problem], folder: Path) -> list[str]:
    """Return problems as `file:line:col: code`, relative to their folder."""
    return [
        f"{problem.path.relative_to(folder).as_posix()}:{problem.line}:{problem.column}: {problem.code}"
        for problem in problems
    ]


def checked(folder: Path, *, known: Iterable[str] | None = (), today: date = TODAY) -> list[str]:
    """Return what the check says about a folder."""
    return places(check(read_sources(folder), today, known), folder)
