"""The dashboard in a real browser: signed in by a link, an invite made, paused, signed out."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.async_api import Browser, Locator

from bot.dashboard.visits import offer, sign_in_address
from bot.invites.simulation import simulate
from bot.storage.invites import Invite, new_code
from bot.storage.staff import Account, Role, new_account_id
from tests.browser.conftest import Place, place
from tests.browser.journey import LOOKS, Words, library_of
from tests.browser.person import DESKTOP, Look, Person, Scripts, somebody
from tests.browser.test_interview import reaches

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@dataclass
class Manager:
    """Somebody of the staff before a browser."""

    person: Person
    say: Words
    known: set[str] = field(default_factory=set)

    async def presses(self, name: str) -> None:
        """Press a button or follow a link by its name, and look at where it leads; at the same page once."""
        page = self.person.page
        found: Locator = page.get_by_role("button", name=name, exact=True)
        found = found.or_(page.get_by_role("link", name=name, exact=True)).first
        await self.person.moves(found.click)
        text = await page.locator("body").inner_text()
        if text not in self.known:
            self.known.add(text)
            await self.person.looks()


@asynccontextmanager
async def manager(
    browser: Browser, here: Place, role: Role, look: Look | None = None, pictures: Path | None = None
) -> AsyncIterator[Manager]:
    """Open the sign-in page of a new account."""
    made = Account(new_account_id(), here.invite.organisation, role, "Ward 3", here.desk.clock())
    await here.desk.store.keep_account(made)
    link = await offer(here.desk, made.id)
    async with somebody(browser, here.address, look, pictures) as person:
        await person.opens(sign_in_address(here.address, link or ""))
        yield Manager(person, Words(person.look.language))


async def with_people(here: Place, count: int = 40) -> None:
    """Let made-up people be interviewed over the last weeks."""
    campaigns = (("autumn-2026", "facebook"), ("autumn-2026", "newsletter"), ("waiting-room", "poster"))
    made_at = here.desk.clock() - timedelta(days=60)
    for campaign, source in campaigns:
        made = Invite(new_code(), here.invite.organisation, "health-mindset", campaign, made_at, source)
        await here.desk.store.keep_invite(made)
    codes = [one.code for one in await here.desk.store.invites() if one.code != here.invite.code]
    await here.desk.store.remember("simulated", "now")
    await simulate(here.desk, codes, count)


async def makes_an_invite(staff: Manager) -> str:
    """Go wrong first, then make one; return its address."""
    say, page, pictured = staff.say, staff.person.page, staff.person.pictured
    await staff.presses(say("staff.invites"))
    await pictured("invites")
    await staff.presses(say("staff.new"))
    await pictured("new")
    await page.get_by_label(say("staff.source"), exact=True).fill("<ward 3>")
    await staff.presses(say("staff.make"))
    await pictured("wrong")
    assert await page.locator("[aria-invalid]").count() == 2
    await page.get_by_label(say("staff.campaign"), exact=True).fill("spring-2027")
    await page.get_by_label(say("staff.source"), exact=True).fill("ward 3")
    await staff.presses(say("staff.make"))
    await pictured("invite")
    return await page.locator(".address").inner_text()


async def pauses(staff: Manager) -> None:
    """Let nobody begin, and begin again."""
    say, page = staff.say, staff.person.page
    await staff.presses(say("staff.overview"))
    await staff.presses(say("staff.pause"))
    assert await page.get_by_role("heading", name=say("staff.is_paused")).count() == 1
    await staff.person.pictured("paused")
    await staff.presses(say("staff.resume"))


@pytest.mark.parametrize("look", LOOKS, ids=str)
async def test_a_manager_looks_makes_an_invite_and_pauses(
    browser: Browser, look: Look, pictures: Path | None
) -> None:
    """Every page is looked at; nothing is left in the browser."""
    async with place(library_of(look.language)) as here:
        await with_people(here)
        async with manager(browser, here, Role.EDITOR, look, pictures) as staff:
            person, say = staff.person, staff.say
            await person.pictured("sign-in")
            await staff.presses(say("staff.enter"))
            await person.pictured("overview")
            address = await makes_an_invite(staff)
            await staff.presses(say("staff.preview"))
            await person.page.go_back()
            await pauses(staff)
            await staff.presses(say("staff.account"))
            await person.pictured("account")
            await staff.presses(say("staff.leave"))
            assert not await person.context.cookies()
            assert address.rsplit("/", 1)[1] in {one.code for one in await here.desk.store.invites()}


async def test_without_scripts_nothing_is_missing(browser: Browser) -> None:
    """The same way, by forms alone."""
    look = Look(DESKTOP, scripts=Scripts.OFF)
    async with place() as here, manager(browser, here, Role.EDITOR, look) as staff:
        await staff.presses("Sign in")
        await makes_an_invite(staff)
        await pauses(staff)
        await staff.presses("Account")
        await staff.presses("Sign out")
        assert await staff.person.heading() == "You need a sign-in link"


def read(path: Path) -> str:
    """Return the text of a file."""
    return path.read_text("utf-8")


async def test_an_exporter_downloads_what_is_shown(browser: Browser) -> None:
    """The file holds a number that the page shows."""
    async with place() as here:
        await with_people(here)
        async with manager(browser, here, Role.EXPORTER, Look(DESKTOP)) as staff:
            page = staff.person.page
            await staff.presses("Sign in")
            async with page.expect_download() as downloaded:
                await page.get_by_role("link", name="Download as a table (CSV)").click()
            text = read(await (await downloaded.value).path())
            opened = await page.get_by_role("row", name="Opened the questions").locator("td").inner_text()
            assert f"Opened the questions,People,{opened}," in text


async def test_by_keyboard_alone(browser: Browser) -> None:
    """From the sign-in link to a paused organisation with Tab and Enter, the focus always to be seen."""
    async with place() as here, manager(browser, here, Role.EDITOR, Look(DESKTOP)) as staff:
        for name in ("Sign in", "Pause new interviews"):
            await reaches(staff.person, name)
            await staff.person.moves(lambda: staff.person.page.keyboard.press("Enter"))
        assert await staff.person.page.get_by_role("heading", name="New interviews are paused").count() == 1
