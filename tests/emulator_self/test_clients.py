"""Two independent client libraries understand everything that the emulator sends, and are understood."""

import aiogram.types as aio
import pytest
from aiogram import Bot as AiogramBot
from aiogram.exceptions import TelegramBadRequest, TelegramForbiddenError, TelegramRetryAfter
from telegram import Bot as PtbBot
from telegram import BotCommand, BotCommandScopeAllPrivateChats, InlineKeyboardButton, InlineKeyboardMarkup
from telegram import Update as PtbUpdate
from telegram.error import BadRequest, EndPointNotFound, Forbidden, RetryAfter

from tests.emulator import Emulator, Phone
from tests.emulator.faults import too_many_requests

pytestmark = pytest.mark.slow

EVERY_KIND = ["message", "edited_message", "callback_query", "my_chat_member"]


async def lives_through_everything(telegram: Emulator, ana: Phone) -> None:
    """Everything that can become an update happens once."""
    started = await ana.starts("invite-1")
    message = telegram.world.says(ana.chat, {"text": "Ready?"}, None)
    await ana.sends_sticker()
    await ana.sends_photo("my breakfast")
    await ana.edits(started, "/start again")
    await ana.taps_data("v1:yes", message)
    telegram.world.removes(ana.chat, message)
    await ana.taps_data("v1:late", message)
    await ana.blocks()
    await ana.unblocks()
    await ana.types("hello all", into=telegram.group())


class TestUpdates:
    async def test_python_telegram_bot_parses_every_kind(self, telegram: Emulator, ptb: PtbBot) -> None:
        ana = telegram.phone("Ana", language_code="es", last_name="Ruiz", username="ana")
        await lives_through_everything(telegram, ana)
        updates = await ptb.get_updates(allowed_updates=EVERY_KIND)
        assert [update.update_id for update in updates] == list(range(1, 10))
        assert [type(update) for update in updates] == [PtbUpdate] * 9
        assert [kind_of(update) for update in updates] == [
            "message",
            "message",
            "message",
            "edited_message",
            "callback_query",
            "callback_query",
            "my_chat_member",
            "my_chat_member",
            "message",
        ]

    async def test_python_telegram_bot_finds_what_people_did_in_them(
        self, telegram: Emulator, ptb: PtbBot
    ) -> None:
        ana = telegram.phone("Ana", language_code="es", last_name="Ruiz", username="ana")
        await lives_through_everything(telegram, ana)
        start, sticker, photo, edited, tap, late, blocked, _, group = await ptb.get_updates()
        assert start.effective_user is not None
        assert start.effective_user.to_dict() == ana.person.wire()
        assert start.message is not None
        assert start.message.parse_entities() == {start.message.entities[0]: "/start"}
        assert sticker.message is not None
        assert sticker.message.sticker is not None
        assert photo.message is not None
        assert photo.message.caption == "my breakfast"
        assert edited.edited_message is not None
        assert edited.edited_message.text == "/start again"
        assert tap.callback_query is not None
        assert tap.callback_query.message is not None
        assert tap.callback_query.message.is_accessible
        assert late.callback_query is not None
        assert late.callback_query.message is not None
        assert not late.callback_query.message.is_accessible
        assert blocked.my_chat_member is not None
        assert blocked.my_chat_member.new_chat_member.status == "kicked"
        assert group.effective_chat is not None
        assert group.effective_chat.type == "group"

    async def test_aiogram_parses_every_kind(self, telegram: Emulator, aiogram: AiogramBot) -> None:
        await lives_through_everything(telegram, telegram.phone("Ana", last_name="Ruiz", username="ana"))
        updates = await aiogram.get_updates(allowed_updates=EVERY_KIND)
        first = ["message", "message", "message", "edited_message", "callback_query", "callback_query"]
        kinds = [*first, "my_chat_member", "my_chat_member", "message"]
        assert [update.event_type for update in updates] == kinds
        late, blocked = updates[5].callback_query, updates[6].my_chat_member
        assert late is not None
        assert isinstance(late.message, aio.InaccessibleMessage)
        assert blocked is not None
        assert blocked.new_chat_member.status == "kicked"


def kind_of(update: PtbUpdate) -> str:
    """The one field besides the id."""
    (kind,) = update.to_dict().keys() - {"update_id"}
    return str(kind)


class TestPythonTelegramBot:
    async def test_lives_a_whole_conversation(self, telegram: Emulator, ptb: PtbBot) -> None:
        ana = telegram.phone("Ana")
        await ana.starts()
        rows = [
            [InlineKeyboardButton("Yes", callback_data="y")],
            [InlineKeyboardButton("No", callback_data="n")],
        ]
        sent = await ptb.send_message(
            ana.person.id, "<b>Ready?</b>", parse_mode="HTML", reply_markup=InlineKeyboardMarkup(rows)
        )
        assert sent.text_html == "<b>Ready?</b>"
        assert ana.screen.endswith("Ready?\n[Yes]\n[No]")
        await ana.taps("Yes")
        *_, tap = await ptb.get_updates()
        assert tap.callback_query is not None
        assert await tap.callback_query.answer("Saved")
        await tap.callback_query.edit_message_text("1 of 12")
        assert ana.toasts == ["Saved"]
        assert ana.visible[-1].text == "1 of 12"
        assert await sent.delete()
        await ana.sees_no_more("1 of 12")

    async def test_uploads_and_downloads(self, telegram: Emulator, ptb: PtbBot) -> None:
        ana = telegram.phone()
        await ana.starts()
        sent = await ptb.send_document(ana.person.id, b"{}", caption="Yours", filename="mydata.json")
        assert (await ana.receives("mydata")).content == b"{}"
        assert sent.document is not None
        file = await sent.document.get_file()
        assert bytes(await file.download_as_bytearray()) == b"{}"
        again = await ptb.send_document(ana.person.id, sent.document.file_id)
        assert again.document == sent.document

    async def test_sets_up_the_profile(self, telegram: Emulator, ptb: PtbBot) -> None:
        ana, bo = telegram.phone(language_code="es"), telegram.phone(language_code="de")
        scope = BotCommandScopeAllPrivateChats()
        await ptb.set_my_commands([BotCommand("help", "Help")], scope=scope)
        await ptb.set_my_commands([BotCommand("help", "Ayuda")], scope=scope, language_code="es")
        await ptb.set_my_description("Hola", language_code="es")
        assert telegram.commands_for(ana) == [{"command": "help", "description": "Ayuda"}]
        assert telegram.commands_for(bo) == [{"command": "help", "description": "Help"}]
        assert telegram.description_for(ana) == "Hola"
        assert telegram.description_for(bo) == ""
        assert (await ptb.get_my_description("es")).description == "Hola"
        assert await ptb.get_my_commands(scope, "es") == (BotCommand("help", "Ayuda"),)
        await ptb.delete_my_commands(scope, "es")
        assert telegram.commands_for(ana) == [{"command": "help", "description": "Help"}]

    async def test_reads_about_itself_and_a_chat(self, telegram: Emulator, ptb: PtbBot) -> None:
        ana = telegram.phone("Ana")
        assert (await ptb.get_me()).username == "attune_bot"
        assert (await ptb.get_chat(ana.person.id)).first_name == "Ana"
        assert (await ptb.get_webhook_info()).url == ""

    async def test_maps_refusals_to_its_own_errors(self, telegram: Emulator, ptb: PtbBot) -> None:
        ana = telegram.phone()
        with pytest.raises(Forbidden, match="bot can't initiate conversation with a user"):
            await ptb.send_message(ana.person.id, "Hello")
        await ana.starts()
        with pytest.raises(BadRequest, match="Message text is empty"):
            await ptb.send_message(ana.person.id, " ")
        with pytest.raises(EndPointNotFound):
            await ptb.do_api_request("sendTelepathy")
        telegram.faults.add("sendMessage", too_many_requests(3))
        with pytest.raises(RetryAfter, match="Retry in 0:00:03"):
            await ptb.send_message(ana.person.id, "Hello")


class TestAiogram:
    async def test_lives_a_whole_conversation(self, telegram: Emulator, aiogram: AiogramBot) -> None:
        ana = telegram.phone("Ana")
        await ana.starts()
        rows = [[aio.InlineKeyboardButton(text="Yes", callback_data="y")]]
        markup = aio.InlineKeyboardMarkup(inline_keyboard=rows)
        sent = await aiogram.send_message(
            ana.person.id, "<b>Ready?</b>", parse_mode="HTML", reply_markup=markup
        )
        assert sent.html_text == "<b>Ready?</b>"
        await ana.taps("Yes")
        *_, update = await aiogram.get_updates()
        assert update.callback_query is not None
        assert await update.callback_query.answer("Saved")
        edited = await aiogram.edit_message_text("1 of 12", chat_id=ana.person.id, message_id=sent.message_id)
        assert isinstance(edited, aio.Message)
        assert edited.edit_date is not None
        assert ana.toasts == ["Saved"]
        assert await aiogram.delete_messages(ana.person.id, [sent.message_id, 999])
        await ana.sees_no_more("1 of 12")

    async def test_uploads_and_downloads(self, telegram: Emulator, aiogram: AiogramBot) -> None:
        ana = telegram.phone()
        await ana.starts()
        file = aio.BufferedInputFile(b"a;b", filename="mydata.csv")
        sent = await aiogram.send_document(ana.person.id, file, caption="<i>Yours</i>", parse_mode="HTML")
        assert (await ana.receives("mydata")).caption == "Yours"
        assert sent.document is not None
        downloaded = await aiogram.download(sent.document)
        assert downloaded is not None
        assert downloaded.read() == b"a;b"

    async def test_sets_up_the_profile(self, telegram: Emulator, aiogram: AiogramBot) -> None:
        ana = telegram.phone(language_code="es")
        await aiogram.set_my_commands(
            [aio.BotCommand(command="help", description="Ayuda")], language_code="es"
        )
        await aiogram.set_my_short_description("Breve", language_code="es")
        await aiogram.set_my_name("Attune")
        await aiogram.set_chat_menu_button(ana.person.id, aio.MenuButtonCommands())
        assert telegram.commands_for(ana) == [{"command": "help", "description": "Ayuda"}]
        assert (await aiogram.get_my_short_description("es")).short_description == "Breve"
        assert (await aiogram.get_my_name("es")).name == "Attune"
        assert isinstance(await aiogram.get_chat_menu_button(ana.person.id), aio.MenuButtonCommands)

    async def test_reads_about_itself_and_a_chat(self, telegram: Emulator, aiogram: AiogramBot) -> None:
        ana = telegram.phone("Ana")
        assert (await aiogram.me()).username == "attune_bot"
        assert (await aiogram.get_chat(ana.person.id)).first_name == "Ana"
        assert (await aiogram.get_webhook_info()).pending_update_count == 0

    async def test_maps_refusals_to_its_own_errors(self, telegram: Emulator, aiogram: AiogramBot) -> None:
        ana = telegram.phone()
        await ana.starts()
        await ana.blocks()
        with pytest.raises(TelegramForbiddenError, match="bot was blocked by the user"):
            await aiogram.send_message(ana.person.id, "Hello")
        with pytest.raises(TelegramBadRequest, match="chat not found"):
            await aiogram.send_message(1, "Hello")
        telegram.faults.add("sendMessage", too_many_requests(3))
        with pytest.raises(TelegramRetryAfter):
            await aiogram.send_message(ana.person.id, "Hello")
