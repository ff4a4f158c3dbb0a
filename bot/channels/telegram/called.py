"""Being called by Telegram: tell it where, notice how long nobody was there, stop without losing anything.

Law: no update is dropped on the way from polling to a webhook or back: Telegram keeps what nobody confirmed.
A worker that stops leaves the webhook alone, for the others are still called.
"""

import asyncio
from datetime import datetime, timedelta
from typing import Final

import structlog

from bot.channels.telegram.inbox import Inbox
from bot.channels.telegram.receive import FIRST_PAUSE, HEARD_AT, LONGEST_PAUSE, REMEMBER_EVERY, Watcher
from bot.channels.telegram.webhook import PATH, Webhook
from bot.channels.telegram.wire import Wire
from bot.errors import ChannelError, StoreUnavailable
from bot.turns import DEAF_AFTER, Desk

log = structlog.get_logger()

SETTLED_AFTER: Final = 5.0
"""Seconds in which Telegram delivers what waited, before anybody is nudged."""


class Called:
    """Lets Telegram call until it is told to stop."""

    def __init__(
        self, desk: Desk, wire: Wire, inbox: Inbox, watcher: Watcher, webhook: Webhook, address: str
    ) -> None:
        self._desk = desk
        self._wire = wire
        self._inbox = inbox
        self._watcher = watcher
        self._webhook = webhook
        self._address = address + PATH
        self._stop = asyncio.Event()

    def stop(self) -> None:
        """Take nothing more; `run` then ends once what was begun is on disk."""
        self._stop.set()

    async def run(self, within: float = 10.0) -> None:
        """Be called until told to stop."""
        await self._note_deafness()
        self._webhook.open(self._inbox)
        try:
            if await self._announced():
                await self._remember()  # at once: who is killed within these seconds was there all the same
                await self._wait(SETTLED_AFTER)
                self._watcher.caught_up()
            while not self._stop.is_set():
                await self._remember()
                await self._wait(REMEMBER_EVERY / timedelta(seconds=1))
        finally:
            await self._webhook.close(within)

    async def _announced(self) -> bool:
        """Tell Telegram where to call, for as long as it takes; False where we are told to stop."""
        pause = FIRST_PAUSE
        while not self._stop.is_set():
            try:
                await self._wire.begin_webhook(self._address, self._webhook.secret)
            except ChannelError as error:
                log.warning("the webhook couldn't be set", error=str(error), seconds=round(pause, 1))
                await self._wait(pause)
                pause = min(pause * 1.5, LONGEST_PAUSE)
            else:
                return True
        return False

    async def _wait(self, seconds: float) -> None:
        try:
            async with asyncio.timeout(seconds):
                await self._stop.wait()
        except TimeoutError:
            return

    # ------------------------------------------------------------ deafness

    async def _note_deafness(self) -> None:
        """Note that nobody was there to be called: any worker at all would have said that it was."""
        try:
            text = await self._desk.store.recall(HEARD_AT)
            now = self._desk.clock()
            if text and now - datetime.fromisoformat(text) > DEAF_AFTER:
                since = datetime.fromisoformat(text)
                log.warning("deaf", seconds=int((now - since).total_seconds()))
                await self._watcher.came_back(since, now)
        except StoreUnavailable:
            log.warning("the store can't say how long nobody was there")

    async def _remember(self) -> None:
        try:
            await self._desk.store.remember(HEARD_AT, self._desk.clock().isoformat())
        except StoreUnavailable:
            log.warning("the store can't take that we are there")
