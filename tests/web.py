"""A real web server on loopback for tests: the one app over a house's desk."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from functools import cache

import uvicorn

from bot.privacy import Keys
from bot.server import create_app, listen
from bot.settings import Settings
from bot.turns import Desk

KEYS = Keys(bytes(range(32)))


@cache
def _settings(public_url: str | None) -> Settings:
    return Settings(_env_file=None, port=0, public_url=public_url)


@asynccontextmanager
async def serving(
    desk: Desk,
    *,
    public_url: str | None = None,
    bot_link: Callable[[], str | None] = lambda: None,
    port: int = 0,
) -> AsyncIterator[str]:
    """Serve a desk on a port, a free one unless it is named; give its address."""
    settings = _settings(public_url)
    listening = listen(settings.model_copy(update={"port": port}))
    port = listening.getsockname()[1]
    app = create_app(desk, settings.model_copy(update={"port": port}), bot_link)
    server = uvicorn.Server(uvicorn.Config(app, log_config=None, access_log=False, server_header=False))
    server.config.load()
    server.lifespan = server.config.lifespan_class(server.config)
    await server.startup(sockets=[listening])
    try:
        yield f"http://127.0.0.1:{port}"
    finally:  # at once: `bot.server.serve` stops gracefully, which takes a moment, and has tests of its own
        for one in server.servers:
            one.close()
        for connection in list(server.server_state.connections):
            connection.shutdown()
        await server.lifespan.shutdown()
        listening.close()
