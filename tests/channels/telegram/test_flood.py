"""A person who sends more than anybody can mean is told so once, and costs the others nothing."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.channels.telegram.flood import TAPS, Flood, Verdict
from bot.delivery import Pace
from bot.storage.memory import MemoryStore
from bot.turns import Desk
from tests.channels.telegram.bot import enter, running
from tests.channels.telegram.hooked import hooked
from tests.emulator import Emulator, Phone

NOON = 1_795_000_000.0
MANY = 600


def judged(flood: Flood, now: float, times: int, who: str = "ana") -> list[Verdict]:
    """Judge some updates of one moment."""
    return [flood.judge(who, now) for _ in range(times)]


class TestTheBucket:
    def test_takes_a_burst_warns_once_and_drops_the_rest(self) -> None:
        verdicts = judged(Flood(TAPS), NOON, 100)
        assert verdicts == [Verdict.TAKE] * 40 + [Verdict.WARN] + [Verdict.DROP] * 59

    def test_takes_so_many_a_second_after_that_without_another_word(self) -> None:
        flood = Flood(TAPS)
        judged(flood, NOON, 100)
        for second in range(1, 30):
            verdicts = judged(flood, NOON + second, 50)
            assert verdicts == [Verdict.TAKE] * 5 + [Verdict.DROP] * 45

    def test_never_holds_up_who_keeps_the_pace(self) -> None:
        flood = Flood(TAPS)
        assert {flood.judge("ana", NOON + tap / 5) for tap in range(1000)} == {Verdict.TAKE}

    def test_forgets_who_paused(self) -> None:
        flood = Flood(TAPS)
        judged(flood, NOON, 100)
        assert judged(flood, NOON + 9, 42)[-2:] == [Verdict.WARN, Verdict.DROP]
        flood.judge("ben", NOON + 99)
        assert len(flood) == 1

    def test_of_one_person_is_nobody_elses(self) -> None:
        flood = Flood(TAPS)
        judged(flood, NOON, 100)
        assert judged(flood, NOON, 40, "ben") == [Verdict.TAKE] * 40

    def test_holds_a_bounded_number_of_people(self) -> None:
        """A million people in one moment don't fill the memory."""
        flood = Flood(Pace(5, 40))
        for number in range(25_000):
            flood.judge(str(number), NOON)
        assert len(flood) == 20_000

    def test_lets_nobody_wait_when_the_clock_was_set_back(self) -> None:
        flood = Flood(TAPS)
        judged(flood, NOON, 100)
        assert flood.judge("ana", NOON - 3600) is Verdict.TAKE


class Standing:
    """A clock that stands still until it is moved, so that no bucket fills on its own."""

    def __init__(self) -> None:
        self.at = datetime.fromtimestamp(NOON, UTC)

    def __call__(self) -> datetime:
        return self.at


@pytest.fixture
def standing() -> Standing:
    return Standing()


@pytest.fixture
async def desk(desk: Desk, standing: Standing) -> Desk:
    return replace(desk, clock=standing)


async def flooded(telegram: Emulator, ana: Phone, ben: Phone) -> None:
    """Let Ana press an old button again and again, and Ben come behind all that."""
    message = await ana.sees("1 of 25")
    data = message.keyboard[0][0]["callback_data"]
    with telegram.updates.held():
        for _ in range(MANY):
            await ana.taps_data(data, message)
        await ben.starts()
    await ben.sees("25 taps.")
    await telegram.quiet(0.3)


def heard(store: MemoryStore, telegram: Emulator, phone: Phone) -> int:
    """How many updates of a person are stored."""
    bodies = [json.loads(one.body) for one in telegram.updates._recent]
    theirs = {f"tg:{one['update_id']}" for one in bodies if f'"id": {phone.person.id}' in json.dumps(one)}
    return len(theirs & store._heard.keys())


def warned(phone: Phone) -> int:
    """How often a person was told to slow down."""
    return sum("That was very fast." in toast for toast in phone.toasts)


class TestAFlood:
    async def test_over_polling_is_one_burst_for_us_and_nothing_for_others(
        self, telegram: Emulator, desk: Desk, store: MemoryStore, ana: Phone
    ) -> None:
        ben = telegram.phone("Ben")
        async with running(telegram, desk):
            await enter(ana)
            await flooded(telegram, ana, ben)
            await ben.taps("Let's begin")
            await ben.sees("Before we begin")
        assert heard(store, telegram, ana) == TAPS.burst
        assert warned(ana) == 1
        calls = [one for one in telegram.transcript.calls if one.params.get("chat_id") == ana.person.id]
        assert len(calls) <= TAPS.burst + 10
        assert len(telegram.transcript.called("answerCallbackQuery")) <= TAPS.burst + 10

    async def test_over_a_webhook_is_the_same(
        self, telegram: Emulator, desk: Desk, store: MemoryStore, ana: Phone
    ) -> None:
        ben = telegram.phone("Ben")
        async with hooked(telegram, desk):
            await enter(ana)
            await flooded(telegram, ana, ben)
        assert heard(store, telegram, ana) == TAPS.burst
        assert warned(ana) == 1
        assert not telegram.updates.pending()

    async def test_ends_where_the_interview_stands_and_goes_on_from_there(
        self, telegram: Emulator, desk: Desk, standing: Standing, ana: Phone
    ) -> None:
        """The page below the warning is the present one, and its buttons work after a moment."""
        async with running(telegram, desk):
            await enter(ana)
            await flooded(telegram, ana, telegram.phone("Ben"))
            page = await ana.sees("2 of 25")  # the first tap was an answer
            await ana.taps_data(page.keyboard[0][0]["callback_data"], page)
            await telegram.quiet()
            assert "3 of 25" not in ana.screen
            standing.at += timedelta(seconds=1)
            await ana.taps_data(page.keyboard[0][0]["callback_data"], page)
            await ana.sees("3 of 25")

    async def test_of_somebody_without_an_interview_is_answered_too(
        self, telegram: Emulator, desk: Desk, ana: Phone
    ) -> None:
        async with running(telegram, desk):
            for _ in range(TAPS.burst + 5):
                await ana.types("/stop")
            await ana.sees("That was very fast.")

    async def test_makes_no_wall_of_messages(self, telegram: Emulator, desk: Desk, ana: Phone) -> None:
        """Old buttons pressed forty times bring the present page once or twice, not forty times."""
        async with running(telegram, desk):
            await enter(ana)
            await flooded(telegram, ana, telegram.phone("Ben"))
        assert len([one for one in ana.visible if "of 25" in one.text]) <= 8

    async def test_of_questions_is_bounded_by_what_has_arrived(
        self, telegram: Emulator, desk: Desk, standing: Standing, ana: Phone, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Each answer is a message of its own and takes its second: who asks on and on isn't listened to."""
        monkeypatch.setattr("bot.channels.telegram.inbox.MOST_OWED", 10)
        async with running(telegram, desk) as bot:
            await enter(ana)
            for _ in range(40):
                standing.at += timedelta(seconds=10)
                await ana.types("/help")
            await telegram.until(lambda: not telegram.updates.pending() or None, "all confirmed")
            await ana.sees("Help")
            assert 5 < bot.service.delivery.waiting <= 10
            await bot.kill()
