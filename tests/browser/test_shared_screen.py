"""A tablet in a waiting room, and a label that would like to be a script."""

import pytest
from playwright.async_api import Browser, ViewportSize

from tests.browser.conftest import place
from tests.browser.person import Look, somebody

SMALLEST: ViewportSize = {"width": 320, "height": 568}
pytestmark = [pytest.mark.browser, pytest.mark.slow]


async def test_a_shared_screen_is_cleared_after_two_minutes(browser: Browser) -> None:
    """Also where the page was changed in place; and going back shows nobody's answers."""
    async with place(shared_screen=True) as here, somebody(browser, here.address) as person:
        page = person.page
        await page.clock.install()
        await page.goto(here.landing)
        for label in ("Answer here", "I am 18 or older and I agree", "No, just my tips"):
            await page.get_by_role("button", name=label, exact=True).click()
            await page.get_by_role("button", name=label, exact=True).wait_for(state="detached")
        await page.get_by_text("1 of 12").wait_for()
        assert "Other people use this screen too" in await page.inner_text("main")
        assert not await person.context.cookies()
        await page.clock.fast_forward(121_000)
        await page.get_by_role("button", name="Let's begin").wait_for()
        await page.go_back()
        assert "1 of 12" not in await page.inner_text("body")


async def test_a_pause_shows_a_code_to_go_on_with(browser: Browser) -> None:
    """Noted on the smallest phone, entered on another, wrong first; every page is looked at."""
    async with (
        place() as here,
        somebody(browser, here.address, Look(SMALLEST)) as ana,
        somebody(browser, here.address, Look(scheme="dark")) as again,
    ):
        await ana.opens(here.landing)
        for label in ("Answer here", "I am 18 or older and I agree", "No, just my tips", "Mostly", "Pause"):
            await ana.taps(label)
        await again.opens(f"{here.address}/resume")
        for code in ("AAAA", await ana.page.locator(".code").inner_text()):
            await again.page.get_by_label("Your code").fill(code)
            await again.moves(lambda: again.page.keyboard.press("Enter"))
            await again.looks()
        await again.taps("Go on")
        assert "2 of 12" in await again.page.inner_text("main")
        await again.opens(f"{here.address}/nowhere")
        assert await again.heading() == "This page isn't here"
