"""A fast lane for what is called for every tap: small POSTs to one server over kept connections.

Law: what it can't do (uploads, downloads, proxies) it isn't asked to do. A connection that said anything odd,
was left in the middle of an answer, or rested too long is closed and never used again. Whether a call may
have left is in the class of its error.
"""

import asyncio
from collections import deque
from dataclasses import dataclass
from functools import lru_cache
from ssl import SSLContext
from typing import Final, NoReturn, cast
from urllib.parse import urlsplit

import httptools

IDLE: Final = 15.0
"""Seconds after which a resting connection isn't used any more: the server may be closing it just then."""
HAPPY_EYEBALLS: Final = 0.25
"""Seconds after which the next address is tried too: one of IPv6 that leads nowhere must not stop us."""
LENGTH: Final = frozenset({b"content-length", b"transfer-encoding"})


class ConnectFailed(Exception):
    """There is no connection: nothing was sent."""


class ConnectTimeout(TimeoutError):
    """There was no connection in time: nothing was sent."""


class Disconnected(Exception):
    """The server went away, or spoke no HTTP, instead of answering."""


@dataclass(frozen=True, slots=True)
class _Target:
    """What an address comes to."""

    secure: bool
    host: str
    port: int
    head: str


class Lane:
    """Calls to a server, each on a connection of its own at a time."""

    def __init__(self, tls: SSLContext, user_agent: str) -> None:
        self._tls = tls
        self._fixed = f"User-Agent: {user_agent}\r\nContent-Type: application/json\r\nContent-Length: "
        self._idle: deque[_Line] = deque()

    async def post(
        self, url: str, body: bytes, *, connect_within: float | None, answer_within: float | None
    ) -> tuple[int, bytes]:
        """Send JSON; return status and body of the answer."""
        target = _target(url)
        line = self._kept(target) or await self._connected(target, connect_within)
        request = f"{target.head}{self._fixed}{len(body)}\r\n\r\n".encode("ascii") + body
        answer = await line.ask(request, answer_within)
        if line.usable:
            line.rests_since = asyncio.get_running_loop().time()
            self._idle.append(line)
        self._let_go()
        return answer

    def close(self) -> None:
        """Close the connections that rest."""
        while self._idle:
            self._idle.pop().close()

    def _let_go(self) -> None:
        """Close what rested too long: of many that a busy moment opened, most are never used again."""
        oldest = asyncio.get_running_loop().time() - IDLE
        while self._idle and (not self._idle[0].usable or self._idle[0].rests_since < oldest):
            self._idle.popleft().close()

    def _kept(self, target: _Target) -> "_Line | None":
        """Return a connection that can be used again, the one that rested least."""
        oldest = asyncio.get_running_loop().time() - IDLE
        while self._idle:
            line = self._idle.pop()
            if line.usable and line.rests_since > oldest and line.host == target.host:
                return line
            line.close()
        return None

    async def _connected(self, target: _Target, within: float | None) -> "_Line":
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(within):
                _, line = await loop.create_connection(
                    lambda: _Line(target.host),
                    target.host,
                    target.port,
                    ssl=self._tls if target.secure else None,
                    happy_eyeballs_delay=HAPPY_EYEBALLS,
                )
        except TimeoutError as error:
            raise ConnectTimeout from error
        except OSError as error:
            raise ConnectFailed from error
        return line


@lru_cache(128)
def _target(url: str) -> _Target:
    parts = urlsplit(url)
    secure = parts.scheme == "https"
    head = f"POST {parts.path} HTTP/1.1\r\nHost: {parts.netloc}\r\n"
    return _Target(secure, parts.hostname or "", parts.port or (443 if secure else 80), head)


class _Line(asyncio.Protocol):
    """One connection, and the answer that is waited for on it."""

    def __init__(self, host: str) -> None:
        self.host = host
        self.usable = True
        self.rests_since = 0.0
        self._transport: asyncio.WriteTransport | None = None
        self._answer: asyncio.Future[tuple[int, bytes]] | None = None
        self._parser = httptools.HttpResponseParser(self)
        self._body: list[bytes] = []
        self._framed = False  # the answer says how long it is
        self._until_end = False  # it doesn't, and ends with the connection

    async def ask(self, request: bytes, within: float | None) -> tuple[int, bytes]:
        """Send a request and wait for its answer; whatever comes in between ends the connection."""
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[tuple[int, bytes]] = loop.create_future()
        self._answer = answer
        timer = None if within is None else loop.call_later(within, self._fail, TimeoutError())
        try:
            if self._transport is None or not self.usable:
                self._gone()
            self._transport.write(request)
            return await answer
        except BaseException:
            self.close()
            raise
        finally:
            self._answer = None
            if timer is not None:
                timer.cancel()

    def close(self) -> None:
        """Close the connection."""
        self.usable = False
        if self._transport is not None:
            self._transport.close()

    def _gone(self) -> NoReturn:
        raise ConnectFailed("the connection was closed before anything was sent")

    def _fail(self, error: Exception) -> None:
        self.close()
        if self._answer is not None and not self._answer.done():
            self._answer.set_exception(error)

    # ------------------------------------------------------------ what the transport tells

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the transport."""
        self._transport = cast("asyncio.WriteTransport", transport)  # a stream's can write, in any loop

    def data_received(self, data: bytes) -> None:
        """Read on; an answer that nobody asked for ends the connection."""
        if self._answer is None:
            self.close()
            return
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserError:
            self._fail(Disconnected("the answer isn't HTTP"))

    def eof_received(self) -> None:
        """End an answer that has no length of its own."""
        if self._until_end:
            self.on_message_complete()
        self._fail(Disconnected("the server ended the connection"))

    def connection_lost(self, error: Exception | None) -> None:
        """Tell whoever waits."""
        self._fail(Disconnected(type(error).__name__ if error else "the connection was closed"))

    # ------------------------------------------------------------ what the parser tells

    def on_message_begin(self) -> None:
        """Begin an answer."""
        self._body.clear()
        self._framed = self._until_end = False

    def on_header(self, name: bytes, _value: bytes) -> None:
        """Note that the answer says where it ends."""
        self._framed = self._framed or name.lower() in LENGTH

    def on_headers_complete(self) -> None:
        """Know where the answer ends."""
        self._until_end = not self._framed

    def on_body(self, body: bytes) -> None:
        """Keep a part of the answer."""
        self._body.append(body)

    def on_message_complete(self) -> None:
        """Hand the answer over."""
        if self._until_end or not self._parser.should_keep_alive():
            self.close()
        if self._answer is not None and not self._answer.done():
            self._answer.set_result((self._parser.get_status_code(), b"".join(self._body)))
