"""Delivery of updates by POST, as the official server does it.

Law: one update in flight per lane (a chat's messages; one person's taps), lanes side by side; any 2xx is an
acknowledgement; after a failure the first retry comes at once, then after 2, 4, 8 … seconds of the clock.
"""

import asyncio
import random
import re
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, NamedTuple

import aiohttp

from tests.emulator.changes import Changes
from tests.emulator.clock import Clock
from tests.emulator.updates import Update, Updates

SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"
LONGEST_RETRY_AFTER = 3600
SLOWEST = (60.0, 120.0)
GIVES_UP_ON_GONE = 23 * 3600.0
READ_TIMEOUT = 60.0
SAFE_SECRET = re.compile(r"[A-Za-z0-9_-]{1,256}")


@dataclass(frozen=True, slots=True)
class Settings:
    """Where updates go."""

    url: str
    secret_token: str = ""
    max_connections: int = 40


class Attempt(NamedTuple):
    """One POST and what came back; status 0 is a broken line."""

    at: float
    update_id: int
    lane: str
    status: int


class Called(NamedTuple):
    """What came back from a call; status 0 is a broken line."""

    status: int
    problem: str
    retry_after: float | None = None


Call = Callable[[aiohttp.ClientSession, str, bytes, dict[str, str]], Awaitable[Called]]


async def call(session: aiohttp.ClientSession, url: str, body: bytes, headers: dict[str, str]) -> Called:
    """Post an update to its address."""
    try:
        async with session.post(url, data=body, headers=headers) as response:
            await response.read()
            said = f"Wrong response from the webhook: {response.status} {response.reason}"
            return Called(response.status, said, _seconds(response.headers.get("Retry-After")))
    except aiohttp.ClientConnectorError:
        return Called(0, "Connection refused")
    except (aiohttp.ClientError, TimeoutError):
        return Called(0, "Read timeout expired")


class Lane:
    """The updates of one lane, and what its failures have led to."""

    def __init__(self) -> None:
        self.waiting: deque[int] = deque()
        self.failures = 0
        self.task: asyncio.Task[None] | None = None

    def back_off(self) -> float:
        """Seconds until the next attempt: 0, 2, 4, 8 … up to a random minute or two."""
        self.failures += 1
        if self.failures == 1:
            return 0.0
        return min(2.0 ** (self.failures - 1), random.uniform(*SLOWEST))


class Webhook:
    """The address of the bot, if it has one, and the deliveries to it."""

    def __init__(self, updates: Updates, clock: Clock) -> None:
        self._updates = updates
        self._clock = clock
        self._lanes: dict[str, Lane] = {}
        self._session: aiohttp.ClientSession | None = None
        self._slots = asyncio.Semaphore(1)
        self._gone_since: float | None = None
        self.settings: Settings | None = None
        self.call: Call = call  # a test may stand in between, as a load balancer does
        self.set_at = float("-inf")
        self.attempts: list[Attempt] = []
        self.attempted = Changes()
        self.last_error: tuple[int, str] | None = None

    async def set(self, settings: Settings) -> None:
        """Starts delivering to this address, with what is pending first."""
        await self.remove()
        self.settings = settings
        self._slots = asyncio.Semaphore(settings.max_connections)
        self._session = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=READ_TIMEOUT))
        self._updates.arrived = self._enqueue
        for update in self._updates.pending():
            self._enqueue(update)

    async def remove(self) -> None:
        """Stops delivering; what is unconfirmed stays pending."""
        self.settings = None
        self._updates.arrived = lambda _update: None
        tasks = [lane.task for lane in self._lanes.values() if lane.task]
        tasks = [task for task in tasks if task is not asyncio.current_task()]
        self._lanes.clear()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        if self._session is not None:
            await self._session.close()
            self._session = None

    def _enqueue(self, update: Update) -> None:
        lane = self._lanes.setdefault(update.lane, Lane())
        lane.waiting.append(update.id)
        if lane.task is None:
            lane.task = asyncio.create_task(self._serve(update.lane, lane))

    async def _serve(self, name: str, lane: Lane) -> None:
        while lane.waiting:
            update = self._updates.get(lane.waiting[0]) or self._updates.repeated(lane.waiting[0])
            if update is None:
                lane.waiting.popleft()
                continue
            status, retry_after = await self._post(update)
            if 200 <= status < 300:
                lane.failures = 0
                self._updates.acknowledge(lane.waiting.popleft())
            elif await self._gone(status):
                return
            else:
                await self._wait(lane, update, retry_after)
        self._lanes.pop(name, None)

    async def _wait(self, lane: Lane, update: Update, retry_after: float | None) -> None:
        delay = lane.back_off() if retry_after is None else retry_after
        if self._clock.now() + delay >= update.expires:
            self._updates.acknowledge(lane.waiting.popleft())  # it wouldn't live to see its next attempt
        elif delay:
            await self._clock.sleep(delay)

    async def _post(self, update: Update) -> tuple[int, float | None]:
        settings, session = self.settings, self._session
        assert settings is not None
        assert session is not None
        headers = {"Content-Type": "application/json"}
        if settings.secret_token:
            headers[SECRET_HEADER] = settings.secret_token
        async with self._slots:
            status, problem, retry_after = await self.call(session, settings.url, update.body, headers)
        self.attempts.append(Attempt(self._clock.now(), update.id, update.lane, status))
        self.attempted.notify()
        if not 200 <= status < 300:
            self.last_error = (int(self._clock.now()), problem)
        return status, retry_after

    async def _gone(self, status: int) -> bool:
        if status != 410:
            self._gone_since = None
            return False
        now = self._clock.now()
        if self._gone_since is None:
            self._gone_since = now
        if now - self._gone_since < GIVES_UP_ON_GONE:
            return False
        await self.remove()
        return True


def _seconds(header: Any) -> float | None:
    if header is None or not str(header).isdigit():
        return None
    return float(min(int(header), LONGEST_RETRY_AFTER))
