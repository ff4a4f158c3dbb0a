"""How people answered: when, in which order, where they left, and what they did with the tips."""

import csv
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from bot.research.long import ANSWERS, EVENTS
from bot.research.response import State


@dataclass(frozen=True, slots=True)
class Given:
    """One answer or skip, in the order of time."""

    at: datetime
    item: str
    choice: str | None
    ms: float


@dataclass(frozen=True, slots=True)
class Paradata:
    """Everything that an export says about the way, by response."""

    given: Mapping[str, tuple[Given, ...]]
    left_at: Mapping[str, int]  # item to how many were shown it last, without an answer
    helped: frozenset[str]  # the responses in which a tip at least was called helpful
    tipped: frozenset[str] = frozenset()  # the responses in which a tip at least was shown


def read_paradata(folder: Path) -> Paradata | None:
    """Read the long table and the log of an export, or return None where it has none."""
    answers, log = folder / ANSWERS.file, folder / EVENTS.file
    if not answers.is_file() or not log.is_file():
        return None
    given: dict[str, list[Given]] = defaultdict(list)
    left: Counter[str] = Counter()
    for row in _rows(answers):
        if row["state"] == State.ABANDONED:
            left[row["item_id"]] += 1
        elif (one := _given(row)) is not None:
            given[row["response_id"]].append(one)
    ordered = {name: tuple(sorted(ones, key=lambda one: one.at)) for name, ones in given.items()}
    return Paradata(ordered, left, _helped(log), _tipped(log))


def _given(row: Mapping[str, str]) -> Given | None:
    if row["state"] not in {State.ANSWERED, State.SKIPPED} or not row["answered_at"].endswith("Z"):
        return None
    choice = row["choice"] if row["state"] == State.ANSWERED else None
    return Given(
        datetime.fromisoformat(row["answered_at"]), row["item_id"], choice, float(row["ms_to_answer"])
    )


def _helped(log: Path) -> frozenset[str]:
    """Return the responses in which a tip was called helpful; the last word on a tip counts."""
    rated: dict[str, dict[str, bool]] = defaultdict(dict)
    for row in _rows(log):
        if row["event"] == "tip_rated":
            topic, _, word = row["detail"].partition("=")
            rated[row["response_id"]][topic] = word == "helpful"
    return frozenset(response for response, topics in rated.items() if any(topics.values()))


def _tipped(log: Path) -> frozenset[str]:
    return frozenset(row["response_id"] for row in _rows(log) if row["event"] == "tip_asked")


def _rows(path: Path) -> Iterator[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)
