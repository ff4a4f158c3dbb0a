"""A whole interview in a real browser, on a phone and on a desktop, light and dark, in three languages."""

import re
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from playwright.async_api import Browser

from bot.conversation.library import Library
from tests.browser.conftest import DESKTOP, PHONE, Person, Place, place
from tests.journeys.house import KEYS
from tests.journeys.pseudo import TAG, mirrored_library
from tests.journeys.test_journeys import LIBRARY

pytestmark = [pytest.mark.browser, pytest.mark.slow]

MIRRORED = mirrored_library(LIBRARY, "health-mindset")
LOOKS = [
    pytest.param(PHONE, "light", "en", id="phone-light-en"),
    pytest.param(PHONE, "dark", "es", id="phone-dark-es"),
    pytest.param(PHONE, "dark", TAG, id="phone-dark-rtl"),
    pytest.param(DESKTOP, "light", "es", id="desktop-light-es"),
    pytest.param(DESKTOP, "dark", "en", id="desktop-dark-en"),
    pytest.param(DESKTOP, "light", TAG, id="desktop-light-rtl"),
]


PHONES_OWN_WAY = "navigator.share = async (what) => { window.passedOn = what; };"
"""A browser without a phone has no such menu."""


def library_of(language: str) -> Library:
    """Return a library that speaks a language."""
    return MIRRORED if language == TAG else LIBRARY


class Words:
    """What buttons are called in a language."""

    def __init__(self, library: Library, language: str) -> None:
        self.library, self.language = library, language
        edition = library.questionnaires["health-mindset"].edition
        texts = edition.texts[language]
        self.labels = texts.labels[edition.questionnaire.item("goals_1").answers]

    def __call__(self, key: str, **values: Any) -> str:
        """Return a phrase."""
        return self.library.phrasebook.say(self.language, key, {}, **values)


async def to_the_questions(person: Person, landing: str, say: Words) -> None:
    """Go from the landing page to the first question."""
    await person.opens(landing)
    await person.pictured("landing")
    await person.taps(say("web.here"))
    await person.pictured("consent")
    await person.taps(say("button.agree", age=18))
    await person.taps(say("button.research_no"))


async def through(person: Person, say: Words) -> None:
    """Answer, go back, change an answer, and come to the result."""
    for number in range(1, 13):
        assert await person.page.locator("progress").get_attribute("value") == str(number)
        if number == 3:
            await person.pictured("question")
            await person.taps(say("button.back"))
            chosen = say("button.chosen", label=say.labels["mostly"])
            assert await person.page.get_by_role("button", name=chosen, exact=True).count() == 1
            await person.taps(chosen)
        await person.taps(
            say.labels["mostly" if number % 2 else "a_little"] if number != 2 else say.labels["mostly"]
        )
    await person.taps(say("button.check"))
    await person.taps(say("button.change", number=2))
    await person.taps(say.labels["completely"])
    await person.taps(say("button.result"))
    await person.pictured("result")


async def leads_on(person: Person) -> None:
    """Follow the tip's link as far as our own answer: to the provider's page, and nowhere else."""
    address = await person.page.locator("main a.button").get_attribute("href") or ""
    assert re.fullmatch(r"/go/[A-Za-z0-9_-]{16}", address)
    there = f"{'/'.join(person.page.url.split('/')[:3])}{address}"
    answer = await person.context.request.get(there, max_redirects=0)
    assert answer.status == 302
    assert answer.headers["location"].startswith("https://medlineplus.gov/")


async def passes_on(person: Person, here: Place, say: Words) -> None:
    """Find the link to pass on in words, and behind each way to share it; it isn't the invite's own."""
    link = f"{here.address}/i/{here.invite.share}"
    page = person.page
    assert link in await page.inner_text("main")
    assert here.invite.code not in await page.inner_text("main")
    telegram = page.locator("main a.button")
    assert quote(link, safe="") in (await telegram.get_attribute("href") or "")
    ways = page.locator(f'button[data-copy="{link}"], button[data-share="{link}"]')
    assert await ways.count() == 2
    assert await ways.first.is_visible() is (await ways.last.is_visible()) is person.scripts
    if person.scripts:
        await ways.first.click()
        assert await page.evaluate("window.passedOn") == {"text": say("share.text"), "url": link}


async def to_the_end(person: Person, here: Place, say: Words) -> None:
    """See a tip with its link, share, look at what is kept, and erase it all."""
    await person.taps(say("button.tip"))
    await person.pictured("tip")
    await leads_on(person)
    await person.taps(say("button.helpful"))
    await person.taps(say("button.done"))
    await person.taps(say("button.share"))
    await person.pictured("share")
    await passes_on(person, here, say)
    await person.taps(say("button.go_on"))
    await person.taps(say("button.mydata"))
    await person.taps(say("web.privacy"))
    await person.taps(say("web.language"))
    await person.taps(say("web.help"))
    await person.taps(say("button.erase"))
    await person.taps(say("button.erase_go"))
    await person.taps(say("button.erase_sure"))
    await person.pictured("erased")


@pytest.mark.parametrize(("screen", "scheme", "language"), LOOKS)
async def test_an_interview_is_completed_and_erased(
    browser: Browser, screen: Any, scheme: Any, language: str, pictures: Path | None
) -> None:
    """From the landing page to the last word; axe finds nothing on any page, and nothing is left."""
    library = library_of(language)
    async with place(library) as here:
        context = await browser.new_context(viewport=screen, color_scheme=scheme, locale=language)
        page = await context.new_page()
        look = f"{'phone' if screen is PHONE else 'desktop'}-{scheme}-{language}"
        person = Person(context, page, pictures=pictures, look=look)
        asked: list[str] = []
        page.on("request", lambda request: asked.append(request.url))
        faults: list[str] = []
        page.on("console", lambda said: faults.append(said.text) if said.type == "error" else None)
        await page.add_init_script(PHONES_OWN_WAY)
        say = Words(library, language)
        await to_the_questions(person, here.landing, say)
        assert await page.evaluate("document.documentElement.dir") == ("rtl" if language == TAG else "ltr")
        await through(person, say)
        secret = {one["name"]: one["value"] for one in await context.cookies()}["attune"]
        (session,) = await here.desk.store.sessions_of(KEYS.person("web", secret))
        assert session.invite == here.invite.code
        assert session.answers["duty_5"].edits >= 1
        await to_the_end(person, here, say)
        counts = {name: n for (_, name), n in (await here.desk.store.counts()).items()}
        assert counts[f"shared:{here.invite.code}"] == 1
        assert not await here.desk.store.sessions_of(KEYS.person("web", secret))
        assert not await context.cookies()
        assert all(url.startswith(here.address) for url in asked)
        assert not faults
        await context.close()


@pytest.mark.parametrize("screen", [PHONE, DESKTOP])
async def test_it_works_without_scripts(browser: Browser, screen: Any) -> None:
    """The same interview where JavaScript is switched off."""
    async with place() as here:
        context = await browser.new_context(viewport=screen, java_script_enabled=False, locale="en")
        person = Person(context, await context.new_page(), scripts=False)
        say = Words(LIBRARY, "en")
        await to_the_questions(person, here.landing, say)
        await through(person, say)
        await to_the_end(person, here, say)
        await context.close()


async def test_it_works_with_the_keyboard_alone(browser: Browser) -> None:
    """Tab and Enter, digits to answer; the focus is on each new page, from the first to the last word."""
    async with place() as here:
        context = await browser.new_context(viewport=DESKTOP, locale="en")
        page = await context.new_page()
        person = Person(context, page)
        await person.opens(here.landing)

        async def presses_until(label: str) -> None:
            for _ in range(20):
                await page.keyboard.press("Tab")
                if await page.evaluate("document.activeElement.textContent.trim()") == label:
                    break
            else:
                pytest.fail(f"the keyboard doesn't reach {label}")
            heading = await person.heading()
            await page.keyboard.press("Enter")
            await page.wait_for_function(
                "(old) => document.querySelector('h1').textContent !== old", arg=heading
            )

        for label in ("Answer here", "I am 18 or older and I agree", "No, just my tips"):
            await presses_until(label)
        for number in range(1, 13):
            assert await page.evaluate("document.activeElement.tagName") == "H1"
            assert await page.locator("progress").get_attribute("value") == str(number)
            heading = await person.heading()
            await page.keyboard.press("4")
            await page.wait_for_function(
                "(old) => document.querySelector('h1').textContent !== old", arg=heading
            )
        for label in ("Show my result", "Show me a tip", "That's all", "Share the questions"):
            await presses_until(label)
            assert await page.evaluate("document.activeElement.tagName") == "H1"
        for label in ("Erase my answers", "Yes, erase", "Erase everything now"):
            await presses_until(label)
        assert await person.heading() == "Everything is erased. I don't know you any more."
        await context.close()
