"""A text file, read with distrust: inside its folder, a real file, small, UTF-8, printable.

Guards against links out of the folder, pipes and devices (which would hang), files without end, bytes that
aren't text, and characters that an author can't see. What passes here is safe to hand to a parser.
"""

import re
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from bot.source.problem import Problem

LARGEST_BYTES = 1_000_000
"""A questionnaire of five hundred items in one language is a tenth of this."""

# Everything YAML calls unprintable, the line separators that parsers count differently, and the invisible
# characters that turn the reading direction around (RLM, LRM and the isolates of right-to-left writing are
# fine).
_FORBIDDEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\ud800-\udfff\ufeff\ufffe\uffff]"
)
_MOST_TOLD = 20  # a picture renamed to .yaml has thousands; twenty say enough
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"


class Unreadable(Exception):
    """The file isn't text that may be read; `problems` say why."""

    def __init__(self, *problems: Problem) -> None:
        super().__init__(*problems)
        self.problems = problems


def read_text(path: Path, root: Path) -> str:
    """Return the text of a file inside `root`, with plain line ends, or raise `Unreadable`."""
    raw = _read_bytes(path, root).removeprefix(_BYTE_ORDER_MARK)
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        raise Unreadable(_not_utf8(path, raw, error.start)) from None
    text = text.replace("\r\n", "\n")
    if found := tuple(_forbidden(path, text)):
        raise Unreadable(*found)
    return text


def forbidden_character(text: str) -> str | None:
    """Return the first character that may not stand in a text, by its code point, such as `U+0007`."""
    found = _FORBIDDEN.search(text)
    return f"U+{ord(found.group()):04X}" if found else None


def _read_bytes(path: Path, root: Path) -> bytes:
    try:
        inside = path.resolve().is_relative_to(root.resolve())
        if not inside:
            raise Unreadable(
                _at_start(path, "outside", "is a link that leads out of its folder", "Copy the file here.")
            )
        if not path.is_file():
            raise Unreadable(_missing(path))
        with path.open("rb") as file:
            raw = file.read(LARGEST_BYTES + 1)
    except (OSError, RuntimeError, ValueError):  # RuntimeError: links in a circle (Python 3.11 and 3.12)
        raise Unreadable(
            _at_start(path, "unreadable", "can't be read", "Check that it exists and may be read.")
        ) from None
    if len(raw) > LARGEST_BYTES:
        raise Unreadable(
            _at_start(
                path,
                "too-large",
                f"is larger than {LARGEST_BYTES:,} bytes",
                "Split it, or look inside.",
            )
        )
    return raw


def _missing(path: Path) -> Problem:
    if path.exists():
        return _at_start(path, "unreadable", "is no ordinary file", "Put a text file here.")
    return _at_start(path, "no-file", "doesn't exist", "Add it, or check how it is spelt.")


def _at_start(path: Path, code: str, message: str, hint: str) -> Problem:
    return Problem(path, 1, 1, code, f"the file {message}", hint)


def _not_utf8(path: Path, raw: bytes, at: int) -> Problem:
    before = raw[:at]
    line_start = before.rfind(b"\n") + 1
    line, column = before.count(b"\n") + 1, len(before[line_start:].decode("utf-8")) + 1
    return Problem(
        path, line, column, "not-utf8", f"the byte 0x{raw[at]:02X} isn't UTF-8", "Save the file as UTF-8."
    )


def _forbidden(path: Path, text: str) -> Iterator[Problem]:
    for found in islice(_FORBIDDEN.finditer(text), _MOST_TOLD):
        line, line_start = text.count("\n", 0, found.start()) + 1, text.rfind("\n", 0, found.start()) + 1
        message = f"the invisible character U+{ord(found.group()):04X} may not stand here"
        yield Problem(path, line, found.start() - line_start + 1, "control-character", message, "Delete it.")
