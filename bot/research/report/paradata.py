"""How people answered: when, in which order, where they left, and what they did with the tips."""

import csv
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from bot.research.long import ANSWERS, EVENTS
from bot.research.response import State

LINK = "link_opened"


@dataclass(frozen=True, slots=True)
class Given:
    """One answer or skip, in the order of time."""

    at: datetime
    item: str
    choice: str | None
    ms: float


@dataclass(frozen=True, slots=True)
class Tips:
    """What one person did with the tips."""

    helpful: bool = False  # said so of one at least
    followed: bool = False  # opened the link of one


@dataclass(frozen=True, slots=True)
class Paradata:
    """Everything that an export says about the way, by response."""

    given: Mapping[str, tuple[Given, ...]]
    left_at: Mapping[str, int]  # item to how many were shown it last, without an answer
    tips: Mapping[str, Tips]
    links: bool  # whether opened links are told of single interviews at all


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
    tips, links = _tips(log)
    return Paradata(ordered, left, tips, links)


def _given(row: Mapping[str, str]) -> Given | None:
    if row["state"] not in {State.ANSWERED, State.SKIPPED} or not row["answered_at"].endswith("Z"):
        return None
    choice = row["choice"] if row["state"] == State.ANSWERED else None
    return Given(
        datetime.fromisoformat(row["answered_at"]), row["item_id"], choice, float(row["ms_to_answer"])
    )


def _tips(log: Path) -> tuple[dict[str, Tips], bool]:
    """Return what everybody did with the tips; their last word on one counts."""
    followed: set[str] = set()
    rated: dict[str, dict[str, bool]] = defaultdict(dict)
    for row in _rows(log):
        response = row["response_id"]
        if row["event"] == LINK:
            followed.add(response)
        elif row["event"] == "tip_rated":
            topic, _, word = row["detail"].partition("=")
            rated[response][topic] = word == "helpful"
    everybody = followed | rated.keys()
    found = {name: Tips(any(rated[name].values()), name in followed) for name in everybody}
    return found, bool(followed)


def _rows(path: Path) -> Iterator[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)
