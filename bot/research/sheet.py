"""A CSV file of people's answers, read one row at a time: its columns found, its values made choices.

Law: the memory it takes doesn't grow with the file, and what can't be right stops the reading with its line
and column. Nothing of a cell is repeated in an error but where it stands.
"""

import csv
import gzip
import io
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from bot.errors import OperatorError
from bot.questionnaire.model import Questionnaire
from bot.source import did_you_mean

MISSING = frozenset({"", "na", "nan", ".", "-96", "-97", "-98", "-99", "-96.0", "-97.0", "-98.0", "-99.0"})
"""What an empty cell is written as; the negative ones are the codes of our own exports."""

SEPARATORS = ",;\t"
_FEW = 8


@dataclass(frozen=True, slots=True)
class Row:
    """One person: the choice of each item that has a column, None for an empty cell; and what is kept."""

    number: int  # from 1
    choices: dict[str, str | None]
    kept: tuple[str, ...]


class Sheet:
    """An open file of answers."""

    def __init__(
        self, path: Path, lines: Iterator[list[str]], questionnaire: Questionnaire, keep: Sequence[str]
    ) -> None:
        self._path = path
        self._lines = lines
        self._header = [name.strip() for name in next(lines, [])]
        if not any(self._header):
            raise OperatorError(f"{path} is empty.", remedy="Its first line must name the columns.")
        self._known = {
            item.id: _choices(questionnaire, item.id)
            for item in questionnaire.items
            if questionnaire.answered(item.id).scored  # the others can't be scored: their columns are ignored
        }
        self._columns = self._item_columns(questionnaire)
        self._kept = [self._place(name) for name in keep]

    @property
    def items(self) -> tuple[str, ...]:
        """Return the items that have a column."""
        return tuple(item for _, item in self._columns)

    @property
    def kept(self) -> tuple[str, ...]:
        """Return the names of the columns that are kept, as the file writes them."""
        return tuple(self._header[place] for place in self._kept)

    @property
    def ignored(self) -> tuple[str, ...]:
        """Return the names of the columns that nothing reads."""
        used = {place for place, _ in self._columns} | set(self._kept)
        return tuple(name for place, name in enumerate(self._header) if place not in used and name)

    def rows(self) -> Iterator[Row]:
        """Yield one person after another."""
        number = 0
        for cells in self._lines:
            if not cells:
                continue
            number += 1
            if len(cells) > len(self._header):
                raise OperatorError(
                    f"{self._path}, row {number}: {len(cells)} cells, but {len(self._header)} columns.",
                    remedy="Put a text that holds a separator in quotes.",
                )
            yield self._row(number, cells)

    def _row(self, number: int, cells: Sequence[str]) -> Row:
        many = len(cells)
        choices: dict[str, str | None] = {}
        for place, item in self._columns:
            cell = cells[place] if place < many else ""
            known = self._known[item]
            choices[item] = known[cell] if cell in known else self._read(number, place, item, cell)
        return Row(number, choices, tuple(cells[place] if place < many else "" for place in self._kept))

    def _read(self, number: int, place: int, item: str, cell: str) -> str | None:
        """Return the choice of a cell that is written in a way not met before, and remember it."""
        known, said = self._known[item], cell.strip().lower()
        whole = _whole(said)
        if whole in known:
            choice = known[whole]
        elif said in MISSING:
            choice = None
        else:
            allowed = ", ".join(one for one in known if one.lstrip("-").isdigit() and known[one] is not None)
            where = f"{self._path}, row {number}, column {self._header[place]}"
            raise OperatorError(
                f"{where}: the value isn't one of {allowed}.",
                remedy="An answer is the value of its choice; an empty cell is a missing one.",
            )
        if len(known) < 64:  # noqa: PLR2004 - ways to write a few choices; a hostile file may have endless ones
            known[cell] = choice
        return choice

    def _item_columns(self, questionnaire: Questionnaire) -> list[tuple[int, str]]:
        names = {item.lower(): item for item in self._known}
        found: dict[str, int] = {}
        for place, name in enumerate(self._header):
            item = names.get(name.lower())
            if item is None:
                continue
            if item in found:
                raise OperatorError(
                    f"{self._path} has two columns for the item {item}.", remedy="Take one of them away."
                )
            found[item] = place
        if not found:
            raise OperatorError(
                f"{self._path} has no column that is an item of {questionnaire.id}.",
                remedy=f"Its columns are {few(self._header)}; the items are {few(list(names.values()))}.",
            )
        return [(place, item) for item, place in found.items()]

    def _place(self, name: str) -> int:
        lower = [each.lower() for each in self._header]
        if name.strip().lower() not in lower:
            hint = did_you_mean(name, self._header) or f"Its columns are {few(self._header)}."
            raise OperatorError(f"{self._path} has no column {name} to keep.", remedy=hint)
        return lower.index(name.strip().lower())


def _choices(questionnaire: Questionnaire, item: str) -> dict[str, str | None]:
    """Return the choices of an item by value and by id; more ways to write them are learnt on the way."""
    choices = questionnaire.choices(item)
    known: dict[str, str | None] = {choice.id: choice.id for choice in choices}
    return known | {str(choice.value): choice.id for choice in choices}


def _whole(said: str) -> str:
    """Return a number as it is written without decimals: statistics programs write 3 as 3.0."""
    head, point, decimals = said.partition(".")
    return head if point and head and not decimals.strip("0") else said


def few(names: Sequence[str]) -> str:
    """Return the first few names, and how many there are."""
    shown = ", ".join(names[:_FEW])
    return shown if len(names) <= _FEW else f"{shown}, … ({len(names)} in all)"


@dataclass(slots=True)
class Reading:
    """How far a file has been read, in bytes of the file itself."""

    size: int
    raw: io.BufferedReader

    def done(self) -> int:
        """Return how many bytes are read."""
        return self.raw.tell()


@contextmanager
def open_sheet(
    path: Path, questionnaire: Questionnaire, keep: Sequence[str] = ()
) -> Iterator[tuple[Sheet, Reading]]:
    """Open a file of answers, `.csv` or `.csv.gz`; whatever goes wrong in reading it is one sentence."""
    try:
        with path.open("rb") as raw:
            packed = path.suffix.lower() == ".gz"
            plain = gzip.GzipFile(fileobj=raw) if packed else raw
            with io.TextIOWrapper(plain, encoding="utf-8-sig", newline="") as text:
                yield Sheet(path, _cells(text), questionnaire, keep), Reading(path.stat().st_size, raw)
    except UnicodeDecodeError:
        where = f"{path}, line {_undecodable(path)}"
        raise OperatorError(f"{where}: this isn't UTF-8.", remedy="Save the file as CSV UTF-8.") from None
    except csv.Error as error:
        raise OperatorError(f"{path} can't be read as CSV: {error}.") from None
    except (gzip.BadGzipFile, EOFError) as error:
        raise OperatorError(f"{path} can't be unpacked: {error}.") from None
    except OSError as error:
        if error.filename not in {str(path), path}:
            raise
        raise OperatorError(f"{path} can't be read: {error.strerror}.") from None


def _cells(text: io.TextIOWrapper) -> Iterator[list[str]]:
    """Yield lines as cells; the separator is the one that the first line has most of."""
    header = text.readline()
    separator = max(SEPARATORS, key=header.count)
    yield from csv.reader([header], delimiter=separator)
    yield from csv.reader(text, delimiter=separator, strict=True)


def _undecodable(path: Path) -> int:
    """Return the first line that isn't UTF-8."""
    opened = gzip.open if path.suffix.lower() == ".gz" else open
    with opened(path, "rb") as file:
        for number, line in enumerate(file, start=1):
            try:
                line.decode()
            except UnicodeDecodeError:
                return number
    return 0
