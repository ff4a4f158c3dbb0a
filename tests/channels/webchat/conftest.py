"""A server over memory, a clock that can be moved, and browsers without scripts."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from bot.conversation.library import Library
from bot.storage.invites import Invite, new_code
from bot.storage.memory import MemoryStore
from bot.turns import Desk
from tests.journeys.house import KEYS
from tests.journeys.test_journeys import LIBRARY
from tests.journeys.web_stage import Form, Reader, read_page
from tests.web import serving


@dataclass
class Clock:
    """A clock that a test moves."""

    at: datetime = datetime(2026, 11, 24, 12, tzinfo=UTC)

    def __call__(self) -> datetime:
        """Return the time."""
        return self.at

    def moves(self, **by: float) -> None:
        """Let time go by."""
        self.at += timedelta(**by)


@dataclass
class Browser:
    """One person's browser: it follows links and sends forms."""

    client: httpx.AsyncClient
    page: Reader = field(default_factory=Reader)
    answer: httpx.Response = field(default_factory=lambda: httpx.Response(200))

    async def opens(self, path: str, **more: Any) -> httpx.Response:
        """Open a page."""
        return self._turned(await self.client.get(path, **more))

    async def sends(self, path: str, fields: dict[str, str], **more: Any) -> httpx.Response:
        """Send a form."""
        return self._turned(await self.client.post(path, data=fields, **more))

    def _turned(self, answer: httpx.Response) -> httpx.Response:
        self.answer, self.page = answer, read_page(answer.text)
        return answer

    def form(self, label: str) -> tuple[Form, dict[str, str]]:
        """Return the form with a button, and what it sends."""
        for form in self.page.forms:
            for shown, name, value in form.buttons:
                if shown == label:
                    return form, {**form.fields, name: value}
        raise LookupError(f"there is no button {label!r} on\n{self.page.text}")

    async def taps(self, label: str, **more: Any) -> httpx.Response:
        """Press a button."""
        form, fields = self.form(label)
        return await self.sends(form.action, fields, **more)

    async def reaches_questions(self, path: str) -> None:
        """Go to the first question."""
        await self.opens(path)
        for label in ("Let's begin", "I am 18 or older and I agree", "No, just my tips"):
            await self.taps(label)

    async def reaches_result(self, path: str) -> None:
        """Answer everything."""
        await self.reaches_questions(path)
        for number in range(12):
            await self.taps("Completely" if number % 3 else "Mostly")
        await self.taps("Show my result")


@dataclass
class Web:
    """A server, its desk and its clock."""

    address: str
    desk: Desk
    store: MemoryStore
    clock: Clock
    stack: AsyncExitStack

    async def browser(self, **more: Any) -> Browser:
        """Open a new browser."""
        client = httpx.AsyncClient(
            **{
                "base_url": self.address,
                "follow_redirects": True,
                "headers": {"Accept-Language": "en"},
                "verify": False,
                **more,
            }
        )
        return Browser(await self.stack.enter_async_context(client))

    async def invite(self, **fields: Any) -> Invite:
        """Make an invite."""
        made = Invite(new_code(), "example-hospital", "health-mindset", "autumn", self.clock())
        made = replace(made, **fields)
        await self.store.keep_invite(made)
        return made

    async def people(self) -> int:
        """Return how many people are stored."""
        return len(self.store._people)


@asynccontextmanager
async def served(library: Library = LIBRARY, **more: Any) -> AsyncIterator[Web]:
    """Serve a new house."""
    store, clock = MemoryStore(), Clock()
    for edition in library.editions():
        await store.keep_edition(edition)
    desk = Desk(store, library, KEYS, clock)
    async with serving(desk, **more) as address, AsyncExitStack() as stack:
        yield Web(address, desk, store, clock, stack)


@pytest.fixture
async def web() -> AsyncIterator[Web]:
    """A server."""
    async with served() as web:
        yield web
