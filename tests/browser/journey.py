"""One whole interview in a browser, from the landing page to the last word, with any look."""

import re
from itertools import product
from typing import Any
from urllib.parse import quote

from bot.conversation.library import Library
from tests.browser.conftest import Place
from tests.browser.person import DESKTOP, PHONE, SCHEMES, Look, Person
from tests.journeys.pseudo import TAG, mirrored_library
from tests.journeys.test_journeys import LIBRARY

MIRRORED = mirrored_library(LIBRARY, "health-mindset")
LANGUAGES = ("en", "es", TAG)
"""English, Spanish, and English as if it were written from right to left."""
LOOKS = [
    Look(screen, scheme, language)
    for screen, scheme, language in product((PHONE, DESKTOP), SCHEMES, LANGUAGES)
]
"""Every screen with every scheme and every language."""


def library_of(language: str) -> Library:
    """Return a library that speaks a language."""
    return MIRRORED if language == TAG else LIBRARY


class Words:
    """What buttons are called in a language."""

    def __init__(self, language: str) -> None:
        self.library, self.language = library_of(language), language
        edition = self.library.questionnaires["health-mindset"].edition
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
    await person.pictured("research")
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
            await person.pictured("back")
            await person.taps(chosen)
        await person.taps(say.labels["mostly" if number % 2 or number == 2 else "a_little"])
    await person.pictured("last")
    await person.taps(say("button.check"))
    await person.pictured("review")
    await person.taps(say("button.change", number=2))
    await person.taps(say.labels["completely"])
    await person.taps(say("button.result"))
    await person.pictured("result")


async def leads_on(person: Person) -> None:
    """Follow the tip's link as far as our own answer: to the provider's page, and nowhere else."""
    address = await person.page.locator("main a.button").get_attribute("href") or ""
    assert re.fullmatch(r"/go/[A-Za-z0-9_-]{16}", address)
    answer = await person.context.request.get(f"{person.home}{address}", max_redirects=0)
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
    assert await ways.first.is_visible() is (await ways.last.is_visible()) is person.lively
    if person.lively:
        await ways.first.click()
        assert await page.evaluate("window.passedOn") == {"text": say("share.text"), "url": link}


async def to_the_end(person: Person, here: Place, say: Words) -> None:
    """See a tip with its link, share, look at what is kept, and erase it all."""
    await person.taps(say("button.how"))
    await person.pictured("how")
    await person.taps(say("button.to_result"))
    await person.taps(say("button.not_me"))
    await person.pictured("not-me")
    await person.taps(say("button.to_result"))
    await person.taps(say("button.tip"))
    await person.pictured("tip")
    await leads_on(person)
    await person.taps(say("button.helpful"))
    await person.taps(say("button.done"))
    await person.pictured("goodbye")
    await person.taps(say("button.share"))
    await person.pictured("share")
    await passes_on(person, here, say)
    await person.taps(say("button.go_on"))
    for key in ("button.mydata", "web.privacy", "web.language", "web.help"):
        await person.taps(say(key))
        await person.pictured(key.partition(".")[2])
    await person.taps(say("button.erase"))
    await person.pictured("erase")
    await person.taps(say("button.erase_go"))
    await person.pictured("erase-sure")
    await person.taps(say("button.erase_sure"))
    await person.pictured("erased")


async def whole(person: Person, here: Place, say: Words) -> None:
    """Go the whole way."""
    await to_the_questions(person, here.landing, say)
    await through(person, say)
    await to_the_end(person, here, say)
