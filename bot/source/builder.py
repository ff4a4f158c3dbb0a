"""Builds plain values out of a parser's events, counting and checking each before it is there.

This is where a bomb is defused: an alias, an anchor, a tag, a merge key, a key said twice, a level too many
or a value too many is refused when its event arrives, so nothing big is ever built.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple, TypeAlias

from bot.source.problem import Problem
from bot.source.text import forbidden_character

Value: TypeAlias = "dict[str, Value] | list[Value] | str | int | float | bool | None"
Route: TypeAlias = tuple[str | int, ...]
"""The way to a node: `("items", 3, "text")`."""

DEEPEST = 20
MOST_NODES = 20_000
MOST_PROBLEMS = 50


class Spot(NamedTuple):
    """A place in a text, counted from 1, in characters."""

    line: int
    column: int


START = Spot(1, 1)


class Place(NamedTuple):
    """Where a node's value begins, and where its key does (the same for an entry of a list)."""

    key: Spot
    value: Spot


def spot_of(mark: Any) -> Spot:
    """Return a parser's mark as a place."""
    return Spot(mark.line + 1, mark.column + 1) if mark else START


class TooMuchError(Exception):
    """Reading on would cost more than it tells."""


@dataclass(slots=True)
class Builder:
    """Makes plain values out of parser events, and writes down where each stood."""

    path: Path
    problems: list[Problem]
    places: dict[Route, Place] = field(default_factory=dict)

    def say(self, spot: Spot, code: str, message: str, hint: str) -> None:
        """Keep a problem; give up on a file that has too many."""
        if not any(problem.line == spot.line and problem.code == "tab-indent" for problem in self.problems):
            self.problems.append(Problem(self.path, spot.line, spot.column, code, message, hint))
        if len(self.problems) >= MOST_PROBLEMS:
            raise TooMuchError

    def document(self, events: Iterator[Any]) -> Value:
        """Build the only document of a stream."""
        value: Value = None
        documents = 0
        for event in events:
            kind = type(event).__name__
            if kind == "DocumentStartEvent":
                documents += 1
                if documents > 1:
                    self.say(
                        spot_of(event.start_mark),
                        "several-documents",
                        "a second document begins",
                        "One file, one document.",
                    )
                    raise TooMuchError
            elif kind not in _FRAME:
                spot = spot_of(event.start_mark)
                value = self._node(event, events, (), Place(spot, spot))
        return value

    def _node(self, event: Any, events: Iterator[Any], route: Route, place: Place) -> Value:
        self.places.setdefault(route, place)
        self._guard(event, route, place.value)
        match type(event).__name__:
            case "ScalarEvent":
                return self._scalar(event, place.value)
            case "MappingStartEvent":
                return self._mapping(events, route)
            case "SequenceStartEvent":
                return self._sequence(events, route)
            case _:  # an alias, already refused
                return None

    def _guard(self, event: Any, route: Route, spot: Spot) -> None:
        if len(route) > DEEPEST:
            self.say(spot, "too-deep", f"more than {DEEPEST} levels deep", "No questionnaire needs that.")
            raise TooMuchError
        if len(self.places) > MOST_NODES:
            self.say(spot, "too-large", f"more than {MOST_NODES:,} values", "Split the file.")
            raise TooMuchError
        if getattr(event, "anchor", None) is not None:
            mark = "*" if type(event).__name__ == "AliasEvent" else "&"
            self.say(
                spot_of(event.start_mark),
                "yaml-alias",
                f"an alias or anchor ({mark})",
                f"Write it out, or quote a text that begins with {mark}.",
            )
        if getattr(event, "tag", None) is not None:
            self.say(
                spot_of(event.start_mark),
                "yaml-tag",
                "a tag (!)",
                "Leave it out, or quote a text that begins with `!`.",
            )

    def _sequence(self, events: Iterator[Any], route: Route) -> Value:
        values: list[Value] = []
        for event in events:
            if type(event).__name__ == "SequenceEndEvent":
                break
            spot = spot_of(event.start_mark)
            values.append(self._node(event, events, (*route, len(values)), Place(spot, spot)))
        return values

    def _mapping(self, events: Iterator[Any], route: Route) -> Value:
        values: dict[str, Value] = {}
        for event in events:
            if type(event).__name__ == "MappingEndEvent":
                break
            spot = spot_of(event.start_mark)
            name = self._key(event, events, route, spot)
            known = name in values
            inner = next(events)
            value = self._node(inner, events, (*route, name), Place(spot, _value_spot(inner, spot)))
            if known:
                first = self.places[(*route, name)].key.line
                self.say(
                    spot, "duplicate-key", f"`{name}` stands here twice", f"It is already on line {first}."
                )
            elif name == "<<" and not event.style:
                self.say(spot, "yaml-merge", "a merge key (<<)", "Write the keys out.")
            else:
                values[name] = value
        return values

    def _key(self, event: Any, events: Iterator[Any], route: Route, spot: Spot) -> str:
        """Return a key as it is written: keys are words, also `no` and `1`."""
        if type(event).__name__ != "ScalarEvent":
            self.say(spot, "yaml-key", "a key that isn't a word", "Quote it, or write a simple key.")
            self._node(event, events, (*route, "?"), Place(spot, spot))
            return "?"
        self._guard(event, route, spot)
        self._text(event.value, spot)
        return str(event.value)

    def _scalar(self, event: Any, spot: Spot) -> Value:
        plain, _ = event.implicit
        if not plain or event.style:
            return self._text(event.value, spot)
        try:
            return _plain(event.value)
        except OverflowError:
            self.say(
                spot, "yaml-number", "not a number that can be reckoned with", "Quote it if it is a text."
            )
            return None

    def _text(self, text: str, spot: Spot) -> str:
        if character := forbidden_character(text):
            message = f"the invisible character {character} may not stand here, nor its escape"
            self.say(spot, "control-character", message, "Delete it.")
        return text


_FRAME = ("StreamStartEvent", "StreamEndEvent", "DocumentStartEvent", "DocumentEndEvent")


def _value_spot(event: Any, key: Spot) -> Spot:
    """Return where a value begins; an empty one begins where its key does."""
    spot = spot_of(event.start_mark)
    empty = type(event).__name__ == "ScalarEvent" and not event.value and not event.style
    return key if empty else spot


# YAML 1.2's core schema (10.3.2), and nothing beyond it.
_INTEGER = re.compile(r"[-+]?[0-9]{1,18}|0o[0-7]{1,20}|0x[0-9a-fA-F]{1,15}")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_NOT_FINITE = re.compile(r"[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)")
_WORDS: dict[str, Value] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}


def _plain(text: str) -> Value:
    if text in _WORDS:
        return _WORDS[text]
    if _INTEGER.fullmatch(text):
        return int(text, {"0o": 8, "0x": 16}.get(text[:2], 10))
    if not _FLOAT.fullmatch(text):
        if _NOT_FINITE.fullmatch(text):
            raise OverflowError
        return text
    number = float(text)
    if number in {float("inf"), float("-inf")}:
        raise OverflowError
    return number
