"""Telegram as a stage: a phone before the real bot, over real HTTP."""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field

from bot.channels.telegram.service import Service, identify
from bot.channels.telegram.wire import Wire
from bot.conversation.session import Session
from bot.turns import Desk
from tests.emulator.emulator import Emulator
from tests.emulator.phone import Phone, find
from tests.journeys.house import KEYS, House

GLANCE = 0.02  # seconds without a call of the bot, after which it has said what it had to say
PATIENCE = 5.0  # seconds in which a new message must be there


@dataclass
class TelegramStage:
    """A person with a phone."""

    house: House
    language: str
    telegram: Emulator
    stack: AsyncExitStack = field(default_factory=AsyncExitStack)
    phone: Phone | None = None
    desk: Desk | None = None
    stop: asyncio.Event = field(default_factory=asyncio.Event)

    async def _running(self) -> Phone:
        if self.desk is None:
            self.desk = await self.stack.enter_async_context(self.house.open())
            wire = await self.stack.enter_async_context(Wire(self.telegram.token, self.telegram.url))
            service = Service(self.desk, wire, await identify(wire))
            self.stop = asyncio.Event()
            task = asyncio.create_task(service.run(self.stop))
            self.stack.push_async_callback(self._stopped, task)
        if self.phone is None:
            self.phone = self.telegram.phone("Ana", language_code=self.language)
        return self.phone

    async def _stopped(self, task: asyncio.Task[None]) -> None:
        self.stop.set()
        await task

    async def _settled(self) -> None:
        await self.telegram.quiet(GLANCE)

    async def starts(self, payload: str) -> None:
        """Press Start."""
        phone = await self._running()
        await phone.starts(payload)
        await self._settled()

    async def taps(self, label: str) -> None:
        """Tap a button that is on the screen."""
        phone = await self._running()
        try:
            await self._until(lambda: self._on_screen(phone, label))
        except TimeoutError:
            raise LookupError(f"there is no button {label!r}") from None
        await phone.taps(self._on_screen(phone, label) or label)
        await self._settled()

    @staticmethod
    def _on_screen(phone: Phone, label: str) -> str | None:
        """Return the label as it stands there: with the mark of what was chosen before, or without."""
        return next((one for one in (label, f"✓ {label}") if f"[{one}]" in phone.screen), None)

    async def _until(self, condition: Callable[[], object]) -> None:
        """Wait for what a bot that keeps to one message a second will show."""
        async with asyncio.timeout(PATIENCE):
            while not condition():  # noqa: ASYNC110 - the screen is the emulator's, it rings no bell
                await asyncio.sleep(GLANCE)

    async def taps_again(self) -> None:
        """Do the very same tap once more."""
        phone = await self._running()
        await phone.taps_again()
        await self._settled()

    async def taps_old(self, label: str) -> None:
        """Tap a button of an earlier page."""
        phone = await self._running()
        await phone.taps_data(_closed(phone, label) or "", phone.visible[-1])
        await self._settled()

    async def types(self, text: str) -> None:
        """Type something."""
        phone = await self._running()
        await phone.types(text)
        await self._settled()

    async def sends(self, kind: str) -> None:
        """Send a sticker or a photo."""
        phone = await self._running()
        await (phone.sends_photo() if kind == "photo" else phone.sends_sticker())
        await self._settled()

    async def restarts(self) -> None:
        """Stop the bot and start it again."""
        await self.close()
        await self._running()
        await self._settled()

    async def close(self) -> None:
        """Stop the bot."""
        self.desk = None
        await self.stack.aclose()
        self.stack = AsyncExitStack()

    async def waits(self, days: int) -> None:
        """Stop the bot, let days go by, and start it again."""
        await self.close()
        self.house.days += days
        await self.restarts()

    async def sees(self, text: str) -> bool:
        """Tell whether the newest messages show this."""
        phone = await self._running()
        try:
            await self._until(lambda: text in phone.screen)
        except TimeoutError:
            return False
        return True

    async def screen(self) -> str:
        """Return what is on the screen."""
        return (await self._running()).screen

    async def sessions(self) -> Sequence[Session]:
        """Return what is stored of this person."""
        phone = await self._running()
        assert self.desk is not None
        return await self.desk.store.sessions_of(KEYS.person("telegram", str(phone.person.id)))

    async def anew(self) -> None:
        """Take another phone."""
        self.phone = None


def _closed(phone: Phone, label: str) -> str | None:
    """Return the data of a button that was edited away; else of one on an earlier message."""
    messages = list(reversed(phone.chat.messages.values()))
    once = [
        keyboard
        for message in messages
        for keyboard in reversed(message.shown)
        if keyboard != message.keyboard
    ]
    still = [message.keyboard for message in messages[1:]]
    found = (find(keyboard, label, exact=True) for keyboard in [*once, *still])
    return next((button["callback_data"] for button in found if button), None)
