"""Sending, editing and deleting messages."""

from typing import Any

from tests.emulator import entities, markup, refusals
from tests.emulator.methods.addressing import chat_of, message_in, own_message, writable
from tests.emulator.methods.registry import Params, serves
from tests.emulator.people import Chat, Wire
from tests.emulator.refusals import Refusal, Refused
from tests.emulator.world import World

LONGEST_TEXT = 4096
LONGEST_CAPTION = 1024
DELETABLE_FOR = 48 * 3600


@serves("sendMessage", "HTML or plain; MarkdownV2 is refused; links in plain text get no entities")
def send_message(world: World, params: Params) -> Wire:
    """A new text."""
    chat = writable(world, params)
    content = text_content(params, refusals.TEXT_TOO_LONG)
    return world.says(chat, content | extras(chat, params), checked_markup(world, params)).wire


@serves("editMessageText", "of the bot's own text messages, by chat_id and message_id")
def edit_message_text(world: World, params: Params) -> Wire:
    """Another text, another keyboard."""
    chat = writable(world, params)
    message = own_message(world, chat, params)
    content = text_content(params, refusals.EDIT_TOO_LONG)
    if "text" not in message.wire:
        raise Refused(refusals.NO_TEXT_TO_EDIT)
    new_markup = checked_markup(world, params)
    unchanged = (
        message.wire["text"] == content["text"]
        and message.wire.get("entities", []) == content.get("entities", [])
        and message.keyboard == markup.keyboard_of(new_markup)
    )
    if unchanged:
        raise Refused(refusals.NOT_MODIFIED)
    world.corrects(chat, message, content, new_markup)
    return message.wire


@serves("editMessageReplyMarkup", "of the bot's own messages; without a markup the keyboard goes")
def edit_message_reply_markup(world: World, params: Params) -> Wire:
    """Another keyboard under the same text."""
    chat = writable(world, params)
    message = own_message(world, chat, params)
    new_markup = checked_markup(world, params)
    if message.keyboard == markup.keyboard_of(new_markup):
        raise Refused(refusals.NOT_MODIFIED)
    world.corrects(chat, message, {}, new_markup)
    return message.wire


@serves("deleteMessage", "within 48 hours; in private chats also what the person wrote")
def delete_message(world: World, params: Params) -> bool:
    """One message goes."""
    chat = chat_of(world, params)
    message = message_in(chat, params["message_id"], refusals.DELETE_NOT_FOUND)
    if world.clock.now() - message.wire["date"] > DELETABLE_FOR:
        raise Refused(refusals.CANT_DELETE)
    world.removes(chat, message)
    return True


@serves("deleteMessages", "1-100 of them; missing ones are skipped")
def delete_messages(world: World, params: Params) -> bool:
    """Several messages go."""
    chat = chat_of(world, params)
    if not 1 <= len(params["message_ids"]) <= 100:
        raise Refused(refusals.ours("message_ids must have 1-100 numbers"))
    for message_id in params["message_ids"]:
        message = chat.messages.get(message_id)
        if message is None or message.deleted:
            continue
        if world.clock.now() - message.wire["date"] > DELETABLE_FOR:
            raise Refused(refusals.CANT_DELETE)
        world.removes(chat, message)
    return True


@serves("sendChatAction", "is only noted")
def send_chat_action(world: World, params: Params) -> bool:
    """The bot shows that it is at work."""
    writable(world, params)
    return True


def text_content(params: Params, too_long: Refusal) -> Wire:
    """The text to show and its entities."""
    text, found = _parsed(params, "text", "entities")
    if not text:
        raise Refused(refusals.TEXT_EMPTY)
    if len(text) > LONGEST_TEXT:
        raise Refused(too_long)
    return {"text": text, "entities": found} if found else {"text": text}


def caption_content(params: Params) -> Wire:
    """The caption of a file and its entities; nothing without one."""
    caption, found = _parsed(params, "caption", "caption_entities")
    if len(caption) > LONGEST_CAPTION:
        raise Refused(refusals.CAPTION_TOO_LONG)
    if not caption:
        return {}
    return {"caption": caption, "caption_entities": found} if found else {"caption": caption}


def _parsed(params: Params, text: str, given: str) -> tuple[str, list[Any]]:
    plain, found = entities.parse(params.get(text, ""), params.get("parse_mode"))
    return plain, found or params.get(given, [])


def checked_markup(world: World, params: Params) -> Wire | None:
    """The reply markup, if it is one that Telegram would show."""
    reply_markup: Wire | None = params.get("reply_markup")
    if world.verifying:
        markup.check(reply_markup)
    return reply_markup


def extras(chat: Chat, params: Params) -> Wire:
    """What else of a call can be seen in the message."""
    extra: Wire = {}
    if params.get("protect_content"):
        extra["has_protected_content"] = True
    if "message_effect_id" in params:
        extra["effect_id"] = params["message_effect_id"]
    if "link_preview_options" in params:
        extra["link_preview_options"] = params["link_preview_options"]
    if "reply_parameters" in params:
        extra |= _reply(chat, params["reply_parameters"])
    return extra


def _reply(chat: Chat, reply: Wire) -> Wire:
    replied = chat.messages.get(reply.get("message_id", 0))
    if replied is None or replied.deleted:
        if reply.get("allow_sending_without_reply"):
            return {}
        raise Refused(refusals.REPLY_NOT_FOUND)
    quoted = {name: value for name, value in replied.wire.items() if name != "reply_to_message"}
    return {"reply_to_message": quoted}
