"""Telegram calls us: the same inbox as behind polling, with the answer to the call as the receipt.

Law: 200 only when the update is on disk, as a turn, a key or a parked shape; anything else makes Telegram
deliver it again, to whichever worker is there. Of a chat Telegram delivers one update at a time, so its
order is kept. Nothing of a call that doesn't know the secret is read.
"""

import asyncio
import hmac
from http import HTTPStatus
from typing import Any, Final

import orjson
import structlog
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route

from bot.channels.telegram.inbox import Inbox
from bot.storage.store import Parked
from bot.turns import Desk

log = structlog.get_logger()

PATH: Final = "/telegram/webhook"
HEADER: Final = "x-telegram-bot-api-secret-token"
MOST_BYTES: Final = 1_000_000
"""Telegram's updates have a few thousand."""
MOST_WAITING: Final = 2_000
"""Updates whose turn isn't on disk yet; beyond that Telegram has to keep them."""
PATIENCE: Final = 10.0
"""Seconds after which Telegram is told to deliver once more; the turn goes on meanwhile."""
LATER: Final = {"Retry-After": "2"}


class Webhook:
    """The address that Telegram delivers to; open once there is an inbox."""

    def __repr__(self) -> str:
        return "Webhook(<hidden>)"

    def __init__(self, secret: str, desk: Desk) -> None:
        self.secret: Final = secret
        self._desk = desk
        self._inbox: Inbox | None = None
        self._pending: dict[int, asyncio.Task[None]] = {}
        self.taken = 0
        """Calls that brought something and were confirmed."""

    @property
    def route(self) -> Route:
        """Return the route, for whoever serves."""
        return Route(PATH, self.post, methods=["POST"])

    def open(self, inbox: Inbox) -> None:
        """Take updates from now on."""
        self._inbox = inbox

    async def close(self, within: float) -> None:
        """Take no more; let turns in flight end, for what isn't on disk by then is delivered again."""
        self._inbox = None
        tasks = [*self._pending.values()]
        if tasks:
            await asyncio.wait(tasks, timeout=within)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def post(self, request: Request) -> Response:
        """Take one update."""
        if not self._knows_the_secret(request):
            return Response(status_code=HTTPStatus.FORBIDDEN)
        try:
            body = await _body(request)
        except ClientDisconnect:
            return Response(status_code=HTTPStatus.BAD_REQUEST)
        if body is None:
            return Response(status_code=HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
        taken = await self._take(body)
        self.taken += taken
        return Response() if taken else Response(status_code=HTTPStatus.SERVICE_UNAVAILABLE, headers=LATER)

    def _knows_the_secret(self, request: Request) -> bool:
        said = request.headers.get(HEADER, "")
        return hmac.compare_digest(said.encode(), self.secret.encode())

    async def _take(self, body: bytes) -> bool:
        """Take an update; False where it isn't on disk yet."""
        inbox = self._inbox
        if inbox is None:
            return False
        update, number = _parsed(body)
        if number is None:
            return await self._on_disk(self._start(None, self._park()))
        known = self._pending.get(number)
        if known is None:
            if len(self._pending) >= MOST_WAITING:
                return False
            work = inbox.begin(update)
            if work is None:
                return True  # one of too many: its call is over at once, so that others get in
            known = self._start(number, work)
        return await self._on_disk(known)

    def _start(self, number: int | None, work: Any) -> asyncio.Task[None]:
        task: asyncio.Task[None] = asyncio.create_task(work)
        if number is not None:
            self._pending[number] = task
            task.add_done_callback(lambda _: self._pending.pop(number, None))
        return task

    @staticmethod
    async def _on_disk(task: asyncio.Task[None]) -> bool:
        """Wait for a turn, but not forever; who stops waiting doesn't stop the turn."""
        done, _ = await asyncio.wait({task}, timeout=PATIENCE)
        if not done or task.cancelled():
            return False
        fault = task.exception()
        if fault is not None:
            log.error("update not taken", error=type(fault).__name__)
        return fault is None

    async def _park(self) -> None:
        """Park what isn't an update at all, so that it doesn't come again and again."""
        key = f"tg:odd:{self._desk.keys.random_id()}"
        await self._desk.store.park(Parked(key, "?", (), "NoUpdate", self._desk.clock()))
        log.warning("update parked", key=key, kind="?", error="NoUpdate")


async def _body(request: Request) -> bytes | None:
    """Return what was sent, or None where it is too much."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > MOST_BYTES:
            return None
    return bytes(body)


def _parsed(body: bytes) -> tuple[Any, int | None]:
    """Return an update and its number, or no number where it isn't one."""
    try:
        update = orjson.loads(body)
    except orjson.JSONDecodeError:
        return None, None
    number = update.get("update_id") if isinstance(update, dict) else None
    return update, number if type(number) is int else None
