"""What goes wrong on demand goes wrong exactly so, and no more often."""

import time

import aiohttp
import pytest

from tests.emulator import Emulator, Phone
from tests.emulator.faults import Drop, Hang, Slow, bad_gateway, server_error, too_many_requests
from tests.emulator_self.raw import RawBot


@pytest.fixture
async def ana(telegram: Emulator) -> Phone:
    phone = telegram.phone("Ana")
    await phone.starts()
    return phone


class TestErrors:
    async def test_a_flood_names_the_seconds(self, telegram: Emulator, bot: RawBot, ana: Phone) -> None:
        telegram.faults.add("sendMessage", too_many_requests(7), times=2)
        for _ in range(2):
            reply = await bot.call("sendMessage", chat_id=ana.person.id, text="a")
            assert (reply.status, reply.refusal) == (429, "Too Many Requests: retry after 7")
            assert reply.body["parameters"] == {"retry_after": 7}
        assert await bot.says(ana.person.id)
        assert [call.status for call in telegram.transcript.called("sendMessage")] == [429, 429, 200]

    async def test_a_server_error(self, telegram: Emulator, bot: RawBot) -> None:
        telegram.faults.add("getMe", server_error())
        reply = await bot.call("getMe")
        assert (reply.status, reply.refusal) == (500, "Internal Server Error")

    async def test_a_proxy_that_answers_with_a_page(self, telegram: Emulator, bot: RawBot) -> None:
        telegram.faults.add("*", bad_gateway())
        async with bot.session.get(f"{telegram.url}/bot{telegram.token}/getMe") as response:
            assert response.status == 502
            assert (await response.text()).startswith("<html>")

    async def test_strike_only_where_the_condition_holds(
        self, telegram: Emulator, bot: RawBot, ana: Phone
    ) -> None:
        fault = server_error()
        rule = telegram.faults.add(
            "sendMessage", fault, times=None, when=lambda params: params["text"] == "bad"
        )
        assert await bot.says(ana.person.id, "good")
        assert (await bot.call("sendMessage", chat_id=ana.person.id, text="bad")).status == 500
        assert rule.struck == 1
        telegram.faults.clear()
        assert await bot.says(ana.person.id, "bad")


class TestLostAnswers:
    @pytest.mark.parametrize("fault", [Hang, Drop])
    @pytest.mark.parametrize("after_effect", [True, False])
    async def test_leave_the_message_there_or_not(
        self, telegram: Emulator, bot: RawBot, ana: Phone, fault: type[Hang | Drop], *, after_effect: bool
    ) -> None:
        telegram.faults.add("sendMessage", fault(after_effect))
        with pytest.raises((TimeoutError, aiohttp.ServerDisconnectedError)):
            await bot.post(
                "sendMessage",
                json={"chat_id": ana.person.id, "text": "Ready?"},
                timeout=aiohttp.ClientTimeout(total=0.2),
            )
        assert ("Ready?" in ana.screen) is after_effect
        assert await bot.says(ana.person.id, "Again")

    async def test_a_slow_one_comes_late(self, telegram: Emulator, bot: RawBot) -> None:
        telegram.faults.add("getMe", Slow(0.1))
        before = time.monotonic()
        assert (await bot.call("getMe")).status == 200
        assert time.monotonic() - before >= 0.1


class TestUpdates:
    async def test_a_confirmed_one_is_delivered_twice(
        self, telegram: Emulator, bot: RawBot, ana: Phone
    ) -> None:
        await bot.updates(2)
        await ana.types("next")
        telegram.updates.repeat(1)
        assert [update["update_id"] for update in await bot.updates(2)] == [1, 2]
        assert [update["update_id"] for update in await bot.updates(2)] == [2]
        with pytest.raises(LookupError):
            telegram.updates.repeat(99)

    async def test_two_swap_their_order(self, telegram: Emulator, bot: RawBot, ana: Phone) -> None:
        await bot.updates(2)
        with telegram.updates.held(reverse=True):
            await ana.types("first")
            await ana.types("second")
            assert await bot.updates() == []
        assert [update["message"]["text"] for update in await bot.updates()] == ["second", "first"]
        assert await bot.updates(4) == []

    async def test_poison_stands_between_good_ones(self, telegram: Emulator, bot: RawBot, ana: Phone) -> None:
        telegram.updates.push_raw({"message": {"text": "no date, no chat"}})
        telegram.updates.push_raw({"telepathy": {"thought": [1, None]}})
        await ana.types("good")
        start, poison, unknown, good = await bot.updates()
        assert start["message"]["text"] == "/start"
        assert poison == {"update_id": 2, "message": {"text": "no date, no chat"}}
        assert unknown == {"update_id": 3, "telepathy": {"thought": [1, None]}}
        assert good["message"]["text"] == "good"

    async def test_fields_of_the_future_can_be_added(
        self, telegram: Emulator, bot: RawBot, ana: Phone
    ) -> None:
        telegram.updates.decorate = lambda update: update | {"mood": {"colour": "teal"}}
        await ana.types("hello")
        assert (await bot.updates(2))[0]["mood"] == {"colour": "teal"}

    async def test_an_id_may_jump(self, telegram: Emulator, bot: RawBot, ana: Phone) -> None:
        telegram.updates.push_raw({"update_id": 500, "message": {}})
        await ana.types("after a week")
        assert [update["update_id"] for update in await bot.updates()] == [1, 500, 501]


class TestRates:
    async def test_are_reported_and_not_enforced(self, telegram: Emulator, bot: RawBot, ana: Phone) -> None:
        for _ in range(6):
            await bot.says(ana.person.id)
        assert [excess.limit for excess in telegram.world.rates.excesses] == ["1 a second"]

    async def test_a_slow_talker_exceeds_nothing(self, telegram: Emulator, bot: RawBot, ana: Phone) -> None:
        for _ in range(20):
            await bot.says(ana.person.id)
            telegram.clock.advance(1)
        assert telegram.world.rates.excesses == []

    async def test_all_chats_together_share_30_a_second(self, telegram: Emulator, bot: RawBot) -> None:
        for _ in range(31):
            phone = telegram.phone()
            await phone.starts()
            await bot.says(phone.person.id)
        assert [excess.limit for excess in telegram.world.rates.excesses] == ["30 a second"]

    async def test_are_enforced_where_asked(self, bot: RawBot) -> None:
        async with Emulator(enforce_rates=True) as strict:
            group = strict.group()
            impatient = RawBot(bot.session, strict.url, strict.token)
            for _ in range(20):
                await impatient.says(group.id)
            reply = await impatient.call("sendMessage", chat_id=group.id, text="a")
            assert (reply.status, reply.body["parameters"]) == (429, {"retry_after": 3})
            strict.clock.advance(3)
            assert await impatient.says(group.id)


async def test_a_mistake_of_the_emulator_fails_the_test(bot: RawBot) -> None:
    broken = await Emulator().__aenter__()
    del broken.world.bot["first_name"]
    assert (await RawBot(bot.session, broken.url, broken.token).call("getMe")).status == 500
    with pytest.raises(AssertionError, match="the emulator made a bad"):
        await broken.__aexit__(None, None, None)
