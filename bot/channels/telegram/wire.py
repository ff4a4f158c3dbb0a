"""The line to Telegram: one bot, two HTTP clients, and what each error means to us.

Law: the token is in no log, repr or error. Whatever python-telegram-bot or its HTTP client raises carries
an address with the token in its causes, so it ends here and one of our own errors goes on, without a cause.
"""

import asyncio
import re
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Final, Self

from telegram import Bot, User
from telegram.error import (
    BadRequest,
    Conflict,
    Forbidden,
    InvalidToken,
    NetworkError,
    RetryAfter,
    TelegramError,
    TimedOut,
)

from bot.channels.telegram.hear import ALLOWED_UPDATES
from bot.channels.telegram.redaction import guard_logs, redact
from bot.channels.telegram.request import NEVER_LEFT, AiohttpRequest, StockRequest, environment_proxy
from bot.delivery import Gone, Refused, TryLater, Unclear
from bot.errors import ChannelError, SettingsError

API_URL: Final = "https://api.telegram.org"
AT_ONCE: Final = 128
"""Calls at the same time, each on a connection of its own."""
AT_ONCE_STOCK: Final = 8
"""The same with the stock client: with more, the pool of httpx costs more than it brings (httpcore #1035)."""
BATCH: Final = 100
CALLS_AT_ONCE: Final = 100
"""Calls of Telegram to our webhook at the same time: as many as it makes."""
REMEDY: Final = "Copy it anew from @BotFather in Telegram (/mybots, API Token) into TELEGRAM_BOT_TOKEN."


@dataclass(frozen=True, slots=True)
class Timeouts:
    """How long we wait, in seconds."""

    connect: float = 5.0
    read: float = 10.0
    upload: float = 30.0
    poll: int = 25  # that Telegram holds a poll open; below 150 s minus the longest outage we want to notice
    slack: float = 10.0  # beyond that, a poll without an answer is a dead one


class WebhookActive(ChannelError):
    """Telegram delivers to a webhook, so it can't be asked."""


class OtherPoller(ChannelError):
    """Another program asks for the same bot's updates."""


class TokenRefused(SettingsError):
    """Telegram doesn't know the token."""

    def __init__(self) -> None:
        """Say it in one sentence, with the remedy."""
        super().__init__("Telegram doesn't accept the bot token.", remedy=REMEDY)


class Wire:
    """A bot's calls to Telegram; use it as an async context manager.

    `stock` takes the library's own HTTP client in place of ours.
    """

    def __init__(
        self, token: str, api_url: str = API_URL, timeouts: Timeouts | None = None, *, stock: bool = False
    ) -> None:
        guard_logs()
        self.timeouts = timeouts or Timeouts()
        at_once = AT_ONCE_STOCK if stock else AT_ONCE
        self._calls = _request(self.timeouts, at_once, api_url, stock=stock)
        # More than one for polls, or a broken connection wedges them.
        self._polls = _request(self.timeouts, 4, api_url, stock=stock)
        self._slots = asyncio.Semaphore(at_once)
        try:
            self._bot = _Bot(token, f"{api_url}/bot", request=self._calls, get_updates_request=self._polls)
        except InvalidToken:
            raise TokenRefused from None
        self._address = self._bot.base_url

    def __repr__(self) -> str:
        return "Wire(<hidden>)"

    async def __aenter__(self) -> Self:
        await asyncio.gather(self._calls.initialize(), self._polls.initialize())
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await asyncio.gather(self._calls.shutdown(), self._polls.shutdown())

    @asynccontextmanager
    async def call(self) -> AsyncIterator[Bot]:
        """Lend the bot for one call; what goes wrong comes out as one of our own errors, without a cause."""
        async with self._slots:
            try:
                yield self._bot
            except TelegramError as error:
                raise meaning(error) from None

    async def ask(self, method: str, parameters: Mapping[str, Any]) -> Any:
        """Make one call in plain JSON, and return its plain result; errors are those of `call`.

        This is the way of what every tap needs: the library's objects for the same take 300 microseconds.
        """
        async with self._slots:
            try:
                return await self._calls.ask(f"{self._address}/{method}", parameters)
            except TelegramError as error:
                raise meaning(error) from None

    async def me(self) -> User:
        """Return who the bot is: the proof that token and line work."""
        async with self.call() as bot:
            return await bot.get_me()

    async def poll(self, offset: int, seconds: int | None = None) -> list[Any]:
        """Confirm everything below the offset, and return the next updates as raw JSON."""
        seconds = self.timeouts.poll if seconds is None else seconds
        try:
            async with asyncio.timeout(seconds + 2 * self.timeouts.slack):
                return await self._bot.raw_updates(offset, seconds, seconds + self.timeouts.slack)
        except TelegramError as error:
            raise meaning(error) from None
        except TimeoutError:
            raise TryLater("a poll got no answer") from None

    async def renew_polling(self) -> None:
        """Throw the connections of polling away: a wedged one never gets well."""
        await self._polls.shutdown()
        await self._polls.initialize()

    async def begin_webhook(self, address: str, secret: str) -> None:
        """Let Telegram call us there; what waits comes first, none is dropped."""
        async with self.call() as bot:
            await bot.set_webhook(
                address,
                secret_token=secret,
                max_connections=CALLS_AT_ONCE,
                allowed_updates=list(ALLOWED_UPDATES),
                drop_pending_updates=False,
            )

    async def end_webhook(self) -> None:
        """Let updates wait to be asked for again; none is dropped."""
        async with self.call() as bot:
            await bot.delete_webhook(drop_pending_updates=False)


def meaning(error: TelegramError) -> ChannelError | SettingsError:  # noqa: PLR0911 - one line for each error
    """Return what an error of the library means to us, without anything of the request in it."""
    said = _quotes_hidden(error.message)
    match error:
        case RetryAfter():
            return TryLater("too many requests", _seconds(error))
        case InvalidToken():
            return TokenRefused()
        case Forbidden():
            return Gone(said)
        case Conflict():
            return WebhookActive(said) if "webhook" in said else OtherPoller(said)
        case BadRequest():
            return Refused(said)
        case NetworkError() if _may_have_arrived(error):
            return Unclear(type(error.__cause__).__name__)
        case _:
            return TryLater(said if error.__cause__ is None else type(error.__cause__).__name__)


def _may_have_arrived(error: NetworkError) -> bool:
    """Tell a call that was lost after it left from one that was answered (5xx) or never left."""
    cause = error.__cause__
    if cause is None or isinstance(cause, TelegramError):
        return isinstance(error, TimedOut)
    return type(cause).__name__ not in NEVER_LEFT


def _quotes_hidden(text: str) -> str:
    """Return a description of Telegram's in small letters, without what it quotes of a message."""
    return redact(re.sub(r'"[^"]*"', '"…"', text))[:200].lower()


# ---------------------------------------------------------------- python-telegram-bot, made discreet


def _seconds(error: RetryAfter) -> float:
    return error._retry_after.total_seconds()  # noqa: SLF001 - the public property warns; see Flood


class _Bot(Bot):
    """A bot that doesn't show its token, and hands out updates unparsed."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "Bot(<hidden>)"

    async def raw_updates(self, offset: int, seconds: int, read_timeout: float) -> list[Any]:
        """Return the next updates as JSON: one that can't be parsed must not hide the others."""
        data = {
            "offset": offset,
            "limit": BATCH,
            "timeout": seconds,
            "allowed_updates": list(ALLOWED_UPDATES),
        }
        updates = await self._post("getUpdates", data, read_timeout=read_timeout)
        if not isinstance(updates, list):
            raise NetworkError("The updates aren't a list")
        return updates


def _request(
    timeouts: Timeouts, connections: int, api_url: str, *, stock: bool
) -> StockRequest | AiohttpRequest:
    options: dict[str, Any] = {
        "connection_pool_size": connections,
        "connect_timeout": timeouts.connect,
        "read_timeout": timeouts.read,
        "write_timeout": timeouts.read,
        "media_write_timeout": timeouts.upload,
        "pool_timeout": timeouts.connect,
    }
    if stock:
        return StockRequest(**options)
    return AiohttpRequest(**options, proxy=environment_proxy(api_url))
