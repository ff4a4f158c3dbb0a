from collections.abc import AsyncIterator
from typing import TYPE_CHECKING

import aiohttp
import pytest
from telegram import Bot as PtbBot

from tests.emulator import Clock, Emulator
from tests.emulator_self.raw import RawBot

if TYPE_CHECKING:  # it takes seconds to load
    from aiogram import Bot as AiogramBot

HALF_PAST_NINE = 1_790_000_000.0


@pytest.fixture
def clock() -> Clock:
    """A clock that stands still until the test moves it."""
    return Clock(HALF_PAST_NINE, frozen=True)


@pytest.fixture
async def telegram(clock: Clock) -> AsyncIterator[Emulator]:
    async with Emulator(clock=clock) as emulator:
        yield emulator


@pytest.fixture
async def bot(telegram: Emulator) -> AsyncIterator[RawBot]:
    """A bot that is nothing but HTTP."""
    async with aiohttp.ClientSession() as session:
        yield RawBot(session, telegram.url, telegram.token)


@pytest.fixture
async def ptb(telegram: Emulator, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[PtbBot]:
    monkeypatch.setenv("PTB_TIMEDELTA", "1")  # without it RetryAfter warns, and warnings are errors
    base, files = f"{telegram.url}/bot", f"{telegram.url}/file/bot"
    async with PtbBot(telegram.token, base_url=base, base_file_url=files) as bot:
        yield bot


@pytest.fixture
async def aiogram(telegram: Emulator) -> AsyncIterator["AiogramBot"]:
    from aiogram import Bot as AiogramBot  # noqa: PLC0415 - it takes seconds to load
    from aiogram.client.session.aiohttp import AiohttpSession  # noqa: PLC0415 - the same
    from aiogram.client.telegram import TelegramAPIServer  # noqa: PLC0415 - the same

    session = AiohttpSession(api=TelegramAPIServer.from_base(telegram.url))
    async with AiogramBot(telegram.token, session=session) as bot:
        yield bot
