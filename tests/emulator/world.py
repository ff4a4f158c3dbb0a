"""The state of this small Telegram, and what people and the bot do in it."""

import asyncio
import itertools
from typing import Any

from tests.emulator.changes import Changes
from tests.emulator.clock import Clock
from tests.emulator.people import Chat, Message, Person, Query, StoredFile, Upload, Wire
from tests.emulator.profile import Profile
from tests.emulator.rates import RateMeter
from tests.emulator.schema import Schema
from tests.emulator.transcript import Transcript
from tests.emulator.updates import Updates
from tests.emulator.webhook import Webhook

BOT = "bot"


class World:
    """Everything that Telegram would remember about one bot and the people around it."""

    def __init__(self, bot_id: int, schema: Schema, clock: Clock, transcript: Transcript) -> None:
        self.schema = schema
        self.clock = clock
        self.transcript = transcript
        self.updates = Updates(clock)
        self.profile = Profile()
        self.rates = RateMeter(clock)
        self.webhook = Webhook(self.updates, clock)
        self.changes = Changes()
        self.closing = asyncio.Event()
        self.verifying = True
        self.answer_within = 30.0
        self.bot: Wire = {"id": bot_id, "is_bot": True, "first_name": "Attune", "username": "attune_bot"}
        self.people: dict[int, Person] = {}
        self.chats: dict[int, Chat] = {}
        self.queries: dict[str, Query] = {}
        self.files: dict[str, StoredFile] = {}
        self._ids = itertools.count(1001)
        self._groups = itertools.count(-5001, -1)
        self._message_ids = itertools.count(1)
        self._query_ids = itertools.count(4_000_000_001)
        self._file_ids = itertools.count(1)

    # ------------------------------------------------------------------------------- who is there

    def join(self, first_name: str, language_code: str | None, **more: Any) -> Person:
        """A new account, and the private chat that it may open with the bot."""
        person = Person(more.pop("id", None) or next(self._ids), first_name, language_code, **more)
        self.people[person.id] = person
        self.chats[person.id] = Chat(person.id, person)
        return person

    def open_group(self, title: str) -> Chat:
        """A new group with the bot in it."""
        chat = Chat(next(self._groups), title=title)
        self.chats[chat.id] = chat
        return chat

    # ----------------------------------------------------------------------------- what people do

    def writes(self, person: Person, chat: Chat, content: Wire) -> Message:
        """A message of a person, and the update that tells the bot."""
        wire = self._new_message(chat, person.wire()) | content
        message = Message(wire, person.id)
        chat.messages[message.id] = message
        if chat.person is person:
            person.started = True
        self._note(chat, person.first_name, "writes", message.text or next(iter(content)))
        self._push("message", wire, f"chat{chat.id}")
        self._changed(chat)
        return message

    def rewrites(self, person: Person, chat: Chat, message: Message, text: str) -> None:
        """A person edits a message of their own."""
        message.wire |= {"text": text, "edit_date": self.date()}
        self._note(chat, person.first_name, "edits", text)
        self._push("edited_message", message.wire, f"chat{chat.id}")
        self._changed(chat)

    def taps(self, person: Person, chat: Chat, message: Message, data: str) -> Query:
        """A tap on a button that carries data."""
        query = Query(str(next(self._query_ids)), person, chat, self.clock.now())
        self.queries[query.id] = query
        self._note(chat, person.first_name, "taps", data)
        payload = {
            "id": query.id,
            "from": person.wire(),
            "message": self._accessible(chat, message),
            "chat_instance": str(chat.id * 7919),
            "data": data,
        }
        self._push("callback_query", payload, f"tap{person.id}")
        return query

    def changes_membership(self, person: Person, chat: Chat, old: str, new: str) -> None:
        """The bot's own membership changed: blocked, unblocked, added or removed."""
        self._note(chat, person.first_name, "changes the bot's membership", new)
        payload = {
            "chat": chat.wire(),
            "from": person.wire(),
            "date": self.date(),
            "old_chat_member": self._member(old),
            "new_chat_member": self._member(new),
        }
        self._push("my_chat_member", payload, f"chat{chat.id}")

    # --------------------------------------------------------------------------- what the bot does

    def says(self, chat: Chat, content: Wire, markup: Wire | None) -> Message:
        """A new message of the bot."""
        message = Message(self._new_message(chat, self.bot) | content, self.bot["id"])
        message.set_markup(markup)
        chat.messages[message.id] = message
        self._note(chat, BOT, "says", message.text)
        self._changed(chat)
        return message

    def corrects(self, chat: Chat, message: Message, content: Wire, markup: Wire | None) -> None:
        """The bot edits a message of its own; content replaces text and entities."""
        if content:
            message.wire.pop("entities", None)
        message.wire |= content | {"edit_date": self.date()}
        message.set_markup(markup)
        self._note(chat, BOT, "edits", message.text)
        self._changed(chat)

    def removes(self, chat: Chat, message: Message) -> None:
        """The bot deletes a message."""
        message.deleted = True
        self._note(chat, BOT, "deletes", message.text)
        self._changed(chat)

    def answers(self, query: Query, text: str) -> None:
        """The bot answers a tap, with words or just so that the button stops spinning."""
        del self.queries[query.id]
        if text:
            query.person.toasts.append(text)
        self._note(query.chat, BOT, "answers the tap", text)
        self._changed(query.chat)

    def keep(self, upload: Upload, folder: str) -> StoredFile:
        """Stores a file; its id may be used again."""
        number = next(self._file_ids)
        stored = StoredFile(f"BQACAgIAAxk{number:08d}", f"{folder}/file_{number}", upload)
        self.files[stored.file_id] = stored
        return stored

    def date(self) -> int:
        """Now, as a message carries it."""
        return int(self.clock.now())

    # ---------------------------------------------------------------------------------- the inside

    def _new_message(self, chat: Chat, author: Wire) -> Wire:
        return {
            "message_id": next(self._message_ids),
            "from": author,
            "chat": chat.wire(),
            "date": self.date(),
        }

    def _accessible(self, chat: Chat, message: Message) -> Wire:
        if message.deleted:
            return {"chat": chat.wire(), "message_id": message.id, "date": 0}
        return message.wire

    def _member(self, status: str) -> Wire:
        member = {"status": status, "user": self.bot}
        return member | {"until_date": 0} if status == "kicked" else member

    def _push(self, kind: str, payload: Wire, lane: str) -> None:
        if self.verifying:
            self.schema.verify({"update_id": 1, kind: payload}, ["Update"])
        self.updates.push(kind, payload, lane)

    def _note(self, chat: Chat, who: str, what: str, text: str) -> None:
        if self.transcript.recording:
            self.transcript.note(self.clock.now(), chat.id, who, what, text)

    def _changed(self, chat: Chat) -> None:
        chat.changes.notify()
        self.changes.notify()
