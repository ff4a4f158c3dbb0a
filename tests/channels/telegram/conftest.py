from collections.abc import AsyncIterator

import pytest

from bot.storage.memory import MemoryStore
from bot.storage.store import Store
from bot.turns import Desk
from tests.channels.telegram.bot import Running, desk_on, running
from tests.emulator import Clock, Emulator, Phone


@pytest.fixture
def clock() -> Clock:
    """Telegram's clock, and the program's."""
    return Clock()


@pytest.fixture
async def telegram(clock: Clock) -> AsyncIterator[Emulator]:
    async with Emulator(clock=clock) as emulator:
        yield emulator


@pytest.fixture
def store() -> Store:
    return MemoryStore()


@pytest.fixture
async def desk(store: Store, clock: Clock) -> Desk:
    return await desk_on(store, clock)


@pytest.fixture
async def bot(telegram: Emulator, desk: Desk) -> AsyncIterator[Running]:
    """The bot at work."""
    async with running(telegram, desk) as bot:
        yield bot


@pytest.fixture
def ana(telegram: Emulator) -> Phone:
    return telegram.phone("Ana")


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Wait less between attempts than a real bot does; how often and in which order stays the same."""
    monkeypatch.setattr("bot.channels.telegram.receive.FIRST_PAUSE", 0.05)
    monkeypatch.setattr("bot.delivery.PATIENCE", (0.05, 0.1, 0.2))
    monkeypatch.setattr("bot.delivery.DOUBT", (0.1, 1.0))
    monkeypatch.setattr("bot.channels.telegram.duties.TICK", 0.1)
