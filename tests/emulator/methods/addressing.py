"""Finding the chat and the message that a call is about, or refusing as Telegram would."""

from typing import Any

from tests.emulator import refusals
from tests.emulator.methods.registry import Params
from tests.emulator.people import Chat, Message
from tests.emulator.refusals import Refusal, Refused, flood
from tests.emulator.world import World


def chat_of(world: World, params: Params) -> Chat:
    """The chat that is addressed, whether or not it may be written to."""
    chat = world.chats.get(params["chat_id"]) if "chat_id" in params else None
    if chat is None:
        raise Refused(refusals.CHAT_NOT_FOUND)
    return chat


def writable(world: World, params: Params) -> Chat:
    """The chat that is addressed, if the bot may write there now."""
    chat = chat_of(world, params)
    person = chat.person
    if person is None:
        if not chat.bot_is_member:
            raise Refused(refusals.NOT_A_MEMBER)
    elif person.deleted:
        raise Refused(refusals.DEACTIVATED)
    elif person.blocked:
        raise Refused(refusals.BLOCKED)
    elif not person.started:
        raise Refused(refusals.NEVER_STARTED)
    wait = world.rates.hit(chat.id)
    if wait is not None:
        raise Refused(flood(wait))
    return chat


def message_in(chat: Chat, message_id: Any, missing: Refusal) -> Message:
    """The message with this number, unless it is gone."""
    message = chat.messages.get(message_id)
    if message is None or message.deleted:
        raise Refused(missing)
    return message


def own_message(world: World, chat: Chat, params: Params) -> Message:
    """A message of the bot itself, to be edited."""
    message = message_in(chat, params.get("message_id"), refusals.EDIT_NOT_FOUND)
    if message.author != world.bot["id"]:
        raise Refused(refusals.CANT_EDIT)
    return message
