"""The webhook delivers as the official server does: in lanes, with a secret, with back-off by the clock."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import orjson
import pytest
from aiohttp import web

from tests.emulator import Clock, Emulator, Phone
from tests.emulator.webhook import SECRET_HEADER
from tests.emulator_self.raw import RawBot


@dataclass
class Receiver:
    """The bot's own server; it answers with the next status that a test has planned, else 200."""

    url: str = ""
    planned: list[int] = field(default_factory=list)
    retry_after: str | None = None
    bodies: list[dict[str, Any]] = field(default_factory=list)
    secrets: list[str | None] = field(default_factory=list)
    gate: asyncio.Event = field(default_factory=asyncio.Event)

    async def handle(self, request: web.BaseRequest) -> web.StreamResponse:
        body = orjson.loads(await request.read())
        self.bodies.append(body)
        self.secrets.append(request.headers.get(SECRET_HEADER))
        if "message" in body:
            await self.gate.wait()
        status = self.planned.pop(0) if self.planned else 200
        return web.Response(
            status=status, headers={"Retry-After": self.retry_after} if self.retry_after else {}
        )


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    receiver = Receiver()
    receiver.gate.set()
    runner = web.ServerRunner(web.Server(receiver.handle), shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    receiver.url = f"http://127.0.0.1:{runner.addresses[0][1]}/telegram/webhook"
    yield receiver
    receiver.gate.set()
    await runner.cleanup()


@pytest.fixture
async def ana(telegram: Emulator) -> Phone:
    return telegram.phone("Ana")


async def attempts(telegram: Emulator, count: int) -> list[float]:
    """Waits for so many deliveries; when each took place, in seconds after the first."""
    webhook = telegram.world.webhook
    found = webhook.attempts
    await webhook.attempted.until(lambda: len(found) >= count, seconds=5, explain=lambda: f"only {found}")
    await asyncio.sleep(0.02)  # one more would be a mistake: let it show
    assert len(found) == count
    return [attempt.at - found[0].at for attempt in found]


class TestDelivery:
    async def test_carries_the_secret_and_empties_the_queue(
        self, telegram: Emulator, bot: RawBot, ana: Phone, receiver: Receiver
    ) -> None:
        await ana.starts()
        reply = await bot.call("setWebhook", url=receiver.url, secret_token="s-1_A")
        assert reply.body["description"] == "Webhook was set"
        await attempts(telegram, 1)
        assert receiver.bodies[0]["message"]["text"] == "/start"
        assert receiver.secrets == ["s-1_A"]
        assert len(telegram.updates) == 0

    async def test_keeps_the_order_of_a_chat_while_others_go_on(
        self, telegram: Emulator, bot: RawBot, ana: Phone, receiver: Receiver
    ) -> None:
        await bot.call("setWebhook", url=receiver.url)
        receiver.gate.clear()
        message = await ana.types("first")
        await ana.types("second")
        await telegram.phone("Bo").types("another chat")
        await ana.taps_data("y", message)
        await attempts(telegram, 1)
        seen = [next(iter(body.keys() - {"update_id"})) for body in receiver.bodies]
        assert sorted(seen) == ["callback_query", "message", "message"]
        receiver.gate.set()
        await attempts(telegram, 4)
        texts = [body["message"]["text"] for body in receiver.bodies if "message" in body]
        assert texts.index("first") < texts.index("second")

    async def test_delivers_a_confirmed_update_again_on_demand(
        self, telegram: Emulator, bot: RawBot, ana: Phone, receiver: Receiver
    ) -> None:
        await bot.call("setWebhook", url=receiver.url)
        await ana.starts()
        await attempts(telegram, 1)
        telegram.updates.repeat()
        await attempts(telegram, 2)
        assert receiver.bodies[0] == receiver.bodies[1]


class TestFailures:
    async def test_are_tried_again_at_once_then_after_2_4_and_8_seconds(
        self, telegram: Emulator, bot: RawBot, ana: Phone, clock: Clock, receiver: Receiver
    ) -> None:
        receiver.planned = [500, 502, 404, 301, 500]
        await bot.call("setWebhook", url=receiver.url)
        await ana.starts()
        await attempts(telegram, 2)
        for count, seconds in ((3, 2), (4, 4), (5, 8), (6, 16)):
            clock.advance(seconds - 0.5)
            await attempts(telegram, count - 1)
            clock.advance(0.5)
            await attempts(telegram, count)
        assert await attempts(telegram, 6) == [0, 0, 2, 6, 14, 30]
        assert len(telegram.updates) == 0

    async def test_are_shown_in_the_webhook_info(
        self, telegram: Emulator, bot: RawBot, ana: Phone, clock: Clock, receiver: Receiver
    ) -> None:
        receiver.planned = [500, 500]
        await bot.call("setWebhook", url=receiver.url, max_connections=3, allowed_updates=["message"])
        await ana.starts()
        await attempts(telegram, 2)
        assert (await bot.call("getWebhookInfo")).result == {
            "url": receiver.url,
            "has_custom_certificate": False,
            "pending_update_count": 1,
            "max_connections": 3,
            "last_error_date": int(clock.now()),
            "last_error_message": "Wrong response from the webhook: 500 Internal Server Error",
            "allowed_updates": ["message"],
        }

    async def test_obey_retry_after(
        self, telegram: Emulator, bot: RawBot, ana: Phone, clock: Clock, receiver: Receiver
    ) -> None:
        receiver.planned, receiver.retry_after = [503], "30"
        await bot.call("setWebhook", url=receiver.url)
        await ana.starts()
        await attempts(telegram, 1)
        clock.advance(29)
        await attempts(telegram, 1)
        clock.advance(1)
        assert await attempts(telegram, 2) == [0, 30]

    async def test_lose_a_tap_that_would_outlive_its_150_seconds(
        self, telegram: Emulator, bot: RawBot, ana: Phone, receiver: Receiver
    ) -> None:
        message = await ana.starts()
        await bot.call("setWebhook", url=receiver.url)
        await attempts(telegram, 1)
        receiver.planned, receiver.retry_after = [503], "150"
        await ana.taps_data("y", message)
        await attempts(telegram, 2)
        assert len(telegram.updates) == 0

    async def test_survive_a_bot_that_is_down(
        self, telegram: Emulator, bot: RawBot, ana: Phone, clock: Clock, receiver: Receiver
    ) -> None:
        await bot.call("setWebhook", url="http://127.0.0.1:9/nobody")
        await ana.starts()
        await attempts(telegram, 2)
        info = (await bot.call("getWebhookInfo")).result
        assert info["last_error_message"] == "Connection refused"
        clock.advance(1)
        await bot.call("setWebhook", url=receiver.url)
        await attempts(telegram, 3)
        assert [body["update_id"] for body in receiver.bodies] == [1]

    @pytest.mark.slow
    async def test_of_23_hours_with_410_remove_the_webhook(
        self, telegram: Emulator, bot: RawBot, ana: Phone, clock: Clock, receiver: Receiver
    ) -> None:
        receiver.planned, receiver.retry_after = [410] * 99, "3600"
        await bot.call("setWebhook", url=receiver.url)
        await ana.starts()
        for hour in range(23):
            await attempts(telegram, hour + 1)
            clock.advance(3600)
        await attempts(telegram, 24)
        assert (await bot.call("getWebhookInfo")).result["url"] == ""
        assert len(await bot.updates()) == 1


class TestSetting:
    async def test_refuses_plain_http_elsewhere(self, bot: RawBot) -> None:
        reply = await bot.call("setWebhook", url="http://example.org/")
        assert reply.refusal == "Bad Request: bad webhook: An HTTPS URL must be provided for webhook"

    @pytest.mark.parametrize("secret", ["a b", "é", "a+b"])
    async def test_refuses_a_secret_with_other_characters(self, bot: RawBot, secret: str) -> None:
        reply = await bot.call("setWebhook", url="https://example.org/", secret_token=secret)
        assert reply.refusal == "Bad Request: secret token contains unallowed characters"

    async def test_is_refused_more_than_once_a_second(self, bot: RawBot, clock: Clock) -> None:
        await bot.call("setWebhook", url="https://example.org/")
        assert (await bot.call("setWebhook", url="https://example.org/")).status == 429
        clock.advance(1)
        again = await bot.call("setWebhook", url="https://example.org/")
        assert again.body["description"] == "Webhook is already set"

    async def test_may_drop_what_is_pending(self, bot: RawBot, ana: Phone) -> None:
        await ana.starts()
        await bot.call("setWebhook", url="https://example.org/", drop_pending_updates=True)
        assert (await bot.call("getWebhookInfo")).result["pending_update_count"] == 0
        await bot.call("setWebhook", url="")
        assert await bot.updates() == []
        await ana.types("again")
        reply = await bot.call("deleteWebhook", drop_pending_updates=True)
        assert reply.body["description"] == "Webhook is already deleted"
        assert await bot.updates() == []

    async def test_ends_a_waiting_poll(self, bot: RawBot) -> None:
        poll = asyncio.create_task(bot.call("getUpdates", timeout=50))
        await asyncio.sleep(0.05)
        await bot.call("setWebhook", url="https://example.org/")
        assert (await poll).status == 409
