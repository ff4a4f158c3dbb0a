"""Values as the texts that CSV has for them."""

import csv
import io
import re
from datetime import UTC, datetime
from functools import lru_cache

import orjson

_PLAIN = re.compile(r"[\w.:|=+/ -]*", re.ASCII)
_WHOLE_SECOND = len("2026-11-24T09:00:00Z")


@lru_cache(8192)
def quoted(text: str) -> str:
    """Return a text as CSV has it."""
    if _PLAIN.fullmatch(text):
        return text
    line = io.StringIO()
    csv.writer(line, lineterminator="\n").writerow((text, ""))
    return line.getvalue().removesuffix(",\n")


def moment(text: str) -> str:
    """Return a stored time with milliseconds. A session's times are in UTC, as pydantic writes them."""
    if text[-1] != "Z":
        return moment(datetime.fromisoformat(text).astimezone(UTC).isoformat().replace("+00:00", "Z"))
    return f"{text[:23]}Z" if len(text) > _WHOLE_SECOND else f"{text[:19]}.000Z"


def moment_of(micros: int) -> str:
    """Return a time in whole microseconds since 1970 in the same way."""
    seconds, rest = divmod(micros, 1_000_000)
    return f"{_second(seconds)}.{rest // 1000:03d}Z"


@lru_cache(4096)
def _second(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%S")


def numbers(values: list[float]) -> str:
    """Return numbers as Python writes them, with commas; orjson does so too, quicker, but for tiny ones."""
    text = orjson.dumps(values).decode()
    odd = "e" in text or "0.0000" in text  # Python has an exponent below 0.0001 already
    return ",".join([repr(value) for value in values]) if odd else text[1:-1]


def milliseconds(before: int, after: int) -> int:
    """Return whole milliseconds from one time to another; never less than none."""
    return max((after - before) // 1000, 0)
