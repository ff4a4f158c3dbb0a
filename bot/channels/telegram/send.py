"""Speaking on Telegram: one living message in each chat, edited in place wherever that is possible.

Law: a message that can't be edited is sent anew; "not modified" and "query is too old" are success; and a
reply that Telegram can't read as HTML goes out once more as plain text. Whatever else goes wrong has a name
in `delivery`.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Final, TypeVar

import structlog
from telegram import InputFile
from telegram.constants import ParseMode

from bot.channels.telegram.address import Address, parse
from bot.channels.telegram.speak import Keyboard, as_html, as_plain, keyboard, pieces, toast
from bot.channels.telegram.wire import TokenRefused, Wire
from bot.conversation.replies import Attachment, Message
from bot.delivery import Gone, Hint, Refused, TryLater, Unclear
from bot.errors import ChannelError

log = structlog.get_logger()

Result = TypeVar("Result")

NO_PREVIEW: Final = {"is_disabled": True}
NOT_MODIFIED: Final = "message is not modified"
NOT_READABLE: Final = "can't parse entities"
NOBODY_THERE: Final = ("chat not found", "user not found", "peer_id_invalid")


class Sender:
    """Telegram as a channel of `delivery`."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire
        self._closing: set[asyncio.Task[None]] = set()

    async def finish(self) -> None:
        """Wait until the buttons of older messages are taken away."""
        await asyncio.gather(*self._closing)

    async def acknowledge(self, hint: Hint, text: str | None) -> None:
        """Answer taps, so that their buttons stop waiting: one after the other, whoever taps a lot."""
        for tap in hint.taps:
            await self._acknowledge(tap, text)

    async def _acknowledge(self, tap: str, text: str | None) -> None:
        try:
            query = {"callback_query_id": tap, "text": toast(text)}
            await self._wire.ask("answerCallbackQuery", query)
        except (ChannelError, TokenRefused) as error:  # too old, or lost: the page itself is the answer
            log.debug("tap not acknowledged", error=type(error).__name__)

    async def speak(self, whereabouts: str, message: Message, hint: Hint | None) -> str:
        """Show a message in place of the living one, or beneath everything; return where it lives now."""
        address = parse(whereabouts)
        if address is None:
            raise Gone("not an address of Telegram")
        try:
            lives = await self._speak(address, message, hint or Hint())
        except TokenRefused:  # the polling says so to the operator; nothing is lost meanwhile
            raise TryLater("the token was refused") from None
        return whereabouts if lives == address.message else str(replace(address, message=lives))

    async def _speak(self, address: Address, message: Message, hint: Hint) -> int | None:
        """Show a message; return the number of the living one."""
        if message.attachment is not None:
            await self._send_file(address.chat, message.attachment)
            return address.message
        parts = pieces(message.text)
        known = {one for one in (address.message, hint.message) if one is not None}
        newest = max(known, default=None)
        in_place = not (message.new or hint.below or len(parts) > 1)
        if in_place and newest is not None and await self._edited(address.chat, newest, message):
            lives = newest
        else:
            lives = await self._sent(address.chat, parts, message)
        for old in known - {lives}:  # nobody waits for it: what was said counts as said at once
            task = asyncio.create_task(self._close(address.chat, old))
            self._closing.add(task)
            task.add_done_callback(self._closing.discard)
        return lives

    async def _edited(self, chat: int, number: int, message: Message) -> bool:
        """Turn a message of ours into another; False where it is gone."""
        try:
            await self._edit(chat, number, message.text, keyboard(message))
        except Refused as refused:
            return NOT_MODIFIED in refused.message
        except Unclear as doubt:  # an edit may be repeated as often as we like
            raise TryLater(doubt.message) from None
        return True

    async def _edit(self, chat: int, number: int, text: str, markup: Keyboard | None) -> None:
        async def call(words: str, mode: str | None) -> None:
            edited = {"chat_id": chat, "message_id": number, "text": words, "parse_mode": mode}
            await self._wire.ask(
                "editMessageText", edited | {"reply_markup": markup, "link_preview_options": NO_PREVIEW}
            )

        await _readable(text, call)

    async def _sent(self, chat: int, parts: tuple[str, ...], message: Message) -> int:
        """Send a message, in pieces if it must be; the last one has the buttons, and lives."""
        for part in parts[:-1]:
            await self._send(chat, part, None)
        return await self._send(chat, parts[-1], keyboard(message))

    async def _send(self, chat: int, text: str, markup: Keyboard | None) -> int:
        async def call(words: str, mode: str | None) -> int:
            said = {"chat_id": chat, "text": words, "parse_mode": mode, "protect_content": True}
            sent = await self._wire.ask(
                "sendMessage", said | {"reply_markup": markup, "link_preview_options": NO_PREVIEW}
            )
            return int(sent["message_id"])

        try:
            return await _readable(text, call)
        except Refused as refused:
            if any(words in refused.message for words in NOBODY_THERE):
                raise Gone(refused.message) from None
            raise

    async def _send_file(self, chat: int, attachment: Attachment) -> None:
        """Send a file; unlike our messages it may be kept, for it is the person's own data."""
        file = InputFile(attachment.body, filename=attachment.name, attach=False)
        async with self._wire.call() as bot:
            await bot.send_document(chat, file, disable_content_type_detection=True)

    async def _close(self, chat: int, number: int) -> None:
        """Take the buttons of an older message away; where that fails, they are harmless."""
        try:
            await self._wire.ask("editMessageReplyMarkup", {"chat_id": chat, "message_id": number})
        except (ChannelError, TokenRefused) as error:
            log.debug("old buttons left", error=type(error).__name__)


async def _readable(text: str, call: Callable[[str, str | None], Awaitable[Result]]) -> Result:
    """Say a text as HTML, or once as plain text where Telegram can't read that."""
    try:
        return await call(as_html(text), ParseMode.HTML)
    except Refused as refused:
        if NOT_READABLE not in refused.message:
            raise
    log.warning("HTML refused; sent as plain text")
    return await call(as_plain(text), None)
