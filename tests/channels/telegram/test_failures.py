"""Whatever Telegram or the network does wrong, nobody is left without a reply, and nobody else notices."""

import asyncio

import aiohttp
import pytest
from structlog.testing import capture_logs

from bot.channels.telegram.wire import TokenRefused
from bot.storage.store import Store
from bot.turns import Desk
from tests.channels.telegram.bot import KEYS, Running, answer, enter, running, session_of
from tests.emulator import Emulator, Phone
from tests.emulator.faults import (
    Drop,
    Fault,
    Hang,
    Refuse,
    bad_gateway,
    server_error,
    too_many_requests,
)
from tests.emulator.refusals import OTHER_POLLER, UNAUTHORIZED, Refusal, bad_request

UNREADABLE = bad_request('can\'t parse entities: Unsupported start tag "x" at byte offset 3')
NOT_JSON = Refuse(Refusal(200, ""), b"<html>welcome to the hotel's network</html>")


def copies(phone: Phone, text: str) -> int:
    """How many visible messages of the bot hold this text."""
    return sum(text in message.text for message in phone.visible if message.author != phone.person.id)


class TestSending:
    @pytest.mark.parametrize("fault", [server_error(), bad_gateway(), Drop(after_effect=False), NOT_JSON])
    @pytest.mark.usefixtures("bot")
    async def test_a_message_that_failed_is_sent_again(
        self, telegram: Emulator, ana: Phone, fault: Fault
    ) -> None:
        telegram.faults.add("sendMessage", fault)
        await ana.starts()
        await ana.sees("25 taps.")
        assert copies(ana, "25 taps.") == 1

    @pytest.mark.slow
    @pytest.mark.parametrize("fault", [Drop(after_effect=True), Hang(after_effect=True)])
    @pytest.mark.usefixtures("bot")
    async def test_a_message_that_may_have_arrived_is_doubled_once_at_most(
        self, telegram: Emulator, ana: Phone, fault: Fault
    ) -> None:
        """And the buttons of both work."""
        telegram.faults.add("sendMessage", fault)
        await ana.starts()
        await telegram.until(lambda: copies(ana, "25 taps.") == 2, "a duplicate")
        await telegram.quiet(0.5)
        assert copies(ana, "25 taps.") == 2
        await ana.taps("Let's begin")
        await ana.sees("Before we begin")

    @pytest.mark.slow
    @pytest.mark.parametrize(
        "fault",
        [server_error(), Drop(after_effect=False), Drop(after_effect=True), Hang(after_effect=True)],
    )
    @pytest.mark.usefixtures("bot")
    async def test_an_edit_is_repeated_without_a_trace(
        self, telegram: Emulator, ana: Phone, fault: Fault
    ) -> None:
        await enter(ana)
        telegram.faults.add("editMessageText", fault)
        await answer(ana, 1, 0)
        await ana.sees("2 of 25")
        await answer(ana, 2, 0)
        await ana.sees("3 of 25")
        assert copies(ana, "of 25") == 1

    @pytest.mark.slow
    @pytest.mark.usefixtures("bot")
    async def test_a_flood_makes_one_chat_wait_and_nobody_else(self, telegram: Emulator, ana: Phone) -> None:
        ben = telegram.phone("Ben")
        telegram.faults.add(
            "sendMessage", too_many_requests(2), when=lambda params: params["chat_id"] == ana.person.id
        )
        await ana.starts()
        await ben.starts()
        await ben.sees("25 taps.")
        assert copies(ana, "25 taps.") == 0
        await ana.sees("25 taps.")

    @pytest.mark.usefixtures("bot")
    async def test_what_telegram_cant_read_as_html_goes_out_as_plain_text(
        self, telegram: Emulator, ana: Phone
    ) -> None:
        telegram.faults.add("sendMessage", Refuse(UNREADABLE))
        await ana.starts()
        await ana.sees("25 taps.")
        first, second = telegram.transcript.called("sendMessage")
        assert (first.params.get("parse_mode"), second.params.get("parse_mode")) == ("HTML", None)
        assert "**" not in second.params["text"]

    @pytest.mark.usefixtures("bot")
    async def test_a_message_that_is_never_taken_silences_nobody(
        self, telegram: Emulator, ana: Phone
    ) -> None:
        telegram.faults.add("sendMessage", Refuse(bad_request("something new")))
        await ana.starts()
        await telegram.quiet()
        await ana.starts()
        await ana.sees("25 taps.")

    @pytest.mark.usefixtures("bot")
    async def test_a_late_tap_is_still_an_answer(self, telegram: Emulator, ana: Phone) -> None:
        """'query is too old' only means that the button has stopped spinning by itself."""
        await enter(ana)
        telegram.world.answer_within = -1.0
        await answer(ana, 1, 0)
        await ana.sees("2 of 25")

    @pytest.mark.usefixtures("bot")
    async def test_a_file_that_failed_is_sent_again_without_its_page(
        self, telegram: Emulator, ana: Phone
    ) -> None:
        await enter(ana)
        telegram.faults.add("sendDocument", server_error())
        await ana.types("/mydata")
        await ana.receives(".json")
        assert len(telegram.transcript.called("sendDocument")) == 2
        assert copies(ana, "You can copy") <= 1


class TestPeopleWhoLeave:
    async def test_who_blocks_us_is_left_alone_until_they_are_back(
        self, bot: Running, telegram: Emulator, ana: Phone, store: Store
    ) -> None:
        await enter(ana)
        await ana.blocks()
        await telegram.quiet()
        assert not await store.active_since(bot.desk.clock().replace(year=2000))
        await ana.unblocks()
        await telegram.quiet()
        assert len(await store.active_since(bot.desk.clock().replace(year=2000))) == 1

    async def test_who_deleted_their_account_is_owed_nothing(
        self, bot: Running, telegram: Emulator, ana: Phone, store: Store
    ) -> None:
        """What Telegram tells us only when we write."""
        await enter(ana)
        question = await ana.sees("1 of 25")
        data = question.keyboard[0][0]["callback_data"]
        await ana.deletes_account()
        await ana.taps_data(data, question)
        await telegram.quiet()
        assert not await store.owed()
        assert not await store.active_since(bot.desk.clock().replace(year=2000))


class TestReceiving:
    @pytest.mark.slow
    @pytest.mark.parametrize(
        "fault", [server_error(), bad_gateway(), Drop(after_effect=False), NOT_JSON, too_many_requests(1)]
    )
    async def test_a_poll_that_failed_is_asked_again(
        self, telegram: Emulator, desk: Desk, ana: Phone, fault: Fault
    ) -> None:
        telegram.faults.add("getUpdates", fault)
        async with running(telegram, desk):
            await ana.starts()
            await ana.sees("25 taps.")

    async def test_an_answer_that_was_lost_loses_nothing(
        self, telegram: Emulator, desk: Desk, ana: Phone
    ) -> None:
        """The poll took place, its answer didn't arrive: the updates come again."""
        await ana.starts()
        telegram.faults.add("getUpdates", Drop(after_effect=True))
        async with running(telegram, desk):
            await ana.sees("25 taps.")
            assert copies(ana, "25 taps.") == 1

    @pytest.mark.slow
    async def test_a_wedged_poll_is_given_up(self, telegram: Emulator, desk: Desk, ana: Phone) -> None:
        """A poll that hangs longer than it may is cut, and the next one gets through."""
        telegram.faults.add("getUpdates", Hang(after_effect=False), times=1)
        async with running(telegram, desk):
            await ana.starts()
            await ana.sees("25 taps.", seconds=10)

    async def test_another_program_with_the_same_token_is_named(
        self, telegram: Emulator, desk: Desk, ana: Phone
    ) -> None:
        telegram.faults.add("getUpdates", Refuse(OTHER_POLLER))
        with capture_logs() as logged:
            async with running(telegram, desk):
                await ana.starts()
                await ana.sees("25 taps.")
        assert any("another program receives for the same token" in event["event"] for event in logged)

    async def test_a_webhook_left_behind_is_removed_and_loses_nothing(
        self, telegram: Emulator, desk: Desk, ana: Phone
    ) -> None:
        async with aiohttp.ClientSession() as session:
            address = {"url": "http://127.0.0.1:9/nobody-listens"}
            await session.post(f"{telegram.url}/bot{telegram.token}/setWebhook", json=address)
        await ana.starts()
        async with running(telegram, desk):
            await ana.sees("25 taps.")

    async def test_a_token_that_was_revoked_ends_the_run(self, telegram: Emulator, desk: Desk) -> None:
        telegram.faults.add("getUpdates", Refuse(UNAUTHORIZED), times=None)
        with pytest.raises(TokenRefused, match="doesn't accept the bot token"):
            async with running(telegram, desk) as bot:
                await asyncio.wait_for(asyncio.shield(bot.task), 5)


class TestUpdatesThatCantBeParsed:
    async def test_they_are_parked_without_a_value_and_block_nobody(
        self, bot: Running, telegram: Emulator, ana: Phone
    ) -> None:
        ben = telegram.phone("Ben")
        with telegram.updates.held():
            await ana.starts()
            telegram.updates.push_raw(
                {"message": {"message_id": 7, "chat": {"id": 5, "type": "private"}, "text": "SECRET-WORDS"}}
            )
            telegram.updates.push_raw({"callback_query": ["SECRET-WORDS"]})
            telegram.updates.push_raw({"message": None})
            await ben.starts()
        await ana.sees("25 taps.")
        await ben.sees("25 taps.")
        await telegram.quiet()
        parked = bot.desk.store._parked  # type: ignore[attr-defined]  # the memory store shows it
        assert {key: (one.kind, one.fields, one.error) for key, one in parked.items()} == {
            "tg:2": ("message", ("chat", "message_id", "text"), "KeyError"),
            "tg:3": ("callback_query", (), "TypeError"),
            "tg:4": ("message", (), "TypeError"),
        }

    async def test_kinds_that_we_dont_know_are_passed_over(
        self, bot: Running, telegram: Emulator, ana: Phone
    ) -> None:
        with telegram.updates.held():
            telegram.updates.push_raw({"wormhole": {"id": 1}})
            telegram.updates.push_raw({})
            await ana.starts()
        await ana.sees("25 taps.")
        await telegram.quiet()
        assert not bot.desk.store._parked  # type: ignore[attr-defined]  # the same


class TestAFaultOfOurs:
    async def test_its_person_hears_so_with_a_code_and_nobody_else_does(
        self,
        bot: Running,
        telegram: Emulator,
        ana: Phone,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        ben = telegram.phone("Ben")
        await enter(ana)
        unlucky = KEYS.person("telegram", str(ana.person.id))
        sessions_of = bot.desk.store.sessions_of

        async def broken(person: str) -> object:
            if person == unlucky:
                raise RuntimeError("SECRET-WORDS")
            return await sessions_of(person)

        monkeypatch.setattr(bot.desk.store, "sessions_of", broken)
        with capture_logs() as logged:
            await ana.types("/mydata")
            await enter(ben)
            sorry = await ana.sees("Something went wrong here.")
        code = sorry.text.rpartition("Code: ")[2].strip()
        assert len(code) == 6
        failed = [event for event in logged if event["event"] == "turn failed"]
        assert [event["code"] for event in failed] == [code]
        assert "SECRET-WORDS" not in repr(logged)
        await ana.taps("Go on")
        await ana.sees("1 of 25")
        assert await session_of(bot, ana) is not None
