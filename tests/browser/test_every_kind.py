"""Ticks, numbers, days and own words in a real browser, with and without JavaScript, as axe sees them."""

from dataclasses import replace

import pytest
from playwright.async_api import Browser

from bot.channels.webchat.visitor import CHANNEL
from tests.browser.conftest import PHONE, Person, place
from tests.journeys.house import KEYS
from tests.journeys.test_journeys import LIBRARY

pytestmark = [pytest.mark.browser, pytest.mark.slow]


async def types(person: Person, text: str) -> None:
    """Type into the field of the page and send it."""
    await person.page.locator("[name=typed]").fill(text)
    await person.taps("Send")


@pytest.mark.parametrize("scripts", [True, False], ids=["lively", "without-scripts"])
async def test_every_kind_of_answer_is_given_in_a_browser(browser: Browser, scripts: bool) -> None:
    """From the landing page to the last question; what is stored is what was meant."""
    async with place(LIBRARY.cast("every-kind")) as there:
        invite = replace(there.invite, questionnaire="every-kind", code=there.invite.code[::-1])
        await there.desk.store.keep_invite(invite)
        context = await browser.new_context(viewport=PHONE, java_script_enabled=scripts, locale="en")
        person = Person(context, await context.new_page(), scripts)
        await person.opens(f"{there.address}/i/{invite.code}")
        await person.taps("Answer here")
        await person.taps("I am 18 or older and I agree")
        await person.taps("No, just my tips")
        await person.taps("Somewhat")
        for label in ("My family", "My clinic", "Done", "9"):
            await person.taps(label)
        await types(person, "seventy")
        assert await person.page.get_by_text("I could not read that as a number").count()
        await types(person, "70")
        await person.taps("I prefer not to say")
        await types(person, "2025-11-24")
        await person.taps("Skip")
        await types(person, "1 more walk & <b>sleep</b>")
        await person.taps("Check my answers")
        assert "1 more walk & <b>sleep</b>" in await person.page.locator("main").inner_text()
        cookie = next(one["value"] for one in await context.cookies() if one["name"] == "attune")
        (session,) = await there.desk.store.sessions_of(KEYS.person(CHANNEL, cookie))
        said = {item: answer.choice for item, answer in session.answers.items()}
        assert (said["helps"], said["clinic_likely"], said["age"]) == ("family|clinic", "n9", "70")
        assert (said["seen_on"], said["moved_in"]) == ("2025-11-24", None)
        assert session.answers["weight"].declined
        await context.close()


async def test_digits_typed_into_a_field_press_no_button(browser: Browser) -> None:
    """On other pages a digit presses the answer with that number."""
    async with place(LIBRARY.cast("every-kind")) as there:
        invite = replace(there.invite, questionnaire="every-kind", code=there.invite.code[::-1])
        await there.desk.store.keep_invite(invite)
        context = await browser.new_context(viewport=PHONE, locale="en")
        person = Person(context, await context.new_page())
        await person.opens(f"{there.address}/i/{invite.code}")
        for label in ("Answer here", "I am 18 or older and I agree", "No, just my tips", "Somewhat", "Skip"):
            await person.taps(label)
        field = person.page.locator("[name=typed]")
        await field.focus()
        await person.page.keyboard.type("41")
        assert await field.input_value() == "41"
        async with person.page.expect_response(lambda answer: answer.request.method == "POST"):
            await person.page.keyboard.press("Enter")
        await person.page.get_by_text("Noted: 41").wait_for()
        await context.close()
