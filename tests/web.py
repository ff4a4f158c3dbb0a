"""A real web server on loopback for tests: the one app over a house's desk."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from bot.privacy import Keys
from bot.server import listen, serve
from bot.settings import Settings
from bot.turns import Desk

KEYS = Keys(bytes(range(32)))


@asynccontextmanager
async def serving(
    desk: Desk, *, public_url: str | None = None, bot_link: Callable[[], str | None] = lambda: None
) -> AsyncIterator[str]:
    """Serve a desk on a free port; give its address."""
    settings = Settings(_env_file=None, port=0, public_url=public_url)
    stop, listening = asyncio.Event(), listen(settings)
    task = asyncio.create_task(serve(desk, settings, stop, bot_link, listening=listening))
    try:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    finally:
        stop.set()
        await task
