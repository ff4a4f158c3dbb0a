"""The Telegram bot as one thing that runs: from the first poll to a graceful stop."""

import asyncio
from dataclasses import replace
from functools import partial
from typing import Final, Protocol

import structlog
from telegram import User

from bot.channels.telegram.alerts import Alerts, Operator
from bot.channels.telegram.called import Called
from bot.channels.telegram.duties import Duties, Keeping
from bot.channels.telegram.flood import TAPS
from bot.channels.telegram.inbox import Inbox
from bot.channels.telegram.profile import introduce
from bot.channels.telegram.receive import FIRST_PAUSE, LONGEST_PAUSE, Receiver
from bot.channels.telegram.send import Sender
from bot.channels.telegram.webhook import Webhook
from bot.channels.telegram.wire import Wire
from bot.delivery import Delivery
from bot.errors import ChannelError
from bot.operation.condition import Condition
from bot.operation.hearing import Hearing
from bot.pace import Pace
from bot.turns import Desk
from bot.unasked import where_it_stands

log = structlog.get_logger()

GRACE: Final = 10.0
"""Seconds that turns in flight, and then messages on their way, get at the end."""


async def identify(wire: Wire) -> User:
    """Return who we are; wait for Telegram where it is away, raise `TokenRefused` where it says no."""
    pause = FIRST_PAUSE
    while True:
        try:
            return await wire.me()
        except ChannelError as error:
            log.warning("Telegram can't be reached", error=str(error), seconds=round(pause, 1))
            await asyncio.sleep(pause)
            pause = min(pause * 1.5, LONGEST_PAUSE)


class Receiving(Protocol):
    """How updates reach us: we ask for them, or we are called."""

    async def run(self, within: float) -> None:
        """Receive until told to stop, then finish within so many seconds."""
        ...

    def stop(self) -> None:
        """Receive nothing more."""
        ...


class Service:
    """A bot at work for one desk; it asks for updates, unless there is a webhook and its address."""

    def __init__(
        self,
        desk: Desk,
        wire: Wire,
        me: User,
        keeping: Keeping | None = None,
        called: tuple[Webhook, str] | None = None,
        taps: Pace = TAPS,
        *,
        hearing: Hearing | None = None,
        watched: tuple[Condition, Operator] | None = None,
    ) -> None:
        self.link: Final = f"https://t.me/{me.username}"
        self._desk = replace(desk, library=replace(desk.library, bot_link=self.link))
        self._wire = wire
        self._name = me.username or str(me.id)
        self._sender = Sender(wire)
        self.delivery = Delivery(self._sender, desk.store, desk.keys, partial(where_it_stands, self._desk))
        self.inbox = Inbox(self._desk, self.delivery, taps)
        self._duties = Duties(self._desk, self.delivery, keeping or Keeping())
        hearing = hearing or Hearing()
        self.receiver = Receiver(self._desk, wire, self.inbox, self._duties, hearing)
        self._receiving: Receiving = self.receiver
        if called is not None:
            self._receiving = Called(self._desk, wire, self.inbox, self._duties, *called)
        condition, operator = watched or (Condition(desk.store, desk.clock, hearing), Operator())
        is_called = called is not None
        self.alerts = Alerts(self._desk, wire, condition, hearing, operator, called=is_called)

    async def run(self, stop: asyncio.Event) -> None:
        """Receive until told to stop, then finish what was begun."""
        await self._duties.note_owed()
        duties = asyncio.create_task(self._duties.run())
        profile = asyncio.create_task(introduce(self._wire, self._desk.store, self._desk.library, self._name))
        alerts = asyncio.create_task(self.alerts.run())
        told = asyncio.create_task(self._when(stop))
        try:
            await self._receiving.run(within=GRACE)
        finally:
            beside = (told, profile, duties, alerts)
            for task in beside:
                task.cancel()
            await asyncio.gather(*beside, return_exceptions=True)
            await self.delivery.close(within=GRACE)
            await self._sender.finish()
            await self._desk.store.flush()

    async def _when(self, stop: asyncio.Event) -> None:
        await stop.wait()
        self._receiving.stop()
