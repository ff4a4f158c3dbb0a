"""What every stage over Telegram needs."""

from collections.abc import AsyncIterator

import pytest

from tests.emulator.emulator import Emulator


@pytest.fixture
async def telegram() -> AsyncIterator[Emulator]:
    """A strict Telegram."""
    async with Emulator() as emulator:
        yield emulator
