"""Long polling of our own: the offset moves only over updates that are on disk.

Law: asking with an offset confirms everything below it, so the offset is the lowest update that isn't saved.
A stalled or poisonous update holds its own place and nobody else's: it is asked for again with the others
behind it, up to a hundred.
"""

import asyncio
from collections.abc import Awaitable
from datetime import datetime, timedelta
from typing import Any, Final, Protocol, TypeVar

import structlog

from bot.channels.telegram.inbox import Inbox
from bot.channels.telegram.wire import BATCH, OtherPoller, TokenRefused, WebhookActive, Wire
from bot.delivery import TryLater
from bot.errors import ChannelError, StoreUnavailable
from bot.operation.hearing import Hearing, State
from bot.turns import DEAF_AFTER, Desk

log = structlog.get_logger()

HEARD_AT: Final = "heard_at"
"""The fact that tells a restart how long we were deaf."""
REMEMBER_EVERY: Final = timedelta(seconds=15)
STALLED_AFTER: Final = 0.25
"""Seconds after which the rest of a batch isn't waited for any longer before asking again."""
STALLED_PAUSE: Final = 0.5
"""Seconds between asking while nothing new comes from behind a stalled update."""
FIRST_PAUSE: Final = 1.0
LONGEST_PAUSE: Final = 30.0
RENEW_AFTER: Final = 2
"""Failures in a row after which the connections of polling are thrown away."""

Result = TypeVar("Result")


class Watcher(Protocol):
    """Who has to know that we were deaf."""

    async def came_back(self, since: datetime, back: datetime) -> None:
        """Note, on disk, that we were deaf since then and are back."""
        ...

    def caught_up(self) -> None:
        """Note that everything that waited for us is taken."""
        ...


class Receiver:
    """Asks Telegram for updates until it is told to stop."""

    def __init__(
        self, desk: Desk, wire: Wire, inbox: Inbox, watcher: Watcher, hearing: Hearing | None = None
    ) -> None:
        self._state = hearing or Hearing()
        self._desk = desk
        self._wire = wire
        self._inbox = inbox
        self._watcher = watcher
        self._stop = asyncio.Event()
        self._pending: dict[int, asyncio.Task[None]] = {}
        self._hearing = False
        self._failures = 0
        self._remembered_at: datetime | None = None
        self.heard_at: datetime | None = None

    def stop(self) -> None:
        """Ask for nothing more; `run` then ends once what was asked for is on disk."""
        self._stop.set()

    async def run(self, within: float = 10.0) -> None:
        """Receive until told to stop; raise `TokenRefused` where Telegram doesn't know us any more."""
        self.heard_at = await self._last_heard()
        self._state.began(self._desk.clock())
        offset = 0
        try:
            while not self._stop.is_set():
                batch = await self._unless_stopped(self._poll(offset))
                if batch is not None:
                    await self._note()
                    offset = await self._take(batch)
                    if len(batch) < BATCH:
                        self._watcher.caught_up()
        finally:
            await self._finish(within)

    # ------------------------------------------------------------ asking

    async def _poll(self, offset: int) -> list[Any] | None:
        try:
            batch = await self._wire.poll(offset, None if self._hearing else 0)  # the first one only looks
        except TokenRefused:
            self._state.failed(self._desk.clock(), State.REFUSED)
            raise
        except ChannelError as error:
            self._hearing = False
            other = isinstance(error, OtherPoller)
            self._state.failed(self._desk.clock(), State.TAKEN if other else State.UNREACHABLE)
            await self._recover(error)
            return None
        self._state.heard(self._desk.clock())
        self._hearing = True
        self._failures = 0
        return batch

    async def _recover(self, error: ChannelError) -> None:
        """Say what is wrong, mend what can be mended, and wait before asking again."""
        self._failures += 1
        pause = min(FIRST_PAUSE * 1.5 ** (self._failures - 1), LONGEST_PAUSE)
        match error:
            case WebhookActive():
                log.warning(
                    "a webhook was set for this bot; it is removed, and nothing waiting there is lost"
                )
                await self._end_webhook()
            case OtherPoller():
                log.error("another program receives for the same token; stop it, only one can", seconds=pause)
            case TryLater(seconds=float(asked)):
                pause = asked
                log.warning("Telegram asks us to wait", seconds=pause)
            case _:
                log.warning("Telegram can't be reached", error=str(error), seconds=round(pause, 1))
        if self._failures % RENEW_AFTER == 0:
            await self._wire.renew_polling()
        self._state.rests(self._desk.clock() + timedelta(seconds=pause))
        await asyncio.sleep(pause)

    async def _end_webhook(self) -> None:
        try:
            await self._wire.end_webhook()
        except ChannelError as error:
            log.warning("the webhook couldn't be removed", error=str(error))

    async def _unless_stopped(self, asking: Awaitable[Result]) -> Result | None:
        """Return what was asked for, or None once we are told to stop: an unconfirmed poll loses nothing."""
        poll, stop = asyncio.ensure_future(asking), asyncio.ensure_future(self._stop.wait())
        try:
            await asyncio.wait({poll, stop}, return_when=asyncio.FIRST_COMPLETED)
            return poll.result() if poll.done() else None
        finally:
            stop.cancel()
            poll.cancel()
            await asyncio.gather(poll, stop, return_exceptions=True)

    # ------------------------------------------------------------ taking

    async def _take(self, batch: list[Any]) -> int:
        """Take a batch; return the offset that confirms what is on disk, and nothing else.

        It confirms all lower numbers, wherever in the batch they stood. With everything confirmed the next
        offset is 0, "whatever there is": after a quiet week Telegram goes on with a random id, and one
        below our offset would never reach us.
        """
        numbers = [_number(update) for update in batch]
        fresh = [self._start(number, update) for number, update in zip(numbers, batch, strict=True)]
        tasks = [task for task in fresh if task is not None]
        if tasks:
            await asyncio.wait(tasks, timeout=STALLED_AFTER)
        elif self._pending:
            wait = asyncio.FIRST_COMPLETED
            await asyncio.wait(self._pending.values(), timeout=STALLED_PAUSE, return_when=wait)
        known = [number for number in numbers if number is not None]
        if batch and not known:
            await asyncio.sleep(STALLED_PAUSE)
        self._forget_done()
        unsaved = [number for number in known if number in self._pending]
        if unsaved:
            return min(unsaved)
        return max(known) + 1 if known else 0

    def _start(self, number: int | None, update: Any) -> asyncio.Task[None] | None:
        if number is None or number in self._pending:
            if number is None:
                log.error("an update without an id was left out")
            return None
        work = self._inbox.begin(update)
        if work is None:
            return None  # one of too many
        task = self._pending[number] = asyncio.create_task(work)
        return task

    def _forget_done(self) -> None:
        for number, task in [*self._pending.items()]:
            if task.done():
                del self._pending[number]
                if not task.cancelled() and (fault := task.exception()) is not None:
                    log.error("update lost", update=number, error=type(fault).__name__)

    async def _finish(self, within: float) -> None:
        """Let turns in flight end; what isn't on disk by then is delivered again to the next run."""
        if self._pending:
            await asyncio.wait(self._pending.values(), timeout=within)
        for task in self._pending.values():
            task.cancel()
        await asyncio.gather(*self._pending.values(), return_exceptions=True)
        self._pending.clear()

    # ------------------------------------------------------------ deafness

    async def _last_heard(self) -> datetime | None:
        text = await self._desk.store.recall(HEARD_AT)
        return datetime.fromisoformat(text) if text else None

    async def _note(self) -> None:
        """Note that we hear. No poll is open for as long as `DEAF_AFTER`, unless we slept: that is deafness.

        That we were deaf is on disk before it is forgotten how long: a second crash must not lose it.
        """
        now = self._desk.clock()
        try:
            if self.heard_at is not None and now - self.heard_at > DEAF_AFTER:
                log.warning("deaf", seconds=int((now - self.heard_at).total_seconds()))
                await self._watcher.came_back(self.heard_at, now)
            self.heard_at = now
            if self._remembered_at is None or now - self._remembered_at >= REMEMBER_EVERY:
                await self._desk.store.remember(HEARD_AT, now.isoformat())
                self._remembered_at = now
        except StoreUnavailable:
            log.warning("the store can't take that we hear")


def _number(update: Any) -> int | None:
    number = update.get("update_id") if isinstance(update, dict) else None
    return number if type(number) is int else None
