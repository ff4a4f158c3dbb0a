"""What nobody has to look for: periods are counted when they are over, whoever opens the dashboard when."""

import asyncio
from typing import Final

import structlog

from bot.dashboard.figures.publication import publications
from bot.errors import StoreUnavailable
from bot.turns import Desk

log = structlog.get_logger()

_AT_FIRST: Final = 60.0  # seconds, so that a start isn't busy with it
_EACH: Final = 3600.0


async def close_periods(desk: Desk, *, at_first: float = _AT_FIRST, each: float = _EACH) -> None:
    """Publish every period that is over, again and again; of several processes one does."""
    await asyncio.sleep(at_first)
    while True:
        try:
            if await desk.store.on_duty():
                await close_now(desk)
        except StoreUnavailable:
            log.warning("periods wait to be counted", error="StoreUnavailable")
        await asyncio.sleep(each)


async def close_now(desk: Desk) -> None:
    """Publish what is over of each organisation."""
    for organisation in desk.library.organisations.values():
        await publications(desk.store, organisation, desk.clock())
