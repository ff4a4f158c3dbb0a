"""HTML of a message taken apart as Telegram does it: plain text and entities counted in UTF-16 units.

Law: what Telegram can't parse is refused with its own sentence and byte offset; nothing is repaired.
"""

import html
import re
from dataclasses import dataclass
from operator import itemgetter
from typing import Any

from tests.emulator.refusals import PARSE_MODE, Refusal, Refused, bad_request

Entity = dict[str, Any]

KINDS = {
    "b": "bold",
    "strong": "bold",
    "i": "italic",
    "em": "italic",
    "u": "underline",
    "ins": "underline",
    "s": "strikethrough",
    "strike": "strikethrough",
    "del": "strikethrough",
    "tg-spoiler": "spoiler",
    "span": "spoiler",
    "a": "text_link",
    "code": "code",
    "pre": "pre",
    "blockquote": "blockquote",
    "tg-emoji": "custom_emoji",
}
# The only references that Telegram knows besides the numeric ones; any other stays as it is written.
REFERENCE = re.compile(r"&(?:lt|gt|amp|quot|#\d+|#x[0-9a-fA-F]+);")
ATTRIBUTE = re.compile(r"""\s*([^\s=>]+)(?:\s*=\s*("[^"]*"|'[^']*'|[\w.-]+))?""")
TAG = re.compile(r"""<(/?)([^\s>]*)((?:"[^"]*"|'[^']*'|[^>"'])*)>""")


def units(text: str) -> int:
    """Length in UTF-16 code units, in which Telegram counts."""
    return len(text) if text.isascii() else len(text.encode("utf-16-le")) // 2


def parse(text: str, mode: str | None) -> tuple[str, list[Entity]]:
    """The plain text, trimmed, and its entities.

    Raises:
        Refused: for markup that Telegram can't parse, or a mode that the emulator doesn't know.
    """
    if not mode:
        return text.strip(), []
    if mode.lower() != "html":
        raise Refused(PARSE_MODE)
    if "<" not in text and "&" not in text:
        return text.strip(), []
    return _trimmed(*_Html(text).parsed())


@dataclass(slots=True)
class _Open:
    tag: str
    kind: str
    extra: dict[str, str]
    start: int
    order: int


class _Html:
    """One text on its way through the parser."""

    def __init__(self, source: str) -> None:
        self._source = source
        self._plain: list[str] = []
        self._length = 0
        self._open: list[_Open] = []
        self._opened = 0
        self._entities: list[tuple[int, Entity]] = []

    def parsed(self) -> tuple[str, list[Entity]]:
        position = 0
        while (start := self._source.find("<", position)) >= 0:
            self._write(self._source[position:start])
            tag = TAG.match(self._source, start)
            if tag is None:
                raise self._fail("Unclosed start tag", start)
            if tag[1]:
                self._close(tag[2], start)
            else:
                self._begin(tag[2].lower(), tag[3], start)
            position = tag.end()
        self._write(self._source[position:])
        if self._open:
            raise Refused(_cannot(f'Can\'t find end tag corresponding to start tag "{self._open[-1].tag}"'))
        return "".join(self._plain), [entity for _, entity in sorted(self._entities, key=itemgetter(0))]

    def _write(self, piece: str) -> None:
        plain = REFERENCE.sub(lambda found: html.unescape(found[0]), piece) if "&" in piece else piece
        self._plain.append(plain)
        self._length += units(plain)

    def _begin(self, tag: str, attributes: str, start: int) -> None:
        if tag not in KINDS:
            raise self._fail(f'Unsupported start tag "{tag}"', start)
        given = _attributes(attributes)
        if tag == "span" and given.get("class") != "tg-spoiler":
            raise self._fail('Tag "span" must have class "tg-spoiler"', start)
        kind, extra = KINDS[tag], {}
        if tag == "blockquote" and "expandable" in given:
            kind = "expandable_blockquote"
        elif tag == "a":
            extra["url"] = given.get("href", "")
        elif tag == "tg-emoji":
            extra["custom_emoji_id"] = given.get("emoji-id", "")
        self._opened += 1
        self._open.append(_Open(tag, kind, extra, self._length, self._opened))

    def _close(self, tag: str, start: int) -> None:
        if not self._open:
            raise self._fail("Unexpected end tag", start)
        opened = self._open.pop()
        if tag.lower() not in ("", opened.tag):
            found = f'Unmatched end tag at byte offset {self._byte(start)}, expected "</{opened.tag}>"'
            raise Refused(_cannot(f'{found}, found "</{tag}>"'))
        length = self._length - opened.start
        if length and (opened.tag != "a" or opened.extra["url"]):
            entity = {"offset": opened.start, "length": length, "type": opened.kind}
            self._entities.append((opened.order, entity | opened.extra))

    def _fail(self, problem: str, start: int) -> Refused:
        return Refused(_cannot(f"{problem} at byte offset {self._byte(start)}"))

    def _byte(self, position: int) -> int:
        return len(self._source[:position].encode())


def _attributes(source: str) -> dict[str, str]:
    return {name.lower(): html.unescape(value.strip("\"'")) for name, value in ATTRIBUTE.findall(source)}


def _cannot(problem: str) -> Refusal:
    return bad_request(f"can't parse entities: {problem}")


def _trimmed(text: str, entities: list[Entity]) -> tuple[str, list[Entity]]:
    # White space is one UTF-16 unit a character, so characters may be counted here.
    lead = len(text) - len(text.lstrip())
    text = text.strip()
    end = units(text)
    kept = []
    for entity in entities:
        start = max(entity["offset"] - lead, 0)
        stop = min(entity["offset"] + entity["length"] - lead, end)
        if stop > start:
            kept.append(entity | {"offset": start, "length": stop - start})
    return text, kept
