from collections.abc import AsyncIterator

import pytest

from tests.emulator import Emulator


@pytest.fixture
async def telegram() -> AsyncIterator[Emulator]:
    async with Emulator() as emulator:
        yield emulator
