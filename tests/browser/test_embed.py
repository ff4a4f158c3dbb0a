"""A hospital's own page, on another site, with cookies of third parties blocked."""

from collections import Counter
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import Browser, FrameLocator, Page, Route, async_playwright

from bot.dashboard.figures.counting import Counts, count_week
from bot.dashboard.figures.periods import week_of
from bot.invites.embed import snippet
from bot.storage.invites import Invite
from tests.browser.conftest import ARGUMENTS, CHROMIUM, Place, place
from tests.browser.person import AXE, DESKTOP, Look, Person
from tests.journeys.test_journeys import LIBRARY

pytestmark = [pytest.mark.browser, pytest.mark.slow]

ONE = {"invited": 1, "began": 1, "consented": 1, "finished": 1}
"""What one person leaves who answers everything; in a frame no landing page is opened."""
IN_A_WEEK = {
    "place": {"autumn": {"finished": 1}},
    "channel": {"web": {"finished": 1}},
    "place_shared": {"autumn": {"kept": 1}},
    "place_back": {"autumn": {"no": 1}},
    "taps": {},
    "visits": {},
}
"""The same, as the dashboard counts it."""
HOSPITAL = "https://example.org/health"
ELSEWHERE = "https://elsewhere.example/"
BLOCKED = [
    "--test-third-party-cookie-phaseout",
    # The hospital's page is made up by the test, ours is on this machine: a browser asks about such pairs.
    "--disable-features=LocalNetworkAccessChecks,BlockInsecurePrivateNetworkRequests",
]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def strict(browser: Browser) -> AsyncIterator[Browser]:
    """A browser that blocks cookies of third parties."""
    del browser  # where there is none, this is skipped too
    async with async_playwright() as playwright:
        strict = await playwright.chromium.launch(executable_path=CHROMIUM, args=[*ARGUMENTS, *BLOCKED])
        yield strict
        await strict.close()


async def hospital(browser: Browser, here: Place, address: str, *, frame: bool) -> Page:
    """Open a page that holds the snippet."""
    organisation = LIBRARY.organisations["example-hospital"]
    code = snippet(here.address, here.invite.code, organisation, "Answer a few quick questions", frame=frame)
    body = f'<!doctype html><html lang="en"><title>Health</title><main><h1>Our health page</h1>{code}</main>'

    async def answered(route: Route) -> None:
        await route.fulfill(body=body, content_type="text/html; charset=utf-8")

    context = await browser.new_context(viewport=DESKTOP, locale="en")
    page = await context.new_page()
    await page.route(address, answered)
    await page.goto(address)
    return page


async def through(frame: FrameLocator) -> None:
    """Complete an interview in a frame."""
    for label in ("Let's begin", "I am 18 or older and I agree", "No, just my tips"):
        await frame.get_by_role("button", name=label, exact=True).click()
    for number in range(1, 13):
        await frame.get_by_text(f"{number} of 12").wait_for()
        await frame.get_by_role("button", name="Mostly", exact=True).click()
    await frame.get_by_role("button", name="Show my result").click()
    await frame.get_by_role("heading", name="Your result is ready.").wait_for()


async def funnel(here: Place) -> dict[str, int]:
    """Return what was counted, in all: of the invite, and of everybody."""
    kept: Invite | None = await here.desk.store.invite(here.invite.code)
    assert kept is not None
    counts: Counter[str] = Counter()
    for (_, name), n in (await here.desk.store.counts()).items():
        step = name.removesuffix(f":{here.invite.code}")
        if ":" not in step:  # the dashboard's own counts hold more in their names
            counts[step] += n
    return {"invited": kept.begun, **counts}


async def week(here: Place) -> Counts:
    """Return what the dashboard counts of this week, before small numbers are hidden."""
    organisation = LIBRARY.organisations[here.invite.organisation]
    monday = week_of(organisation.local(here.desk.clock()).date())
    return await count_week(here.desk.store, organisation, monday)


async def test_an_interview_is_completed_in_a_frame(strict: Browser) -> None:
    """No cookie is set; the invite's count shows exactly this one."""
    async with place() as here:
        page = await hospital(strict, here, HOSPITAL, frame=True)
        await through(page.frame_locator("iframe"))
        assert not await page.context.cookies()
        assert await funnel(here) == ONE
        counted = await week(here)
        assert {name: counted[name] for name in IN_A_WEEK} == IN_A_WEEK


async def test_an_interview_is_completed_in_a_new_tab(strict: Browser) -> None:
    """The button is a link that says where it leads."""
    async with place() as here:
        page = await hospital(strict, here, HOSPITAL, frame=False)
        link = page.get_by_role("link", name="Answer a few quick questions (opens a new page)")
        async with page.context.expect_page() as opened:
            await link.click()
        await page.context.add_init_script(path=AXE)
        person = Person(page.context, await opened.value, Look(DESKTOP), here.address)
        await person.page.reload()
        for label in ("Answer here", "I am 18 or older and I agree", "No, just my tips"):
            await person.taps(label)
        for _ in range(12):
            await person.taps("Mostly")
        await person.taps("Show my result")
        assert await funnel(here) == {"opened": 2, **ONE}  # it was loaded once more, for axe


async def test_a_site_that_is_not_named_shows_no_frame(strict: Browser) -> None:
    """The browser refuses, for the organisation's file doesn't name that site."""
    async with place() as here:
        page = await hospital(strict, here, ELSEWHERE, frame=True)
        await page.wait_for_timeout(1000)
        assert await page.frame_locator("iframe").get_by_role("button", name="Let's begin").count() == 0
        assert await funnel(here) == {"invited": 0}
