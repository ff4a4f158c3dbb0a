"""Every route of the app, found by asking the app: what is sent to one is sent to all.

Law: no list of addresses is kept here. A new route is tried by itself; one with a place in its address that
nobody knows how to fill, or of a kind that isn't known, fails the first test.
"""

import re
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from itertools import cycle, product
from typing import Any
from urllib.parse import urlencode

import httpx
import pytest
from starlette.applications import Starlette
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles

from bot.channels.telegram.webhook import PATH, Webhook
from bot.dashboard.door import ENTER, HOME
from bot.server import create_app, with_webhook
from bot.settings import Settings
from bot.storage.staff import Role
from bot.web.headers import SecureHeaders
from tests.channels.webchat.test_addresses import ALWAYS, furnished, visit

FILLED = {"organisation": "example-hospital", "kind": "svg"}
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE")
EVIL = ("https://evil.example", "//evil.example", "/\\evil.example", "javascript:alert(1)//evil.example")
PLACES = ("next", "url", "to", "back", "here", "return", "redirect", "link", "page", "notice", "language")
HOSTS = (
    "evil.example",
    "evil.example:8000",
    "127.0.0.1.evil.example",
    "127.0.0.1:8000@evil.example",
    "[::1",
    "a b",
    "",
)
WHERE = ("{path}", "{path}/{evil}", "/{evil}{path}")
LEADS_AWAY = re.compile(r"""(?:href|src|action|content)=["'][^"'?]*evil""")


def leaves(routes: list[BaseRoute]) -> Iterator[tuple[str, str]]:
    """Return each method and address, with what stands in its places still to be filled in."""
    for route in routes:
        match route:
            case Route():
                yield from ((method, route.path) for method in sorted(route.methods or ()))
            case Mount(app=StaticFiles()):
                yield "GET", f"{route.path}/attune.css"
            case Mount(path="", app=SecureHeaders(_app=Starlette() as inner)):
                yield from leaves(inner.routes)
            case _:
                pytest.fail(f"nobody tries {route!r}")


@dataclass(frozen=True)
class All:
    """The whole app without a wire, and what is really there."""

    client: httpx.AsyncClient
    addresses: tuple[tuple[str, str], ...]  # each method and address
    visits: tuple[str, ...]  # cookies of nobody, of staff, and of somebody in an interview
    code: str


@asynccontextmanager
async def everything() -> AsyncIterator[All]:
    """Serve everything that can be served, the webhook too."""
    desk, invite, link = await furnished()
    app: Any = with_webhook(Webhook("a secret of sixteen", desk), create_app(desk, Settings(_env_file=None)))
    filled = {**FILLED, "invite": invite.code, "link": link}
    addresses = tuple((method, path.format(**filled)) for method, path in leaves(app._app.routes))
    transport = httpx.ASGITransport(app)
    ours = "http://127.0.0.1:8000"  # a form says that it comes from there, as a browser's would
    async with httpx.AsyncClient(transport=transport, base_url=ours, headers={"Origin": ours}) as client:
        begun = await client.post(f"/chat/{invite.code}", data={"act": "begin"})
        client.cookies.clear()
        person = begun.headers["set-cookie"].split(";")[0]
        staff = f"attune-staff={await visit(desk, Role.EDITOR)}"
        yield All(client, addresses, ("", staff, person), invite.code)


def check(answer: httpx.Response) -> None:
    """Look at one answer: no fault of ours, all headers, and no way to anywhere but where our files say."""
    asked = (answer.request.method, answer.request.url)
    assert answer.status_code < 500, asked
    assert all(name in answer.headers for name in ALWAYS), asked
    there = answer.headers.get("location", "/")
    ours = there.startswith("/") and not re.match(r"[/\\]{2}|/\\", there)
    assert ours or there.startswith("https://medlineplus.gov/"), (asked, there)
    assert "evil" not in str(answer.headers.get("set-cookie")), asked
    assert not LEADS_AWAY.search(answer.text), asked


async def test_every_route_is_known() -> None:
    """Each place in an address is filled; the webhook, the pages, the probes and the files are all there."""
    async with everything() as app:
        paths = {path for _, path in app.addresses}
        assert paths > {
            PATH,
            HOME,
            ENTER,
            "/resume",
            "/health",
            "/metrics",
            "/static/attune.css",
            "/embed.js",
        }
        assert not [path for path in paths if "{" in path]


@pytest.mark.parametrize(
    ("status", "more", "text"),
    [
        (500, {}, ""),
        (302, {"Location": "//evil.example"}, ""),
        (302, {"Location": "/\\evil.example"}, ""),
        (302, {"Location": "https://evil.example"}, ""),
        (200, {"Set-Cookie": "attune=evil"}, ""),
        (200, {}, '<a href="https://evil.example">'),
    ],
)
def test_a_planted_answer_is_found(status: int, more: dict[str, str], text: str) -> None:
    """What no route answers would be seen; the same answer without it is fine."""
    asked = httpx.Request("GET", "http://127.0.0.1:8000/")
    headers = dict.fromkeys(ALWAYS, "x")
    check(httpx.Response(200, headers=headers, request=asked))
    with pytest.raises(AssertionError):
        check(httpx.Response(status, headers=headers | more, text=text, request=asked))


@pytest.mark.slow
async def test_no_host_that_is_claimed_is_believed_anywhere() -> None:
    """Whoever asks, and however the claim is made."""
    async with everything() as app:
        for ((method, path), host), cookie in zip(
            product(app.addresses, HOSTS), cycle(app.visits), strict=False
        ):
            sent = {"Host": host, "X-Forwarded-Host": "evil.example", "X-Forwarded-Proto": "https"}
            sent |= {"Forwarded": "host=evil.example", "X-Original-URL": "//evil.example", "Cookie": cookie}
            answer = await app.client.request(method, path, headers=sent)
            check(answer)
            assert "evil" not in str(answer.headers), (method, path)
            app.client.cookies.clear()


@pytest.mark.slow
async def test_nothing_that_is_given_leads_elsewhere() -> None:
    """Not in a query, a form, or before or behind an address."""
    async with everything() as app:
        everywhere = product(app.addresses, app.visits, EVIL)
        for ((method, path), cookie, evil), where in zip(everywhere, cycle(WHERE), strict=False):
            given = dict.fromkeys(PLACES, evil)
            raw = f"{where.format(path=path, evil=evil)}?{urlencode(given)}".encode()
            there = httpx.URL(app.client.base_url, raw_path=raw)
            form = given if method == "POST" else None
            check(await app.client.request(method, there, data=form, headers={"Cookie": cookie}))
            app.client.cookies.clear()


@pytest.mark.slow
async def test_a_forged_cookie_opens_nothing_anywhere() -> None:
    """Behind the door least of all; and none is ever taken over."""
    async with everything() as app:
        real = app.visits[1].partition("=")[2]
        last = "A" if real[-1] != "A" else "B"
        forged = ("A" * 43, "A" * 22, real[:-1], real[:-1] + last, '"', "0" * 4000)
        for (method, path), secret in product(app.addresses, forged):
            cookie = f"attune-staff={secret}; attune={secret}; attune-language={secret}"
            answer = await app.client.request(method, path, headers={"Cookie": cookie})
            check(answer)
            assert f"={secret};" not in answer.headers.get("set-cookie", ""), path
            if path.startswith(HOME) and not path.startswith(ENTER):
                assert answer.status_code in {302, 303}, (method, path)
            app.client.cookies.clear()


@pytest.mark.slow
async def test_a_method_that_a_route_does_not_have_is_refused() -> None:
    """With all the headers, and without a word of anybody's data."""
    async with everything() as app:
        paths = {path for _, path in app.addresses}
        for path, method in product(sorted(paths), METHODS):
            answer = await app.client.request(method, path, headers={"Cookie": app.visits[1]})
            check(answer)
            known = (method, path) in app.addresses or (method == "HEAD" and path.startswith("/static"))
            assert known or answer.status_code in {404, 405}, (method, path, answer.status_code)
            app.client.cookies.clear()
