"""Every address of the server: headers on every answer, and nothing that anybody sends is a fault of ours."""

import random
import re
import string
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette
from starlette.routing import Mount, Route

from bot.server import create_app
from bot.settings import Settings
from bot.storage.memory import MemoryStore
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


PIECES = [
    *string.printable,
    *("%00", "%0d%0a", "%ff", "%c0%af", "..", "../", "..%2f", "//", "\\", "é", "😀", "\u202e"),
    *("<script>", "'\"", "{{7*7}}", "${7}", "i", "chat", "go", "static", "brand", ".css", "my-data.json"),
    *("resume", "embed.js", "hello", "example-hospital", "A" * 16, "A" * 300),
]


@pytest.fixture
async def inside() -> AsyncIterator[httpx.AsyncClient]:
    """The app without a wire, for many requests; a fault in it fails the test."""
    store = MemoryStore()
    for edition in LIBRARY.editions():
        await store.keep_edition(edition)
    app = create_app(Desk(store, LIBRARY, KEYS, Clock()), Settings(_env_file=None))
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
        yield client


async def fuzz(client: httpx.AsyncClient, times: int) -> None:
    """Send anything anywhere."""
    chance = random.Random(11)
    known = [path for _, path in addresses()]

    def anything(most: int) -> str:
        return "".join(chance.choices(PIECES, k=chance.randrange(most)))

    for _ in range(times):
        path = chance.choice([*known, "/" + anything(6), f"{chance.choice(known)}/{anything(4)}"])
        target = f"{path.encode('ascii', 'ignore').decode()}?{anything(8)}"
        raw = target.encode("ascii", "ignore").translate(None, b" \t\r\n\x0b\x0c#")
        request = httpx.Request(
            chance.choice(["GET", "POST", "POST", "HEAD", "PUT", "OPTIONS"]),
            httpx.URL("http://127.0.0.1/", raw_path=raw if raw.startswith(b"/") else b"/" + raw),
            headers=[
                (b"Cookie", f"attune={anything(6)}".encode()),
                (b"Accept-Language", anything(6).encode()),
                (b"User-Agent", anything(3).encode()),
                (b"Content-Type", b"application/x-www-form-urlencoded"),
            ],
            content=chance.choice(
                [
                    anything(30),
                    f"act=begin&{anything(9)}",
                    f"tap={anything(9)}&command={anything(2)}",
                    "frame=1&act=start",
                ]
            ).encode(),
        )
        answer = await client.send(request)
        assert answer.status_code < 500, (request.method, request.url)
        assert "content-security-policy" in answer.headers


async def test_nothing_that_is_sent_is_a_fault_of_ours(inside: httpx.AsyncClient) -> None:
    """A few hundred requests of anything to anywhere."""
    await fuzz(inside, 300)


@pytest.mark.slow
async def test_nothing_at_all_that_is_sent_is_a_fault_of_ours(inside: httpx.AsyncClient) -> None:
    """Many thousands of them."""
    await fuzz(inside, 6000)
