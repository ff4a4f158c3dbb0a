"""The people who answered the long form, read from a file.

Law: a value that can't be right stops the reading and is told with its line and column; a person with a gap
is left out and counted; nothing is filled in.
"""

import csv
import gzip
import hashlib
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from bot.errors import OperatorError
from bot.research.fit.arrays import MISSING, Flags, Ints
from bot.research.fit.bank import Bank

ADULT = 18
_SHOWN = 5
_CONSENTED = "consented_at"
"""A column of our own export: who consented there said that they are adults."""


@dataclass(frozen=True, slots=True)
class Columns:
    """What the columns are called that aren't items."""

    segment: str | None = None
    """None: nobody has said who belongs where."""
    age: str | None = None
    """None: a column `age`, if there is one; else who consented in an export of ours said so."""
    language: str | None = None
    """None: everybody answered in the questionnaire's first language, if it has only one."""


@dataclass(frozen=True, slots=True, eq=False)
class People:
    """Everybody with a complete long form, in the file's order."""

    choices: Ints
    """People x items: the place of the choice in its answer scale."""
    segments: Ints | None
    """The long form's verdict."""
    adults: Flags | None
    """None where the file doesn't say."""
    languages: tuple[str, ...] | None
    """None where the file doesn't say."""
    read: int
    """Rows in the file."""
    gaps: int
    """Of them left out because an item wasn't answered."""
    unsorted: int
    """Of them left out because no segment was given."""
    ignored: tuple[str, ...]
    """Columns that are neither items nor named."""
    sha256: str


def read_people(path: Path, bank: Bank, columns: Columns) -> People:
    """Read people's complete answers, or say which line or column can't be right."""
    content = content_of(path)
    reader = csv.reader(io.StringIO(decoded(path, content), newline=""))
    places = _Places(path, next(reader, []), bank, columns)
    rows = [_Row(places, reader.line_num, row) for row in reader if row]
    choices = np.array([row.choices() for row in rows], dtype=np.intp).reshape(-1, len(bank.items))
    labels = None if places.segment is None else np.array([row.segment() for row in rows], dtype=np.intp)
    complete = (choices != MISSING).all(1)
    sorted_ = np.ones(len(rows), dtype=np.bool_) if labels is None else labels != MISSING
    kept = complete & sorted_
    return People(
        choices=choices[kept],
        segments=None if labels is None else labels[kept],
        adults=np.array([row.adult() for row in rows], dtype=np.bool_)[kept] if places.tells_age else None,
        languages=places.languages([row for row, keep in zip(rows, kept, strict=True) if keep]),
        read=len(rows),
        gaps=int((~complete).sum()),
        unsorted=int((complete & ~sorted_).sum()),
        ignored=places.ignored,
        sha256=hashlib.sha256(content).hexdigest(),
    )


class _Places:
    """Where each column stands; ids match without case."""

    def __init__(self, path: Path, header: Sequence[str], bank: Bank, columns: Columns) -> None:
        self.path, self.bank, self.header = path, bank, header
        self._at = {name.strip().lower(): place for place, name in reversed(list(enumerate(header)))}
        if not header:
            raise OperatorError(f"{path} is empty.", remedy="Its first line must name the columns.")
        self.items = self._items()
        self.segment = self._named(columns.segment, "--segment-column")
        self.age = self._named(columns.age, "--age-column") if columns.age else self._at.get("age")
        self.consented = self._at.get(_CONSENTED)
        self.language = self._named(columns.language, "--language-column")
        self.choice = [by_value(bank, item) for item in range(len(bank.items))]
        self.labels = {
            name.lower(): place
            for place, segment in enumerate(bank.questionnaire.segments)
            for name in (segment.name, segment.id)
        }

    @property
    def tells_age(self) -> bool:
        """Tell whether the file says who is an adult."""
        return self.age is not None or self.consented is not None

    @property
    def ignored(self) -> tuple[str, ...]:
        """Return the columns that nothing reads."""
        used = {*self.items, self.segment, self.age, self.consented, self.language}
        return tuple(name for place, name in enumerate(self.header) if place not in used)

    def languages(self, rows: "Sequence[_Row]") -> tuple[str, ...] | None:
        """Return the language of each person."""
        if self.language is not None:
            return tuple(row.cell(self.language) for row in rows)
        known = self.bank.questionnaire.languages
        return tuple(known[0] for _ in rows) if len(known) == 1 else None

    def _items(self) -> list[int]:
        missing = [item.id for item in self.bank.items if item.id.lower() not in self._at]
        if len(missing) == len(self.bank.items):
            raise OperatorError(
                f"{self.path} has no column that is an item of {self.bank.questionnaire.id}.",
                remedy=f"Its columns are {few(self.header)}; the items are {few(missing)}.",
            )
        if missing:
            raise OperatorError(
                f"{self.path} lacks {len(missing)} of the {len(self.bank.items)} items: {few(missing)}.",
                remedy="People must have answered the whole long form.",
            )
        return [self._at[item.id.lower()] for item in self.bank.items]

    def _named(self, name: str | None, option: str) -> int | None:
        if name is None:
            return None
        place = self._at.get(name.strip().lower())
        if place is None:
            raise OperatorError(
                f"{self.path} has no column `{name}`.", remedy=f"{option} is one of {few(self.header)}."
            )
        if place in self.items:
            raise OperatorError(f"The column `{name}` is an item.", remedy=f"Name another one with {option}.")
        return place


@dataclass(frozen=True, slots=True)
class _Row:
    """One person's line."""

    places: _Places
    line: int
    cells: Sequence[str]

    def cell(self, place: int) -> str:
        """Return what stands in a column, or nothing where the line ends early."""
        return self.cells[place].strip() if place < len(self.cells) else ""

    def choices(self) -> list[int]:
        """Return the place of each choice."""
        pairs = zip(self.places.items, self.places.choice, strict=True)
        return [self._choice(place, known) for place, known in pairs]

    def segment(self) -> int:
        """Return the place of the segment."""
        assert self.places.segment is not None  # noqa: S101 - the caller looked
        said = self.cell(self.places.segment).lower()
        if said in {"", "na", "nan"}:
            return MISSING
        if said not in self.places.labels:
            segments = ", ".join(self.places.bank.segments)
            raise self._wrong(self.places.segment, f"isn't a segment; they are {segments}")
        return self.places.labels[said]

    def adult(self) -> bool:
        """Return whether the age is known to be 18 or more, or was said to be with the consent."""
        if self.places.age is None:
            consented = self.cell(self.places.consented or 0)
            return bool(consented) and not consented.startswith("-9")
        try:
            return float(self.cell(self.places.age)) >= ADULT
        except ValueError:
            return False

    def _choice(self, place: int, known: Mapping[str, int]) -> int:
        name = self.places.header[place]
        return place_of(self.places.path, str(self.line), name, self.cell(place), known)

    def _wrong(self, place: int, what: str) -> OperatorError:
        name = self.places.header[place]
        return OperatorError(
            f"{self.places.path}, line {self.line}, column `{name}`: the value there {what}."
        )


def place_of(path: Path, line: str, column: str, cell: str, known: Mapping[str, int]) -> int:
    """Return the place of the choice that a cell names, or say where a value stands that can't be right."""
    said = cell.strip().lower()
    if said in {"", "na", "nan"} or said.startswith("-9"):
        return MISSING
    found = known.get(said, known.get(said.removesuffix(".0")))
    if found is None:
        values = ", ".join(name for name in known if name.lstrip("-").isdigit())
        where = f"{path}, line {line}, column `{column}`"
        raise OperatorError(f"{where}: the value there isn't a choice; their values are {values}.")
    return found


def by_value(bank: Bank, item: int) -> dict[str, int]:
    """Return the place of each choice by its value and by its id."""
    choices = bank.choices(item)
    by_id = {choice.id: place for place, choice in enumerate(choices)}
    return by_id | {str(choice.value): place for place, choice in enumerate(choices)}


def content_of(path: Path) -> bytes:
    """Return what a file holds, unpacked."""
    try:
        raw = path.read_bytes()
        return gzip.decompress(raw) if path.suffix == ".gz" else raw
    except (OSError, EOFError) as error:
        raise OperatorError(f"{path} can't be read: {getattr(error, 'strerror', None) or error}.") from None


def decoded(path: Path, content: bytes) -> str:
    """Return a file's text, or say which line isn't UTF-8."""
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise OperatorError(
            f"{path}, line {line}: this isn't UTF-8.", remedy="Save the file as CSV UTF-8."
        ) from None


def few(names: Sequence[str]) -> str:
    """Return the first of many names."""
    return ", ".join(_shown(names))


def _shown(names: Sequence[str]) -> Iterator[str]:
    yield from names[:_SHOWN]
    if len(names) > _SHOWN:
        yield f"… ({len(names)} in all)"
