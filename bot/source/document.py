"""YAML 1.2 as a tree of plain values, in which every key and every value knows its line and column.

Guards against what YAML can do beyond data: aliases and anchors (bombs), merge keys, tags, keys said twice,
endless depth, several documents. The parser's events are checked one by one while the tree is built, so a
bomb costs nothing: there is never a value that was not counted first. `no` stays the word "no" (only `true`
and `false` are yes and no), and a date stays a text until a model asks for a date.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from bot.source.builder import MOST_PROBLEMS, START, Builder, Place, Route, TooMuchError, Value, spot_of
from bot.source.problem import Problem
from bot.source.text import Unreadable, read_text

LONGEST_SECOND_LOOK = 100_000
"""The careful parser takes half a second for this."""


@dataclass(frozen=True, slots=True)
class Document:
    """One read YAML file: its value, the place of every node, and what is wrong with it so far."""

    path: Path
    value: Value
    places: Mapping[Route, Place]
    problems: tuple[Problem, ...] = ()

    def place(self, route: Route) -> Place:
        """Return the place of a node, or of the nearest node around it."""
        while route and route not in self.places:
            route = route[:-1]
        return self.places.get(route, Place(START, START))

    def problem(
        self, route: Route, code: str, message: str, hint: str = "", *, at_key: bool = False
    ) -> Problem:
        """Return a problem with a node's value, or with its key."""
        place = self.place(route)
        spot = place.key if at_key else place.value
        return Problem(self.path, spot.line, spot.column, code, message, hint)


class Matter(NamedTuple):
    """A text with YAML front matter."""

    document: Document
    body: str
    body_line: int
    """The line on which the body begins."""


def read_yaml(path: Path, root: Path) -> Document:
    """Read a YAML file inside `root`; whatever is wrong with it stands in the document's `problems`."""
    try:
        text = read_text(path, root)
    except Unreadable as error:
        return Document(path, None, {}, error.problems)
    return _parse(path, text)


def read_front_matter(path: Path, root: Path) -> Matter:
    """Read a text file that begins with YAML between two `---` lines; line numbers are the file's."""
    try:
        text = read_text(path, root)
    except Unreadable as error:
        return Matter(Document(path, None, {}, error.problems), "", 1)
    lines = text.split("\n")
    ends = (number for number, line in enumerate(lines[1:], start=1) if line.rstrip() == "---")
    end = next(ends, None) if lines[0].rstrip() == "---" else None
    if end is None:
        hint = "Begin the file with a line `---`, then the keys, then another line `---`, then the body."
        problem = Problem(path, 1, 1, "no-front-matter", "there is no front matter", hint)
        return Matter(Document(path, None, {}, (problem,)), text, 1)
    document = _parse(path, "\n".join(["", *lines[1:end], ""]))
    return Matter(document, "\n".join(lines[end + 1 :]), end + 2)


def _parse(path: Path, text: str) -> Document:
    """Parse with the fast parser, and with the careful one what the fast one doesn't understand.

    The parser in C is twenty times faster, but it refuses some of YAML 1.2 (`{text: Tea?}`); the one in
    Python is right, and its word counts.
    """
    document = _built(path, text, _fast_events)
    broken = any(problem.code == "yaml-syntax" for problem in document.problems)
    return _built(path, text, _careful_events) if broken and len(text) <= LONGEST_SECOND_LOOK else document


def _built(path: Path, text: str, parse: Callable[[str], Iterator[Any]]) -> Document:
    builder = Builder(path, _tabs(path, text))
    value: Value = None
    with suppress(TooMuchError):
        value = _understood(builder, parse(text))
        if not builder.problems and not isinstance(value, dict):
            builder.say(START, "not-a-mapping", "the file holds no keys", "Write `key: value` lines.")
    return Document(path, value, builder.places, tuple(builder.problems))


def _understood(builder: Builder, events: Iterator[Any]) -> Value:
    from ruamel.yaml.error import MarkedYAMLError, YAMLError  # noqa: PLC0415 - slow, and most commands don't need it

    try:
        return builder.document(events)
    except MarkedYAMLError as error:
        spot = spot_of(error.problem_mark or error.context_mark)
        builder.say(spot, "yaml-syntax", _first_line(error.problem), _SYNTAX)
    except YAMLError as error:
        builder.say(START, "yaml-syntax", _first_line(str(error)), _SYNTAX)
    return None


def _fast_events(text: str) -> Iterator[Any]:
    from ruamel.yaml.cyaml import CParser  # type: ignore[attr-defined]  # noqa: PLC0415 - slow, as above

    parser = CParser(text)
    while parser.check_event():
        yield parser.get_event()


def _careful_events(text: str) -> Iterator[Any]:
    from ruamel.yaml import YAML  # noqa: PLC0415 - slow, as above

    yield from YAML(typ="safe", pure=True).parse(text)


_SYNTAX = "Look here and one line above: a quote, colon or indentation. Quote a text with `: ` or ` #` in it."


def _tabs(path: Path, text: str) -> list[Problem]:
    found: list[Problem] = []
    for number, line in enumerate(text.split("\n"), start=1):
        indentation = line[: len(line) - len(line.lstrip())]
        if "\t" in indentation and line.strip() and len(found) < MOST_PROBLEMS:
            column = indentation.index("\t") + 1
            found.append(
                Problem(path, number, column, "tab-indent", "a tab indents this line", "Use spaces.")
            )
    return found


def _first_line(text: str | None) -> str:
    return (text or "not YAML").strip().split("\n")[0]
