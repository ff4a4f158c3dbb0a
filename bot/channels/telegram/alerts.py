"""Tells the operator what is wrong, by one message in one chat.

Law: of several processes one tells; the chat's number is never logged; and that a message can't be sent now
is no reason to forget it: it is told once it can be.
"""

import asyncio
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import structlog

from bot.channels.telegram.hear import CHANNEL
from bot.channels.telegram.wire import TokenRefused, Wire
from bot.errors import ChannelError, StoreUnavailable
from bot.operation.alarms import ALARMS, Notice, Quieting
from bot.operation.condition import Condition, alarms_of
from bot.operation.hearing import Hearing, State
from bot.turns import Desk

log = structlog.get_logger()

LOOK_EVERY: Final = 30.0
"""Seconds between two looks."""
ASK_EVERY: Final = timedelta(minutes=5)
"""Between two questions to Telegram about our webhook."""
LATELY: Final = timedelta(minutes=10)
"""An error that Telegram had with our webhook before that is no trouble any more."""


@dataclass(frozen=True, slots=True)
class Operator:
    """Where alarms go, and from how little room on the disk on."""

    chat: int | None = None
    disk_warning: int = 0

    def __repr__(self) -> str:
        return "Operator(<hidden>)"


class Alerts:
    """Looks now and then, and tells what changed."""

    def __init__(
        self,
        desk: Desk,
        wire: Wire,
        condition: Condition,
        hearing: Hearing,
        operator: Operator,
        *,
        called: bool = False,
    ) -> None:
        self._desk = desk
        self._wire = wire
        self._condition = condition
        self._hearing = hearing
        self._operator = operator
        self._called = called
        self._quieting: Quieting | None = None
        self._on_duty = True
        self._asked_at: datetime | None = None

    async def run(self) -> None:
        """Look until cancelled."""
        while True:
            await asyncio.sleep(LOOK_EVERY)
            try:
                await self.look()
            except Exception as fault:  # noqa: BLE001 - the next look may go better
                log.error("looking after ourselves failed", error=type(fault).__name__)  # noqa: TRY400 - a traceback may hold what somebody wrote

    async def look(self) -> None:
        """Look once; tell what has to be told, if it is ours to tell."""
        now = self._desk.clock()
        if self._called:
            await self._ask_about_webhook(now)
        finding = await self._condition.look()
        if finding.writes:
            self._on_duty = await self._desk.store.on_duty()
        if not self._on_duty:
            return
        present = alarms_of(finding, CHANNEL, self._operator.disk_warning)
        quieting = await self._remembered(writes=finding.writes)
        for notice in quieting.look(present, now):
            await self._tell(quieting, notice, now)

    async def _remembered(self, *, writes: bool) -> Quieting:
        """Return what was told already, also by an earlier run."""
        if self._quieting is None:
            told = await self._told() if writes else {}
            self._quieting = Quieting(told)
        return self._quieting

    async def _told(self) -> dict[str, datetime]:
        facts = {alarm: await self._desk.store.recall(_fact(alarm)) for alarm in ALARMS}
        return {alarm: datetime.fromisoformat(text) for alarm, text in facts.items() if text}

    async def _tell(self, quieting: Quieting, notice: Notice, now: datetime) -> None:
        log.warning("alarm over" if notice.over else "alarm", alarm=notice.alarm)
        if self._operator.chat is None:
            quieting.told(notice, now)
            return
        try:
            said = {"chat_id": self._operator.chat, "text": notice.text}
            await self._wire.ask("sendMessage", said)
        except (ChannelError, TokenRefused) as error:
            log.warning("the operator couldn't be told", alarm=notice.alarm, error=type(error).__name__)
            return
        quieting.told(notice, now)
        if not notice.over:
            with suppress(StoreUnavailable):
                await self._desk.store.remember(_fact(notice.alarm), now.isoformat())

    async def _ask_about_webhook(self, now: datetime) -> None:
        """Ask Telegram how delivering to us went."""
        if self._asked_at is not None and now - self._asked_at < ASK_EVERY:
            self._hearing.tried_at = now  # nothing can be stuck here: we are called
            return
        self._asked_at = now
        try:
            told = await self._wire.ask("getWebhookInfo", {})
        except TokenRefused:
            self._hearing.failed(now, State.REFUSED)
        except ChannelError:
            self._hearing.failed(now)
        else:
            failed_at = told.get("last_error_date")
            if failed_at is not None and now.timestamp() - failed_at < LATELY.total_seconds():
                self._hearing.failed(now, State.FAILING)
            else:
                self._hearing.heard(now)


def _fact(alarm: str) -> str:
    return f"alarm:{alarm}"
