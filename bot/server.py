"""The one ASGI app: landing pages, the interview in a browser, the snippet, tracked links, dashboard, health.

Law: every answer carries the headers of `web.headers`, whatever went wrong; no page is built from what a
request says about its own host.
"""

import asyncio
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import structlog
import uvicorn
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Receive, Scope, Send

from bot import probes, web
from bot.channels.telegram.webhook import Webhook
from bot.channels.webchat.chat import Chat
from bot.channels.webchat.visitor import Screens
from bot.dashboard import rooms
from bot.dashboard.door import HOME, OWN_CONTENT
from bot.dashboard.figures.duty import close_periods
from bot.errors import OperatorError, StoreUnavailable
from bot.invites.brand import Brand
from bot.invites.embed import Embed
from bot.invites.landing import Landing
from bot.invites.links import Links
from bot.operation.condition import Condition
from bot.operation.hearing import Hearing
from bot.settings import Settings
from bot.turns import Desk
from bot.web.headers import SecureHeaders
from bot.web.limits import address_of
from bot.web.site import Limits, Site, web_desk, wished_language
from bot.web.timing import even

log = structlog.get_logger()

STATIC: Final = Path(web.__file__).parent / "static"
_PROBLEMS: Final = {403: "refused", 404: "not_found", 405: "refused", 413: "refused", 429: "too_many"}
GRACE: Final = 5
"""Seconds that answers on their way get at the end."""


def create_app(
    desk: Desk,
    settings: Settings,
    bot_link: Callable[[], str | None] = lambda: None,
    condition: Condition | None = None,
) -> ASGIApp:
    """Return the app for a desk; `bot_link` says where the Telegram bot is, once that is known.

    `condition` says how the process is; without one it is a process without Telegram.
    """
    address = settings.public_url or f"http://{_host(settings.host)}:{settings.port}"
    limits = Limits.made(time.monotonic)
    site = Site(web_desk(desk), address, settings.organisations_folder, bot_link, limits)
    app = Starlette(
        routes=[*_routes(site), *_probes(desk, settings, condition)],
        middleware=[Middleware(_Counted, site=site)],
        exception_handlers={HTTPException: _Problems(site).known, Exception: _Problems(site).fault},
    )
    app.router.redirect_slashes = False  # such a redirect is made from the request's own Host
    return SecureHeaders(app, https=site.secure)


def _host(host: str) -> str:
    return f"[{host}]" if ":" in host else host


def _routes(site: Site) -> list[Route | Mount]:
    landing, chat, brand = Landing(site), Chat(site, Screens()), Brand(site)
    return [
        Route("/", landing.home),
        Route("/i/{invite}", even(landing.get)),
        Route("/chat/{invite}", even(chat.get)),
        Route("/chat/{invite}", even(chat.post), methods=["POST"]),
        Route("/chat/{invite}/my-data.json", even(chat.download), methods=["POST"]),
        Route("/resume", chat.code_page),
        Route("/resume", chat.enter_code, methods=["POST"]),
        Route("/go/{link}", Links(site).get),
        Route("/embed.js", Embed(site).get),
        *rooms.routes(site),
        Route("/brand/{organisation}.css", brand.colours),
        Route("/brand/{organisation}/logo", brand.logo),
        Mount("/static", _Static(directory=STATIC)),
    ]


def _probes(desk: Desk, settings: Settings, condition: Condition | None) -> list[Route]:
    """Return what whoever runs it asks: does it answer, should people be sent here, what did it count."""
    condition = condition or Condition(desk.store, desk.clock, Hearing(), settings.database_file)
    token = settings.metrics_token.get_secret_value() if settings.metrics_token else None
    public = settings.public_url is not None
    return probes.routes(condition, probes.Reading(token, public=public))


def with_webhook(webhook: Webhook, beside: ASGIApp | list[Route]) -> ASGIApp:
    """Return the app that Telegram may call too, beside the web or only a few routes."""
    others = beside if isinstance(beside, list) else [Mount("/", beside)]
    return SecureHeaders(Starlette(routes=[webhook.route, *others]), https=True)


class _Static(StaticFiles):
    """Files that a browser keeps, and asks about each time whether they are still the same."""

    def file_response(self, *given: Any, **named: Any) -> Response:
        """Return a file."""
        answer = super().file_response(*given, **named)
        answer.headers["Cache-Control"] = "no-cache"
        return answer


class _Counted:
    """Counts the requests of an address."""

    def __init__(self, app: ASGIApp, site: Site) -> None:
        self._app = app
        self._site = site

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, unless its address asks too much."""
        if scope["type"] == "http":
            request = Request(scope)
            try:
                self._site.limits.anything.take(address_of(request))
            except HTTPException as problem:
                await _Problems(self._site).known(request, problem)(scope, receive, send)
                return
        await self._app(scope, receive, send)


class _Problems:
    """Pages for what went wrong, kind and in the language of the page."""

    def __init__(self, site: Site) -> None:
        self._site = site

    def known(self, request: Request, problem: Exception) -> Response:
        """Answer what the program says no to."""
        status = problem.status_code if isinstance(problem, HTTPException) else 500
        headers = dict((problem.headers if isinstance(problem, HTTPException) else None) or {})
        return self._page(request, _PROBLEMS.get(status, "refused"), status, headers)

    def fault(self, request: Request, fault: Exception) -> Response:
        """Answer a fault of ours; what somebody wrote may be in its text, so only its kind is logged."""
        log.error("a page failed", error=type(fault).__name__, path=request.url.path.split("/")[1][:20])
        status = 503 if isinstance(fault, StoreUnavailable) else 500
        return self._page(request, "fault", status, {})

    def _page(self, request: Request, what: str, status: int, headers: dict[str, str]) -> Response:
        content = getattr(request.state, OWN_CONTENT, self._site.default_content)
        language = wished_language(request, content)
        home = HOME if request.url.path.startswith(HOME) else "/"
        return self._site.pages.answer(
            "problem.html", content, language, status=status, headers=headers, what=what, home=home
        )


# ---------------------------------------------------------------- running it


class _Server(uvicorn.Server):
    """A server whose signals are somebody else's matter."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave the signals alone."""
        yield


def listen(settings: Settings) -> socket.socket:
    """Open the port, or say clearly why not."""
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    try:
        return socket.create_server((settings.host, settings.port), family=family, backlog=2048)
    except OSError as error:
        raise OperatorError(
            f"The web server can't listen on {settings.host}:{settings.port}: {error.strerror}.",
            remedy="Set HOST and PORT to a free address, or run with --no-web.",
        ) from error


async def serve(
    desk: Desk,
    settings: Settings,
    stop: asyncio.Event,
    bot_link: Callable[[], str | None] = lambda: None,
    *,
    listening: socket.socket | None = None,
    webhook: Webhook | None = None,
    web: bool = True,
    condition: Condition | None = None,
) -> None:
    """Serve until told to stop, then finish what was begun."""
    listening = listening or listen(settings)
    port = listening.getsockname()[1]
    app: ASGIApp = create_app(desk, settings.model_copy(update={"port": port}), bot_link, condition)
    if webhook is not None:
        app = with_webhook(webhook, app if web else _probes(desk, settings, condition))
    server = _Server(
        uvicorn.Config(
            app,
            log_config=None,
            log_level="warning",
            access_log=False,  # an address of a page may say what somebody looked at
            server_header=False,
            timeout_graceful_shutdown=GRACE,
        )
    )
    task = asyncio.create_task(server.serve(sockets=[listening]))
    closing = asyncio.create_task(close_periods(desk))
    told = asyncio.create_task(stop.wait())
    try:
        await asyncio.wait({task, told}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        server.should_exit = True
        told.cancel()
        closing.cancel()
        await asyncio.gather(task, told, closing, return_exceptions=True)
