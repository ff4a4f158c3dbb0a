"""The HTTP client under python-telegram-bot: aiohttp and orjson, or the library's own with better manners.

Law: whoever calls can't tell the two apart. A refusal, a broken line or a silent server is the same
exception of python-telegram-bot from both, with the same meaning for "did it leave?"; what can't be parsed
isn't logged, for it may hold what somebody wrote. A test runs every fault of the emulator through both.
"""

import asyncio
import json
from collections.abc import Mapping
from datetime import timedelta
from functools import cache
from http import HTTPStatus
from io import BytesIO
from ssl import SSLContext
from typing import Any, Final
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

import aiohttp
import httpx
import orjson
from aiohttp.payload import BytesIOPayload
from telegram._utils.defaultvalue import DefaultValue
from telegram._utils.types import ODVInput
from telegram.error import NetworkError, RetryAfter, TelegramError, TimedOut
from telegram.request import BaseRequest, HTTPXRequest, RequestData
from telegram.request._requestparameter import RequestParameter

from bot.channels.telegram.lane import ConnectFailed, Disconnected, Lane

NEVER_LEFT: Final = frozenset(
    {
        *("ConnectFailed", "ConnectTimeout", "PoolTimeout"),  # our lane
        *("ConnectError", "ConnectTimeout", "PoolTimeout", "ProxyError", "UnsupportedProtocol"),  # httpx
        *("ClientConnectorError", "ClientConnectorDNSError", "ConnectionTimeoutError"),  # aiohttp
        *("ClientConnectorSSLError", "ClientConnectorCertificateError", "ServerFingerprintMismatch"),
        *("ClientProxyConnectionError", "ClientHttpProxyError", "InvalidUrlClientError"),
    }
)
"""Causes of a `NetworkError` that say that nothing reached Telegram, by the name of their class."""

_OCCUPIED: Final = "Pool timeout: all connections are occupied. The request was not sent to Telegram."
_CHUNK: Final = 64 * 1024  # bytes of an upload that the write timeout counts for

ODV = ODVInput[float]
DEFAULT: Final = BaseRequest.DEFAULT_NONE


class Flood(RetryAfter):
    """The 429 of Telegram; the library's own warns of its coming change each time it is raised."""

    def __init__(self, seconds: int) -> None:
        self._retry_after = timedelta(seconds=seconds)
        TelegramError.__init__(self, f"Flood control exceeded. Retry in {seconds} seconds")


class PoolTimeout(TimeoutError):
    """No connection became free in time; named as httpx names it."""


# ---------------------------------------------------------------- what both have in common


def parse_quietly(payload: bytes) -> dict[str, Any]:
    """Parse an answer; what can't be parsed isn't logged."""
    try:
        try:
            answer = orjson.loads(payload)
        except orjson.JSONDecodeError:  # it is stricter than what Telegram may send
            answer = json.loads(payload.decode("utf-8", "replace"))
    except ValueError:
        raise TelegramError("Invalid server response") from None
    if not isinstance(answer, dict):
        raise TelegramError("Invalid server response")
    return answer


def _unless_flooded(code: int, payload: bytes) -> tuple[int, bytes]:
    if code == HTTPStatus.TOO_MANY_REQUESTS:
        raise Flood(_retry_after(payload))
    return code, payload


def _retry_after(payload: bytes) -> int:
    try:
        return max(1, int(orjson.loads(payload)["parameters"]["retry_after"]))
    except (ValueError, TypeError, KeyError):
        return 1


def _parameters(values: Mapping[str, Any]) -> RequestData:
    return RequestData([RequestParameter(name, value, None) for name, value in values.items()])


class _Answered(BaseRequest):
    """A call that has its answer already: the library says what a refusal means."""

    __slots__ = ("_answer",)

    read_timeout = None
    parse_json_payload = staticmethod(parse_quietly)

    def __init__(self, code: int, payload: bytes) -> None:
        self._answer = code, payload

    async def initialize(self) -> None:
        """Do nothing."""

    async def shutdown(self) -> None:
        """Do nothing."""

    async def do_request(self, *_args: Any, **_kwargs: Any) -> tuple[int, bytes]:
        """Return the answer; name a flood at once."""
        return _unless_flooded(*self._answer)


class StockRequest(HTTPXRequest):
    """The library's own client with a quick parser, a quiet one, and a 429 that doesn't warn."""

    __slots__ = ()

    parse_json_payload = staticmethod(parse_quietly)

    async def do_request(self, *args: Any, **kwargs: Any) -> tuple[int, bytes]:
        """Make a request; name a flood at once."""
        return _unless_flooded(*await super().do_request(*args, **kwargs))

    async def ask(self, url: str, values: Mapping[str, Any]) -> Any:
        """Make one call with plain values, and return its plain result."""
        return await self.post(url, _parameters(values))


# ---------------------------------------------------------------- aiohttp


class AiohttpRequest(BaseRequest):
    """A client of python-telegram-bot on aiohttp; its arguments are those of `HTTPXRequest`.

    What is called for every tap goes over a lane of its own, at a quarter of the cost: small POSTs without
    a proxy. Uploads, downloads and proxies are aiohttp's.
    """

    __slots__ = (
        "_connect",
        "_free",
        "_lane",
        "_media_write",
        "_pool",
        "_proxy",
        "_read",
        "_session",
        "_tls",
    )

    parse_json_payload = staticmethod(parse_quietly)

    def __init__(
        self,
        connection_pool_size: int = 256,
        read_timeout: float | None = 5.0,
        write_timeout: float | None = 5.0,
        connect_timeout: float | None = 5.0,
        pool_timeout: float | None = 1.0,
        media_write_timeout: float | None = 20.0,
        *,
        proxy: str | None = None,
        tls: SSLContext | None = None,
    ) -> None:
        self._free = asyncio.Semaphore(connection_pool_size)
        self._read = read_timeout
        del write_timeout  # what isn't an upload goes into the socket's buffer at once
        self._connect = connect_timeout
        self._pool = pool_timeout
        self._media_write = media_write_timeout
        self._proxy = proxy
        self._tls = tls
        self._session: aiohttp.ClientSession | None = None
        self._lane: Lane | None = None

    @property
    def read_timeout(self) -> float | None:
        """Return how long an answer is waited for by default."""
        return self._read

    async def initialize(self) -> None:
        """Open the client, if it isn't open."""
        if self._session is None or self._session.closed:
            tls = self._tls or _trusted()
            self._lane = Lane(tls, self.USER_AGENT) if self._proxy is None else None
            # The semaphore limits the connections of both: it knows a timeout of the pool.
            connector = aiohttp.TCPConnector(limit=0, ssl=tls, ttl_dns_cache=300)
            self._session = aiohttp.ClientSession(
                connector=connector,
                cookie_jar=aiohttp.DummyCookieJar(),
                headers={"User-Agent": self.USER_AGENT},
                timeout=aiohttp.ClientTimeout(total=None),
            )

    async def shutdown(self) -> None:
        """Close the client, if it is open."""
        if self._lane is not None:
            self._lane.close()
        if self._session is not None:
            await self._session.close()

    async def do_request(
        self,
        url: str,
        method: str,
        request_data: RequestData | None = None,
        read_timeout: ODV = DEFAULT,
        write_timeout: ODV = DEFAULT,
        connect_timeout: ODV = DEFAULT,
        pool_timeout: ODV = DEFAULT,
    ) -> tuple[int, bytes]:
        """Make a request; return status and body."""
        if self._session is None or self._session.closed:
            raise RuntimeError("This AiohttpRequest is not initialized!")
        read, connect = _or(read_timeout, self._read), _or(connect_timeout, self._connect)
        try:
            await self._take_connection(_or(pool_timeout, self._pool))
            try:
                if self._lane is not None and request_data is not None and not request_data.contains_files:
                    body = _encoded(request_data)
                    answer = await self._lane.post(url, body, connect_within=connect, answer_within=read)
                else:
                    patience = aiohttp.ClientTimeout(sock_connect=connect, sock_read=read)
                    parts = await self._parts(request_data, write_timeout)
                    answer = await self._exchange(self._session, method, url, patience, **parts)
            finally:
                self._free.release()
        except _FAILURES as error:
            raise _named(error) from error
        return _unless_flooded(*answer)

    async def ask(self, url: str, values: Mapping[str, Any]) -> Any:
        """Make one call with plain values, and return its plain result.

        It is `post` without its layers, for what every tap needs; whoever calls keeps to the number of
        connections.
        """
        if self._lane is None:
            return await self.post(url, _parameters(values))
        body = _dumped({name: value for name, value in values.items() if value is not None})
        try:
            answer = await self._lane.post(url, body, connect_within=self._connect, answer_within=self._read)
        except _FAILURES as error:
            raise _named(error) from error
        if answer[0] == HTTPStatus.OK:
            return parse_quietly(answer[1])["result"]
        return await _Answered(*answer).post(url)

    async def _exchange(
        self,
        session: aiohttp.ClientSession,
        method: str,
        url: str,
        patience: aiohttp.ClientTimeout,
        **parts: Any,
    ) -> tuple[int, bytes]:
        asking = session.request(
            method, url, timeout=patience, proxy=self._proxy, allow_redirects=False, **parts
        )
        async with asking as response:
            return response.status, await response.read()

    async def _take_connection(self, wait: float | None) -> None:
        if not self._free.locked():
            await self._free.acquire()
            return
        try:
            async with asyncio.timeout(wait):
                await self._free.acquire()
        except TimeoutError as error:
            raise PoolTimeout from error

    async def _parts(self, data: RequestData | None, write: ODV) -> dict[str, Any]:
        """Return what is sent, and in which form: JSON, or a form with files."""
        if data is None:
            return {}
        if not data.contains_files:
            return {"data": _encoded(data), "headers": {"Content-Type": "application/json"}}
        form = aiohttp.FormData(quote_fields=False)  # names of files go as they are, as httpx sends them
        for name, value in data.json_parameters.items():
            form.add_field(name, value)
        for name, (filename, content, kind) in data.multipart_data.items():
            part = BytesIO(content) if isinstance(content, bytes) else content
            form.add_field(name, part, filename=filename, content_type=kind)
        parts = form()
        upload = _Upload(await parts.as_bytes(), _or(write, self._media_write))
        return {"data": upload, "headers": {"Content-Type": parts.headers["Content-Type"]}}


class _Upload(BytesIOPayload):
    """A body that goes out in pieces, each within the write timeout: aiohttp itself has none."""

    def __init__(self, body: bytes, seconds: float | None) -> None:
        super().__init__(BytesIO(body))
        self._seconds = seconds

    async def write_with_length(self, writer: Any, content_length: int | None) -> None:
        """Write everything; raise `TimeoutError` where a piece isn't taken in time."""
        del content_length  # it is what we are long
        while piece := self._value.read(_CHUNK):
            async with asyncio.timeout(self._seconds):
                await writer.write(piece)


def _or(given: ODV, usual: float | None) -> float | None:
    return usual if isinstance(given, DefaultValue) else given


_FAILURES: Final = (TimeoutError, aiohttp.ClientError, ConnectFailed, Disconnected)


def _named(error: Exception) -> TelegramError:
    """Return a failure as python-telegram-bot names it; its own words may hold the token."""
    if isinstance(error, PoolTimeout):
        return TimedOut(_OCCUPIED)
    return TimedOut() if isinstance(error, TimeoutError) else NetworkError(type(error).__name__)


def _encoded(data: RequestData) -> bytes:
    return _dumped(data.parameters)


def _dumped(parameters: dict[str, Any]) -> bytes:
    try:
        return orjson.dumps(parameters)
    except TypeError:  # keys that aren't text, numbers past 64 bits, halves of characters
        return json.dumps(parameters).encode()


@cache
def _trusted() -> SSLContext:
    """Return the certificates that the stock client trusts, SSL_CERT_FILE included."""
    return httpx.create_ssl_context()


def environment_proxy(url: str) -> str | None:
    """Return the proxy that the environment names for an address, as the stock client finds it."""
    parts = urlsplit(url)
    if proxy_bypass(parts.hostname or ""):
        return None
    proxies = getproxies()
    return proxies.get(parts.scheme) or proxies.get("all")
