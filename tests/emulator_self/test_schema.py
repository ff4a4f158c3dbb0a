"""Everything that is sent fits the schema, and the schema is the published one."""

import os
from pathlib import Path
from typing import Any

import orjson
import pytest

from tests.emulator import Emulator
from tests.emulator.checks import Mismatch
from tests.emulator.methods import SERVED
from tests.emulator.schema import load
from tests.emulator.trim_schema import trimmed, written
from tests.emulator_self.raw import RawBot, keyboard

HERE = Path(__file__).parents[1] / "emulator"
PUBLISHED = Path(__file__).parents[3] / "shared" / "bot-api"

ANA: dict[str, Any] = {"id": 1, "is_bot": False, "first_name": "Ana"}
CHAT: dict[str, Any] = {"id": 1, "type": "private"}
MESSAGE: dict[str, Any] = {"message_id": 1, "date": 1, "chat": CHAT}


def test_the_schema_is_cut_from_the_published_one() -> None:
    if not PUBLISHED.exists():
        assert os.environ.get("CI") != "true", "the published schema must be beside the repository in CI"
        pytest.skip("the published schema is not beside the repository")
    sources = ("aiogram-schema-10.3.json", "paulsonoflars-api-10.1.min.json")
    cut = trimmed(*(orjson.loads((PUBLISHED / name).read_bytes()) for name in sources))
    assert (HERE / "schema-10.3.json").read_bytes() == written(cut)


def test_every_type_and_parameter_of_the_schema_has_a_check() -> None:
    schema = load()
    assert (len(schema.types), len(schema.methods)) == (400, 185)
    for entry in [*schema.types.values(), *schema.methods.values()]:
        for expression in [field["type"] for field in entry.get("fields", [])] + entry.get("union", []):
            with pytest.raises(Mismatch):
                schema.check(expression)(object())


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("User", ANA),
        ("Array of User", [ANA, ANA]),
        ("ChatMember", {"status": "kicked", "user": ANA, "until_date": 0}),
        ("MaybeInaccessibleMessage", {"chat": CHAT, "message_id": 1, "date": 0}),
        ("MaybeInaccessibleMessage", MESSAGE | {"reply_to_message": MESSAGE}),
        ("InlineKeyboardMarkup or ForceReply", keyboard([("a", "b")])),
        ("InlineKeyboardMarkup or ForceReply", {"force_reply": True}),
        ("RichText", ["plain", {"type": "bold", "text": "bold"}]),
        ("Float", 1),
        ("DisabledButton", {}),
    ],
)
def test_a_good_object_passes(expression: str, value: Any) -> None:
    load().verify(value, [expression])


@pytest.mark.parametrize(
    ("expression", "value", "problem"),
    [
        ("User", {"id": 1, "first_name": "Ana"}, 'lacks the field "is_bot"'),
        ("User", ANA | {"id": "1"}, "id must be Integer"),
        ("User", ANA | {"id": True}, "id must be Integer"),
        ("User", ANA | {"is_premium": False}, "is_premium must be true"),
        ("User", ANA | {"mood": 1}, 'has the unknown field "mood"'),
        ("Array of User", [ANA, 1], r"\[1\] must be a User"),
        ("Array of User", ANA, "must be an array"),
        ("ChatMember", {"status": "kicked", "user": ANA}, "ChatMember"),
        ("ChatMember", {"status": "gone", "user": ANA}, "ChatMember"),
        (
            "Update",
            {"update_id": 1, "message": MESSAGE | {"chat": {"id": 1}}},
            'message.chat lacks the field "type"',
        ),
        ("CopyTextButton", {"text": ""}, "text must have 1-256 characters"),
    ],
)
def test_a_bad_object_fails(expression: str, value: Any, problem: str) -> None:
    with pytest.raises(AssertionError, match=problem):
        load().verify(value, [expression])


def test_every_served_method_names_what_it_returns() -> None:
    schema = load()
    assert {name for name in SERVED if not schema.methods[name]["returns"]} == set()


async def test_a_bad_update_fails_where_it_is_made(telegram: Emulator) -> None:
    ana = telegram.phone()
    ana.person.first_name = None  # type: ignore[assignment]  # a mistake is the point
    with pytest.raises(AssertionError, match="first_name must be String"):
        await ana.starts()


async def test_replies_quote_the_message(telegram: Emulator, bot: RawBot) -> None:
    ana = telegram.phone()
    await ana.starts()
    reply = {"chat_id": ana.person.id, "text": "Hi", "reply_parameters": {"message_id": 1}}
    sent = (await bot.call("sendMessage", **reply)).result
    assert sent["reply_to_message"]["text"] == "/start"
    reply["reply_parameters"] = {"message_id": 9}
    assert (await bot.call("sendMessage", **reply)).refusal == "Bad Request: message to be replied not found"
    reply["reply_parameters"] = {"message_id": 9, "allow_sending_without_reply": True}
    assert "reply_to_message" not in (await bot.call("sendMessage", **reply)).result
