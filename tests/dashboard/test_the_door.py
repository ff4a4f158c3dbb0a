"""Who may go where: forms from elsewhere, other organisations, roles, and what every answer carries."""

import re
from dataclasses import replace
from typing import Any

import httpx
import pytest
from starlette.routing import Route

from bot.dashboard import rooms
from bot.server import create_app
from bot.settings import Settings
from bot.storage.invites import Invite, new_code, paused
from bot.storage.memory import MemoryStore
from bot.storage.staff import Role
from bot.turns import Desk
from bot.web.limits import MOST_BYTES
from tests.channels.webchat.conftest import Browser, Clock
from tests.channels.webchat.test_addresses import ALWAYS, routes
from tests.dashboard.conftest import OURS, THEIRS, Office, token_of, two_organisations
from tests.journeys.house import KEYS

HOME = "/dashboard"
ENTER = "/dashboard/enter"
INVITE = Invite(new_code(), OURS, "health-mindset", "autumn-secret", Clock().at, "ours-only")


def addresses(invite: str = "A" * 16) -> list[tuple[str, str]]:
    """Return each method and address of the dashboard, of one invite where it is about one."""
    desk = Desk(MemoryStore(), two_organisations(), KEYS, Clock())
    found = []
    for route in routes(create_app(desk, Settings(_env_file=None))):
        if isinstance(route, Route) and route.path.startswith(HOME):
            path = route.path.format(invite=invite, kind="svg", link="x") if "{" in route.path else route.path
            found += [(method, path) for method in sorted(route.methods or ()) if method != "HEAD"]
    return found


BEHIND = [one for one in addresses() if not one[1].startswith(ENTER)]
POSTS = [path for method, path in addresses() if method == "POST"]


def test_the_addresses_that_are_tested_are_all() -> None:
    """A new address is found by itself."""
    assert len(addresses()) >= 14
    assert {path for _, path in BEHIND} > {HOME, f"{HOME}/pause", f"{HOME}/invites/new", f"{HOME}/leave"}


async def test_nobody_comes_in_without_a_visit(office: Office) -> None:
    """Each address leads to the page that says how to sign in."""
    browser = await office.browser(follow_redirects=False)
    for method, path in BEHIND:
        answer = await browser.client.request(method, path)
        assert answer.status_code in {302, 303}
        assert answer.headers["location"] in {ENTER, HOME}


class TestAForm:
    @pytest.mark.parametrize(
        "headers",
        [
            {"Sec-Fetch-Site": "cross-site", "Origin": "https://evil.example"},
            {"Sec-Fetch-Site": "same-site"},
            {"Origin": "https://evil.example"},
            {"Origin": "null"},
            {"Origin": ""},
        ],
    )
    async def test_from_elsewhere_is_refused(self, office: Office, headers: dict[str, str]) -> None:
        """Even with the right token, and also where one signs in."""
        browser, account = await office.signed_in()
        await browser.opens(f"{HOME}/account")
        fields = {"token": token_of(browser.answer), "link": await office.link(account)}
        for path in POSTS:
            answer = await browser.sends(path, fields | {"interviews": "pause"}, headers=headers)
            assert answer.status_code == 403, path
        assert not await office.web.store.recall(paused(OURS))
        assert (await browser.opens(HOME)).url.path == HOME

    async def test_that_says_nothing_of_where_it_comes_from_is_refused(self, office: Office) -> None:
        browser, account = await office.signed_in()
        await browser.opens(f"{HOME}/account")
        fields = {"token": token_of(browser.answer), "link": await office.link(account)}
        del browser.client.headers["origin"]
        assert {(await browser.sends(path, fields)).status_code for path in POSTS} == {403}

    @pytest.mark.parametrize("token", [None, "", "A" * 26, "é" * 26, "x" * 5000])
    async def test_without_its_token_is_refused(self, office: Office, token: str | None) -> None:
        await office.web.store.keep_invite(replace(INVITE, code="A" * 16))
        browser, _ = await office.signed_in()
        fields = {} if token is None else {"token": token}
        for path in POSTS:
            answer = await browser.sends(path, fields | {"interviews": "pause", "campaign": "planted"})
            assert answer.status_code == (404 if path == ENTER else 403)
        (invite,) = await office.web.store.invites()
        assert invite.closed_at is None
        assert not await office.web.store.recall(paused(OURS))

    async def test_with_another_visits_token_is_refused(self, office: Office) -> None:
        """Of the same account too: a token belongs to one visit."""
        browser, account = await office.signed_in()
        other = await office.browser()
        await other.sends(ENTER, {"link": await office.link(account)})
        await other.opens(f"{HOME}/account")
        fields = {"token": token_of(other.answer), "interviews": "pause"}
        assert (await browser.sends(f"{HOME}/pause", fields)).status_code == 403
        assert (await other.sends(f"{HOME}/pause", fields)).status_code == 200

    async def test_that_is_too_large_is_refused(self, office: Office) -> None:
        browser, _ = await office.signed_in()
        large = {"campaign": "x" * MOST_BYTES}
        assert {(await browser.sends(path, large)).status_code for path in POSTS} == {413}


class TestAnotherOrganisation:
    @pytest.mark.slow
    async def test_is_seen_nowhere(self, office: Office) -> None:
        """Every address, walked with the other's visit and our code: not there, nothing leaks."""
        await office.web.store.keep_invite(INVITE)
        for role in Role:
            browser, _ = await office.signed_in(role, THEIRS)
            await browser.opens(f"{HOME}/account")
            token = token_of(browser.answer)
            for method, path in addresses(INVITE.code):
                if path == f"{HOME}/leave":
                    continue
                office.web.clock.moves(seconds=1)
                answer = await browser.client.request(
                    method, path, data={"token": token, "campaign": "x"} if method == "POST" else None
                )
                assert "autumn-secret" not in answer.text
                assert "ours-only" not in answer.text
                assert "Example Hospital" not in answer.text or path.startswith(ENTER)
                if INVITE.code in path:
                    assert answer.status_code in {403, 404}
        assert await office.web.store.invite(INVITE.code) == INVITE

    async def test_is_answered_as_what_was_never_there(self, office: Office) -> None:
        await office.web.store.keep_invite(INVITE)
        browser, _ = await office.signed_in(organisation=THEIRS)
        known = await browser.client.get(f"{HOME}/invites/{INVITE.code}")
        unknown = await browser.client.get(f"{HOME}/invites/{'A' * 16}")
        assert known.status_code == unknown.status_code == 404
        assert known.text == unknown.text
        assert "Other Clinic" in known.text

    async def test_cannot_be_named_by_a_form(self, office: Office) -> None:
        """What somebody is, and for whom, comes from the visit alone."""
        browser, _ = await office.signed_in(organisation=THEIRS)
        await browser.opens(f"{HOME}/invites/new")
        ours = dict.fromkeys(("organisation", "account", "role"), OURS)
        fields = {"token": token_of(browser.answer), "campaign": "planted", **ours}
        await browser.sends(f"{HOME}/invites?{httpx.QueryParams(ours)}", fields)
        assert not await office.web.store.invites(OURS)
        assert len(await office.web.store.invites(THEIRS)) == 1

    async def test_is_paused_by_its_own_staff(self, office: Office) -> None:
        browser, _ = await office.signed_in(organisation=THEIRS)
        await browser.opens(HOME)
        await browser.taps("Pause new interviews")
        assert await office.web.store.recall(paused(THEIRS))
        assert not await office.web.store.recall(paused(OURS))


class TestARole:
    @pytest.mark.parametrize("role", [Role.VIEWER, Role.EXPORTER])
    async def test_without_the_right_to_edit_changes_nothing(self, office: Office, role: Role) -> None:
        await office.web.store.keep_invite(INVITE)
        browser, _ = await office.signed_in(role)
        await browser.opens(f"{HOME}/account")
        token = {"token": token_of(browser.answer), "interviews": "pause", "campaign": "planted"}
        for path in (f"{HOME}/pause", f"{HOME}/invites", f"{HOME}/invites/{INVITE.code}/close"):
            assert (await browser.sends(path, token)).status_code == 403
        assert (await browser.opens(f"{HOME}/invites/new")).status_code == 403
        assert list(await office.web.store.invites()) == [INVITE]
        assert not await office.web.store.recall(paused(OURS))

    @pytest.mark.parametrize("role", [Role.VIEWER, Role.EDITOR])
    async def test_without_the_right_to_export_takes_nothing_away(self, office: Office, role: Role) -> None:
        browser, _ = await office.signed_in(role)
        assert (await browser.opens(f"{HOME}/figures.csv")).status_code == 403
        assert not [one for one in await office.web.store.deeds() if one.what == "figures_taken"]


class TestEveryAnswer:
    @pytest.mark.slow
    @pytest.mark.parametrize("role", [None, Role.EDITOR, Role.EXPORTER])
    async def test_carries_the_headers(self, office: Office, role: Role | None) -> None:
        """With a visit of any role and without one, errors too; nobody keeps a copy of a page."""
        await office.web.store.keep_invite(INVITE)
        browser = await office.browser() if role is None else (await office.signed_in(role))[0]
        browser.client.follow_redirects = False
        for method, path in [*addresses(INVITE.code), ("GET", f"{HOME}/nowhere"), ("PUT", HOME)]:
            office.web.clock.moves(seconds=1)
            _check_headers(await browser.client.request(method, path))

    @pytest.mark.slow
    @pytest.mark.parametrize("host", ["evil.example", "localhost.evil.example", "a b", ""])
    async def test_believes_no_host_header(self, office: Office, host: str) -> None:
        await office.web.store.keep_invite(INVITE)
        browser, account = await office.signed_in(follow_redirects=False)
        sent = {"Host": host, "X-Forwarded-Host": "evil.example", "Forwarded": "host=evil.example"}
        for method, path in addresses(INVITE.code):
            answer = await browser.client.request(method, path, headers=sent)
            assert "evil" not in answer.text
            assert "evil" not in str(answer.headers)
        entered = await browser.sends(ENTER, {"link": await office.link(account)}, headers=sent)
        assert "evil" not in str(entered.headers)

    @pytest.mark.parametrize(
        "query",
        ["next=https://evil.example", "next=//evil.example", "here=//evil.example", "left=//evil.example"],
    )
    async def test_leads_nowhere_else(self, office: Office, query: str) -> None:
        """There is nothing in which an address could be given."""
        browser, account = await office.signed_in(follow_redirects=False)
        await browser.opens(f"{HOME}/account")
        fields = {"token": token_of(browser.answer), "interviews": "open", **httpx.QueryParams(query)}
        answers = [
            await browser.sends(f"{HOME}/pause?{query}", fields),
            await browser.sends(f"{ENTER}?{query}", fields | {"link": await office.link(account)}),
            await browser.opens(f"{ENTER}?{query}"),
            await browser.opens(f"{HOME}?{query}"),
        ]
        for answer in answers:
            assert "evil" not in answer.headers.get("location", "")


def _check_headers(answer: httpx.Response) -> None:
    assert all(name in answer.headers for name in ALWAYS), answer.headers
    assert answer.status_code < 500
    assert answer.headers["cache-control"] == "no-store"
    policy = answer.headers["content-security-policy"]
    assert policy.startswith("default-src 'none'")
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
    if answer.headers.get("content-type", "").startswith("text/html"):
        assert not re.search(r"<script(?![^>]*\bsrc=)|\son\w+=|\sstyle=|javascript:", answer.text)


async def test_what_somebody_typed_hurts_no_page(office: Office) -> None:
    """A campaign's name comes back as text, in the field where it stood."""
    browser, _ = await office.signed_in()
    await browser.opens(f"{HOME}/invites/new")
    hurting = '"><script>alert(1)</script>'
    fields: dict[str, Any] = {"token": token_of(browser.answer), "campaign": hurting, "source": hurting}
    answer = await browser.sends(f"{HOME}/invites", fields)
    assert answer.status_code == 422
    assert "<script>alert" not in answer.text
    assert "&lt;script&gt;alert(1)" in answer.text


def test_every_address_stands_behind_the_door_or_before_it(office: Office) -> None:
    """What isn't let through by `Door.admits` is named here."""
    del office
    desk = Desk(MemoryStore(), two_organisations(), KEYS, Clock())
    app: Any = create_app(desk, Settings(_env_file=None))
    free = {
        route.path
        for route in routes(app)
        if route.path.startswith(HOME) and "admits" not in getattr(route, "endpoint", rooms).__qualname__
    }
    assert free == {ENTER, ENTER + "/{link}", HOME + "/"}


async def test_a_browser_that_is_signed_in_is_greeted_by_no_sign_in_page(office: Office) -> None:
    browser, _ = await office.signed_in()
    assert isinstance(browser, Browser)
    assert (await browser.opens(ENTER)).url.path == HOME
