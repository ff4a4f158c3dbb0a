"""A real Chromium, started once for a file of tests, before a real server with one invite."""

import os
import shutil
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, async_playwright

from bot.conversation.library import Library
from bot.storage.invites import Invite, new_code
from bot.storage.memory import MemoryStore
from bot.turns import Desk
from tests.journeys.house import KEYS
from tests.journeys.test_journeys import LIBRARY
from tests.web import serving

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
ARGUMENTS = [
    "--no-sandbox",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let the tests of a file share one event loop, as they share one browser."""
    for item in items:
        if item.path.is_relative_to(Path(__file__).parent):
            item.add_marker(pytest.mark.asyncio(loop_scope="module"), append=False)


def _now() -> datetime:
    return datetime.now(UTC)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def browser() -> AsyncIterator[Browser]:
    """A Chromium of this machine; absent it is skipped, but not in CI."""
    if CHROMIUM is None:
        if os.environ.get("CI") == "true":
            pytest.fail("needs a Chromium")
        pytest.skip("needs a Chromium")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        await browser.close()


@dataclass
class Place:
    """A server with one invite."""

    address: str
    desk: Desk
    invite: Invite

    @property
    def landing(self) -> str:
        """Return the address that a hospital spreads."""
        return f"{self.address}/i/{self.invite.code}"

    @property
    def chat(self) -> str:
        """Return the address of the interview."""
        return f"{self.address}/chat/{self.invite.code}"


@asynccontextmanager
async def place(
    library: Library = LIBRARY,
    *,
    shared_screen: bool = False,
    clock: Callable[[], datetime] = _now,
    code: str = "",
    port: int = 0,
) -> AsyncIterator[Place]:
    """Serve a library with an invite."""
    store = MemoryStore()
    for edition in library.editions():
        await store.keep_edition(edition)
    desk = Desk(store, library, KEYS, clock)
    made = Invite(code or new_code(), library.default_organisation, "health-mindset", "autumn", clock())
    made = replace(made, shared_screen=shared_screen)
    await store.keep_invite(made)
    async with serving(desk, port=port, bot_link=lambda: "https://t.me/example_bot") as address:
        yield Place(address, desk, made)


@pytest.fixture(scope="module")
def pictures() -> Path | None:
    """Where pictures go: a folder named by PICTURES, or nowhere."""
    where = os.environ.get("PICTURES")
    return Path(where) if where else None
