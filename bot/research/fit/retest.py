"""How often a person comes out the same weeks later: the fitted model on both answers of the same people.

Law: both times are scored on the very items that were answered both times; a person with too few of them, or
without a second time, is left out and counted. With few people the interval is wide, and that is said.
"""

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import numpy as np

from bot.errors import OperatorError
from bot.questionnaire.model import SegmentModel
from bot.research.fit.arrays import MISSING, Floats, Ints
from bot.research.fit.asking import Model
from bot.research.fit.bank import Bank
from bot.research.fit.figures import Figure, quality
from bot.research.fit.people import by_value, content_of, decoded, few, place_of

PERSON = "person_id"
ENOUGH = 50
"""Fewer people leave the interval so wide that nothing is said about the model."""
_RETEST = "part=retest"

Line = Mapping[str, str]


@dataclass(frozen=True, slots=True, eq=False)
class Twice:
    """People who answered twice."""

    choices: Ints
    """Two times x people x items: the place of each choice, or MISSING."""
    days: tuple[float, ...]
    """Between the two times, of those where both are known."""
    once: int
    """People without a second time, or with more than two."""


@dataclass(frozen=True, slots=True)
class Retest:
    """Agreement of the verdicts of the same people on two occasions."""

    people: int
    agreement: Figure
    kappa: Figure
    items: float
    """How many items both times are scored on, as the median over people."""
    days: float | None
    """Between the two, as the median; None where the file doesn't say."""
    once: int
    """People left out because they didn't answer exactly twice."""
    too_few: int
    """People left out because they answered too few items both times."""

    @property
    def enough(self) -> bool:
        """Tell whether there are people enough for the figures to mean something."""
        return self.people >= ENOUGH


def read_twice(path: Path, bank: Bank, person: str | None = None) -> Twice:
    """Read people who answered twice: an export of ours, or two lines a person, the earlier one first."""
    reader = csv.reader(io.StringIO(decoded(path, content_of(path)), newline=""))
    header = [name.strip().lower() for name in next(reader, [])]
    rows = [dict(zip(header, row, strict=False)) | {"": str(reader.line_num)} for row in reader if row]
    if not any(item.id.lower() in header for item in bank.items):
        raise OperatorError(
            f"{path} has no column that is an item of {bank.questionnaire.id}.",
            remedy=f"Its columns are {few(header)}.",
        )
    if {"response_id", "follows", "arm"} <= set(header) and person is None:
        pairs, once = _followed(rows)
    else:
        pairs, once = _by_person(path, header, rows, (person or PERSON).lower())
    known = [by_value(bank, item) for item in range(len(bank.items))]
    times = [[_choices(path, bank, known, row) for row in pair] for pair in pairs]
    choices = np.array(times, dtype=np.intp).reshape(-1, 2, len(bank.items)).transpose(1, 0, 2)
    return Twice(choices, tuple(_days(pairs)), once)


def _followed(rows: Sequence[Line]) -> tuple[list[tuple[Line, Line]], int]:
    """Return the pairs of an export: a retest says which interview it follows."""
    by_id = {row["response_id"]: row for row in rows}
    again = [row for row in rows if _RETEST in row["arm"].split("|")]
    pairs = [(by_id[row["follows"]], row) for row in again if row["follows"] in by_id]
    firsts = [row for row in rows if _RETEST not in row["arm"].split("|") and row["follows"] == "-97"]
    return pairs, len(firsts) - len(pairs)


def _by_person(
    path: Path, header: Sequence[str], rows: Sequence[Line], person: str
) -> tuple[list[tuple[Line, Line]], int]:
    if person not in header:
        raise OperatorError(
            f"{path} has no column `{person}`.", remedy=f"--person-column is one of {few(header)}."
        )
    of: dict[str, list[Line]] = {}
    for row in rows:
        of.setdefault(row.get(person, ""), []).append(row)
    pairs = [sorted(mine, key=_started) for mine in of.values() if len(mine) == 2]  # noqa: PLR2004 - twice
    return [(one, other) for one, other in pairs], len(of) - len(pairs)


def _started(row: Line) -> str:
    """Return when it began, as ISO 8601 sorts; where nothing is said, the file's order stays."""
    return row.get("started_at", "")


def _choices(path: Path, bank: Bank, known: Sequence[Mapping[str, int]], row: Line) -> list[int]:
    return [
        place_of(path, row[""], item.id, row.get(item.id.lower(), ""), choices)
        for item, choices in zip(bank.items, known, strict=True)
    ]


def _days(pairs: Sequence[tuple[Line, Line]]) -> Iterator[float]:
    for pair in pairs:
        try:
            one, other = (datetime.fromisoformat(row.get("started_at", "")) for row in pair)
        except ValueError:
            continue
        yield (other - one).total_seconds() / 86_400


def retest(bank: Bank, model: Model, twice: Twice) -> Retest:
    """Score both times with a model, on the items that were answered both times."""
    both = (twice.choices != MISSING).all(0)
    authored = bank.questionnaire.model
    least = authored.min_answered if isinstance(authored, SegmentModel) else 1
    kept = both.sum(1) >= max(least, 1)
    if not kept.any():
        raise OperatorError(
            f"Nobody answered {max(least, 1)} items twice.",
            remedy="The file has two lines a person, or is the wide table of an export with retests.",
        )
    first, second = (_probabilities(bank, model, time[kept], both[kept]) for time in twice.choices)
    found = quality(first, second.argmax(1))
    return Retest(
        people=int(kept.sum()),
        agreement=found.agreement,
        kappa=found.kappa,
        items=float(np.median(both[kept].sum(1))),
        days=float(np.median(twice.days)) if twice.days else None,
        once=twice.once,
        too_few=int((~kept).sum()),
    )


def _probabilities(bank: Bank, model: Model, choices: Ints, both: np.ndarray) -> Floats:
    """Return the probabilities of everybody; those who answered the same items are scored together."""
    keyed = bank.keyed(np.where(both, choices, MISSING))
    found = np.empty((len(choices), len(bank.segments)))
    patterns, of = np.unique(both, axis=0, return_inverse=True)
    for place, pattern in enumerate(patterns):
        these = of.reshape(-1) == place
        found[these] = model.fixed(keyed[these], np.flatnonzero(pattern))
    return found
