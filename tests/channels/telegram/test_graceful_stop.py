"""Told to stop in the middle of a turn: the turn is stored and answered first, polling or called."""

import asyncio
from typing import Any

import aiohttp
import pytest

from bot.channels.telegram.hear import CHANNEL
from bot.channels.telegram.webhook import HEADER
from bot.storage.store import Outcome
from bot.turns import Desk
from tests.channels.telegram.bot import KEYS, running, session_of
from tests.channels.telegram.hooked import SECRET, hooked
from tests.emulator import Emulator, Phone


class SlowSaving:
    """Makes the store's next save wait until it is let go."""

    def __init__(self, desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
        self.begun, self.go = asyncio.Event(), asyncio.Event()
        self._save = desk.store.save
        monkeypatch.setattr(desk.store, "save", self.save)

    async def save(self, *given: Any, **named: Any) -> Outcome:
        self.begun.set()
        await self.go.wait()
        return await self._save(*given, **named)


async def test_of_a_bot_that_polls(
    telegram: Emulator, desk: Desk, ana: Phone, monkeypatch: pytest.MonkeyPatch
) -> None:
    slow = SlowSaving(desk, monkeypatch)
    async with running(telegram, desk) as bot:
        await ana.starts()
        await slow.begun.wait()
        bot.stop.set()
        await asyncio.sleep(0)
        assert not bot.task.done()
        slow.go.set()
        await bot.task
        assert await session_of(bot, ana) is not None
    await ana.sees("25 taps.")
    assert await desk.store.owed() == []


async def test_of_a_bot_that_is_called(
    telegram: Emulator, desk: Desk, ana: Phone, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Telegram gets its 200 only now, for only now the turn is on disk."""
    slow = SlowSaving(desk, monkeypatch)
    person = KEYS.person(CHANNEL, str(ana.person.id))
    async with hooked(telegram, desk) as bot, aiohttp.ClientSession() as session:
        user = {"id": ana.person.id, "is_bot": False, "first_name": "Ana"}
        chat = {"id": ana.person.id, "type": "private", "first_name": "Ana"}
        message = {
            "message_id": 1,
            "date": int(telegram.clock.now()),
            "chat": chat,
            "from": user,
            "text": "/start",
        }
        entity = {"type": "bot_command", "offset": 0, "length": 6}
        update = {"update_id": 1, "message": message | {"entities": [entity]}}
        calling = asyncio.create_task(session.post(bot.url, json=update, headers={HEADER: SECRET}))
        await slow.begun.wait()
        closing = asyncio.create_task(bot.webhook.close(within=10.0))
        await asyncio.sleep(0)
        assert not closing.done()
        assert not calling.done()
        slow.go.set()
        async with await calling as answer:
            assert answer.status == 200
        await closing
        assert (await desk.store.load(person)).session is not None
