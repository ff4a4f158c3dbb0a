"""Signing in and out: links that work once, cookies that can't be forged, visits that end."""

import asyncio
import re

import pytest

from bot.dashboard import visits
from bot.storage.staff import LINK_AGE, VISIT_AGE, VISIT_IDLE, Role
from tests.channels.webchat.conftest import served
from tests.dashboard.conftest import OURS, Office, token_of, two_organisations
from tests.journeys.house import KEYS

HOME = "/dashboard"
ENTER = "/dashboard/enter"


class TestALink:
    async def test_is_opened_by_previewers_without_being_used_up(self, office: Office) -> None:
        link = await office.link(await office.account())
        previewer = await office.browser(headers={"User-Agent": "Slackbot-LinkExpanding 1.0"})
        for _ in range(3):
            answer = await previewer.opens(f"{ENTER}/{link}")
            assert answer.status_code == 200
            assert "set-cookie" not in answer.headers
        await previewer.client.head(f"{ENTER}/{link}")
        browser = await office.browser()
        await browser.opens(f"{ENTER}/{link}")
        assert "Sign in as “Ward 3”" in browser.page.text
        answer = await browser.sends(ENTER, browser.page.forms[0].fields)
        assert answer.url.path == HOME
        assert "New interviews may begin" in browser.page.text

    async def test_works_once(self, office: Office) -> None:
        link = await office.link(await office.account())
        first, second = await office.browser(), await office.browser()
        assert (await first.sends(ENTER, {"link": link})).url.path == HOME
        answer = await second.sends(ENTER, {"link": link})
        assert answer.status_code == 404
        assert "doesn't work any more" in second.page.text
        assert not second.client.cookies
        assert (await first.opens(f"{ENTER}/{link}")).url.path == HOME

    async def test_works_once_whoever_comes_at_the_same_moment(self, office: Office) -> None:
        link = await office.link(await office.account())
        browsers = [await office.browser(follow_redirects=False) for _ in range(8)]
        answers = await asyncio.gather(*(one.sends(ENTER, {"link": link}) for one in browsers))
        assert sorted(one.status_code for one in answers) == [303] + [404] * 7

    async def test_works_for_a_day(self, office: Office) -> None:
        link = await office.link(await office.account())
        office.web.clock.moves(seconds=LINK_AGE.total_seconds())
        browser = await office.browser()
        assert (await browser.opens(f"{ENTER}/{link}")).status_code == 404
        assert (await browser.sends(ENTER, {"link": link})).status_code == 404

    @pytest.mark.parametrize("link", ["", "x", "A" * 43, "A" * 4000, "../account", "é" * 43, "%00"])
    async def test_that_is_made_up_opens_nothing_and_says_no_more(self, office: Office, link: str) -> None:
        browser = await office.browser()
        answer = await browser.sends(ENTER, {"link": link})
        assert answer.status_code == 404
        assert "doesn't work any more" in browser.page.text
        assert "example" not in str(answer.headers.get("set-cookie", ""))

    @pytest.mark.slow
    async def test_cannot_be_guessed_at_any_rate(self, office: Office) -> None:
        browser = await office.browser()
        tried = [(await browser.sends(ENTER, {"link": visits.new_secret()})).status_code for _ in range(25)]
        assert tried.count(429) >= 4

    async def test_is_stored_as_a_digest_only(self, office: Office) -> None:
        link = await office.link(await office.account())
        (kept,) = office.web.store._offers
        assert link not in kept
        assert kept == visits.link_digest(KEYS, link)

    async def test_holds_256_random_bits(self) -> None:
        links = {visits.new_secret() for _ in range(50)}
        assert len(links) == 50
        assert all(re.fullmatch(r"[A-Za-z0-9_-]{43}", one) for one in links)


class TestTheCookie:
    async def test_can_be_read_by_no_script_and_no_other_site(self, office: Office) -> None:
        browser, _ = await office.signed_in(follow_redirects=False)
        said = browser.answer.headers["set-cookie"]
        assert re.match(
            r"attune-staff=[A-Za-z0-9_-]{43}; HttpOnly; Max-Age=28800; Path=/; SameSite=lax", said
        )

    async def test_belongs_to_the_very_host_over_https(self) -> None:
        address = "https://attune.example"
        async with served(public_url=address, library=two_organisations()) as web:
            browser, _ = await Office(web).signed_in(follow_redirects=False, headers={"Origin": address})
            said = browser.answer.headers["set-cookie"]
            assert said.startswith("__Host-attune-staff=")
            assert "Secure" in said
            assert "Domain" not in said

    @pytest.mark.parametrize("forged", ["", "x", "A" * 43, "A" * 4000, "../../etc", "%00" * 8, "é" * 43])
    async def test_that_is_forged_leads_to_nobody(self, office: Office, forged: str) -> None:
        browser = await office.browser()
        for path in (HOME, f"{HOME}/invites", f"{HOME}/account"):
            sent = {b"Cookie": f"attune-staff={forged}".encode()}
            answer = await browser.opens(path, headers=sent)
            assert answer.url.path == ENTER
            assert "You need a sign-in link" in browser.page.text

    @pytest.mark.slow
    async def test_changed_in_one_place_leads_to_nobody(self, office: Office) -> None:
        browser, _ = await office.signed_in()
        secret = browser.client.cookies["attune-staff"]
        for place in range(0, 43, 6):
            other = "A" if secret[place] != "A" else "B"
            changed = secret[:place] + other + secret[place + 1 :]
            stranger = await office.browser(cookies={"attune-staff": changed})
            assert (await stranger.opens(HOME)).url.path == ENTER

    async def test_is_made_anew_at_each_sign_in(self, office: Office) -> None:
        """A secret that somebody planted is never taken over, and the visit before is over."""
        planted = visits.new_secret()
        account = await office.account()
        browser = await office.browser(cookies={"attune-staff": planted}, follow_redirects=False)
        answer = await browser.sends(ENTER, {"link": await office.link(account)})
        first = re.search(r"attune-staff=([^;]+)", answer.headers["set-cookie"])
        assert first is not None
        assert first[1] != planted
        attacker = await office.browser(cookies={"attune-staff": planted})
        assert (await attacker.opens(HOME)).url.path == ENTER
        again = await office.browser(cookies={"attune-staff": first[1]}, follow_redirects=False)
        await again.sends(ENTER, {"link": await office.link(account)})
        before = await office.browser(cookies={"attune-staff": first[1]})
        assert (await before.opens(HOME)).url.path == ENTER

    async def test_of_an_interview_opens_no_dashboard(self, office: Office) -> None:
        browser = await office.browser()
        await browser.reaches_questions("/chat/hello")
        assert (await browser.opens(HOME)).url.path == ENTER


class TestAVisit:
    async def test_ends_after_some_idle_minutes(self, office: Office) -> None:
        browser, _ = await office.signed_in()
        for _ in range(3):
            office.web.clock.moves(seconds=VISIT_IDLE.total_seconds() - 1)
            assert (await browser.opens(HOME)).url.path == HOME
        office.web.clock.moves(seconds=VISIT_IDLE.total_seconds())
        assert (await browser.opens(HOME)).url.path == ENTER

    @pytest.mark.slow
    async def test_ends_after_some_hours_in_any_case(self, office: Office) -> None:
        browser, _ = await office.signed_in()
        for _ in range(int(VISIT_AGE.total_seconds()) // 1200 - 1):
            office.web.clock.moves(minutes=20)
            assert (await browser.opens(HOME)).url.path == HOME
        office.web.clock.moves(minutes=20)
        assert (await browser.opens(HOME)).url.path == ENTER

    async def test_ends_with_signing_out(self, office: Office) -> None:
        browser, _ = await office.signed_in()
        secret = browser.client.cookies["attune-staff"]
        await browser.opens(f"{HOME}/account")
        answer = await browser.sends(f"{HOME}/leave", {"token": token_of(browser.answer)})
        assert "You are signed out." in browser.page.text
        assert answer.url.path == ENTER
        assert "attune-staff" not in browser.client.cookies
        kept = await office.browser(cookies={"attune-staff": secret})
        assert (await kept.opens(HOME)).url.path == ENTER

    async def test_ends_at_once_when_its_account_is_closed(self, office: Office) -> None:
        browser, account = await office.signed_in()
        other, _ = await office.signed_in()
        await office.web.store.close_account(account.id, office.web.clock())
        assert (await browser.opens(HOME)).url.path == ENTER
        assert (await other.opens(HOME)).url.path == HOME

    async def test_is_over_where_its_organisation_is_gone(self, office: Office) -> None:
        browser, _ = await office.signed_in(organisation="closed-clinic")
        assert browser.answer.url.path == ENTER

    @pytest.mark.slow
    async def test_asks_for_no_more_than_a_person_can_look_at(self, office: Office) -> None:
        browser, _ = await office.signed_in()
        answers = [(await browser.client.get(f"{HOME}/account")).status_code for _ in range(40)]
        assert 429 in answers


async def test_what_was_done_is_written_down_and_shown_to_oneself(office: Office) -> None:
    """Signing in, an invite made, and nothing of anybody else."""
    browser, account = await office.signed_in()
    await office.signed_in()
    await browser.opens(f"{HOME}/invites/new")
    fields = {"token": token_of(browser.answer), "campaign": "spring"}
    await browser.sends(f"{HOME}/invites", fields)
    await browser.opens(f"{HOME}/account")
    assert browser.page.text.count("Signed in") == 1
    assert "Made an invite" in browser.page.text
    (invite,) = await office.web.store.invites(OURS)
    kept = [(one.account, one.what, one.about) for one in await office.web.store.deeds(OURS)]
    assert (account.id, "invite_made", invite.code) in kept
    assert len(kept) == 3


@pytest.mark.parametrize("role", Role)
async def test_every_role_sees_the_pages(office: Office, role: Role) -> None:
    """What it may not do isn't offered."""
    browser, _ = await office.signed_in(role)
    for path in (HOME, f"{HOME}/invites", f"{HOME}/account"):
        assert (await browser.opens(path)).status_code == 200
    await browser.opens(f"{HOME}/invites")
    assert ("New invite" in browser.page.text) == (role is Role.EDITOR)
    assert ("Pause new interviews" in browser.page.text) == (role is Role.EDITOR)
