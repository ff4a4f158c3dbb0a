"""Who is there: people, chats and what stands in them."""

from dataclasses import dataclass, field
from typing import Any

from tests.emulator.changes import Changes
from tests.emulator.markup import Keyboard, keyboard_of

Wire = dict[str, Any]


@dataclass(slots=True)
class Person:
    """An account of somebody who may write to the bot."""

    id: int
    first_name: str
    language_code: str | None = "en"
    last_name: str | None = "Quorvandel"  # planted: whoever finds it outside Telegram has found a leak
    username: str | None = None
    started: bool = False
    blocked: bool = False
    deleted: bool = False
    toasts: list[str] = field(default_factory=list)

    def names(self) -> Wire:
        """What Telegram tells about the person, without their language."""
        wire: Wire = {"first_name": self.first_name}
        if self.last_name:
            wire["last_name"] = self.last_name
        if self.username:
            wire["username"] = self.username
        return wire

    def wire(self) -> Wire:
        """The person as a `User`."""
        wire: Wire = {"id": self.id, "is_bot": False} | self.names()
        if self.language_code:
            wire["language_code"] = self.language_code
        return wire


@dataclass(slots=True, eq=False)
class Message:
    """A message as it stands now, and every inline keyboard that it ever had."""

    wire: Wire
    author: int
    shown: list[Keyboard] = field(default_factory=list)
    deleted: bool = False

    @property
    def id(self) -> int:
        """Its number in the chat."""
        return int(self.wire["message_id"])

    @property
    def text(self) -> str:
        """What can be read: text, or the caption of a file."""
        return str(self.wire.get("text", self.wire.get("caption", "")))

    @property
    def keyboard(self) -> Keyboard:
        """The inline buttons under it at present."""
        return keyboard_of(self.wire.get("reply_markup"))

    def set_markup(self, markup: Wire | None) -> None:
        """Replaces the inline keyboard, and remembers it."""
        self.wire.pop("reply_markup", None)
        if markup and markup.get("inline_keyboard"):
            self.wire["reply_markup"] = markup
            self.shown.append(markup["inline_keyboard"])


@dataclass(slots=True, eq=False)
class Chat:
    """A conversation: with one person, or a group."""

    id: int
    person: Person | None = None
    title: str = ""
    bot_is_member: bool = True
    messages: dict[int, Message] = field(default_factory=dict)
    changes: Changes = field(default_factory=Changes)

    @property
    def kind(self) -> str:
        """As Telegram names it."""
        return "group" if self.person is None else "private"

    def wire(self) -> Wire:
        """The chat as a `Chat`."""
        if self.person is None:
            return {"id": self.id, "type": "group", "title": self.title}
        return {"id": self.id, "type": "private"} | self.person.names()

    def visible(self) -> list[Message]:
        """What is on the screen, newest last."""
        return [message for message in self.messages.values() if not message.deleted]


@dataclass(slots=True)
class Query:
    """A tap that waits for its answer."""

    id: str
    person: Person
    chat: Chat
    at: float


@dataclass(frozen=True, slots=True)
class Upload:
    """A file as it came in a request."""

    name: str
    content: bytes
    mime_type: str


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A file that Telegram keeps."""

    file_id: str
    path: str
    upload: Upload

    def unique(self) -> Wire:
        """The fields that every kind of file has."""
        return {
            "file_id": self.file_id,
            "file_unique_id": "u" + self.file_id,
            "file_size": len(self.upload.content),
        }
