"""Parameters arrive alike in every encoding that Telegram takes."""

import aiohttp
import orjson
import pytest

from tests.emulator import Emulator
from tests.emulator_self.raw import RawBot, keyboard

ENCODINGS = ["json", "form", "multipart", "query"]


def encoded(encoding: str, params: dict[str, str]) -> dict[str, object]:
    if encoding == "json":
        return {"json": params}
    if encoding == "query":
        return {"params": params}
    form = aiohttp.FormData(default_to_multipart=encoding == "multipart")
    for name, value in params.items():
        form.add_field(name, value)
    return {"data": form}


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize("method", ["sendMessage", "sendmessage", "SENDMESSAGE"])
async def test_a_message_with_a_keyboard(telegram: Emulator, bot: RawBot, encoding: str, method: str) -> None:
    ana = telegram.phone()
    await ana.starts()
    markup = keyboard([("Sí", "y"), ("No", "n")])
    params = {
        "chat_id": str(ana.person.id),
        "text": "<i>¿Lista?</i>",
        "parse_mode": "HTML",
        "protect_content": "True",
        "reply_markup": orjson.dumps(markup).decode(),
    }
    sent = (await bot.post(method, **encoded(encoding, params))).result
    assert sent["text"] == "¿Lista?"
    assert sent["has_protected_content"] is True
    assert sent["reply_markup"] == markup


async def test_a_file_named_by_another_part(telegram: Emulator, bot: RawBot) -> None:
    ana = telegram.phone()
    await ana.starts()
    form = aiohttp.FormData({"chat_id": str(ana.person.id), "document": "attach://one"})
    form.add_field("one", b"\x00\xff", filename="a.bin", content_type="application/x-thing")
    document = (await bot.post("sendDocument", data=form)).result["document"]
    assert (document["file_name"], document["mime_type"], document["file_size"]) == (
        "a.bin",
        "application/x-thing",
        2,
    )
    path = (await bot.call("getFile", file_id=document["file_id"])).result["file_path"]
    async with bot.session.get(f"{telegram.url}/file/bot{telegram.token}/{path}") as response:
        assert await response.read() == b"\x00\xff"


async def test_a_part_that_is_not_there_is_refused(telegram: Emulator, bot: RawBot) -> None:
    ana = telegram.phone()
    await ana.starts()
    reply = await bot.call("sendDocument", chat_id=ana.person.id, document="attach://one")
    assert reply.status == 400


async def test_a_call_by_get(telegram: Emulator, bot: RawBot) -> None:
    async with bot.session.get(f"{telegram.url}/bot{telegram.token}/getMe") as response:
        assert orjson.loads(await response.read())["result"]["is_bot"] is True


async def test_a_body_that_is_no_object_is_refused(bot: RawBot) -> None:
    headers = {"Content-Type": "application/json"}
    for body in (b"[1]", b"{", b"\xff"):
        reply = await bot.post("sendMessage", data=body, headers=headers)
        assert reply.refusal == "Bad Request: can't parse JSON object"
