"""Draws the pictures of the documentation: `python -m tests.browser.pictures [NAME...]`.

Law: what is shown is what people see: real pages of a real server in a real browser, on the same whole
journeys that the tests go. People, clock, codes and chance are the same each time, so that on one machine a
picture changes only where a page does.
"""

import asyncio
import base64
import itertools
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final
from unittest import mock

from playwright.async_api import Browser, async_playwright

from bot.storage.staff import Role
from tests.browser.conftest import ARGUMENTS, CHROMIUM, place
from tests.browser.journey import Words, library_of, whole
from tests.browser.person import DESKTOP, PHONE, Look, somebody
from tests.browser.test_dashboard import makes_an_invite, manager, with_people
from tests.conftest import ROOT
from tests.journeys.pseudo import TAG

WHERE: Final = ROOT / "docs" / "pictures"
NOW: Final = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)
CODE: Final = "a-made-up-invite"
INTERVIEWS: Final = (
    Look(PHONE),
    Look(PHONE, "dark"),
    Look(PHONE, "light", TAG),
    Look(DESKTOP),
    Look(DESKTOP, "dark"),
)
DESKS: Final = (Look(PHONE), Look(PHONE, "dark"), Look(DESKTOP), Look(DESKTOP, "dark"))
PORT: Final = 18080
"""A fixed one, for it stands in what is shown."""
PHONES: Final = 360
TWO: Final = 760
ONE: Final = 1080


def _look(look: str, *pages: str) -> list[str]:
    return [f"{page}-{look}" for page in pages]


STRIPS: Final[dict[str, tuple[int, Sequence[str]]]] = {
    "web-phone": (PHONES, _look("phone-light-en", "landing", "question", "result", "tip")),
    "web-phone-dark": (PHONES, _look("phone-dark-en", "landing", "question", "result", "tip")),
    "web-phone-after": (PHONES, _look("phone-light-en", "review", "share", "mydata", "erase")),
    "web-right-to-left": (PHONES, _look(f"phone-light-{TAG}", "question", "review", "result")),
    "web-desktop": (TWO, ["landing-desktop-light-en", "result-desktop-dark-en"]),
    "dashboard-phone": (PHONES, ["overview-phone-light-en", *_look("phone-dark-en", "overview", "invite")]),
    "dashboard-desktop": (ONE, ["overview-desktop-light-en"]),
    "dashboard-dark": (ONE, ["overview-desktop-dark-en"]),
}
"""Each picture: how wide its pages are drawn, and which."""

_FRAME: Final = """<style>
body { margin: 0 }
main { display: inline-flex; gap: 20px; padding: 20px; background: #dfe3e8 }
div { overflow: hidden; border-radius: 10px; border: 1px solid #8a919a }
img { display: block; width: 100% }
</style><main>"""


async def interviewed(browser: Browser, look: Look, folder: Path) -> None:
    """Go through an interview with one look, and keep a picture of each page."""
    library = library_of(look.language)
    async with (
        place(library, clock=lambda: NOW, code=CODE, port=PORT) as here,
        somebody(browser, here.address, look, folder) as person,
    ):
        await whole(person, here, Words(look.language))


async def looked_at(browser: Browser, look: Look, folder: Path) -> None:
    """Look at the dashboard with one look, and keep a picture of each page."""
    async with place(clock=lambda: NOW, code=CODE, port=PORT) as here:
        await with_people(here, 250)
        async with manager(browser, here, Role.EXPORTER, look, folder) as staff:
            await staff.presses(staff.say("staff.enter"))
            await staff.person.pictured("overview")
        async with manager(browser, here, Role.EDITOR, look, folder) as staff:
            await staff.presses(staff.say("staff.enter"))
            await makes_an_invite(staff)


async def strip(browser: Browser, name: str, folder: Path) -> None:
    """Put pages beside each other."""
    wide, pages = STRIPS[name]
    screen = PHONE if wide == PHONES else DESKTOP
    high = wide * screen["height"] // screen["width"]
    drawn = _FRAME
    for one in pages:
        data = base64.b64encode((folder / f"{one}.png").read_bytes()).decode()
        drawn += f'<div style="width:{wide}px;height:{high}px"><img src="data:image/png;base64,{data}"></div>'
    shown = await browser.new_page(viewport={"width": 1700, "height": 900})
    await shown.set_content(drawn)
    await shown.locator("main").screenshot(path=WHERE / f"{name}.png")
    await shown.close()


@contextmanager
def counted() -> Iterator[None]:
    """Let what is drawn by lot come in the same order each time."""
    numbers = itertools.count(1)
    hexadecimal = mock.patch("secrets.token_hex", lambda size: f"{next(numbers):0{2 * size}x}")
    readable = mock.patch("secrets.token_urlsafe", lambda size: f"{next(numbers):0{-(-4 * size // 3)}}")
    with hexadecimal, readable:
        yield


async def drawn(names: Sequence[str]) -> None:
    """Draw these."""
    wanted = {(name.startswith("web"), one.partition("-")[2]) for name in names for one in STRIPS[name][1]}
    with TemporaryDirectory() as scratch:
        folder = Path(scratch)
        async with async_playwright() as playwright:
            browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
            for work, looks in ((interviewed, INTERVIEWS), (looked_at, DESKS)):
                for look in (one for one in looks if (work is interviewed, str(one)) in wanted):
                    with counted():
                        await work(browser, look, folder)
            for name in names:
                await strip(browser, name, folder)
            await browser.close()


if __name__ == "__main__":
    asyncio.run(drawn(sys.argv[1:] or list(STRIPS)))
