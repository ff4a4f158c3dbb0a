"""Being called by Telegram: tell it where, notice how long nobody was there, stop without losing anything.

Law: no update is dropped on the way from polling to a webhook or back: Telegram keeps what nobody confirmed.
A worker that stops leaves the webhook alone, for the others are still called. That we are at work doesn't
mean that Telegram gets through to us: we were reached when something was taken, or when nothing waits.
"""

import asyncio
from datetime import datetime, timedelta
from typing import Final

import structlog

from bot.channels.telegram.inbox import Inbox
from bot.channels.telegram.receive import FIRST_PAUSE, HEARD_AT, LONGEST_PAUSE, REMEMBER_EVERY, Watcher
from bot.channels.telegram.webhook import PATH, Webhook
from bot.channels.telegram.wire import TokenRefused, Wire
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
        self._taken = 0
        self._noted_at: str | None = None

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
                if await self._remember():
                    await self._wait(SETTLED_AFTER)
                    self._watcher.caught_up()
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
            if self._is_deafness(text):
                await self._note(str(text), self._desk.clock())
        except StoreUnavailable:
            log.warning("the store can't say how long nobody was there")

    async def _remember(self) -> bool:
        """Note that we are reached, if we are; say whether that is so again after long."""
        try:
            text = await self._desk.store.recall(HEARD_AT)
            if text and not await self._reached():
                return False
            deaf = self._is_deafness(text)
            if deaf and not await self._desk.store.on_duty():
                return False  # whoever asks everybody again has to notice it
            if deaf:  # nobody was heard in between; who was since is after that moment
                await self._note(str(text), datetime.fromisoformat(str(text)) + DEAF_AFTER)
            await self._desk.store.remember(HEARD_AT, self._desk.clock().isoformat())
        except StoreUnavailable:
            log.warning("the store can't take that we are there")
            return False
        return deaf

    def _is_deafness(self, text: str | None) -> bool:
        """Tell whether nobody was reached for long, and that wasn't noted a moment ago."""
        known = max((one for one in (text, self._noted_at) if one), default=None)
        return known is not None and self._desk.clock() - datetime.fromisoformat(known) > DEAF_AFTER

    async def _note(self, since: str, back: datetime) -> None:
        now, heard_at = self._desk.clock(), datetime.fromisoformat(since)
        self._noted_at = now.isoformat()
        log.warning("deaf", seconds=int((now - heard_at).total_seconds()))
        await self._watcher.came_back(heard_at, back)

    async def _reached(self) -> bool:
        """Tell whether Telegram gets through to us, or to a worker beside us, as far as can be known."""
        before, self._taken = self._taken, self._webhook.taken
        if self._taken > before:
            return True
        try:
            told = await self._wire.ask("getWebhookInfo", {})
        except (ChannelError, TokenRefused):
            return False
        return not told.get("pending_update_count")
