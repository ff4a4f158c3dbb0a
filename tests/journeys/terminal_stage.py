"""The terminal as a stage: a surface whose keys are pressed by the journey."""

import asyncio
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field

from bot.channels.terminal import converse
from bot.conversation.replies import Button, Message
from bot.conversation.session import Session
from bot.rehearsal import same_label
from bot.turns import Desk
from tests.journeys.house import KEYS, House


@dataclass
class Surface:
    """Collects what is shown; `ask` waits for the journey's next key."""

    shown: list[Message] = field(default_factory=list)
    newest: list[Message] = field(default_factory=list)
    keys: asyncio.Queue[Button | str | None] = field(default_factory=asyncio.Queue)
    waiting: asyncio.Event = field(default_factory=asyncio.Event)

    def show(self, message: Message) -> None:
        """Keep the page."""
        self.newest.append(message)
        self.shown.append(message)

    async def ask(self, choices: tuple[Button, ...]) -> Button | str | None:
        """Wait for the next key."""
        del choices
        self.waiting.set()
        return await self.keys.get()


@dataclass
class TerminalStage:
    """A person at a terminal."""

    house: House
    language: str
    stack: AsyncExitStack = field(default_factory=AsyncExitStack)
    surface: Surface = field(default_factory=Surface)
    person: int = 0
    last: Button | str | None = None
    desk: Desk | None = None
    talk: asyncio.Task[None] | None = None

    async def _open(self) -> Desk:
        if self.desk is None:
            self.desk = await self.stack.enter_async_context(self.house.open())
        return self.desk

    async def _begin(self, *, greet: bool = True) -> None:
        desk = await self._open()
        self.surface.waiting.clear()
        self.surface.newest = []
        self.talk = asyncio.create_task(
            converse(desk, self.surface, f"terminal-{self.person}", language=self.language, greet=greet)
        )
        await self._settled()

    async def _settled(self) -> None:
        assert self.talk is not None
        waiting = asyncio.create_task(self.surface.waiting.wait())
        await asyncio.wait({waiting, self.talk}, return_when=asyncio.FIRST_COMPLETED, timeout=10)
        waiting.cancel()
        if self.talk.done():
            self.talk.result()

    async def _press(self, key: Button | str) -> None:
        if self.talk is None or self.talk.done():  # the program said goodbye, and the person goes on
            await self._begin(greet=False)
        self.last = key
        self.surface.waiting.clear()
        self.surface.newest = []
        await self.surface.keys.put(key)
        await self._settled()

    async def starts(self, payload: str) -> None:
        """Start the program, or say /start in it."""
        if self.talk is None or self.talk.done():
            await self._begin()
        else:
            await self._press(f"/start {payload}".strip())

    async def taps(self, label: str) -> None:
        """Choose from the newest pages."""
        await self._press(_find(self.surface.newest, label))

    async def taps_old(self, label: str) -> None:
        """Choose what an earlier page offered, as a window that was scrolled back might."""
        older = self.surface.shown[: len(self.surface.shown) - len(self.surface.newest)]
        await self._press(_find(older, label))

    async def taps_again(self) -> None:
        """Press the same key once more."""
        assert self.last is not None
        await self._press(self.last)

    async def types(self, text: str) -> None:
        """Type a line."""
        await self._press(text)

    async def sends(self, kind: str) -> None:
        """A terminal has no stickers: their nearest is a line without a meaning."""
        await self._press(f"({kind})")

    async def restarts(self) -> None:
        """End the program and start it again."""
        await self._stop()
        await self._begin()

    async def _stop(self) -> None:
        if self.talk is not None and not self.talk.done():
            self.talk.cancel()
            await asyncio.gather(self.talk, return_exceptions=True)
        self.talk, self.desk = None, None
        await self.stack.aclose()
        self.stack = AsyncExitStack()

    async def waits(self, days: int) -> None:
        """Stop the program, let days go by, and start it again."""
        await self.close()
        self.house.days += days
        await self.restarts()

    async def sees(self, text: str) -> bool:
        """Tell whether the newest pages show this."""
        return text in await self.screen()

    async def screen(self) -> str:
        """Return the newest pages."""
        return "\n".join(
            "\n".join([page.text.replace("**", ""), *(f"[{one.label}]" for one in page.buttons)])
            for page in self.surface.newest
        )

    async def sessions(self) -> Sequence[Session]:
        """Return what is stored of this person."""
        desk = await self._open()
        return await desk.store.sessions_of(KEYS.person("terminal", f"terminal-{self.person}"))

    async def anew(self) -> None:
        """Become another person."""
        await self._stop()
        self.person += 1

    async def close(self) -> None:
        """End the program."""
        await self._stop()


def _find(pages: Sequence[Message], label: str) -> Button:
    for page in reversed(pages):
        for button in page.buttons:
            if button.token and same_label(button.label, label):
                return button
    raise LookupError(f"there is no choice {label!r}")
