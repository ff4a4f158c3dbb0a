"""Faults planted into the bot under test: what the storms of `chaos` must find, or they prove nothing."""

import asyncio
from typing import Any, Final

from bot.channels.telegram.duties import NUDGING, Duties
from bot.channels.telegram.inbox import Inbox
from bot.channels.telegram.receive import Receiver
from bot.turns import ACTIVE_WITHIN


async def _confirm_at_once(self: Receiver, batch: list[Any]) -> int:
    """Move the offset over a batch that is only begun, as python-telegram-bot's own Updater does."""
    for update in batch:
        self._start(update["update_id"], update)
    self._forget_done()
    return max((update["update_id"] + 1 for update in batch), default=0)


async def _unhurried(self: Inbox, update: Any) -> None:
    await asyncio.sleep(0.1)
    await TAKE(self, update)


async def _forget(self: Duties, *_: Any) -> None:
    """Owe nothing."""


async def _forget_before(self: Duties) -> None:
    """Nudge, but note before it that it is done."""
    owed = await self._nudging()
    if owed is not None:
        await self._desk.store.remember(NUDGING, "")
        for one in await self._desk.store.active_since(owed[0] - ACTIVE_WITHIN):
            await self._nudge(one, owed[1])


TAKE: Final = Inbox.take
PLANTS: Final[dict[str, dict[str, Any]]] = {
    "acknowledge before saving": {
        "bot.channels.telegram.receive.Receiver._take": _confirm_at_once,
        "bot.channels.telegram.inbox.Inbox.take": _unhurried,
    },
    "notice no outage": {"bot.channels.telegram.duties.Duties.came_back": _forget},
    "forget to nudge when killed": {"bot.channels.telegram.duties.Duties.nudge": _forget_before},
    "forget what is owed": {
        "bot.channels.telegram.duties.Duties.note_owed": _forget,
        "bot.channels.telegram.duties.Duties._pay_late": _forget,
        "bot.channels.telegram.duties.Duties._nudge": _forget,
    },
}
