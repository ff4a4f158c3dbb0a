"""getUpdates as it really is: offsets confirm, time takes away, a crash brings back."""

import asyncio

import aiohttp
import pytest

from tests.emulator import Clock, Emulator, Phone
from tests.emulator_self.raw import RawBot

ACTIVE = (
    "Conflict: can't use getUpdates method while webhook is active;"
    " use deleteWebhook to delete the webhook first"
)
OTHER = "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running"


@pytest.fixture
async def ana(telegram: Emulator) -> Phone:
    return telegram.phone("Ana")


def ids(updates: list[dict[str, object]]) -> list[object]:
    return [update["update_id"] for update in updates]


class TestOffsets:
    async def test_unconfirmed_updates_come_again(self, bot: RawBot, ana: Phone) -> None:
        await ana.types("one")
        await ana.types("two")
        assert ids(await bot.updates()) == [1, 2]
        assert ids(await bot.updates()) == [1, 2]

    async def test_a_higher_offset_confirms(self, bot: RawBot, ana: Phone) -> None:
        for text in ("one", "two", "three"):
            await ana.types(text)
        assert ids(await bot.updates(2)) == [2, 3]
        assert ids(await bot.updates()) == [2, 3]
        assert ids(await bot.updates(4)) == []

    async def test_a_negative_offset_keeps_the_newest(self, bot: RawBot, ana: Phone) -> None:
        for text in ("one", "two", "three"):
            await ana.types(text)
        assert ids(await bot.updates(-2)) == [2, 3]
        assert ids(await bot.updates()) == [2, 3]

    @pytest.mark.parametrize(("limit", "got"), [(1, 1), (100, 100), (0, 100), (101, 100), (-3, 100)])
    async def test_the_limit_is_1_to_100(self, bot: RawBot, ana: Phone, limit: int, got: int) -> None:
        for number in range(101):
            await ana.types(str(number))
        assert len(await bot.updates(limit=limit)) == got

    async def test_ids_grow_by_one(self, bot: RawBot, telegram: Emulator) -> None:
        for name in ("Ana", "Bo", "Cy"):
            await telegram.phone(name).starts()
        assert ids(await bot.updates()) == [1, 2, 3]


class TestLongPolls:
    async def test_return_when_something_happens(self, bot: RawBot, ana: Phone) -> None:
        poll = asyncio.create_task(bot.updates(timeout=50))
        await asyncio.sleep(0.05)
        assert not poll.done()
        await ana.types("now")
        assert ids(await poll) == [1]

    @pytest.mark.parametrize(("asked", "virtual"), [(10, 10), (1000, 50)])
    async def test_return_empty_at_their_virtual_end(
        self, bot: RawBot, clock: Clock, asked: int, virtual: int
    ) -> None:
        poll = asyncio.create_task(bot.updates(timeout=asked))
        await asyncio.sleep(0.05)
        clock.advance(virtual - 1)
        await asyncio.sleep(0.05)
        assert not poll.done()
        clock.advance(1)
        assert await poll == []

    @pytest.mark.slow
    async def test_end_in_real_time_too(self, bot: RawBot) -> None:
        async with Emulator() as running:
            other = RawBot(bot.session, running.url, running.token)
            assert await other.updates(timeout=1) == []

    async def test_a_second_poller_ends_the_first(self, bot: RawBot, ana: Phone) -> None:
        first = asyncio.create_task(bot.call("getUpdates", timeout=50))
        await asyncio.sleep(0.05)
        second = asyncio.create_task(bot.call("getUpdates", timeout=50))
        reply = await first
        assert (reply.status, reply.refusal) == (409, OTHER)
        await ana.types("for the second")
        assert ids((await second).result) == [1]

    async def test_a_crashed_client_gets_the_same_again(
        self, telegram: Emulator, bot: RawBot, ana: Phone
    ) -> None:
        async with aiohttp.ClientSession() as doomed:
            poll = asyncio.create_task(RawBot(doomed, telegram.url, telegram.token).updates(timeout=50))
            await asyncio.sleep(0.05)
            poll.cancel()
            await asyncio.gather(poll, return_exceptions=True)
        await ana.types("while nobody listens")
        assert ids(await bot.updates(timeout=50)) == [1]

    async def test_are_refused_while_a_webhook_is_set(self, bot: RawBot) -> None:
        await bot.call("setWebhook", url="https://example.org/hook")
        reply = await bot.call("getUpdates")
        assert (reply.status, reply.refusal) == (409, ACTIVE)
        assert (await bot.call("deleteWebhook")).body["description"] == "Webhook was deleted"
        assert await bot.updates() == []


class TestAllowedUpdates:
    async def test_are_remembered_and_filter_when_the_update_is_made(self, bot: RawBot, ana: Phone) -> None:
        await ana.types("before")
        assert ids(await bot.updates(allowed_updates=["callback_query"])) == [1]
        await ana.types("unwanted")
        assert ids(await bot.updates(2)) == []
        await bot.updates(2, allowed_updates=[])
        await ana.types("wanted again")
        assert [update["message"]["text"] for update in await bot.updates(2)] == ["wanted again"]

    @pytest.mark.parametrize("kind", ["chat_member", "message_reaction", "message_reaction_count"])
    def test_leave_out_three_kinds_by_default(self, telegram: Emulator, kind: str) -> None:
        assert not telegram.updates.wanted(kind)
        telegram.updates.allow([kind])
        assert telegram.updates.wanted(kind)


class TestRetention:
    async def test_a_tap_lives_150_seconds(
        self, telegram: Emulator, bot: RawBot, ana: Phone, clock: Clock
    ) -> None:
        message = await ana.starts()
        await ana.taps_data("y", message)
        clock.advance(149)
        assert ids(await bot.updates()) == [1, 2]
        clock.advance(1)
        assert ids(await bot.updates()) == [1]
        assert telegram.updates.expired == 1

    async def test_messages_and_blocks_live_a_day(self, bot: RawBot, ana: Phone, clock: Clock) -> None:
        message = await ana.starts()
        await ana.edits(message, "changed")
        await ana.blocks()
        clock.advance(86_399)
        assert ids(await bot.updates()) == [1, 2, 3]
        clock.advance(1)
        assert ids(await bot.updates()) == []

    async def test_an_edit_of_an_old_message_is_new(self, bot: RawBot, ana: Phone, clock: Clock) -> None:
        message = await ana.starts()
        clock.advance(100_000)
        await ana.edits(message, "changed")
        assert ids(await bot.updates()) == [2]


class TestClock:
    async def test_sleepers_wake_in_their_order(self, clock: Clock) -> None:
        woken: list[int] = []

        async def sleeps(seconds: int) -> None:
            await clock.sleep(seconds)
            woken.append(seconds)

        sleepers = [asyncio.create_task(sleeps(seconds)) for seconds in (20, 10)]
        await asyncio.sleep(0)
        clock.advance(10)
        await asyncio.sleep(0.01)
        assert woken == [10]
        clock.advance(10)
        await asyncio.gather(*sleepers)
        assert woken == [10, 20]

    def test_never_goes_back(self, clock: Clock) -> None:
        with pytest.raises(ValueError, match="forward"):
            clock.advance(-1)

    def test_runs_unless_frozen(self) -> None:
        running, frozen = Clock(), Clock(frozen=True)
        before = running.now(), frozen.now()
        assert running.now() > before[0]
        assert frozen.now() == before[1]
