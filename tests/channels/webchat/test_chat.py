"""The interview in a browser: who is recognised, what is refused, and what stays on no screen."""

import json
import re

import pytest

from bot.channels.webchat.visitor import CHANNEL
from bot.conversation.session import Step
from bot.errors import StoreUnavailable
from tests.channels.webchat.conftest import Web, served
from tests.journeys.house import KEYS

CODE = re.compile(r"[A-Z2-7]{4}(?:-[A-Z2-7]{4}){3}")


class TestTheCookie:
    async def test_can_be_read_by_no_script_and_no_other_site(self, web: Web) -> None:
        browser = await web.browser(follow_redirects=False)
        await browser.opens("/chat/hello")
        assert "set-cookie" not in browser.answer.headers
        answer = await browser.taps("Let's begin")
        said = answer.headers["set-cookie"]
        assert re.match(r"attune=[A-Za-z0-9_-]{22}; HttpOnly; Max-Age=\d+; Path=/; SameSite=lax", said)

    async def test_belongs_to_the_very_host_over_https(self) -> None:
        async with served(public_url="https://attune.example") as web:
            browser = await web.browser(follow_redirects=False)
            await browser.opens("/chat/hello")
            said = (await browser.taps("Let's begin")).headers["set-cookie"]
            assert said.startswith("__Host-attune=")
            assert "Secure" in said
            assert "Domain" not in said
            assert browser.answer.headers["strict-transport-security"]

    @pytest.mark.parametrize("forged", ["", "x", "A" * 22, "A" * 4000, "../../etc", "%00" * 8, "é" * 22])
    async def test_that_is_forged_leads_to_nobody(self, web: Web, forged: str) -> None:
        browser = await web.browser()
        sent = {b"Cookie": f"attune={forged}".encode()}
        answer = await browser.opens("/chat/hello", headers=sent)
        assert answer.status_code == 200
        assert "Let's begin" in browser.page.text
        assert await web.people() == 0

    @pytest.mark.slow
    async def test_is_dropped_with_everything_else(self, web: Web) -> None:
        browser = await web.browser()
        await browser.reaches_result("/chat/hello")
        for label in ("Erase my answers", "Yes, erase", "Erase everything now"):
            await browser.taps(label)
        assert "Everything is erased." in browser.page.text
        assert await web.people() == 0
        assert not browser.client.cookies
        await browser.opens("/chat/hello")
        assert "Let's begin" in browser.page.text


class TestSomebodyElsesButton:
    async def test_changes_nothing(self, web: Web) -> None:
        ana, ben = await web.browser(), await web.browser()
        await ana.reaches_questions("/chat/hello")
        await ben.reaches_questions("/chat/hello")
        form, fields = ana.form("Completely")
        await ben.sends(form.action, fields)
        assert "That question is closed." in ben.page.text
        for browser in (ana, ben):
            secret = browser.client.cookies["attune"]
            (session,) = await web.store.sessions_of(KEYS.person(CHANNEL, secret))
            assert not session.answers

    @pytest.mark.parametrize("tap", ["", "x", "1." + "A" * 11 + ".3.c.0", "9" * 500, "\x00", "1.a.b.c"])
    async def test_or_a_made_up_one_is_answered_kindly(self, web: Web, tap: str) -> None:
        browser = await web.browser()
        await browser.reaches_questions("/chat/hello")
        answer = await browser.sends("/chat/hello", {"tap": tap})
        assert answer.status_code == 200
        assert "1 of 12" in browser.page.text


class TestAFormFromElsewhere:
    @pytest.mark.parametrize(
        "headers",
        [
            {"Sec-Fetch-Site": "cross-site", "Origin": "https://evil.example"},
            {"Sec-Fetch-Site": "same-site"},
            {"Origin": "https://evil.example"},
            {"Origin": "null"},
        ],
    )
    async def test_is_refused(self, web: Web, headers: dict[str, str]) -> None:
        browser = await web.browser()
        for path in ("/chat/hello", "/chat/hello/my-data.json", "/resume"):
            answer = await browser.sends(path, {"act": "begin"}, headers=headers)
            assert answer.status_code == 403
            assert "That didn't work" in browser.page.text
        assert await web.people() == 0

    async def test_is_refused_where_it_is_too_large(self, web: Web) -> None:
        browser = await web.browser()
        assert (await browser.sends("/chat/hello", {"tap": "x" * 33_000})).status_code == 413
        longest = {"tap": "x", "typed": "\N{GRINNING FACE}" * 2000}  # own words take no more
        assert (await browser.sends("/chat/hello", longest)).status_code != 413
        many = {f"field{n}": "" for n in range(50)}
        assert (await browser.sends("/chat/hello", many)).status_code == 413


class TestAResumeCode:
    async def test_leads_to_the_interview_on_another_browser(self, web: Web) -> None:
        ana, phone = await web.browser(), await web.browser()
        await ana.reaches_questions("/chat/hello")
        await ana.taps("Mostly")
        await ana.taps("Pause")
        (code,) = CODE.findall(ana.page.text)
        await ana.opens("/chat/hello")
        assert CODE.findall(ana.page.text) == [code]
        await phone.sends("/resume", {"code": code.lower().replace("-", " ")})
        await phone.taps("Go on")
        assert "2 of 12" in phone.page.text

    async def test_expires(self, web: Web) -> None:
        ana, phone = await web.browser(), await web.browser()
        await ana.reaches_questions("/chat/hello")
        await ana.taps("Pause")
        (code,) = CODE.findall(ana.page.text)
        web.clock.moves(days=31)
        answer = await phone.sends("/resume", {"code": code})
        assert answer.status_code == 422
        assert "doesn't work" in phone.page.text

    @pytest.mark.slow
    async def test_can_not_be_guessed(self, web: Web) -> None:
        """Ten tries, then one in ten seconds: the wrong ones all look alike."""
        browser = await web.browser()
        tries = [await browser.sends("/resume", {"code": code}) for code in ["x", "", "A" * 16, "é" * 16] * 3]
        assert [one.status_code for one in tries] == [422] * 10 + [429] * 2
        assert len({one.text for one in tries[:10]}) == 1


class TestASharedScreen:
    async def test_keeps_nothing_and_is_cleared(self, web: Web) -> None:
        """No cookie; the page's own form carries the way on, and the page clears itself."""
        invite = await web.invite(shared_screen=True)
        browser = await web.browser()
        await browser.reaches_questions(f"/chat/{invite.code}")
        assert not browser.client.cookies
        assert str(browser.answer.url).endswith(f"/chat/{invite.code}")
        assert 'http-equiv="refresh" content="120' in browser.answer.text
        await browser.taps("Mostly")
        assert "2 of 12" in browser.page.text
        await browser.opens(f"/chat/{invite.code}")
        assert "Let's begin" in browser.page.text

    @pytest.mark.slow
    async def test_shows_nobody_to_the_next_person(self, web: Web) -> None:
        """Going back in the browser sends the form of whoever left: it leads to the beginning."""
        invite = await web.invite(shared_screen=True)
        browser = await web.browser()
        await browser.reaches_questions(f"/chat/{invite.code}")
        form, fields = browser.form("Mostly")
        web.clock.moves(minutes=3)
        await browser.sends(form.action, fields)
        assert "Let's begin" in browser.page.text
        await browser.reaches_questions(f"/chat/{invite.code}")
        form, fields = browser.form("Mostly")
        await browser.taps("Clear this screen")
        await browser.sends(form.action, fields)
        assert "Let's begin" in browser.page.text


class TestAFrame:
    async def test_is_let_only_where_the_organisation_says(self, web: Web) -> None:
        invite = await web.invite()
        browser = await web.browser()
        plain = await browser.opens(f"/chat/{invite.code}")
        assert "frame-ancestors 'none'" in plain.headers["content-security-policy"]
        assert plain.headers["x-frame-options"] == "DENY"
        await browser.opens(f"/chat/{invite.code}?frame=1")
        for label in ("Let's begin", "I am 18 or older and I agree", "No, just my tips", "Mostly"):
            policy = browser.answer.headers["content-security-policy"]
            assert policy.endswith("frame-ancestors https://example.org")
            assert "x-frame-options" not in browser.answer.headers
            await browser.taps(label)
        assert "2 of 12" in browser.page.text
        assert not browser.client.cookies


class TestAPage:
    @pytest.mark.slow
    async def test_says_nothing_in_its_address_about_who_it_is(self, web: Web) -> None:
        browser = await web.browser()
        await browser.reaches_result("/chat/hello")
        await browser.taps("Show me a tip")
        assert str(browser.answer.url).endswith("/chat/hello?page=tip")
        assert browser.client.cookies["attune"] not in browser.answer.text

    @pytest.mark.slow
    async def test_shows_only_what_the_interview_offers_at_its_step(self, web: Web) -> None:
        browser = await web.browser()
        await browser.reaches_questions("/chat/hello")
        for page in (
            "result",
            "how",
            "tip",
            "goodbye",
            "again",
            "consent",
            "erased",
            "sorry",
            "nonsense",
            "",
        ):
            await browser.opens(f"/chat/hello?page={page}&number=99&notice=nonsense")
            assert browser.answer.status_code == 200
            assert "1 of 12" in browser.page.text, page
        await browser.opens("/chat/hello?page=help")
        assert "Tap the buttons to answer." in browser.page.text

    @pytest.mark.slow
    async def test_changes_nothing_by_being_looked_at(self, web: Web) -> None:
        browser = await web.browser()
        await browser.reaches_questions("/chat/hello")
        before = dict(web.store._counts), web.store._as_of
        for page in ("mydata", "erase_sure", "privacy", "help", "language"):
            await browser.opens(f"/chat/hello?page={page}")
        assert (dict(web.store._counts), web.store._as_of) == before

    @pytest.mark.slow
    async def test_hands_over_everything_kept(self, web: Web) -> None:
        browser = await web.browser()
        await browser.reaches_result("/chat/hello")
        answer = await browser.client.post("/chat/hello/my-data.json")
        assert answer.headers["content-disposition"] == 'attachment; filename="my-data.json"'
        (interview,) = json.loads(answer.text)["interviews"]
        assert interview["channel"] == "web"
        assert len(interview["answers"]) == 12

    async def test_names_no_command_of_a_chat(self, web: Web) -> None:
        browser = await web.browser()
        await browser.opens("/chat/hello")
        await browser.taps("Let's begin")
        await browser.taps("Read it all")
        assert not re.search(r"(?<!\w)/(privacy|mydata|forget|start)\b", browser.page.text)
        assert "“Erase my answers” erases it" in browser.page.text

    async def test_owns_up_where_the_store_is_away(self, web: Web, monkeypatch: pytest.MonkeyPatch) -> None:
        """A disk that says no for a while is a kind page, and nothing is lost."""
        browser = await web.browser()
        await browser.reaches_questions("/chat/hello")

        async def away(*_: object, **__: object) -> None:
            raise StoreUnavailable("The disk is full.")

        with monkeypatch.context() as patch:
            patch.setattr(web.store, "save", away)
            form, fields = browser.form("Mostly")
            answer = await browser.sends(form.action, fields)
        assert answer.status_code == 503
        assert "Your answers are safe." in browser.page.text
        assert answer.headers["content-security-policy"].startswith("default-src 'none'")
        await browser.sends(form.action, fields)
        assert "2 of 12" in browser.page.text


async def test_somebody_who_declines_leaves_nothing(web: Web) -> None:
    """And may begin again."""
    browser = await web.browser()
    await browser.opens("/chat/hello")
    await browser.taps("Let's begin")
    await browser.taps("No, thank you")
    assert "That's fine." in browser.page.text
    assert await web.people() == 0
    await browser.taps("Begin")
    (known,) = web.store._people
    saved = await web.store.load(known)
    assert saved.session is not None
    assert saved.session.step is Step.WELCOME
