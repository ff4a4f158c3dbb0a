"""A person who sends more than anybody can mean is told so once, and costs the others nothing."""

import asyncio
import json
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import cycle, islice, repeat
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from bot.channels.telegram.flood import TAPS, Flood, Verdict
from bot.channels.telegram.inbox import Inbox
from bot.channels.telegram.webhook import HEADER
from bot.conversation.replies import Button, Message
from bot.delivery import Delivery, Hint
from bot.metrics import METRICS
from bot.pace import Pace
from bot.storage.memory import MemoryStore
from bot.storage.sqlite import open_sqlite
from bot.storage.store import Outcome, Saved, SaveTurn
from bot.turns import Desk
from tests.channels.telegram.bot import KEYS, desk_on, enter, running
from tests.channels.telegram.hooked import SECRET, hooked
from tests.emulator import Clock, Emulator, Phone

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

    def test_tells_beforehand_what_it_would_drop(self) -> None:
        """It is asked before an update is read: what it says is what a judgement would be."""
        flood = Flood(TAPS)
        now = NOON
        for step in range(300):
            now += (0.0, 0.0, 0.01, 0.4, 9.0, -50.0)[step * 7 % 6] if step % 5 == 0 else 0.0
            foreseen = flood.drops("ana", now)
            assert foreseen == (flood.judge("ana", now) is Verdict.DROP)
        assert not flood.drops("ben", now)

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
    await ben.sees("25 taps.", seconds=30)
    await telegram.quiet(0.3, seconds=30)


def heard(store: MemoryStore, telegram: Emulator, phone: Phone) -> int:
    """How many updates of a person are stored."""
    bodies = [json.loads(one.body) for one in telegram.updates._recent]
    theirs = {f"tg:{one['update_id']}" for one in bodies if f'"id": {phone.person.id}' in json.dumps(one)}
    return len(theirs & store._heard.keys())


def warned(phone: Phone) -> int:
    """How often a person was told to slow down."""
    return sum("That was very fast." in toast for toast in phone.toasts)


class TestAFlood:
    @pytest.mark.slow
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
        assert len(calls) < MANY / 4  # some were repeated, where the machine was slow
        assert len(telegram.transcript.called("answerCallbackQuery")) < MANY / 4

    @pytest.mark.slow
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

    @pytest.mark.slow
    async def test_by_many_calls_at_a_time_keeps_nobody_out(
        self, telegram: Emulator, clock: Clock, standing: Standing
    ) -> None:
        """However many calls Telegram makes for one person: most are over at once, others wait together."""
        store, phone = Stuck(), Seeing()
        desk = replace(await desk_on(store, clock), clock=standing)
        async with hooked(telegram, desk) as hook, aiohttp.ClientSession(headers={HEADER: SECRET}) as line:

            async def call(body: dict[str, object]) -> int:
                async with line.post(hook.url, json=phone.update(body)) as answer:
                    return answer.status

            calls = [asyncio.create_task(call(said("/help"))) for _ in range(100)]
            done, waiting = await asyncio.wait(calls, return_when=asyncio.FIRST_COMPLETED)
            while len(waiting) > TAPS.burst + 1:
                more, waiting = await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
                done |= more
            assert await call(said("/help", who=8)) == 200
            assert not any(one.done() for one in waiting)
            store.goes_on.set()
            assert {one.result() for one in done} | set(await asyncio.gather(*waiting)) == {200}
        assert store.commits <= 3  # the first, those behind it, and somebody else's

    @pytest.mark.slow
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
            await ana.sees("That was very fast.", seconds=30)

    @pytest.mark.slow
    async def test_makes_no_wall_of_messages(self, telegram: Emulator, desk: Desk, ana: Phone) -> None:
        """Old buttons pressed forty times bring the present page once or twice, not forty times."""
        async with running(telegram, desk):
            await enter(ana)
            await flooded(telegram, ana, telegram.phone("Ben"))
        assert len([one for one in ana.visible if "of 25" in one.text]) <= 8

    @pytest.mark.parametrize(
        "kind",
        [
            "one button",
            pytest.param("old buttons", marks=pytest.mark.slow),
            pytest.param("anything", marks=pytest.mark.slow),
        ],
    )
    async def test_is_one_commit_however_it_is_made(
        self, tmp_path: Path, standing: Standing, kind: str
    ) -> None:
        """Of what one poll brings; nobody who comes behind waits for forty commits."""
        store = await open_sqlite(tmp_path / "attune.db", KEYS.fingerprint, clock=standing)
        phone = Seeing()
        desk = replace(await desk_on(store, Clock()), clock=standing)
        inbox = Inbox(desk, Delivery(phone, store, KEYS))
        await phone.enters(inbox)
        standing.at += timedelta(minutes=1)
        before = sum(METRICS.commits.counts)
        begun = [inbox.begin(phone.update(body)) for body in islice(phone.floods(kind), 100)]
        taken = [work for work in begun if work is not None]
        await asyncio.gather(*taken)
        assert len(taken) == TAPS.burst + 1  # with the word on the pace
        assert sum(METRICS.commits.counts) - before <= 2  # the other one says which replies have arrived
        assert [await store.note(f"tg:{phone.number - 100 + one}", standing()) for one in (1, 40, 41)] == [
            False,
            False,
            True,
        ]
        await store.close()

    async def test_of_questions_is_bounded_by_what_has_arrived(
        self, desk: Desk, store: MemoryStore, standing: Standing, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Each answer is a message of its own and takes its second: who asks on and on isn't listened to."""
        monkeypatch.setattr("bot.channels.telegram.inbox.MOST_OWED", 10)
        delivery = Delivery(Mute(), store, KEYS)
        inbox = Inbox(desk, delivery)
        for number in range(1, 41):
            standing.at += timedelta(seconds=10)
            await inbox.take({"update_id": number, "message": said("/help")})
        assert delivery.backlog(KEYS.person("telegram", "7")) == 10
        assert len(store._heard) == 10
        await delivery.close(within=0)


class Stuck(MemoryStore):
    """A store that takes its time with one person."""

    def __init__(self) -> None:
        super().__init__()
        self.goes_on = asyncio.Event()
        self.commits = 0

    async def save(self, saved: Saved, *what: Any, **more: Any) -> Outcome:
        """Keep a turn."""
        await self._commit(saved.person)
        return await super().save(saved, *what, **more)

    async def save_line(self, line: Sequence[SaveTurn]) -> Sequence[Outcome]:
        """Keep turns together."""
        await self._commit(line[0].saved.person)
        return await super().save_line(line)

    async def _commit(self, person: str) -> None:
        self.commits += 1
        if person == KEYS.person("telegram", "7"):
            await self.goes_on.wait()


class Seeing:
    """A phone without a line: what it says is made here, and every button it was shown is kept."""

    def __init__(self) -> None:
        self.number = 0
        self.buttons: list[Button] = []

    async def acknowledge(self, hint: Hint, toast: str | None) -> None:
        """Do nothing."""

    async def speak(self, whereabouts: str, message: Message, hint: Hint | None) -> str:
        del hint
        self.buttons += [one for one in message.buttons if one.token]
        return whereabouts

    def update(self, body: dict[str, object]) -> dict[str, object]:
        """Return the next update."""
        self.number += 1
        return {"update_id": self.number, "callback_query" if "data" in body else "message": body}

    def tapped(self, token: str | None) -> dict[str, object]:
        """Return a tap."""
        on = {key: value for key, value in said("").items() if key != "from"}
        return {"id": "1", "from": {"id": 7}, "chat_instance": "1", "message": on, "data": token}

    async def enters(self, inbox: Inbox) -> None:
        """Start, agree, and arrive at the first question."""
        await inbox.take(self.update(said("/start")))
        for label in ("begin", "I agree", "Yes, they may"):
            await inbox.take(self.update(self.tapped(await self.sees(label))))
        await self.sees("Pause")

    async def sees(self, label: str) -> str | None:
        """Return the token of a button, once it is there."""
        while not (found := [one.token for one in self.buttons if label in one.label]):  # noqa: ASYNC110 - a list rings no bell
            await asyncio.sleep(0)
        return found[-1]

    def floods(self, kind: str) -> Iterator[dict[str, object]]:
        """Yield one button again and again, or every button there was, or whatever comes to mind."""
        match kind:
            case "one button":
                return repeat(self.tapped(self.buttons[-1].token))
            case "old buttons":
                return cycle([self.tapped(one.token) for one in self.buttons])
            case _:
                return cycle([said("hello"), said("/help"), said("/start"), said("/stop"), said("/resume")])


class Mute:
    """A channel that takes for ever."""

    async def acknowledge(self, hint: Hint, toast: str | None) -> None:
        """Do nothing."""

    async def speak(self, whereabouts: str, message: Message, hint: Hint | None) -> str:
        del message, hint
        await asyncio.Event().wait()
        return whereabouts


def said(text: str, who: int = 7) -> dict[str, object]:
    """Return a message of somebody."""
    chat, sender = {"id": who, "type": "private"}, {"id": who, "is_bot": False, "first_name": "A"}
    return {"message_id": 1, "date": 1, "chat": chat, "from": sender, "text": text}
