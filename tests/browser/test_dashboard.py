"""The dashboard in a real browser: signed in by a link, an invite made, paused, signed out."""

from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Browser, BrowserContext, Locator

from bot.conversation.library import Library
from bot.dashboard.visits import offer, sign_in_address
from bot.invites.simulation import simulate
from bot.storage.invites import Invite, new_code
from bot.storage.staff import Account, Role, new_account_id
from tests.browser.conftest import DESKTOP, PHONE, Person, Place, place
from tests.browser.test_interview import LOOKS, library_of
from tests.journeys.pseudo import TAG

pytestmark = [pytest.mark.browser, pytest.mark.slow]

EACH = [LOOKS[place] for place in (0, 1, 4, 5)]
"""Both screens, both schemes and every language, though not each with each."""

TAPPED = "a, button, input:not([type=hidden]), select, summary"
SMALL = """elements => elements
  .filter(one => one.offsetParent && !one.closest('.skip'))
  .map(one => [one.outerHTML.slice(0, 80), (one.closest('.check') || one).getBoundingClientRect().height])
  .filter(([, height]) => height > 1 && height < 47.5)"""
READ = """() => [...document.querySelectorAll('body *')]
  .filter(one => [...one.childNodes].some(node => node.nodeType === 3 && node.textContent.trim()))
  .filter(one => one.getBoundingClientRect().width > 1 && parseFloat(getComputedStyle(one).fontSize) < 18)
  .map(one => one.outerHTML.slice(0, 80))"""


@dataclass
class Manager(Person):
    """Somebody of the staff before a browser."""

    say: Any = None
    known: set[str] = field(default_factory=set)

    async def presses(self, name: str) -> None:
        """Press a button or follow a link by its name, and look at where it leads."""
        found: Locator = self.page.get_by_role("button", name=name, exact=True)
        found = found.or_(self.page.get_by_role("link", name=name, exact=True)).first
        await found.click()
        await self.page.wait_for_load_state()
        await self.looks()

    async def looks(self) -> None:
        """Look as axe does, and whether everything can be hit and read; at the same page once."""
        text = await self.page.locator("body").inner_text()
        if text in self.known:
            return
        self.known.add(text)
        await super().looks()
        assert not await self.page.eval_on_selector_all(TAPPED, SMALL)
        assert not await self.page.evaluate(READ)


async def manager(here: Place, context: BrowserContext, language: str, role: Role, **more: Any) -> Manager:
    """Open the sign-in page of a new account."""
    made = Account(new_account_id(), here.invite.organisation, role, "Ward 3", here.desk.clock())
    await here.desk.store.keep_account(made)
    link = await offer(here.desk, made.id)
    person = Manager(context, await context.new_page(), **more)
    book = here.desk.library.phrasebook
    person.say = lambda key, **values: book.say(language, key, {}, **values)
    await person.opens(sign_in_address(here.address, link or ""))
    return person


async def with_people(here: Place) -> None:
    """Let made-up people be interviewed over the last weeks."""
    campaigns = (("autumn-2026", "facebook"), ("autumn-2026", "newsletter"), ("waiting-room", "poster"))
    made_at = here.desk.clock() - timedelta(days=60)
    for campaign, source in campaigns:
        made = Invite(new_code(), here.invite.organisation, "health-mindset", campaign, made_at, source)
        await here.desk.store.keep_invite(made)
    codes = [one.code for one in await here.desk.store.invites() if one.code != here.invite.code]
    await here.desk.store.remember("simulated", "now")
    await simulate(here.desk, codes, 40)


async def makes_an_invite(person: Manager) -> str:
    """Go wrong first, then make one; return its address."""
    say = person.say
    await person.presses(say("staff.invites"))
    await person.pictured("invites")
    await person.presses(say("staff.new"))
    await person.page.get_by_label(say("staff.source"), exact=True).fill("<ward 3>")
    await person.presses(say("staff.make"))
    await person.pictured("wrong")
    assert await person.page.locator("[aria-invalid]").count() == 2
    await person.page.get_by_label(say("staff.campaign"), exact=True).fill("spring-2027")
    await person.page.get_by_label(say("staff.source"), exact=True).fill("ward 3")
    await person.presses(say("staff.make"))
    await person.pictured("invite")
    return await person.page.locator(".address").inner_text()


async def pauses(person: Manager) -> None:
    """Let nobody begin, and begin again."""
    say = person.say
    await person.presses(say("staff.overview"))
    await person.presses(say("staff.pause"))
    assert await person.page.get_by_role("heading", name=say("staff.is_paused")).count() == 1
    await person.pictured("paused")
    await person.presses(say("staff.resume"))


@pytest.mark.parametrize(("screen", "scheme", "language"), EACH)
async def test_a_manager_looks_makes_an_invite_and_pauses(
    browser: Browser, screen: Any, scheme: Any, language: str, pictures: Path | None
) -> None:
    """Every page is looked at by axe; targets are 48 pixels, text 18; nothing is asked of another site."""
    library: Library = library_of(language)
    async with place(library) as here:
        await with_people(here)
        context = await browser.new_context(viewport=screen, color_scheme=scheme, locale=language)
        asked: list[str] = []
        context.on("request", lambda request: asked.append(request.url))
        look = f"{'phone' if screen is PHONE else 'desktop'}-{scheme}-{language}"
        person = await manager(here, context, language, Role.EDITOR, pictures=pictures, look=look)
        await person.presses(person.say("staff.enter"))
        await person.pictured("overview")
        assert await person.page.evaluate("document.documentElement.dir") == (
            "rtl" if language == TAG else "ltr"
        )
        address = await makes_an_invite(person)
        await person.presses(person.say("staff.preview"))
        await person.page.go_back()
        await pauses(person)
        await person.presses(person.say("staff.account"))
        await person.pictured("account")
        await person.presses(person.say("staff.leave"))
        assert [one["name"] for one in await context.cookies()] == []
        assert address.rsplit("/", 1)[1] in {one.code for one in await here.desk.store.invites()}
        assert all(url.startswith((here.address, "data:")) for url in asked)


async def test_without_scripts_nothing_is_missing(browser: Browser) -> None:
    """The same way, by forms alone."""
    async with place() as here:
        context = await browser.new_context(viewport=DESKTOP, java_script_enabled=False, locale="en")
        person = await manager(here, context, "en", Role.EDITOR, scripts=False)
        await person.presses("Sign in")
        await makes_an_invite(person)
        await pauses(person)
        await person.presses("Account")
        await person.presses("Sign out")
        assert await person.heading() == "You need a sign-in link"


def read(path: Path) -> str:
    """Return the text of a file."""
    return path.read_text("utf-8")


async def test_an_exporter_downloads_what_is_shown(browser: Browser) -> None:
    """The file holds a number that the page shows."""
    async with place() as here:
        await with_people(here)
        context = await browser.new_context(viewport=DESKTOP, locale="en")
        person = await manager(here, context, "en", Role.EXPORTER)
        await person.presses("Sign in")
        async with person.page.expect_download() as downloaded:
            await person.page.get_by_role("link", name="Download as a table (CSV)").click()
        text = read(await (await downloaded.value).path())
        opened = await person.page.get_by_role("row", name="Opened the questions").locator("td").inner_text()
        assert f"Opened the questions,People,{opened}," in text


async def test_by_keyboard_alone(browser: Browser) -> None:
    """From the sign-in link to a paused organisation with Tab and Enter, the focus always to be seen."""
    async with place() as here:
        context = await browser.new_context(viewport=DESKTOP, locale="en")
        person = await manager(here, context, "en", Role.EDITOR)
        await tab_to(person, "Sign in")
        await tab_to(person, "Pause new interviews")
        assert await person.page.get_by_role("heading", name="New interviews are paused").count() == 1


async def tab_to(person: Manager, name: str) -> None:
    """Press Tab until a button has the focus, then Enter."""
    focused = "() => document.activeElement.innerText"
    for _ in range(30):
        await person.page.keyboard.press("Tab")
        if await person.page.evaluate(focused) == name:
            outline = await person.page.evaluate(
                "() => getComputedStyle(document.activeElement).outlineStyle"
            )
            assert outline == "solid"
            async with person.page.expect_event("load"):
                await person.page.keyboard.press("Enter")
            return
    raise LookupError(name)
