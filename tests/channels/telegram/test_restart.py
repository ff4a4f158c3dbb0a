"""After a crash, a stop or an outage nobody is left without a reply, and nobody gets it twice."""

import asyncio
from datetime import datetime, timedelta

import pytest

from bot.pace import Pace
from bot.storage.store import Store
from bot.turns import Desk
from tests.channels.telegram.bot import answer, enter, running, session_of
from tests.emulator import Clock, Emulator, Phone
from tests.emulator.faults import Drop, Hang, bad_gateway

DEAF = "We could not hear you for a while."


def nudges(phone: Phone) -> int:
    """How many messages say that we were deaf."""
    return sum(DEAF in message.text for message in phone.visible)


async def left_alone(telegram: Emulator, desk: Desk, clock: Clock, count: int) -> list[Phone]:
    """Let so many people enter, and nobody listen for ten minutes."""
    people = [telegram.phone(f"P{number}") for number in range(count)]
    async with running(telegram, desk):
        for phone in people:
            await enter(phone)
    clock.advance(600)
    return people


class TestWhatIsOwed:
    async def test_goes_out_after_a_crash(
        self, telegram: Emulator, desk: Desk, ana: Phone, store: Store
    ) -> None:
        """Saved, killed before it was said: the next run says it, as an edit of the living message."""
        async with running(telegram, desk) as bot:
            await enter(ana)
            telegram.faults.add("editMessageText", Hang(after_effect=False), times=None)
            await answer(ana, 1, 0)
            await telegram.until(lambda: "Saved" in ana.toasts, "the tap is answered")
            await bot.kill()
        assert len(await store.owed()) == 1
        telegram.faults.clear()
        async with running(telegram, desk):
            message = await ana.sees("2 of 25")
            await telegram.quiet()
        assert [one.id for one in ana.visible if one.author != ana.person.id] == [message.id]
        assert not await store.owed()

    @pytest.mark.parametrize("twice", [False, True])
    async def test_goes_where_its_person_looks(
        self, telegram: Emulator, desk: Desk, ana: Phone, monkeypatch: pytest.MonkeyPatch, *, twice: bool
    ) -> None:
        """They tapped beneath a message of which we were never told that it had arrived."""
        monkeypatch.setattr("bot.delivery.DOUBT", (60.0,))
        async with running(telegram, desk) as bot:
            await enter(ana)
            telegram.faults.add("sendMessage", Drop(after_effect=True))
            telegram.faults.add("editMessageText", Hang(after_effect=False), times=None)
            await ana.types("hello")
            newest = await ana.sees("I can only read taps here.")
            if twice:  # so that the tap beneath it is the second half of a double one
                older = ana.visible[-3]
                await ana.taps_data(newest.keyboard[0][0]["callback_data"], older)
            await ana.taps_data(newest.keyboard[0][0]["callback_data"], newest)
            await telegram.until(lambda: "Saved" in ana.toasts, "the tap is answered")
            await bot.kill()
        telegram.faults.clear()
        async with running(telegram, desk):
            assert (await ana.sees("2 of 25")).id == newest.id

    @pytest.mark.slow
    async def test_is_said_once_as_it_stands_now(
        self, telegram: Emulator, desk: Desk, ana: Phone, store: Store
    ) -> None:
        """Several turns saved and none of them said: only where the interview stands is shown."""
        async with running(telegram, desk) as bot:
            await enter(ana)
            question = await ana.sees("1 of 25")
            telegram.faults.add("sendMessage", Hang(after_effect=False), times=None)
            telegram.faults.add("editMessageText", Hang(after_effect=False), times=None)
            await ana.taps_data(question.keyboard[0][0]["callback_data"], question)
            await ana.types("2")
            await telegram.until(lambda: not telegram.updates.pending(), "both are saved")
            await bot.kill()
        telegram.faults.clear()
        assert await store.owed()  # two, or only the newer: while the older waited it became moot
        before = len(telegram.transcript.called("editMessageText"))
        async with running(telegram, desk):
            await ana.sees("3 of 25")
            await telegram.quiet()
        assert len(telegram.transcript.called("editMessageText")) == before + 1
        assert not await store.owed()

    @pytest.mark.slow
    async def test_of_a_burst_is_one_page_that_was_left_to_its_last_tap(
        self, telegram: Emulator, desk: Desk, ana: Phone, store: Store
    ) -> None:
        """Thirty taps are saved in one commit, then killed: all are heard, and the page is said once."""
        async with running(telegram, desk) as bot:
            await enter(ana)
            question = await ana.sees("1 of 25")
            telegram.faults.add("editMessageText", Hang(after_effect=False), times=None)
            with telegram.updates.held():
                for _ in range(30):
                    await ana.taps_data(question.keyboard[0][0]["callback_data"], question)
            await telegram.until(lambda: not telegram.updates.pending(), "they are saved")
            await bot.kill()
            session = await session_of(bot, ana)
        telegram.faults.clear()
        assert session is not None
        assert [one.edits for one in session.answers.values()] == [0]
        assert len(await store.owed()) == 1
        async with running(telegram, desk):
            message = await ana.sees("2 of 25")
            await telegram.quiet()
        assert [one.id for one in ana.visible if one.author != ana.person.id] == [message.id]
        assert not await store.owed()

    @pytest.mark.slow
    async def test_doesnt_overtake_the_answer_to_a_new_tap(
        self, telegram: Emulator, desk: Desk, ana: Phone, store: Store
    ) -> None:
        async with running(telegram, desk) as bot:
            await enter(ana)
            question = await ana.sees("1 of 25")
            telegram.faults.add("editMessageText", Hang(after_effect=False), times=None)
            await ana.taps_data(question.keyboard[0][0]["callback_data"], question)
            await telegram.until(lambda: not telegram.updates.pending(), "it is saved")
            await bot.kill()
        telegram.faults.clear()
        await ana.types("2")
        async with running(telegram, desk):
            await ana.sees("3 of 25")
            await telegram.quiet()
        assert ana.visible[-1].text.startswith("3 of 25")
        assert not await store.owed()


class TestAGracefulStop:
    @pytest.mark.slow
    async def test_finishes_what_was_begun(self, telegram: Emulator, desk: Desk, ana: Phone) -> None:
        async with running(telegram, desk) as bot:
            await enter(ana)
            await answer(ana, 1, 0)
            await telegram.until(lambda: not telegram.updates.pending(), "it is confirmed")
            bot.stop.set()
            await bot.task
        await ana.sees("2 of 25")
        assert not await desk.store.owed()


class TestAnOutage:
    async def test_shows_everybody_under_way_their_question_once(
        self, telegram: Emulator, desk: Desk, clock: Clock, ana: Phone
    ) -> None:
        """Taps are lost after 150 s: who tapped meanwhile must not wait for ever."""
        ben = telegram.phone("Ben")
        async with running(telegram, desk):
            await enter(ana)
            await enter(ben)
            await ben.taps("Pause")
            await ben.sees("Come back any time")
        question = await ana.sees("1 of 25")
        await ana.taps_data(question.keyboard[0][0]["callback_data"], question)
        clock.advance(600)
        async with running(telegram, desk):
            message = await ana.sees(DEAF)
            assert "1 of 25" in message.text
            await telegram.until(lambda: not question.keyboard, "the old buttons are gone")
            await answer(ana, 1, 0)
            await ana.sees("2 of 25")
        async with running(telegram, desk):
            await answer(ana, 2, 0)
            await ana.sees("3 of 25")
            await telegram.quiet(0.3)
        assert nudges(ben) == 0
        assert sum(DEAF in entry.text for entry in telegram.transcript.entries) == 1

    @pytest.mark.usefixtures("bot")
    async def test_of_the_network_is_noticed_without_a_restart(
        self, telegram: Emulator, clock: Clock, ana: Phone
    ) -> None:
        await enter(ana)
        await telegram.quiet()  # the next poll is open
        rule = telegram.faults.add("getUpdates", bad_gateway(), times=None)
        await ana.types("hello")  # ends the present poll
        await ana.sees("I can only read taps here.")
        await telegram.until(lambda: rule.struck > 0, "polls fail")
        clock.advance(600)
        telegram.faults.clear()
        await ana.sees(DEAF)

    async def test_of_less_than_two_minutes_goes_unmentioned(
        self, telegram: Emulator, desk: Desk, clock: Clock, ana: Phone
    ) -> None:
        async with running(telegram, desk):
            await enter(ana)
        clock.advance(90)
        async with running(telegram, desk):
            await answer(ana, 1, 0)
            await ana.sees("2 of 25")
            await telegram.quiet(0.3)
        assert nudges(ana) == 0

    @pytest.mark.usefixtures("bot")
    async def test_that_we_slept_through_while_a_poll_was_open_is_noticed(
        self, telegram: Emulator, clock: Clock, ana: Phone
    ) -> None:
        """A machine that was suspended: its poll comes back whole, and the tap is gone all the same."""
        await enter(ana)
        await telegram.quiet()  # the next poll is open
        question = await ana.sees("1 of 25")
        await ana.taps_data(question.keyboard[0][0]["callback_data"], question)
        clock.advance(600)
        await ana.sees(DEAF)
        assert telegram.updates.expired == 1

    @pytest.mark.slow
    async def test_whoever_was_heard_since_needs_no_nudge(
        self, telegram: Emulator, desk: Desk, clock: Clock, ana: Phone
    ) -> None:
        async with running(telegram, desk):
            await enter(ana)
        clock.advance(600)
        await ana.taps("Very inaccurate")
        async with running(telegram, desk):
            await ana.sees("2 of 25")
            await telegram.quiet(0.5)
        assert nudges(ana) == 0

    @pytest.mark.slow
    async def test_whoever_is_heard_while_nudges_wait_their_turn_needs_none(
        self,
        telegram: Emulator,
        desk: Desk,
        clock: Clock,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        """And isn't shown a page from before they were heard."""
        people = await left_alone(telegram, desk, clock, 3)
        monkeypatch.setattr("bot.delivery.BULK", Pace(1.0, 1))
        async with running(telegram, desk):
            await telegram.until(lambda: any(map(nudges, people)), "one is nudged")
            late = [phone for phone in people if not nudges(phone)]
            for phone in late:
                await answer(phone, 1, 0)
            for phone in late:
                await phone.sees("2 of 25")
            await asyncio.sleep(2.5)  # as long as nudging all would have taken
        assert sum(map(nudges, people)) == 1
        assert all(phone.visible[-1].text.startswith("2 of 25") for phone in late)

    @pytest.mark.slow
    async def test_nudging_that_was_cut_short_goes_on(
        self,
        telegram: Emulator,
        desk: Desk,
        clock: Clock,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        """A second crash in the middle of it: everybody is nudged in the end, nobody twice."""
        people = await left_alone(telegram, desk, clock, 8)
        monkeypatch.setattr("bot.delivery.BULK", Pace(10.0, 1))
        async with running(telegram, desk) as bot:
            await telegram.until(lambda: sum(map(nudges, people)) >= 2, "some are nudged")
            await asyncio.sleep(0.05)  # half the pace: we were told that the last one arrived
            await bot.kill()
        assert sum(map(nudges, people)) < 8
        async with running(telegram, desk):
            await telegram.until(lambda: all(map(nudges, people)), "all are nudged")
            await telegram.quiet(0.3)
        assert list(map(nudges, people)) == [1] * 8


class TestErasure:
    @pytest.mark.slow
    async def test_its_receipt_survives_a_crash(
        self, telegram: Emulator, desk: Desk, clock: Clock, ana: Phone, store: Store
    ) -> None:
        async with running(telegram, desk) as bot:
            await enter(ana)
            await ana.types("/forget")
            await ana.taps("Yes, erase")
            await ana.sees_button("Erase everything now")
            telegram.faults.add("sendMessage", Hang(after_effect=False), times=None)
            telegram.faults.add("editMessageText", Hang(after_effect=False), times=None)
            await ana.taps("Erase everything now")
            await telegram.until(lambda: not telegram.updates.pending(), "it is saved")
            await bot.kill()
        telegram.faults.clear()
        clock.advance(30)
        async with running(telegram, desk):
            await telegram.until(lambda: "erased" in ana.visible[-1].text.lower(), "the receipt")
            await telegram.quiet(0.3)
        assert not await store.verify_erasures()


class TestInterviewsOfBefore:
    @pytest.mark.parametrize("duty", [True, False])
    async def test_get_their_lines_until_none_is_left_from_whoever_is_on_duty(
        self, telegram: Emulator, desk: Desk, monkeypatch: pytest.MonkeyPatch, *, duty: bool
    ) -> None:
        left = [False, *[True] * 12]  # more than one round keeps
        asked = 0

        async def keep_lines(before: datetime) -> bool:
            nonlocal asked
            assert desk.clock() - before >= timedelta(hours=1)
            asked += 1
            return left.pop()

        async def on_duty() -> bool:
            return duty

        monkeypatch.setattr(desk.store, "keep_lines", keep_lines)
        monkeypatch.setattr(desk.store, "on_duty", on_duty)
        async with running(telegram, desk):
            await telegram.until(lambda: not duty or not left, "every line is kept")
            await asyncio.sleep(0.25)
        assert asked == (13 if duty else 0)
