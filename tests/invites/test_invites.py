"""What a code opens, and that a wrong one tells nothing."""

import random
import re
import secrets
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from bot.conversation.events import Started
from bot.conversation.replies import Page, Reply
from bot.links import worded
from bot.questionnaire.model import Edition
from bot.storage.invites import new_code, paused
from bot.turns import Desk, Incoming, admitted, take_turn
from tests.channels.webchat.conftest import Web, served
from tests.journeys.house import KEYS

ANY_PERSON = {"User-Agent": "Mozilla/5.0"}
SHARE = Reply(Page.SHARE, "en")
MADE_UP = [
    "//evil.example",
    "https:evil.example",
    "https%3A%2F%2Fevil.example",
    "%0d%0aLocation:%20https://evil.example",
    "x@evil.example",
    "xn--e1awd7f",
    "..%2f..%2fetc",
    "%00",
    "A" * 16,
]


@pytest.fixture
async def web() -> AsyncIterator[Web]:
    """A server whose Telegram bot is known."""
    async with served(bot_link=lambda: "https://t.me/example_bot") as web:
        yield web


async def begun(web: Web, person: str, payload: str, seed: str = "") -> Any:
    """Press Start in a chat, with a code."""
    heard = Started(web.clock(), seed or secrets.token_hex(16), "telegram", "en", payload)
    spoken = await take_turn(web.desk, Incoming("telegram", person, person, secrets.token_hex(8), heard))
    return spoken.session


def _edition(desk: Desk) -> Edition:
    return desk.library.questionnaires["health-mindset"].edition


class TestACode:
    async def test_begins_with_its_organisation_questionnaire_and_language(self, web: Web) -> None:
        invite = await web.invite(questionnaire="big-five", language="es")
        session = await begun(web, "1", invite.code)
        assert (session.invite, session.questionnaire, session.language) == (invite.code, "big-five", "es")
        kept = await web.store.invite(invite.code)
        assert kept is not None
        assert kept.begun == 1

    @pytest.mark.parametrize(
        "fields",
        [
            {"closed_at": "now"},
            {"expires_at": "now"},
            {"limit": 11, "begun": 11},
            {"organisation": "gone"},
            {"questionnaire": "gone"},
        ],
    )
    async def test_that_admits_nobody_begins_as_none_does(self, web: Web, fields: dict[str, Any]) -> None:
        given = {name: web.clock() if value == "now" else value for name, value in fields.items()}
        invite = await web.invite(**given)
        session = await begun(web, "1", invite.code)
        assert session.invite is None
        assert session.questionnaire == "health-mindset"

    async def test_tells_nobody_what_is_wrong_with_it(self, web: Web) -> None:
        """Closed, expired, full, paused, mistyped: the same page to the byte, but for the code."""
        now = web.clock()
        codes = [
            (await web.invite(closed_at=now)).code,
            (await web.invite(expires_at=now - timedelta(1))).code,
            (await web.invite(limit=11, begun=11)).code,
            new_code(),
        ]
        browser = await web.browser()
        for path in ("/i/", "/chat/"):
            pages = {
                re.sub(r"<svg.*?</svg>", "", (await browser.opens(path + code)).text).replace(code, "…")
                for code in codes
            }
            assert len(pages) == 1
            assert browser.answer.status_code == 200
        assert not any(name.startswith("opened:") for _, name in await web.store.counts())

    @pytest.mark.slow
    async def test_of_a_paused_organisation_begins_nothing_for_it(self, web: Web) -> None:
        """Neither with its invite nor without one; who is in the middle goes on."""
        invite = await web.invite()
        inside = await web.browser()
        await inside.reaches_questions(f"/chat/{invite.code}")
        await web.store.remember(paused("example-hospital"), "since")
        for payload in (invite.code, ""):
            assert await begun(web, "1", payload) is None
        late = await web.browser()
        await late.opens(f"/chat/{invite.code}")
        await late.taps("Let's begin")
        assert "No new questions begin just now" in late.page.text
        await inside.taps("Mostly")
        assert "2 of 12" in inside.page.text
        await inside.sends(f"/chat/{invite.code}", {"command": "stop"})
        await inside.taps("Begin again")
        assert "No new questions begin just now" in inside.page.text
        await inside.taps("Go on")
        assert "You have stopped." in inside.page.text
        await web.store.remember(paused("example-hospital"), "")
        assert (await begun(web, "2", invite.code)).invite == invite.code

    async def test_begins_nothing_where_the_pause_comes_in_between(
        self, web: Web, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """The organisation is paused after the hallway asked, and before the interview is stored."""
        invite = await web.invite()
        save = web.store.save

        async def paused_first(*given: Any, **named: Any) -> Any:
            await web.store.remember(paused("example-hospital"), "since")
            return await save(*given, **named)

        monkeypatch.setattr(web.store, "save", paused_first)
        assert await begun(web, "1", invite.code) is None
        assert await web.people() == 0

    @pytest.mark.slow
    async def test_of_a_full_invite_lets_those_inside_go_on(self, web: Web) -> None:
        invite = await web.invite(limit=11, begun=10)
        browser, late = await web.browser(), await web.browser()
        await browser.reaches_questions(f"/chat/{invite.code}")
        await late.reaches_questions(f"/chat/{invite.code}")
        await browser.taps("Mostly")
        assert "2 of 12" in browser.page.text
        found = []
        for one in (browser, late):
            (session,) = await web.store.sessions_of(KEYS.person("web", one.client.cookies["attune"]))
            found.append(session.invite)
        assert found == [invite.code, None]

    async def test_does_not_take_anybody_out_of_an_interview(self, web: Web) -> None:
        """Who answers already stays there; who hasn't agreed to anything begins with the invite."""
        invite = await web.invite(questionnaire="big-five")
        await begun(web, "1", "")
        session = await begun(web, "1", invite.code)
        assert session.invite == invite.code
        browser = await web.browser()
        await browser.reaches_questions("/chat/hello")
        await browser.opens(f"/chat/{invite.code}")
        assert "1 of 12" in browser.page.text

    async def test_that_is_wrong_is_never_attributed(self, web: Web) -> None:
        """Ten thousand of them: near misses of true codes, and anything at all."""
        codes = [(await web.invite()).code for _ in range(5)]
        chance = random.Random(7)
        letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_. /%\x00é"
        for number in range(10_000):
            wrong = list(chance.choice(codes))
            for _ in range(1 + number % 3):
                place = chance.randrange(len(wrong))
                wrong[place] = chance.choice(letters)
            if number % 5 == 0:
                wrong = chance.choices(letters, k=chance.randrange(40))
            text = "".join(wrong)
            if text not in codes:
                assert await admitted(web.desk, text, web.clock()) is None
        for number in range(20):
            assert (await begun(web, f"p{number}", new_code())).invite is None
        assert sum(one.begun for one in await web.store.invites()) == 0


@pytest.mark.slow
class TestALinkThatIsPassedOn:
    async def shared(self, web: Web, **fields: Any) -> tuple[Any, str, Any]:
        """Return an invite, the code that a person of it passes on, and that person's browser."""
        invite = await web.invite(**fields)
        browser = await web.browser()
        await browser.reaches_result(f"/chat/{invite.code}")
        for label in ("That's all", "Share the questions"):
            await browser.taps(label)
        (code,) = re.findall(r'data-share="[^"]*/i/([A-Za-z0-9_-]{16})"', browser.answer.text)
        return invite, code, browser

    @pytest.mark.slow
    async def test_has_a_code_of_its_own_that_says_nothing(self, web: Web) -> None:
        """Everybody of an invite passes on the same one, so it can't say who did, nor what came out."""
        invite, code, _ = await self.shared(web)
        assert code == invite.share
        assert code != invite.code
        other = await web.browser()
        await other.reaches_result(f"/chat/{invite.code}")
        await other.opens(f"/chat/{invite.code}?page=share")
        assert code in other.answer.text

    @pytest.mark.slow
    async def test_begins_with_the_same_campaign_and_counts_who_finishes(self, web: Web) -> None:
        """Once shared, however often the page is opened; once brought, when the other one has finished."""
        invite, code, browser = await self.shared(web)
        for label in ("Go on", "That's all", "Share the questions"):
            await browser.taps(label)
        friend = await web.browser()
        await friend.reaches_questions(f"/chat/{code}")
        counts = {name: n for (_, name), n in (await web.store.counts()).items()}
        assert counts[f"shared:{invite.code}"] == 1
        assert f"brought:{invite.code}" not in counts
        for _ in range(12):
            await friend.taps("Mostly")
        await friend.taps("Show my result")
        (session,) = await web.store.sessions_of(KEYS.person("web", friend.client.cookies["attune"]))
        assert (session.invite, session.brought) == (invite.code, True)
        counts = {name: n for (_, name), n in (await web.store.counts()).items()}
        assert counts[f"brought:{invite.code}"] == 1
        kept = await web.store.invite(invite.code)
        assert kept is not None
        assert kept.begun == 2

    @pytest.mark.slow
    async def test_is_what_others_pass_on_too(self, web: Web) -> None:
        """Who was brought passes on the same code: no chain of people can be read from it."""
        invite, code, _ = await self.shared(web)
        friend = await web.browser()
        await friend.reaches_result(f"/chat/{code}")
        await friend.opens(f"/chat/{code}?page=share")
        assert f"/i/{invite.share}" in friend.answer.text

    async def test_ends_with_its_invite(self, web: Web) -> None:
        invite = await web.invite(closed_at=web.clock())
        assert await admitted(web.desk, invite.share, web.clock()) is None

    async def test_of_a_shared_screen_opens_on_a_screen_of_ones_own(self, web: Web) -> None:
        """Who was passed the link isn't at the tablet: a cookie, Telegram and a code are offered."""
        invite = await web.invite(shared_screen=True)
        friend = await web.browser()
        await friend.opens(f"/i/{invite.share}")
        assert f"t.me/example_bot?start={invite.share}" in friend.answer.text
        await friend.reaches_questions(f"/chat/{invite.share}")
        assert "attune" in friend.client.cookies

    async def test_in_telegram_leads_to_the_bot_with_the_code(self, web: Web) -> None:
        invite = await web.invite()
        shelf = replace(web.desk.library, bot_link="https://t.me/example_bot")
        desk = replace(web.desk, library=shelf)
        session = await begun(web, "1", invite.code)
        message = await worded(
            web.store, None, desk.library.content(_edition(desk), "example-hospital"), session, SHARE
        )
        link = f"https://t.me/example_bot?start={invite.share}"
        assert link in message.text
        assert [one.copy for one in message.buttons if one.copy] == [link]
        assert "Thank you for passing the questions on." in message.text


class TestALandingPage:
    async def test_says_who_asks_and_offers_both_ways(self, web: Web) -> None:
        invite = await web.invite()
        browser = await web.browser()
        await browser.opens(f"/i/{invite.code}", headers=ANY_PERSON)
        for words in ("Example Hospital", "12 taps. No name needed.", "not medical advice", "911"):
            assert words in browser.page.text
        assert f'href="https://t.me/example_bot?start={invite.code}"' in browser.answer.text
        assert "<svg" in browser.answer.text
        assert "set-cookie" not in browser.answer.headers

    async def test_is_counted_for_people_only(self, web: Web) -> None:
        invite = await web.invite()
        browser = await web.browser()
        path = f"/i/{invite.code}"
        for agent in (
            "TelegramBot (like TwitterBot)",
            "WhatsApp/2.23",
            "facebookexternalhit/1.1",
            "Slackbot 1.0",
        ):
            await browser.opens(path, headers={"User-Agent": agent})
        await browser.client.head(path, headers=ANY_PERSON)
        await browser.opens(path, headers=ANY_PERSON | {"Sec-Purpose": "prefetch"})
        assert not await web.store.counts()
        await browser.opens(path, headers=ANY_PERSON)
        assert [*(await web.store.counts()).values()] == [1]

    async def test_speaks_the_persons_language(self, web: Web) -> None:
        invite = await web.invite()
        browser = await web.browser()
        await browser.opens(f"/i/{invite.code}", headers={"Accept-Language": "es-MX,es;q=0.9,en;q=0.5"})
        assert "Responder aquí" in browser.page.text
        await browser.opens(f"/i/{invite.code}?language=en", headers={"Accept-Language": "es"})
        assert "Answer here" in browser.page.text
        await browser.opens(f"/i/{invite.code}?language=xx", headers={"Accept-Language": ",;;q=x"})
        assert "Answer here" in browser.page.text

    async def test_offers_no_telegram_and_no_code_on_a_shared_screen(self, web: Web) -> None:
        invite = await web.invite(shared_screen=True)
        browser = await web.browser()
        await browser.opens(f"/i/{invite.code}")
        assert "t.me" not in browser.answer.text
        assert "<svg" not in browser.answer.text


class TestATrackedLink:
    async def tapped(self, web: Web) -> str:
        """Return the link of the first tip of somebody invited."""
        invite = await web.invite()
        browser = await web.browser()
        await browser.reaches_result(f"/chat/{invite.code}")
        await browser.taps("Show me a tip")
        (link,) = re.findall(r'href="(/go/[A-Za-z0-9_-]{16})"', browser.answer.text)
        return str(link)

    @pytest.mark.slow
    async def test_leads_to_the_files_address_and_is_counted(self, web: Web) -> None:
        link = await self.tapped(web)
        browser = await web.browser(follow_redirects=False)
        answer = await browser.opens(link, headers=ANY_PERSON)
        assert answer.status_code == 302
        assert answer.headers["location"] == "https://medlineplus.gov/exerciseandphysicalfitness.html"
        assert answer.headers["referrer-policy"] == "no-referrer"
        await browser.client.head(link, headers=ANY_PERSON)
        await browser.opens(link, headers={"User-Agent": "Twitterbot/1.0"})
        counted = {
            name: n for (_, name), n in (await web.store.counts()).items() if name.startswith("tapped:")
        }
        assert counted == {f"tapped:{link.removeprefix('/go/')}": 1}

    @pytest.mark.slow
    async def test_says_nothing_about_the_person(self, web: Web) -> None:
        """Two people of one campaign, segment and arm have the same one; who is in no experiment, no arm."""
        link = await self.tapped(web)
        where = await web.store.destination(link.removeprefix("/go/"))
        assert where is not None
        assert set(vars_of(where)) == {
            "organisation",
            "questionnaire",
            "topic",
            "language",
            "segment",
            "invite",
            "arm",
        }
        assert not where.arm

    @pytest.mark.parametrize("path", MADE_UP)
    async def test_that_is_made_up_leads_nowhere(self, web: Web, path: str) -> None:
        browser = await web.browser(follow_redirects=False)
        answer = await browser.opens(f"/go/{path}")
        assert answer.status_code == 404
        assert "location" not in answer.headers


def vars_of(value: Any) -> list[str]:
    """Return the names of a value's fields."""
    return list(value.__slots__)


class TestTheSnippet:
    async def test_is_a_script_that_other_sites_may_load(self, web: Web) -> None:
        browser = await web.browser()
        answer = await browser.opens("/embed.js")
        assert answer.headers["content-type"].startswith("text/javascript")
        assert answer.headers["cross-origin-resource-policy"] == "cross-origin"
        assert '"es": "Responda unas preguntas r\\u00e1pidas"' in answer.text


class TestTheBrand:
    async def test_is_served_as_files(self, web: Web) -> None:
        browser = await web.browser()
        css = await browser.opens("/brand/example-hospital.css")
        assert css.text == ":root { --brand: #1f4e79; --brand-ink: #ffffff; }\n"
        logo = await browser.opens("/brand/example-hospital/logo")
        assert logo.headers["content-type"] == "image/svg+xml"
        assert "sandbox" in logo.headers["content-security-policy"]
        for path in ("/brand/gone.css", "/brand/gone/logo", "/brand/..%2f..%2fREADME/logo"):
            assert (await browser.opens(path)).status_code == 404
