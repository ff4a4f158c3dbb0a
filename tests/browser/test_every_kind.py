"""Ticks, numbers, days and own words in a real browser, with and without JavaScript, as axe sees them."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest
from playwright.async_api import Browser

from bot.channels.webchat.visitor import CHANNEL
from tests.browser.conftest import Place, place
from tests.browser.person import Look, Person, Scripts, somebody
from tests.journeys.house import KEYS
from tests.journeys.test_journeys import LIBRARY

pytestmark = [pytest.mark.browser, pytest.mark.slow]


async def types(person: Person, text: str) -> None:
    """Type into the field of the page and send it."""
    await person.page.locator("[name=typed]").fill(text)
    await person.taps("Send")


@asynccontextmanager
async def asked_everything(browser: Browser, look: Look) -> AsyncIterator[tuple[Person, Place]]:
    """Let somebody come to the first question of the one that is answered in every way."""
    async with place(LIBRARY.cast("every-kind")) as there, somebody(browser, there.address, look) as person:
        invite = replace(there.invite, questionnaire="every-kind", code=there.invite.code[::-1])
        await there.desk.store.keep_invite(invite)
        await person.opens(f"{there.address}/i/{invite.code}")
        for label in ("Answer here", "I am 18 or older and I agree", "No, just my tips", "Somewhat"):
            await person.taps(label)
        yield person, there


@pytest.mark.parametrize("scripts", Scripts, ids=lambda one: one.value)
async def test_every_kind_of_answer_is_given_in_a_browser(browser: Browser, scripts: Scripts) -> None:
    """From the landing page to the last question; what is stored is what was meant."""
    async with asked_everything(browser, Look(scripts=scripts)) as (person, there):
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
        cookie = next(one["value"] for one in await person.context.cookies() if one["name"] == "attune")
        (session,) = await there.desk.store.sessions_of(KEYS.person(CHANNEL, cookie))
        said = {item: answer.choice for item, answer in session.answers.items()}
        assert (said["helps"], said["clinic_likely"], said["age"]) == ("family|clinic", "n9", "70")
        assert (said["seen_on"], said["moved_in"]) == ("2025-11-24", None)
        assert session.answers["weight"].declined


async def test_digits_typed_into_a_field_press_no_button(browser: Browser) -> None:
    """On other pages a digit presses the answer with that number."""
    async with asked_everything(browser, Look()) as (person, _):
        for label in ("Skip", "Skip"):
            await person.taps(label)
        field = person.page.locator("[name=typed]")
        await field.focus()
        await person.page.keyboard.type("41")
        assert await field.input_value() == "41"
        await person.moves(lambda: person.page.keyboard.press("Enter"))
        await person.page.locator("main").get_by_text("Noted: 41").wait_for()
