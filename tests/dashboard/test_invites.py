"""Invites on the dashboard: made, shown as people see them, printed, closed; and the switch for all."""

import base64
import hashlib
import re
from datetime import UTC, datetime

import pytest

from bot.storage.invites import Invite, new_code
from tests.channels.webchat.conftest import Browser
from tests.dashboard.conftest import OURS, Office, token_of

LIST = "/dashboard/invites"


async def made(browser: Browser, **fields: str) -> int:
    """Fill in and send the form; return what was answered."""
    await browser.opens(f"{LIST}/new")
    sent = {"token": token_of(browser.answer), "campaign": "spring", **fields}
    return (await browser.sends(LIST, sent)).status_code


class TestANewInvite:
    async def test_is_ready_to_be_spread(self, office: Office) -> None:
        browser, _ = await office.signed_in()
        wanted = {"source": "ward 3", "language": "es", "limit": "200", "expires": "2026-12-31"}
        assert await made(browser, **wanted, shared_screen="1", questionnaire="big-five") == 200
        (invite,) = await office.web.store.invites()
        last = datetime(2027, 1, 1, 5, tzinfo=UTC)  # midnight in New York
        assert invite == Invite(
            invite.code,
            OURS,
            "big-five",
            "spring",
            office.web.clock(),
            source="ward 3",
            language="es",
            shared_screen=True,
            expires_at=last,
            limit=200,
            share=invite.share,
        )
        assert f"{office.web.address}/i/{invite.code}" in browser.page.text
        for said in ("Your invite is ready.", "Works until the end of 2026-12-31", "At most 200 interviews"):
            assert said in browser.page.text

    async def test_needs_a_campaign_only(self, office: Office) -> None:
        browser, _ = await office.signed_in()
        assert await made(browser) == 200
        (invite,) = await office.web.store.invites()
        assert (invite.source, invite.language, invite.limit, invite.expires_at) == ("", None, None, None)

    @pytest.mark.parametrize(
        ("field", "value", "said"),
        [
            ("campaign", "", "letters, digits"),
            ("campaign", "x" * 65, "letters, digits"),
            ("source", "<b>", "letters, digits"),
            ("limit", "10", "from 11 to 1,000,000"),
            ("limit", "-11", "from 11 to 1,000,000"),
            ("limit", "٢٠", "from 11 to 1,000,000"),
            ("limit", "9" * 30, "from 11 to 1,000,000"),
            ("expires", "2026-11-23", "a day that isn't over yet"),
            ("expires", "9999-12-31", "a day that isn't over yet"),
            ("expires", "soon", "a day that isn't over yet"),
            ("language", "xx", "one from the list"),
            ("questionnaire", "../etc", "one from the list"),
        ],
    )
    async def test_that_is_wrong_is_explained_beside_its_field(
        self, office: Office, field: str, value: str, said: str
    ) -> None:
        browser, _ = await office.signed_in()
        assert await made(browser, **{"source": "kept here", field: value}) == 422
        assert not await office.web.store.invites()
        assert "fields marked below" in browser.page.text
        assert browser.answer.text.count('aria-invalid="true"') == 1
        assert re.search(rf'id="{field}-wrong">[^<]*{said}', browser.answer.text.replace("&#39;", "'"))
        assert field == "source" or 'value="kept here"' in browser.answer.text


class TestAnInvite:
    async def test_is_previewed_as_people_see_it_without_being_counted(self, office: Office) -> None:
        invite = await office.web.invite()
        browser, _ = await office.signed_in()
        preview = await browser.opens(f"{LIST}/{invite.code}/preview")
        assert "Nothing is counted" in browser.page.text
        assert re.search(r"<button[^>]* disabled", preview.text)
        assert not re.search(rf'href="/(i|chat)/{invite.code}', preview.text)
        assert not await office.web.store.counts()
        person = await office.browser()
        seen = await person.opens(f"/i/{invite.code}")
        assert await office.web.store.counts()
        heading = re.compile(r"<h1[^>]*>(.*?)</h1>")
        assert heading.findall(preview.text) == heading.findall(seen.text)

    async def test_is_printed_with_a_style_that_the_policy_names(self, office: Office) -> None:
        invite = await office.web.invite()
        browser, _ = await office.signed_in()
        answer = await browser.opens(f"{LIST}/{invite.code}/poster?language=es")
        (style,) = re.findall(r"<style>(.*?)</style>", answer.text, flags=re.DOTALL)
        digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
        assert f"style-src 'sha256-{digest}'" in answer.headers["content-security-policy"]
        assert 'lang="es"' in answer.text
        assert f"/i/{invite.code}" in answer.text

    async def test_is_drawn_as_files(self, office: Office) -> None:
        invite = await office.web.invite()
        browser, _ = await office.signed_in()
        for kind, begins in (("svg", b"<?xml"), ("png", b"\x89PNG")):
            answer = await browser.client.get(f"{LIST}/{invite.code}/qr.{kind}")
            assert answer.content.startswith(begins)
            assert f'attune-{invite.code}.{kind}"' in answer.headers["content-disposition"]
        assert (await browser.client.get(f"{LIST}/{invite.code}/qr.exe")).status_code == 404

    async def test_is_closed_for_good(self, office: Office) -> None:
        invite = await office.web.invite()
        browser, account = await office.signed_in()
        await browser.opens(f"{LIST}/{invite.code}")
        token = token_of(browser.answer)
        office.web.clock.moves(seconds=1)
        await browser.sends(f"{LIST}/{invite.code}/close", {"token": token})
        assert "lets nobody in any more" in browser.page.text
        assert "Close it for good" not in browser.page.text
        kept = await office.web.store.invite(invite.code)
        assert kept is not None
        assert kept.closed_at == office.web.clock()
        last = (await office.web.store.deeds(OURS))[0]
        assert (last.account, last.what, last.about) == (account.id, "invite_closed", invite.code)

    async def test_tells_nobody_how_many_began(self, office: Office) -> None:
        """Counts are hidden where they are small, together with what they could be worked out from."""
        invite = await office.web.invite(begun=7345)
        browser, _ = await office.signed_in()
        for path in (LIST, f"{LIST}/{invite.code}"):
            assert "7345" not in (await browser.opens(path)).text

    async def test_of_a_questionnaire_that_is_gone_is_still_shown(self, office: Office) -> None:
        invite = Invite(new_code(), OURS, "gone", "autumn", office.web.clock())
        await office.web.store.keep_invite(invite)
        browser, _ = await office.signed_in()
        for path in (LIST, f"{LIST}/{invite.code}", f"{LIST}/{invite.code}/poster"):
            assert (await browser.opens(path)).status_code == 200


@pytest.mark.slow
async def test_the_switch_stops_new_interviews_at_once(office: Office) -> None:
    """Whoever opens the link is welcomed, and nobody begins under this name; later they do again."""
    invite = await office.web.invite()
    browser, _ = await office.signed_in()
    await browser.opens("/dashboard")
    office.web.clock.moves(seconds=1)
    await browser.taps("Pause new interviews")
    assert "New interviews are paused" in browser.page.text
    person = await office.browser()
    await person.opens(f"/chat/{invite.code}")
    await person.sends(f"/chat/{invite.code}", {"act": "begin"})
    assert await begun(office, invite) == 0
    office.web.clock.moves(seconds=1)
    await browser.opens(LIST)
    answer = await browser.taps("Let them begin again")
    assert answer.url.path == LIST
    person = await office.browser()
    await person.sends(f"/chat/{invite.code}", {"act": "begin"})
    assert await begun(office, invite) == 1
    done = [one.what for one in await office.web.store.deeds()]
    assert done == ["resumed", "paused", "signed_in"]


async def begun(office: Office, invite: Invite) -> int:
    """Return how many interviews began with an invite."""
    kept = await office.web.store.invite(invite.code)
    assert kept is not None
    return kept.begun


async def test_a_language_is_chosen_once(office: Office) -> None:
    """It stays, also after signing out; a language that isn't spoken changes nothing."""
    browser, _ = await office.signed_in()
    await browser.opens(f"{LIST}?language=es")
    assert "Invitaciones" in browser.page.text
    await browser.opens(f"{LIST}?language=xx")
    await browser.opens(LIST)
    assert "Invitaciones" in browser.page.text
