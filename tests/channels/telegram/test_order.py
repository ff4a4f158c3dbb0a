"""One at a time for each person, many people at once, and the offset only over what is on disk."""

import asyncio
from typing import Any

import pytest

from bot.storage.memory import MemoryStore
from bot.turns import Desk
from tests.channels.telegram.bot import KEYS, Running, answer, enter, running, session_of
from tests.emulator import Emulator, Phone


class Stall:
    """Lets everything that the store is asked about one person wait."""

    def __init__(self, store: MemoryStore, phone: Phone) -> None:
        self.over = asyncio.Event()
        self.begun = asyncio.Event()
        self._load = store.load
        self._person = KEYS.person("telegram", str(phone.person.id))

    async def load(self, person: str, session: str | None = None) -> Any:
        """Load, but later."""
        if person == self._person:
            self.begun.set()
            await self.over.wait()
        return await self._load(person, session)


@pytest.fixture
def store() -> MemoryStore:
    return MemoryStore()


class TestOrder:
    @pytest.mark.slow
    async def test_a_stalled_turn_holds_its_own_person_and_nobody_else(
        self,
        bot: Running,
        telegram: Emulator,
        ana: Phone,
        store: MemoryStore,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        ben = telegram.phone("Ben")
        await enter(ana)
        await enter(ben)
        stall = Stall(store, ben)
        monkeypatch.setattr(store, "load", stall.load)
        await answer(ben, 1, 0)
        await ben.types("2")
        await ben.types("3")
        await stall.begun.wait()
        for number in range(1, 6):
            await answer(ana, number, 1)
        await ana.sees("6 of 25")
        assert [update.kind for update in telegram.updates.pending()][:3] == [
            "callback_query",
            "message",
            "message",
        ]
        stall.over.set()
        await ben.sees("4 of 25")
        session = await session_of(bot, ben)
        assert session is not None
        chosen = [given.choice for given in session.answers.values()]
        assert chosen == ["very_inaccurate", "moderately_inaccurate", "slightly_inaccurate"]
        await telegram.quiet()

    @pytest.mark.slow
    async def test_many_people_are_interviewed_at_once(self, bot: Running, telegram: Emulator) -> None:
        people = [telegram.phone(f"P{number}") for number in range(30)]

        async def interview(phone: Phone, seed: int) -> None:
            await enter(phone)
            for number in range(1, 6):
                await answer(phone, number, (seed + number) % 6)
            await phone.sees("6 of 25")

        await asyncio.gather(*(interview(phone, seed) for seed, phone in enumerate(people)))
        sessions = [await session_of(bot, phone) for phone in people]
        assert [len(session.answers) for session in sessions if session] == [5] * 30

    async def test_words_written_quickly_are_answered_in_their_order(
        self, bot: Running, telegram: Emulator, ana: Phone
    ) -> None:
        await enter(ana)
        with telegram.updates.held():
            for word in ("1", "2", "3", "4"):
                await ana.types(word)
        await ana.sees("5 of 25", seconds=10)
        session = await session_of(bot, ana)
        assert session is not None
        assert [given.choice for given in session.answers.values()] == [
            "very_inaccurate",
            "moderately_inaccurate",
            "slightly_inaccurate",
            "slightly_accurate",
        ]


class TestTheOffset:
    @pytest.mark.slow
    async def test_an_update_is_confirmed_only_once_it_is_saved(
        self, telegram: Emulator, desk: Desk, ana: Phone, store: MemoryStore, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Killed before the save, the next run gets it again."""
        stall = Stall(store, ana)
        with monkeypatch.context() as patch:
            patch.setattr(store, "load", stall.load)
            async with running(telegram, desk) as bot:
                await ana.starts()
                await stall.begun.wait()
                await asyncio.sleep(1.2)  # polls go on meanwhile
                await bot.kill()
        assert len(telegram.updates.pending()) == 1
        async with running(telegram, desk):
            await ana.sees("25 taps.")
            await telegram.quiet()

    async def test_of_updates_in_another_order_the_lowest_unsaved_one_holds_it(
        self, telegram: Emulator, desk: Desk, store: MemoryStore, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Everything below an offset is confirmed, wherever in the batch it stood."""
        ana, ben = telegram.phone("Ana"), telegram.phone("Ben")
        with telegram.updates.held(reverse=True):
            await ana.starts()
            await ben.starts()
        monkeypatch.setattr("bot.channels.telegram.receive.STALLED_AFTER", 0.02)
        monkeypatch.setattr("bot.channels.telegram.receive.STALLED_PAUSE", 0.02)
        with monkeypatch.context() as patch:
            stalls = []
            for phone in (ana, ben):
                stalls.append(Stall(store, phone))
                patch.setattr(store, "load", stalls[-1].load)
            async with running(telegram, desk) as bot:
                for stall in stalls:
                    await stall.begun.wait()
                await asyncio.sleep(0.1)  # polls go on meanwhile
                await bot.kill()
        assert len(telegram.updates.pending()) == 2
        async with running(telegram, desk):
            await ana.sees("25 taps.")
            await ben.sees("25 taps.")
            await telegram.quiet()

    async def test_an_update_delivered_twice_is_answered_once(
        self, bot: Running, telegram: Emulator, ana: Phone
    ) -> None:
        await enter(ana)
        await answer(ana, 1, 0)
        await ana.sees("2 of 25")
        calls = len(telegram.transcript.called("editMessageText"))
        telegram.updates.repeat()
        await telegram.quiet(0.3)
        assert len(telegram.transcript.called("editMessageText")) == calls
        session = await session_of(bot, ana)
        assert session is not None
        assert len(session.answers) == 1
