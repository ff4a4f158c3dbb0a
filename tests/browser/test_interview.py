"""A whole interview in a real browser, with every look crossed with every other.

Two screens, light and dark, three languages: twelve whole journeys. Then without JavaScript, and with the
keyboard alone. `tests/browser/person.py` says what is looked at on each page.
"""

from itertools import product
from pathlib import Path

import pytest
from playwright.async_api import Browser, Route

from tests.browser.conftest import place
from tests.browser.journey import (
    LANGUAGES,
    LOOKS,
    Words,
    leads_on,
    library_of,
    through,
    to_the_end,
    to_the_questions,
    whole,
)
from tests.browser.person import DESKTOP, PHONE, Look, Person, Scripts, somebody
from tests.journeys.house import KEYS

pytestmark = [pytest.mark.browser, pytest.mark.slow]

WITHOUT = [
    *(Look(screen, "light", tag, Scripts.OFF) for screen, tag in product((PHONE, DESKTOP), LANGUAGES)),
    Look(PHONE, "dark", "en", Scripts.WITHHELD),
]


@pytest.mark.parametrize("look", LOOKS, ids=str)
async def test_an_interview_is_completed_and_erased(
    browser: Browser, look: Look, pictures: Path | None
) -> None:
    """From the landing page to the last word; every page is looked at, and nothing is left."""
    async with (
        place(library_of(look.language)) as here,
        somebody(browser, here.address, look, pictures) as person,
    ):
        say = Words(look.language)
        await to_the_questions(person, here.landing, say)
        secret = {one["name"]: one["value"] for one in await person.context.cookies()}["attune"]
        who = KEYS.person("web", secret)
        (session,) = await here.desk.store.sessions_of(who)
        assert session.invite == here.invite.code
        await through(person, say)
        await to_the_end(person, here, say)
        counts = {name: n for (_, name), n in (await here.desk.store.counts()).items()}
        assert counts[f"shared:{here.invite.code}"] == 1
        assert not await here.desk.store.sessions_of(who)
        assert not await person.context.cookies()


@pytest.mark.parametrize("look", WITHOUT, ids=lambda look: f"{look}-{look.scripts.value}")
async def test_it_works_without_scripts(browser: Browser, look: Look) -> None:
    """The same interview where JavaScript is switched off; and where only ours is, which axe can look at."""
    async with place(library_of(look.language)) as here, somebody(browser, here.address, look) as person:
        await whole(person, here, Words(look.language))


# ---------------------------------------------------------------- the keyboard

FOCUSED = "document.activeElement.textContent.trim()"
OUTLINED = """() => {
  if (document.activeElement === document.body) return true;  // behind the last link, before the first
  const style = getComputedStyle(document.activeElement);
  return style.outlineStyle === "solid" && parseFloat(style.outlineWidth) >= 3;
}"""


async def reaches(person: Person, label: str) -> None:
    """Press Tab until something has the focus; wherever it is on the way, it is to be seen."""
    for _ in range(40):
        await person.page.keyboard.press("Tab")
        assert await person.page.evaluate(OUTLINED), await person.page.evaluate(FOCUSED)
        if await person.page.evaluate(FOCUSED) == label:
            return
    pytest.fail(f"the keyboard doesn't reach {label}")


async def presses(person: Person, label: str) -> None:
    """Reach a button and press it; the focus is on the heading of the page that answers."""
    await reaches(person, label)
    await person.moves(lambda: person.page.keyboard.press("Enter"))
    await has_the_focus(person)


async def has_the_focus(person: Person) -> None:
    """The next Tab and a screen reader begin at the page's heading."""
    assert not person.seen[1:] or await person.page.evaluate("document.activeElement.tagName") == "H1"


async def test_it_works_with_the_keyboard_alone(browser: Browser) -> None:
    """The whole way: Tab and Enter, digits to answer; the focus always to be seen."""
    async with place() as here, somebody(browser, here.address, Look(DESKTOP)) as person:
        await person.opens(here.landing)
        for label in ("Answer here", "I am 18 or older and I agree", "No, just my tips"):
            await presses(person, label)
        for number in range(1, 13):
            assert await person.page.locator("progress").get_attribute("value") == str(number)
            if number == 3:
                await presses(person, "‹ Back")  # noqa: RUF001 - as it is written there
                await presses(person, "✓ Mostly")
            await person.moves(lambda: person.page.keyboard.press("4"))
            await has_the_focus(person)
        for label in ("Check my answers", "Change 2", "Completely", "Show my result", "Show me a tip"):
            await presses(person, label)
        link = await person.page.locator("main a.button").text_content() or ""
        await reaches(person, link.strip())
        await leads_on(person)
        for label in ("That's all", "Share the questions"):
            await presses(person, label)
        await reaches(person, "Share with…")
        await person.page.keyboard.press("Enter")
        assert await person.page.evaluate("window.passedOn")
        for label in ("My data", "Erase my answers", "Yes, erase", "Erase everything now"):
            await presses(person, label)
        assert await person.heading() == "Everything is erased. I don't know you any more."


# ---------------------------------------------------------------- whether a fault would be seen

STYLE, PAGE = "**/static/attune.css", "**/resume"
PLANTED = {
    "pale words": (STYLE, "", "main p { color: #999; }", "axe, color-contrast"),
    "too wide": (STYLE, "", "h1 { width: 120vw; }", "pixels too wide"),
    "a small target": (STYLE, "", "button { min-height: 2rem; padding: 0; }", "small target"),
    "small print": (STYLE, "", "main p { font-size: .9rem; }", "small text"),
    "words cut off": (STYLE, "", "h1 { overflow: hidden; white-space: nowrap; width: 6rem; }", "cut off"),
    "another site": (STYLE, "", "main { background: url(https://example.org/1.png); }", "another site"),
    "a label that is nobody's": (PAGE, "<label for=", "<label data-for=", "axe, label"),
    "the other direction": (PAGE, 'dir="ltr">', 'dir="rtl">', "written rtl"),
    "a script in the page": (PAGE, "<main", "<script>1</script><main", "Content Security Policy"),
}


@pytest.mark.parametrize("fault", PLANTED)
async def test_a_planted_fault_is_seen(browser: Browser, fault: str) -> None:
    """What twelve journeys don't find would have been found."""
    where, sound, broken, told = PLANTED[fault]

    async def changed(route: Route) -> None:
        answer = await route.fetch()
        text = await answer.text()
        body = text.replace(sound, broken, 1) if sound else text + broken
        assert body != text
        await route.fulfill(response=answer, body=body)

    async with place() as here, somebody(browser, here.address) as person:
        await person.opens(f"{here.address}/resume")
        await person.page.route(where, changed)
        with pytest.raises(AssertionError, match=told):
            await person.opens(f"{here.address}/resume")
