"""A message in Telegram's terms: HTML, a keyboard, pieces that aren't too long. Pure.

Law: everything is escaped; `**bold**` is the only markup that becomes a tag. A text too long for Telegram
is cut at lines rather than refused, for a refused message is a person left without an answer.
"""

import html
import re
from collections.abc import Iterator
from typing import Any, Final

from bot.conversation.replies import Button, Message

MAX_TEXT: Final = 4096
"""Characters of one message after its markup is parsed, counted as UTF-16 to be on the safe side."""
MAX_TOAST: Final = 200
MAX_COPY: Final = 256
MAX_BUTTONS: Final = 100
MAX_ROW: Final = 8

_BOLD: Final = re.compile(r"\*\*(.+?)\*\*", re.DOTALL)


def as_html(text: str) -> str:
    """Return a text as Telegram's HTML."""
    return _BOLD.sub(r"<b>\1</b>", html.escape(text, quote=False))


def as_plain(text: str) -> str:
    """Return a text without any markup, for where HTML was refused."""
    return _BOLD.sub(r"\1", text)


def toast(text: str | None) -> str | None:
    """Return the notice of a tap, no longer than Telegram takes."""
    return text[: MAX_TOAST // 2] if text and _length(text) > MAX_TOAST else text


def pieces(text: str) -> tuple[str, ...]:
    """Return a text in as few pieces as Telegram takes, cut at the ends of lines where possible."""
    if _length(text) <= MAX_TEXT:
        return (text,)
    done: list[str] = []
    piece = ""
    for line in _short_lines(text):
        longer = f"{piece}\n{line}" if piece else line
        if _length(longer) > MAX_TEXT:
            done.append(piece)
            longer = line
        piece = longer
    return tuple(one for one in (*done, piece) if one.strip())


Keyboard = dict[str, list[list[dict[str, Any]]]]
"""An `InlineKeyboardMarkup` as plain JSON: the library's objects for it cost more than the whole turn."""


def keyboard(message: Message) -> Keyboard | None:
    """Return the inline keyboard under a message."""
    rows = [[_button(one) for one in row[:MAX_ROW]] for row in message.rows if row]
    return {"inline_keyboard": rows[:MAX_BUTTONS]} if rows else None


def _button(button: Button) -> dict[str, Any]:
    if button.url is not None:
        return {"text": button.label, "url": button.url}
    if button.copy is not None:
        return {"text": button.label, "copy_text": {"text": button.copy[:MAX_COPY]}}
    return {"text": button.label, "callback_data": button.token}


def _short_lines(text: str) -> Iterator[str]:
    half = MAX_TEXT // 2  # a character takes two units at most
    for line in text.split("\n"):
        while _length(line) > MAX_TEXT:
            yield line[:half]
            line = line[half:]  # noqa: PLW2901 - what is left of it
        yield line


def _length(text: str) -> int:
    return len(text) if text.isascii() else len(text.encode("utf-16-le", "surrogatepass")) // 2
