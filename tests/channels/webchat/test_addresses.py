"""Every address of the server: headers on every answer, and nothing that anybody sends is a fault of ours."""

import random
import re
import string
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette
from starlette.routing import Mount, Route

from bot.channels.telegram.webhook import PATH, Webhook
from bot.dashboard.visits import form_token, link_digest, new_secret, offer, visit_digest
from bot.server import create_app, with_webhook
from bot.settings import Settings
from bot.storage.invites import Destination, Invite, new_code
from bot.storage.memory import MemoryStore
from bot.storage.staff import Account, Role, new_account_id
from bot.turns import Desk
from tests.channels.webchat.conftest import Clock, Web
from tests.journeys.house import KEYS
from tests.journeys.test_journeys import LIBRARY

ALWAYS = (
    "content-security-policy",
    "x-content-type-options",
    "referrer-policy",
    "cross-origin-opener-policy",
    "cross-origin-resource-policy",
    "permissions-policy",
    "cache-control",
)


def routes(app: Any) -> list[Route | Mount]:
    """Return every route of the app."""
    inner = app._app
    assert isinstance(inner, Starlette)
    return [one for one in inner.routes if isinstance(one, Route | Mount)]


def addresses() -> list[tuple[str, str]]:
    """Return each method and address of the app, with something in its places."""
    desk = Desk(MemoryStore(), LIBRARY, KEYS, Clock())
    found = []
    for route in routes(create_app(desk, Settings(_env_file=None))):
        methods = sorted(route.methods or ()) if isinstance(route, Route) else ["GET"]
        path = route.path if isinstance(route, Route) else f"{route.path}/attune.css"
        found += [(method, re.sub(r"\{\w+\}", "example-hospital", path)) for method in methods]
    return found


@pytest.mark.parametrize(
    ("method", "path"), [*addresses(), ("GET", "/nowhere"), ("PUT", "/"), ("TRACE", "/i/x")]
)
async def test_every_answer_carries_the_headers(web: Web, method: str, path: str) -> None:
    """Errors too; and no page lets a script run that isn't a file of ours."""
    browser = await web.browser(follow_redirects=False)
    answer = await browser.client.request(method, path)
    assert all(name in answer.headers for name in ALWAYS), answer.headers
    assert answer.status_code < 500
    policy = answer.headers["content-security-policy"]
    assert policy.startswith("default-src 'none'")
    assert "unsafe" not in policy or "sandbox" in policy
    if answer.headers.get("content-type", "").startswith("text/html"):
        assert not re.search(r"<script(?![^>]*\bsrc=)|\son\w+=|\sstyle=|javascript:", answer.text)


async def test_what_telegram_calls_carries_them_too() -> None:
    """Refused or not."""
    desk = Desk(MemoryStore(), LIBRARY, KEYS, Clock())
    app = httpx.ASGITransport(with_webhook(Webhook("a secret of sixteen", desk), []))
    async with httpx.AsyncClient(transport=app, base_url="http://127.0.0.1") as client:
        for answer in (await client.post(PATH, content=b"{}"), await client.get("/nowhere")):
            assert 400 <= answer.status_code < 500
            assert all(name in answer.headers for name in ALWAYS), answer.headers


async def test_a_fault_of_ours_is_a_kind_page(web: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    """With the headers, in the person's language, and without a word of what went wrong."""

    async def broken(*_: object) -> None:
        raise ZeroDivisionError("private words")

    monkeypatch.setattr(web.store, "invite", broken)
    browser = await web.browser()
    answer = await browser.opens("/chat/hello", headers={"Accept-Language": "es"})
    assert answer.status_code == 500
    assert "Algo salió mal aquí" in browser.page.text
    assert "private words" not in answer.text
    assert all(name in answer.headers for name in ALWAYS)


@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:80", "localhost.evil.example", "[::1]", "a b", ""]
)
async def test_a_host_header_is_believed_nowhere(web: Web, host: str) -> None:
    """No page, redirect or cookie is made from it."""
    browser = await web.browser(follow_redirects=False)
    sent = {"Host": host, "X-Forwarded-Host": "evil.example", "Forwarded": "host=evil.example"}
    for path in ("/", "/i/hello", "/chat/hello", "/resume", "/static"):
        answer = await browser.client.get(path, headers=sent)
        assert "evil" not in answer.text
        assert "evil" not in str(answer.headers)
    begun = await browser.client.post("/chat/hello", data={"act": "begin"}, headers=sent)
    assert "evil" not in str(begun.headers)


@pytest.mark.parametrize("secret", ["A" * 22, "A" * 21, "A" * 23, "\xe9" * 22, '"; Path=/', "0" * 4000])
async def test_a_forged_cookie_is_nobodys(web: Web, secret: str) -> None:
    """It opens the first page; and who begins with it gets an address that nobody chose for them."""
    browser = await web.browser(follow_redirects=False)
    sent = [("Cookie", f"attune={secret}".encode("latin-1"))]
    answer = await browser.opens("/chat/hello", headers=sent)
    assert answer.status_code == 200
    assert "Let's begin" in browser.page.text
    tapped = await browser.sends("/chat/hello", {"command": "mydata"}, headers=sent)
    assert "page=nobody" in tapped.headers["location"]
    assert await web.people() == 0
    await browser.sends("/chat/hello", {"act": "begin"}, headers=sent)
    assert browser.client.cookies["attune"] != secret
    assert await web.people() == 1
    assert not await web.store.sessions_of(KEYS.person("web", secret))


PIECES = [
    *string.printable,
    *("%00", "%0d%0a", "%ff", "%c0%af", "..", "../", "..%2f", "//", "\\", "é", "😀", "\u202e"),
    *("<script>", "'\"", "{{7*7}}", "${7}", "i", "chat", "go", "static", "brand", ".css", "my-data.json"),
    *("resume", "embed.js", "hello", "example-hospital", "A" * 16, "A" * 300),
]


@dataclass(frozen=True)
class Inside:
    """The app without a wire, for many requests, with what somebody who is let in may know."""

    client: httpx.AsyncClient
    codes: tuple[str, ...]  # of an invite: its own, and the one passed on; and a tracked link
    cookies: tuple[str, ...]  # of visits of staff, and of somebody in an interview
    tokens: tuple[str, ...]  # of those visits' forms

    def known(self, path: str, chance: random.Random) -> str:
        """Return an address in whose places stands what is really there, or not."""
        return path.replace("/example-hospital", "/" + chance.choice(self.codes))


async def furnished() -> tuple[Desk, Invite, str]:
    """Return a desk, with an invite and a link that are really there."""
    store, clock = MemoryStore(), Clock()
    for edition in LIBRARY.editions():
        await store.keep_edition(edition)
    desk = Desk(store, LIBRARY, KEYS, clock)
    invite = Invite(new_code(), "example-hospital", "health-mindset", "autumn", clock())
    await store.keep_invite(invite)
    link = await store.link(Destination("example-hospital", "health-mindset", "sleep", "en"))
    return desk, invite, link


@pytest.fixture
async def inside() -> AsyncIterator[Inside]:
    """A fault in the app fails the test."""
    desk, invite, link = await furnished()
    visits = [await visit(desk, role) for role in Role]
    transport = httpx.ASGITransport(create_app(desk, Settings(_env_file=None)))
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
        begun = await client.post(f"/chat/{invite.code}", data={"act": "begin"})
        client.cookies.clear()
        cookies = (*(f"attune-staff={one}" for one in visits), begun.headers["set-cookie"].split(";")[0])
        tokens = tuple(form_token(KEYS, one) for one in visits)
        yield Inside(client, (invite.code, invite.share, link), cookies, tokens)


async def visit(desk: Desk, role: Role) -> str:
    """Let somebody of an organisation sign in; return the secret of the visit."""
    account = Account(new_account_id(), "example-hospital", role, "Ward 3", desk.clock())
    await desk.store.keep_account(account)
    link, secret = await offer(desk, account.id), new_secret()
    digest = link_digest(KEYS, link or "") or ""
    assert await desk.store.sign_in(digest, visit_digest(KEYS, secret), desk.clock())
    return secret


async def fuzz(inside: Inside, times: int) -> None:
    """Send anything anywhere, half of it as somebody who is in."""
    chance = random.Random(11)
    known = [path for _, path in addresses()]

    def anything(most: int) -> str:
        return "".join(chance.choices(PIECES, k=chance.randrange(most)))

    for _ in range(times):
        path = chance.choice([*known, "/" + anything(6), f"{chance.choice(known)}/{anything(4)}"])
        path = inside.known(path, chance) if chance.random() < 0.5 else path
        target = f"{path.encode('ascii', 'ignore').decode()}?{anything(8)}"
        raw = target.encode("ascii", "ignore").translate(None, b" \t\r\n\x0b\x0c#")
        request = httpx.Request(
            chance.choice(["GET", "POST", "POST", "HEAD", "PUT", "OPTIONS"]),
            httpx.URL("http://127.0.0.1/", raw_path=raw if raw.startswith(b"/") else b"/" + raw),
            headers=[
                (b"Cookie", chance.choice([*inside.cookies, f"attune={anything(6)}"]).encode()),
                (b"Accept-Language", anything(6).encode()),
                (b"User-Agent", anything(3).encode()),
                (b"Content-Type", b"application/x-www-form-urlencoded"),
            ],
            content=chance.choice(
                [
                    anything(30),
                    f"act=begin&{anything(9)}",
                    f"token={chance.choice(inside.tokens)}&campaign={anything(4)}&limit={anything(3)}",
                    f"token={chance.choice(inside.tokens)}&expires={anything(3)}&on={anything(2)}&{anything(9)}",
                    f"tap={anything(9)}&command={anything(2)}",
                    "frame=1&act=start",
                ]
            ).encode(),
        )
        answer = await inside.client.send(request)
        inside.client.cookies.clear()
        assert answer.status_code < 500, (request.method, request.url)
        assert "content-security-policy" in answer.headers


async def test_nothing_that_is_sent_is_a_fault_of_ours(inside: Inside) -> None:
    """A few hundred requests of anything to anywhere."""
    await fuzz(inside, 300)


@pytest.mark.slow
async def test_nothing_at_all_that_is_sent_is_a_fault_of_ours(inside: Inside) -> None:
    """Many thousands of them."""
    await fuzz(inside, 6000)
