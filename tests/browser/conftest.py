"""A real Chromium before a real server; every page that is shown is looked at by axe-core."""

import os
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser, BrowserContext, Page, ViewportSize, async_playwright

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
PHONE: ViewportSize = {"width": 360, "height": 740}
DESKTOP: ViewportSize = {"width": 1280, "height": 800}


def _now() -> datetime:
    return datetime.now(UTC)


@pytest.fixture
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
async def place(library: Library = LIBRARY, *, shared_screen: bool = False) -> AsyncIterator[Place]:
    """Serve a library with an invite."""
    store = MemoryStore()
    for edition in library.editions():
        await store.keep_edition(edition)
    desk = Desk(store, library, KEYS, _now)
    organisation = library.default_organisation
    made = Invite(new_code(), organisation, "health-mindset", "autumn", _now(), shared_screen=shared_screen)
    await store.keep_invite(made)
    async with serving(desk, bot_link=lambda: "https://t.me/example_bot") as address:
        yield Place(address, desk, made)


@dataclass
class Person:
    """Somebody before a browser."""

    context: BrowserContext
    page: Page
    scripts: bool = True
    seen: list[str] = field(default_factory=list)
    pictures: Path | None = None
    look: str = ""

    async def opens(self, address: str) -> None:
        """Go to an address."""
        await self.page.goto(address)
        await self.looks()

    async def taps(self, label: str) -> None:
        """Press a button by its name, and wait for the page that answers."""
        before = await self.heading()
        button = self.page.get_by_role("button", name=label, exact=True).first
        if self.scripts:
            async with self.page.expect_response(lambda answer: answer.request.method == "POST"):
                await button.click()
            await self.page.wait_for_function("() => !document.body.classList.contains('busy')")
            await self.page.wait_for_timeout(80)
        else:
            await button.click()
            await self.page.wait_for_load_state()
        self.seen.append(before)
        await self.looks()

    async def heading(self) -> str:
        """Return what the page is about."""
        return await self.page.locator("h1").first.inner_text()

    async def looks(self) -> None:
        """Look at the page as axe does, and at its size."""
        if self.scripts:  # axe is a script itself
            found = await Axe().run(self.page)
            assert found.violations_count == 0, found.generate_report()
        wide = await self.page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
        assert wide <= 0, f"the page is {wide} pixels too wide"

    async def pictured(self, name: str) -> None:
        """Keep a picture of the page, where pictures are wanted."""
        if self.pictures is not None:
            await self.page.screenshot(path=self.pictures / f"{name}-{self.look}.png")


@pytest.fixture
def pictures() -> Path | None:
    """Where pictures go: a folder named by PICTURES, or nowhere."""
    where = os.environ.get("PICTURES")
    return Path(where) if where else None
