"""Every refusal has Telegram's own words: a bot tells errors apart by nothing else."""

from io import BytesIO
from typing import Any

import pytest

from tests.emulator import Clock, Emulator
from tests.emulator.people import Person
from tests.emulator_self.raw import RawBot, Reply, keyboard

NOT_MODIFIED = (
    "Bad Request: message is not modified: specified new message content and reply markup are exactly the"
    " same as a current content and reply markup of the message"
)
TOO_OLD = "Bad Request: query is too old and response timeout expired or query ID is invalid"
YES = {"text": "Yes", "callback_data": "y"}


@pytest.fixture
async def ana(telegram: Emulator) -> Person:
    """Somebody who has pressed Start."""
    phone = telegram.phone("Ana")
    await phone.starts()
    return phone.person


def refused(reply: Reply) -> tuple[int, str]:
    return reply.status, reply.refusal


class TestWhoIsAddressed:
    async def test_a_chat_that_does_not_exist(self, bot: RawBot) -> None:
        assert refused(await bot.call("sendMessage", chat_id=5, text="a")) == (
            400,
            "Bad Request: chat not found",
        )
        assert (await bot.call("sendMessage", chat_id="@nobody", text="a")).status == 400

    async def test_no_chat_at_all(self, bot: RawBot) -> None:
        assert (await bot.call("sendMessage", text="a")).refusal == "Bad Request: chat_id is empty"

    async def test_somebody_who_never_pressed_start(self, telegram: Emulator, bot: RawBot) -> None:
        reply = await bot.call("sendMessage", chat_id=telegram.phone().person.id, text="a")
        assert refused(reply) == (403, "Forbidden: bot can't initiate conversation with a user")

    async def test_somebody_who_blocked_the_bot(self, bot: RawBot, ana: Person) -> None:
        ana.blocked = True
        reply = await bot.call("sendMessage", chat_id=ana.id, text="a")
        assert refused(reply) == (403, "Forbidden: bot was blocked by the user")

    async def test_a_deleted_account(self, bot: RawBot, ana: Person) -> None:
        ana.deleted = True
        reply = await bot.call("sendMessage", chat_id=ana.id, text="a")
        assert refused(reply) == (403, "Forbidden: user is deactivated")

    async def test_a_group_that_the_bot_was_removed_from(self, telegram: Emulator, bot: RawBot) -> None:
        group = telegram.group()
        await bot.says(group.id)
        group.bot_is_member = False
        reply = await bot.call("sendMessage", chat_id=group.id, text="a")
        assert refused(reply) == (403, "Forbidden: bot was kicked from the group chat")


class TestText:
    @pytest.mark.parametrize("text", ["", " \n ", "<b></b>", "<b> </b>"])
    async def test_an_empty_one(self, bot: RawBot, ana: Person, text: str) -> None:
        reply = await bot.call("sendMessage", chat_id=ana.id, text=text, parse_mode="HTML")
        assert refused(reply) == (400, "Bad Request: message text is empty")

    async def test_a_missing_one(self, bot: RawBot, ana: Person) -> None:
        assert (await bot.call("sendMessage", chat_id=ana.id)).refusal == "Bad Request: message text is empty"

    async def test_a_long_one_is_measured_after_parsing(self, bot: RawBot, ana: Person) -> None:
        assert await bot.says(ana.id, "<b>" + "\N{GRINNING FACE}" * 4096 + "</b>", parse_mode="HTML")
        reply = await bot.call("sendMessage", chat_id=ana.id, text="x" * 4097)
        assert refused(reply) == (400, "Bad Request: message is too long")

    async def test_a_long_edit(self, bot: RawBot, ana: Person) -> None:
        message = await bot.says(ana.id)
        reply = await bot.call("editMessageText", chat_id=ana.id, message_id=message, text="x" * 4097)
        assert refused(reply) == (400, "Bad Request: MESSAGE_TOO_LONG")

    async def test_a_long_caption(self, bot: RawBot, ana: Person) -> None:
        for length, problem in ((1024, None), (1025, "Bad Request: message caption is too long")):
            data = {"chat_id": str(ana.id), "caption": "x" * length, "document": BytesIO(b"abc")}
            reply = await bot.post("sendDocument", data=data)
            assert reply.body.get("description") == problem

    @pytest.mark.parametrize(
        ("text", "problem"),
        [
            ("é <x>y</x>", 'Unsupported start tag "x" at byte offset 3'),
            ("<b>bold", 'Can\'t find end tag corresponding to start tag "b"'),
            ("<b>a<i>b</b></i>", 'Unmatched end tag at byte offset 8, expected "</i>", found "</b>"'),
            ("a</b>", "Unexpected end tag at byte offset 1"),
            ("2 < 3", "Unclosed start tag at byte offset 2"),
            ("<span>a</span>", 'Tag "span" must have class "tg-spoiler" at byte offset 0'),
        ],
    )
    async def test_bad_html(self, bot: RawBot, ana: Person, text: str, problem: str) -> None:
        reply = await bot.call("sendMessage", chat_id=ana.id, text=text, parse_mode="HTML")
        assert refused(reply) == (400, f"Bad Request: can't parse entities: {problem}")

    async def test_another_parse_mode(self, bot: RawBot, ana: Person) -> None:
        reply = await bot.call("sendMessage", chat_id=ana.id, text="*a*", parse_mode="MarkdownV2")
        assert reply.refusal == "Bad Request: unsupported parse_mode"


class TestKeyboards:
    @pytest.mark.parametrize(
        ("rows", "problem"),
        [
            ([[{"text": "a", "callback_data": "я" * 33}]], "BUTTON_DATA_INVALID"),
            ([[{"text": "a", "callback_data": ""}]], "BUTTON_DATA_INVALID"),
            ([[YES] * 9], "reply markup is too long"),
            ([[YES] * 8] * 12 + [[YES] * 5], "reply markup is too long"),
            ([[YES | {"text": " "}]], "inline keyboard button text is empty (emulator)"),
            (
                [[YES | {"url": "https://example.org"}]],
                "can't parse inline keyboard button: exactly one action field must be used (emulator)",
            ),
            (
                [[{"text": "a"}]],
                "can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard",
            ),
            (
                [[YES | {"calback_data": "y"}]],
                'reply_markup.inline_keyboard[0][0] has the unknown field "calback_data" (emulator)',
            ),
            (
                [[{"callback_data": "y"}]],
                'reply_markup.inline_keyboard[0][0] lacks the field "text" (emulator)',
            ),
        ],
    )
    async def test_a_bad_one(self, bot: RawBot, ana: Person, rows: Any, problem: str) -> None:
        reply = await bot.call(
            "sendMessage", chat_id=ana.id, text="a", reply_markup={"inline_keyboard": rows}
        )
        assert refused(reply) == (400, f"Bad Request: {problem}")

    async def test_the_largest_lawful_one_passes(self, bot: RawBot, ana: Person) -> None:
        button = {"text": "a", "callback_data": "я" * 32, "style": "primary"}
        rows = {"inline_keyboard": [[button] * 8] * 12 + [[button] * 4]}
        assert await bot.says(ana.id, reply_markup=rows)

    async def test_one_that_is_no_json(self, bot: RawBot, ana: Person) -> None:
        reply = await bot.call("sendMessage", chat_id=ana.id, text="a", reply_markup="{")
        assert reply.refusal == "Bad Request: can't parse reply keyboard markup JSON object"


class TestEditing:
    async def test_into_the_same(self, bot: RawBot, ana: Person) -> None:
        yes = keyboard([("Yes", "y")])
        message = await bot.says(ana.id, "Ready?", reply_markup=yes)
        same = {"chat_id": ana.id, "message_id": message, "reply_markup": yes}
        assert refused(await bot.call("editMessageText", text="Ready?", **same)) == (400, NOT_MODIFIED)
        assert refused(await bot.call("editMessageReplyMarkup", **same)) == (400, NOT_MODIFIED)
        bold = await bot.call("editMessageText", text="<b>Ready?</b>", parse_mode="HTML", **same)
        assert bold.result["entities"] == [{"type": "bold", "offset": 0, "length": 6}]

    async def test_a_message_that_is_not_there(self, bot: RawBot, ana: Person) -> None:
        reply = await bot.call("editMessageText", chat_id=ana.id, message_id=99, text="a")
        assert refused(reply) == (400, "Bad Request: message to edit not found")

    async def test_a_message_of_somebody_else(self, bot: RawBot, ana: Person) -> None:
        reply = await bot.call("editMessageText", chat_id=ana.id, message_id=1, text="a")
        assert refused(reply) == (400, "Bad Request: message can't be edited")

    async def test_the_text_of_a_file(self, bot: RawBot, ana: Person) -> None:
        sent = await bot.post("sendDocument", data={"chat_id": str(ana.id), "document": BytesIO(b"abc")})
        params = {"chat_id": ana.id, "message_id": sent.result["message_id"], "text": "a"}
        reply = await bot.call("editMessageText", **params)
        assert reply.refusal == "Bad Request: there is no text in the message to edit"


class TestDeleting:
    async def test_a_message_that_is_gone(self, bot: RawBot, ana: Person) -> None:
        message = await bot.says(ana.id)
        assert (await bot.call("deleteMessage", chat_id=ana.id, message_id=message)).result is True
        reply = await bot.call("deleteMessage", chat_id=ana.id, message_id=message)
        assert refused(reply) == (400, "Bad Request: message to delete not found")

    async def test_a_message_older_than_two_days(self, bot: RawBot, ana: Person, clock: Clock) -> None:
        first, second = await bot.says(ana.id), await bot.says(ana.id)
        clock.advance(48 * 3600)
        assert (await bot.call("deleteMessage", chat_id=ana.id, message_id=first)).result is True
        clock.advance(1)
        reply = await bot.call("deleteMessage", chat_id=ana.id, message_id=second)
        assert refused(reply) == (400, "Bad Request: message can't be deleted for everyone")
        assert (await bot.call("deleteMessages", chat_id=ana.id, message_ids=[second])).status == 400

    async def test_several_at_once_skips_what_is_gone(
        self, telegram: Emulator, bot: RawBot, ana: Person
    ) -> None:
        message = await bot.says(ana.id)
        assert (await bot.call("deleteMessages", chat_id=ana.id, message_ids=[1, message, 99])).result is True
        assert telegram.world.chats[ana.id].visible() == []
        assert (await bot.call("deleteMessages", chat_id=ana.id, message_ids=[])).status == 400


class TestAnsweringTaps:
    async def tap(self, telegram: Emulator, bot: RawBot, ana: Person) -> str:
        chat = telegram.world.chats[ana.id]
        message = chat.messages[await bot.says(ana.id)]
        return telegram.world.taps(ana, chat, message, "y").id

    async def test_a_second_time(self, telegram: Emulator, bot: RawBot, ana: Person) -> None:
        query = await self.tap(telegram, bot, ana)
        assert (await bot.call("answerCallbackQuery", callback_query_id=query)).result is True
        assert refused(await bot.call("answerCallbackQuery", callback_query_id=query)) == (400, TOO_OLD)

    async def test_too_late(self, telegram: Emulator, bot: RawBot, ana: Person, clock: Clock) -> None:
        query = await self.tap(telegram, bot, ana)
        clock.advance(31)
        assert refused(await bot.call("answerCallbackQuery", callback_query_id=query)) == (400, TOO_OLD)

    async def test_one_that_never_was(self, bot: RawBot) -> None:
        assert (await bot.call("answerCallbackQuery", callback_query_id="7")).refusal == TOO_OLD

    async def test_with_too_many_words(self, telegram: Emulator, bot: RawBot, ana: Person) -> None:
        query = await self.tap(telegram, bot, ana)
        reply = await bot.call("answerCallbackQuery", callback_query_id=query, text="x" * 201)
        assert reply.refusal == "Bad Request: MESSAGE_TOO_LONG"


class TestParameters:
    @pytest.mark.parametrize(
        ("method", "params", "problem"),
        [
            ("sendMessage", {"txt": "a"}, 'unknown parameter "txt" of sendMessage (emulator)'),
            ("deleteMessage", {"chat_id": 1}, 'parameter "message_id" is missing (emulator)'),
            (
                "deleteMessage",
                {"chat_id": 1, "message_id": "x"},
                'can\'t parse parameter "message_id" (emulator)',
            ),
            ("deleteMessage", {"chat_id": 1, "message_id": 1.5}, "message_id must be Integer (emulator)"),
            ("sendMessage", {"chat_id": 1, "text": 5}, "text must be String (emulator)"),
            ("sendMessage", {"chat_id": 1, "text": "a", "protect_content": "perhaps"}, None),
            (
                "getUpdates",
                {"allowed_updates": "message"},
                'can\'t parse parameter "allowed_updates" (emulator)',
            ),
            ("getUpdates", {"allowed_updates": [1]}, "allowed_updates[0] must be String (emulator)"),
            ("setMyCommands", {"commands": [], "scope": {"type": "everywhere"}}, None),
        ],
    )
    async def test_what_the_schema_does_not_know(
        self, bot: RawBot, method: str, params: dict[str, Any], problem: str | None
    ) -> None:
        status, description = refused(await bot.call(method, **params))
        assert status == 400
        assert description.endswith("(emulator)")
        assert problem is None or description == f"Bad Request: {problem}"

    async def test_are_let_through_where_a_benchmark_asks_for_it(self) -> None:
        schema = Emulator(strict=False).world.schema
        assert schema.read("sendMessage", {"chat_id": "5", "txt": "a"}, strict=False) == {"chat_id": 5}

    @pytest.mark.parametrize("name", ["A", "a-b", "x" * 33, ""])
    async def test_a_command_name(self, bot: RawBot, name: str) -> None:
        reply = await bot.call("setMyCommands", commands=[{"command": name, "description": "d"}])
        assert reply.refusal == "Bad Request: BOT_COMMAND_INVALID"

    @pytest.mark.parametrize("length", [0, 257])
    async def test_a_command_description(self, bot: RawBot, length: int) -> None:
        reply = await bot.call("setMyCommands", commands=[{"command": "a", "description": "d" * length}])
        assert reply.refusal == "Bad Request: BOT_COMMAND_DESCRIPTION_INVALID"

    async def test_a_language_with_a_region(self, bot: RawBot) -> None:
        reply = await bot.call("setMyDescription", description="d", language_code="pt-br")
        assert reply.refusal == "Bad Request: LANG_CODE_INVALID"

    @pytest.mark.parametrize(
        ("kind", "most"), [("Description", 512), ("ShortDescription", 120), ("Name", 64)]
    )
    async def test_a_long_profile_text(self, bot: RawBot, kind: str, most: int) -> None:
        field = {"Description": "description", "ShortDescription": "short_description", "Name": "name"}[kind]
        assert (await bot.call(f"setMy{kind}", **{field: "x" * most})).result is True
        assert (await bot.call(f"setMy{kind}", **{field: "x" * (most + 1)})).status == 400


class TestAddresses:
    async def test_another_token(self, telegram: Emulator, bot: RawBot) -> None:
        stranger = RawBot(bot.session, telegram.url, "1:no")
        assert refused(await stranger.call("getMe")) == (401, "Unauthorized")
        assert refused(await stranger.call("getUpdates")) == (401, "Unauthorized")

    async def test_an_unknown_method(self, bot: RawBot) -> None:
        assert refused(await bot.call("sendTelepathy")) == (404, "Not Found")

    async def test_a_method_that_the_emulator_does_not_serve(self, bot: RawBot) -> None:
        assert refused(await bot.call("sendPoll")) == (
            501,
            "Not Implemented: the emulator doesn't serve sendPoll",
        )

    async def test_a_file_that_is_not_there(self, telegram: Emulator, bot: RawBot) -> None:
        address = f"{telegram.url}/file/bot{telegram.token}/documents/file_9"
        async with bot.session.get(address) as response:
            assert response.status == 404
        assert (await bot.call("getFile", file_id="x")).refusal == "Bad Request: invalid file_id"

    async def test_a_file_too_big_to_download(self, bot: RawBot, ana: Person) -> None:
        document = {"chat_id": str(ana.id), "document": BytesIO(bytes((20 << 20) + 1))}
        sent = await bot.post("sendDocument", data=document)
        reply = await bot.call("getFile", file_id=sent.result["document"]["file_id"])
        assert reply.refusal == "Bad Request: file is too big"
