"""What an update means: raw JSON in, one `Hearing` out. Pure.

Law: names, usernames and phone numbers aren't read, and only private chats are heard. An update whose shape
isn't Telegram's raises `Unparsable`, which knows field names and no value. Updates are read as plain JSON:
a few checked fields take 3 microseconds, python-telegram-bot's objects for the same press take 300.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from bot.channels.telegram.address import Address, newer
from bot.conversation.events import Commanded, Heard, Sent, Started, Tapped, Typed
from bot.delivery import Hint
from bot.turns import Incoming

CHANNEL: Final = "telegram"
ALLOWED_UPDATES: Final = ("message", "edited_message", "callback_query", "my_chat_member")
COMMANDS: Final = ("start", "resume", "language", "privacy", "mydata", "forget", "help", "stop")
"""In the order in which Telegram shows them."""

Json = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Said:
    """A person said something to us."""

    incoming: Incoming
    hint: Hint


@dataclass(frozen=True, slots=True)
class Ignored:
    """Nothing for us: a group, a service message, a kind of update that we don't know."""

    key: str
    why: str


@dataclass(frozen=True, slots=True)
class Blocked:
    """A person blocked us."""

    key: str
    address: str


@dataclass(frozen=True, slots=True)
class Unblocked:
    """A person let us write again."""

    key: str
    address: str


Hearing = Said | Ignored | Blocked | Unblocked


class Unparsable(Exception):
    """An update that isn't as Telegram describes it: its kind, field names and error class, never a value."""

    def __init__(self, kind: str, fields: tuple[str, ...], error: str) -> None:
        super().__init__(kind, fields, error)
        self.kind = kind
        self.fields = fields
        self.error = error


def hear(update: Json, at: datetime, seed: str) -> Hearing:
    """Return what an update means to us."""
    key = key_of(update)
    kind = next((name for name in update if name != "update_id"), "empty")
    reader = _READERS.get(kind)
    if reader is None:
        return Ignored(key, "kind")
    try:
        return reader(key, update[kind], at, seed)
    except (KeyError, TypeError, ValueError) as error:
        raise Unparsable(kind, field_names(update[kind]), type(error).__name__) from None


def key_of(update: Json) -> str:
    """Return the key under which an update is remembered, the same whenever it is delivered."""
    return f"tg:{_integer(update, 'update_id')}"


def sender_of(update: Any) -> str:
    """Return who said something as the update has it, unchecked; nothing where it doesn't say so."""
    try:
        if "callback_query" in update:
            return str(update["callback_query"]["from"]["id"])
        return str((update.get("message") or update["edited_message"])["chat"]["id"])
    except (AttributeError, KeyError, TypeError):
        return ""


def field_names(body: object) -> tuple[str, ...]:
    """Return the names of the fields of an object that look like Telegram's."""
    if not isinstance(body, Mapping):
        return ()
    return tuple(sorted(name for name in body if isinstance(name, str) and _FIELD.fullmatch(name)))[:50]


_FIELD = re.compile(r"[a-z][a-z_]{0,47}")

# ---------------------------------------------------------------- one kind each


def _message(key: str, body: Any, at: datetime, seed: str) -> Hearing:
    chat = _private(body)
    if chat is None:
        return Ignored(key, "not private")
    sender = _object(body, "from")
    _integer(body, "message_id"), _integer(body, "date")
    text = body.get("text")
    if text is None:
        kind = next((kind for kind in _MEDIA if kind in body), None)
        heard: Heard | None = Sent(at, kind, seed) if kind else None
        if kind and "caption" in body:  # what is written below a photo may be a cry for help
            heard = Typed(at, _string(body, "caption"), seed)
    else:
        heard = _text(_string(body, "text"), sender, at, seed)
    if heard is None:
        return Ignored(key, "service message")
    return _said(key, chat, heard, Hint(below=True))


def _edited(key: str, body: Any, at: datetime, seed: str) -> Hearing:
    chat = _private(body)
    if chat is None:
        return Ignored(key, "not private")
    _integer(body, "message_id")
    if "location" in body:  # a live location moves by edits
        return Ignored(key, "live location")
    return _said(key, chat, Sent(at, "edited", seed), Hint(below=True))


def _text(text: str, sender: Json, at: datetime, seed: str) -> Heard:
    match = _COMMAND.fullmatch(text)
    command = match[1].lower() if match else ""
    if match is None or command not in COMMANDS:
        return Typed(at, text, seed)
    if command != "start":
        return Commanded(at, command, seed)
    payload = (match[2] or "").strip()
    return Started(at, seed, CHANNEL, _language(sender), payload if _PAYLOAD.fullmatch(payload) else "")


def _tap(key: str, body: Any, at: datetime, seed: str) -> Hearing:
    query = _string(body, "id")
    sender = _integer(_object(body, "from"), "id")
    message = body.get("message")
    if message is None or "data" not in body:  # under an inline message, or a game's
        return Ignored(key, "not our button")
    chat = _private(message)
    if chat is None:
        return Ignored(key, "not private")
    if chat != sender:
        raise ValueError
    accessible = _integer(message, "date") != 0
    hint = Hint((query,), _integer(message, "message_id") if accessible else None)
    return _said(key, chat, Tapped(at, _string(body, "data"), seed), hint)


def _membership(key: str, body: Any, _at: datetime, _seed: str) -> Hearing:
    chat = _private(body)
    if chat is None:
        return Ignored(key, "not private")
    status = _string(_object(body, "new_chat_member"), "status")
    match status:
        case "kicked":
            return Blocked(key, str(chat))
        case "member":
            return Unblocked(key, str(chat))
        case _:
            return Ignored(key, "membership")


_READERS: Final[Mapping[str, Callable[[str, Any, datetime, str], Hearing]]] = {
    "message": _message,
    "edited_message": _edited,
    "callback_query": _tap,
    "my_chat_member": _membership,
}

_COMMAND = re.compile(r"/([A-Za-z0-9_]{1,32})(?:@[A-Za-z0-9_]{1,64})?(?:\s+(.*))?", re.DOTALL)
_PAYLOAD = re.compile(r"[A-Za-z0-9_-]{1,64}")
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8}){0,2}")
_MEDIA: Final = (
    "sticker",
    "photo",
    "voice",
    "video_note",
    "video",
    "animation",  # before document: an animation is one, too
    "document",
    "audio",
    "contact",
    "venue",  # before location: a venue has one
    "location",
    "poll",
    "dice",
    "story",
    "live_photo",
    "paid_media",
    "checklist",
    "game",
    "rich_message",
)
"""What a person can send; everything else without text is a notice of Telegram's own."""


# ---------------------------------------------------------------- checked reading


def _said(key: str, chat: int, heard: Heard, hint: Hint) -> Said:
    whereabouts = str(Address(chat, hint.message))
    return Said(Incoming(CHANNEL, str(chat), whereabouts, key, heard, newer), hint)


def _private(body: Any) -> int | None:
    """Return the id of the private chat that something happened in, or None for a group or channel."""
    chat = _object(body, "chat")
    identity = _integer(chat, "id")
    return identity if _string(chat, "type") == "private" else None


def _language(sender: Json) -> str | None:
    code = sender.get("language_code")
    return code if isinstance(code, str) and _LANGUAGE.fullmatch(code) else None


def _object(body: Any, name: str) -> Json:
    value = body[name]
    if not isinstance(value, dict):
        raise TypeError
    return value


def _integer(body: Any, name: str) -> int:
    value = body[name]
    if type(value) is not int:
        raise TypeError
    return value


def _string(body: Any, name: str) -> str:
    value = body[name]
    if not isinstance(value, str):
        raise TypeError
    return value
