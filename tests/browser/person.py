"""Somebody before a real Chromium, who looks at every page that is shown.

Law: no page is passed by without being looked at. Axe-core finds nothing; nothing is wider than the screen or
cut off; nothing that is tapped is smaller than 48 pixels, no text smaller than 18; the direction is the
language's; no other site is asked for anything; and the browser has nothing to complain about, not of our
content policy either.
"""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path
from typing import Any, Final, Literal

import axe_playwright_python
from playwright.async_api import Browser, BrowserContext, ConsoleMessage, Page, Request, Route, ViewportSize

from bot.web.pages import direction

PHONE: Final[ViewportSize] = {"width": 360, "height": 740}
DESKTOP: Final[ViewportSize] = {"width": 1280, "height": 800}
Scheme = Literal["light", "dark"]
SCHEMES: Final[tuple[Scheme, ...]] = ("light", "dark")
AXE: Final = Path(axe_playwright_python.__file__).parent / "axe.min.js"
_LOOK: Final = re.sub(r"/\*.*?\*/", "", (Path(__file__).parent / "look.js").read_text("utf-8")).strip()
_OWN_FAULT: Final = re.compile(r"the server responded with a status of 4\d\d")
"""What a browser says about a page that was meant to be refused."""
_PASSED_ON: Final = "navigator.share = async (what) => { window.passedOn = what; };"
"""A browser without a phone has no such menu."""


class Scripts(Enum):
    """What runs in the browser."""

    OURS = "scripts"
    WITHHELD = "our-script-withheld"  # as without JavaScript, but axe, a script itself, can look
    OFF = "javascript-off"


@dataclass(frozen=True, slots=True)
class Look:
    """How somebody looks at us."""

    screen: ViewportSize = field(default_factory=lambda: PHONE)
    scheme: Scheme = "light"
    language: str = "en"
    scripts: Scripts = Scripts.OURS

    def __str__(self) -> str:
        """Return it as a part of a file's name."""
        return f"{'phone' if self.screen['width'] < 600 else 'desktop'}-{self.scheme}-{self.language}"


@dataclass
class Person:
    """Somebody before a browser."""

    context: BrowserContext
    page: Page
    look: Look
    home: str
    seen: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)
    pictures: Path | None = None

    def __post_init__(self) -> None:
        self.context.on("request", self._asks)
        self.context.on("console", self._hears)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))

    def _asks(self, request: Request) -> None:
        self.asked.append(request.url)
        if not request.url.startswith((self.home, "data:", "blob:")):
            self.complaints.append(f"asked another site: {request.url}")

    def _hears(self, said: ConsoleMessage) -> None:
        if said.type == "error" and not _OWN_FAULT.search(said.text):
            self.complaints.append(said.text)

    @property
    def lively(self) -> bool:
        """Tell whether our own script runs."""
        return self.look.scripts is Scripts.OURS

    async def opens(self, address: str) -> None:
        """Go to an address."""
        await self.page.goto(address)
        await self.looks()

    async def taps(self, label: str, role: Literal["button", "link"] = "button") -> None:
        """Press a button, or follow a link, by its name; look at the page that answers."""
        await self.moves(self.page.get_by_role(role, name=label, exact=True).first.click)
        await self.looks()

    async def moves(self, how: Any) -> None:
        """Do something that brings another page, and wait for that."""
        self.seen.append(await self.heading())
        await self.page.evaluate("document.getElementById('main').dataset.old = ''")
        await how()
        await self.page.wait_for_selector("main:not([data-old])", state="attached")
        await self.page.wait_for_load_state()

    async def heading(self) -> str:
        """Return what the page is about."""
        return await self.page.locator("h1").first.inner_text()

    async def looks(self) -> None:
        """Look at the page."""
        asked = {"axe": self.look.scripts is not Scripts.OFF, "direction": direction(self.look.language)}
        found = await self.page.evaluate(_LOOK, asked) + self.complaints
        assert not found, f"{await self.heading()}: " + "\n".join(found)

    async def pictured(self, name: str) -> None:
        """Keep a picture of the page, where pictures are wanted."""
        if self.pictures is not None:
            await self.page.screenshot(path=self.pictures / f"{name}-{self.look}.png", full_page=True)


async def _empty(route: Route) -> None:
    await route.fulfill(body="", content_type="text/javascript")


@asynccontextmanager
async def somebody(
    browser: Browser, home: str, look: Look | None = None, pictures: Path | None = None
) -> AsyncIterator[Person]:
    """Let somebody sit down before a browser that knows nobody."""
    look = look or Look()
    context = await browser.new_context(
        viewport=look.screen,
        color_scheme=look.scheme,
        locale=look.language,
        java_script_enabled=look.scripts is not Scripts.OFF,
        reduced_motion="reduce",
    )
    await context.add_init_script(path=AXE)
    await context.add_init_script(_PASSED_ON)
    if look.scripts is Scripts.WITHHELD:
        await context.route("**/static/attune.js", _empty)
    page = await context.new_page()
    yield Person(context, page, look, home, pictures=pictures)
    await context.close()
