"""A person and their phone: what they see and what they do, in a person's words."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from tests.emulator.markup import Button, Keyboard
from tests.emulator.people import Chat, Message, Person, Query, Upload
from tests.emulator.world import World

Found = TypeVar("Found")

PATIENCE = 5.0  # real seconds that a person waits before they call it broken


@dataclass(frozen=True, slots=True)
class Document:
    """A file as the person opens it."""

    name: str
    content: bytes
    caption: str


@dataclass(frozen=True, slots=True)
class Tap:
    """What was tapped, so that it can be tapped again."""

    message: Message
    data: str


class Phone:
    """One person with the bot's chat open.

    Actions return as soon as Telegram has queued them for the bot; `sees` and its like wait for the answer.
    """

    def __init__(self, world: World, person: Person) -> None:
        self._world = world
        self.person = person
        self.chat = world.chats[person.id]
        self.opened: list[str] = []
        self.copied: list[str] = []
        self._last_tap: Tap | None = None

    # -------------------------------------------------------------------------- what the person does

    async def starts(self, payload: str = "") -> Message:
        """Presses Start, with what a link carried."""
        return await self.types(f"/start {payload}".rstrip())

    async def types(self, text: str, *, into: Chat | None = None) -> Message:
        """Writes a text, here or in a group."""
        content: dict[str, object] = {"text": text}
        if text.startswith("/"):
            command = {"type": "bot_command", "offset": 0, "length": len(text.split(maxsplit=1)[0])}
            content["entities"] = [command]
        return self._world.writes(self.person, into or self.chat, content)

    async def edits(self, message: Message, text: str) -> None:
        """Changes what they wrote before."""
        self._world.rewrites(self.person, self.chat, message, text)

    async def sends_sticker(self, emoji: str = "\N{THUMBS UP SIGN}") -> Message:
        """Sends a sticker."""
        sticker = self._file("sticker.webp", b"RIFF", "image/webp", "stickers") | {
            "type": "regular",
            "width": 512,
            "height": 512,
            "is_animated": False,
            "is_video": False,
            "emoji": emoji,
        }
        return self._world.writes(self.person, self.chat, {"sticker": sticker})

    async def sends_photo(self, caption: str = "") -> Message:
        """Sends a photo."""
        size = self._file("photo.jpg", b"\xff\xd8", "image/jpeg", "photos") | {"width": 90, "height": 90}
        content: dict[str, object] = {"photo": [size]}
        return self._world.writes(self.person, self.chat, content | ({"caption": caption} if caption else {}))

    async def taps(self, label: str, *, seconds: float = PATIENCE) -> None:
        """Taps the button with this label, or the only one beginning so, on the newest message with one."""
        message, button = await self._until(
            lambda: self._button(label), f"no button {label!r} to tap", seconds=seconds
        )
        self._press(message, button)

    async def taps_again(self) -> None:
        """Taps what they tapped last once more, whatever has become of it."""
        if self._last_tap is None:
            raise AssertionError("nothing was tapped yet")
        self._tap(self._last_tap)

    async def taps_old(self, label: str, message: Message | None = None) -> None:
        """Taps a button that a message once had, although it has been edited away or deleted since."""
        messages = [message] if message else list(reversed(self.chat.messages.values()))
        for candidate in messages:
            for keyboard in reversed(candidate.shown):
                if button := find(keyboard, label):
                    self._press(candidate, button)
                    return
        raise AssertionError(f"no message ever had a button {label!r}\n{self._told()}")

    async def taps_data(self, data: str, message: Message) -> Query:
        """Taps a button made by a changed app: any data, on any message."""
        return self._world.taps(self.person, self.chat, message, data)

    async def blocks(self) -> None:
        """Blocks the bot."""
        self.person.blocked = True
        self._world.changes_membership(self.person, self.chat, "member", "kicked")

    async def unblocks(self) -> None:
        """Lets the bot write again."""
        self.person.blocked = False
        self._world.changes_membership(self.person, self.chat, "kicked", "member")

    async def opens_group(self, title: str) -> Chat:
        """Makes a group and adds the bot to it."""
        group = self._world.open_group(title)
        self._world.changes_membership(self.person, group, "left", "member")
        return group

    async def removes_bot(self, group: Chat) -> None:
        """Removes the bot from a group."""
        group.bot_is_member = False
        self._world.changes_membership(self.person, group, "member", "kicked")

    async def deletes_account(self) -> None:
        """Leaves Telegram; the bot learns it when it writes."""
        self.person.deleted = True

    async def clears_chat(self) -> None:
        """Deletes the chat for both sides."""
        for message in self.chat.visible():
            message.deleted = True

    # -------------------------------------------------------------------------- what the person sees

    @property
    def visible(self) -> list[Message]:
        """The messages in the chat, newest last."""
        return self.chat.visible()

    @property
    def screen(self) -> str:
        """The messages in the chat as text, each with its rows of buttons, newest last."""
        return "\n\n".join(self._shown(message) for message in self.visible)

    @property
    def toasts(self) -> list[str]:
        """The short notices that answered a tap."""
        return self.person.toasts

    @property
    def documents(self) -> list[Document]:
        """The files that the bot has sent and not deleted."""
        return [
            Document(message.wire["document"]["file_name"], self._content(message), message.text)
            for message in self._from_bot()
            if "document" in message.wire
        ]

    async def sees(self, text: str, *, seconds: float = PATIENCE) -> Message:
        """Waits until a visible message of the bot contains this text; the newest such."""
        return await self._until(lambda: self._with(text), f"doesn't see {text!r}", seconds=seconds)

    async def sees_no_more(self, text: str, *, seconds: float = PATIENCE) -> None:
        """Waits until no visible message of the bot contains this text."""
        await self._until(lambda: self._with(text) is None, f"still sees {text!r}", seconds=seconds)

    async def sees_button(self, label: str, *, seconds: float = PATIENCE) -> Message:
        """Waits until there is a button with this label; its message."""
        found = await self._until(lambda: self._button(label), f"no button {label!r}", seconds=seconds)
        return found[0]

    async def sees_toast(self, text: str, *, seconds: float = PATIENCE) -> str:
        """Waits until a notice contains this text."""
        return await self._until(
            lambda: next((toast for toast in self.toasts if text in toast), None),
            f"no notice {text!r}",
            seconds=seconds,
        )

    async def receives(self, name: str, *, seconds: float = PATIENCE) -> Document:
        """Waits for a file whose name contains this."""
        return await self._until(
            lambda: next((d for d in reversed(self.documents) if name in d.name), None),
            f"no document {name!r}",
            seconds=seconds,
        )

    # ------------------------------------------------------------------------------------ the inside

    def _from_bot(self) -> list[Message]:
        return [message for message in self.visible if message.author != self.person.id]

    def _with(self, text: str) -> Message | None:
        return next((m for m in reversed(self._from_bot()) if text in m.text), None)

    def _button(self, label: str) -> tuple[Message, Button] | None:
        for exact in (True, False):
            for message in reversed(self.visible):
                if button := find(message.keyboard, label, exact=exact):
                    return message, button
        return None

    def _press(self, message: Message, button: Button) -> None:
        if "callback_data" in button:
            self._tap(Tap(message, button["callback_data"]))
        elif "url" in button:
            self.opened.append(button["url"])
        elif "copy_text" in button:
            self.copied.append(button["copy_text"]["text"])
        else:
            raise AssertionError(f"the button {button['text']!r} does nothing here: {sorted(button)}")

    def _tap(self, tap: Tap) -> None:
        self._last_tap = tap
        self._world.taps(self.person, self.chat, tap.message, tap.data)

    def _file(self, name: str, content: bytes, mime_type: str, folder: str) -> dict[str, object]:
        return self._world.keep(Upload(name, content, mime_type), folder).unique()

    def _content(self, message: Message) -> bytes:
        return self._world.files[message.wire["document"]["file_id"]].upload.content

    def _shown(self, message: Message) -> str:
        rows = ["  ".join(f"[{button['text']}]" for button in row) for row in message.keyboard]
        return "\n".join([message.text or f"({', '.join(message.wire.keys() & KINDS)})", *rows])

    def _told(self) -> str:
        told = self._world.transcript.told(self.chat.id)
        return f"On the screen of {self.person.first_name}:\n{self.screen}\n\nWhat happened:\n{told}"

    async def _until(self, condition: Callable[[], Found | None], what: str, *, seconds: float) -> Found:
        return await self.chat.changes.until(
            condition, seconds=seconds, explain=lambda: f"{self.person.first_name}: {what}\n{self._told()}"
        )


KINDS = {"sticker", "photo", "document"}


def find(keyboard: Keyboard, label: str, *, exact: bool | None = None) -> Button | None:
    """The button with this label, or (unless `exact`) the only one whose label begins so."""
    buttons = [button for row in keyboard for button in row]
    if exact is not False:
        for button in buttons:
            if button["text"] == label:
                return button
    if exact is True:
        return None
    beginning = [button for button in buttons if button["text"].startswith(label)]
    return beginning[0] if len(beginning) == 1 else None
