"""A whole interview in a real browser, on a phone and on a desktop, light and dark, in three languages."""

import re
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Browser

from bot.conversation.library import Library
from tests.browser.conftest import DESKTOP, PHONE, Person, place
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


async def to_the_end(person: Person, say: Words) -> None:
    """See a tip with its link, share, look at what is kept, and erase it all."""
    await person.taps(say("button.tip"))
    await person.pictured("tip")
    link = person.page.locator("main a.button")
    assert re.fullmatch(r"/go/[A-Za-z0-9_-]{16}", await link.get_attribute("href") or "")
    await person.taps(say("button.helpful"))
    await person.taps(say("button.done"))
    await person.taps(say("button.share"))
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
        say = Words(library, language)
        await to_the_questions(person, here.landing, say)
        assert await page.evaluate("document.documentElement.dir") == ("rtl" if language == TAG else "ltr")
        await through(person, say)
        secret = {one["name"]: one["value"] for one in await context.cookies()}["attune"]
        (session,) = await here.desk.store.sessions_of(KEYS.person("web", secret))
        assert session.invite == here.invite.code
        assert session.answers["duty_5"].edits >= 1
        await to_the_end(person, say)
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
        await to_the_end(person, say)
        await context.close()


async def test_it_works_with_the_keyboard_alone(browser: Browser) -> None:
    """Tab and Enter to the first question, then digits; the focus is on each new question."""
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
        await presses_until("Show my result")
        assert await person.heading() == "Your result is ready."
        await context.close()
