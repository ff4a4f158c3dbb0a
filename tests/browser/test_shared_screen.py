"""A tablet in a waiting room, and a label that would like to be a script."""

import pytest
from playwright.async_api import Browser, ViewportSize

from tests.browser.conftest import PHONE, Person, place

SMALLEST: ViewportSize = {"width": 320, "height": 568}
pytestmark = [pytest.mark.browser, pytest.mark.slow]


async def test_a_shared_screen_is_cleared_after_two_minutes(browser: Browser) -> None:
    """Also where the page was changed in place; and going back shows nobody's answers."""
    async with place(shared_screen=True) as here:
        context = await browser.new_context(viewport=PHONE, locale="en")
        page = await context.new_page()
        await page.clock.install()
        person = Person(context, page)
        await page.goto(here.landing)
        for label in ("Answer here", "I am 18 or older and I agree", "No, just my tips"):
            await page.get_by_role("button", name=label, exact=True).click()
            await page.get_by_role("button", name=label, exact=True).wait_for(state="detached")
        await page.get_by_text("1 of 12").wait_for()
        assert "Other people use this screen too" in await page.inner_text("main")
        assert not await context.cookies()
        await page.clock.fast_forward(121_000)
        await page.get_by_role("button", name="Let's begin").wait_for()
        await page.go_back()
        assert "1 of 12" not in await page.inner_text("body")
        assert person.scripts
        await context.close()


async def test_a_pause_shows_a_code_to_go_on_with(browser: Browser) -> None:
    """Noted on the smallest phone, entered on another; axe looks at both pages, and none is too wide."""
    async with place() as here:
        ana = await browser.new_context(viewport=SMALLEST, locale="en")
        person = Person(ana, await ana.new_page())
        await person.opens(here.landing)
        for label in ("Answer here", "I am 18 or older and I agree", "No, just my tips", "Mostly", "Pause"):
            await person.taps(label)
        code = await person.page.locator(".code").inner_text()
        phone = await browser.new_context(viewport=PHONE, locale="en")
        other = Person(phone, await phone.new_page())
        await other.opens(f"{here.address}/resume")
        await other.page.get_by_label("Your code").fill(code)
        await other.page.keyboard.press("Enter")
        await other.page.wait_for_url("**/chat/**")
        await other.taps("Go on")
        assert "2 of 12" in await other.page.inner_text("main")
        await other.opens(f"{here.address}/nowhere")
        assert await other.heading() == "This page isn't here"
