"""One line of the doctor's: what was looked at, how it is, what to do."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Final

DAYS_FROM: Final = 48
"""Hours from which on days are told."""


class State(StrEnum):
    """How a check ended."""

    OK = "ok"
    WARN = "warn"
    FAIL = "fail"


@dataclass(frozen=True, slots=True)
class Check:
    """One line of the doctor's; its id is also its section of the runbook."""

    id: str
    state: State
    said: str
    remedy: str = ""


def ok(name: str, said: str) -> Check:
    """Return a check that is well."""
    return Check(name, State.OK, said)


def warn(name: str, said: str, remedy: str) -> Check:
    """Return a check that wants a look."""
    return Check(name, State.WARN, said, remedy)


def fail(name: str, said: str, remedy: str) -> Check:
    """Return a check that must be seen to."""
    return Check(name, State.FAIL, said, remedy)


def when(moment: datetime) -> str:
    """Return a moment as it is told."""
    return moment.astimezone(UTC).strftime("%Y-%m-%d %H:%M UTC")


def span(length: timedelta) -> str:
    """Return how long something has waited."""
    hours, minutes = divmod(int(length.total_seconds() // 60), 60)
    return f"for {hours // 24} days" if hours >= DAYS_FROM else f"for {hours} h {minutes} min"
