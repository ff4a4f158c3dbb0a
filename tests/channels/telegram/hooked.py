"""A bot that is called: the real service behind a real web server on loopback."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from bot.channels.telegram.service import Service
from bot.channels.telegram.webhook import PATH, Webhook
from bot.channels.telegram.wire import Wire
from bot.server import listen, serve
from bot.settings import Settings
from bot.turns import Desk
from tests.channels.telegram.bot import TIMEOUTS
from tests.emulator import Emulator

SECRET = "planted-secret-of-a-webhook"


@dataclass(frozen=True, slots=True)
class Hooked:
    """A bot at work, and where it is called."""

    address: str
    webhook: Webhook
    service: Service

    @property
    def url(self) -> str:
        """Return where updates are posted."""
        return self.address + PATH


@asynccontextmanager
async def hooked(telegram: Emulator, desk: Desk) -> AsyncIterator[Hooked]:
    """Run a bot that Telegram calls."""
    settings = Settings(_env_file=None, port=0)
    stop, listening, webhook = asyncio.Event(), listen(settings), Webhook(SECRET, desk)
    address = f"http://127.0.0.1:{listening.getsockname()[1]}"
    served = asyncio.create_task(serve(desk, settings, stop, listening=listening, webhook=webhook, web=False))
    async with Wire(telegram.token, telegram.url, TIMEOUTS) as wire:
        service = Service(desk, wire, await wire.me(), called=(webhook, address))
        task = asyncio.create_task(service.run(stop))
        try:
            yield Hooked(address, webhook, service)
        finally:
            stop.set()
            await asyncio.gather(task, served)
