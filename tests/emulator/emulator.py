"""A small, strict Telegram for tests: the Bot API over real HTTP on this machine."""

import asyncio
from collections.abc import Callable
from types import TracebackType
from typing import Any, Self, TypeVar

from aiohttp import web

from tests.emulator.clock import Clock
from tests.emulator.faults import Faults
from tests.emulator.people import Chat
from tests.emulator.phone import Phone
from tests.emulator.profile import DEFAULT
from tests.emulator.schema import load
from tests.emulator.transcript import Transcript
from tests.emulator.updates import Updates
from tests.emulator.wire import Gateway
from tests.emulator.world import World

Found = TypeVar("Found")

TOKEN = "4242424242:TEST-not-a-secret-0123456789abcdef"
LARGEST_REQUEST = 52 << 20


class Emulator:
    """One bot's Telegram, served as long as the context is open.

    `strict=False` skips the checks of parameters, keyboards and our own objects, for benchmarks; `keep=0`
    records nothing. The bot finds it at `url`, and its queue outlives the bot.
    """

    def __init__(
        self,
        *,
        strict: bool = True,
        token: str = TOKEN,
        clock: Clock | None = None,
        port: int = 0,
        keep: int | None = None,
        enforce_rates: bool = False,
    ) -> None:
        self.token = token
        self.clock = clock or Clock()
        self.transcript = Transcript(keep)
        self.faults = Faults()
        self.world = World(int(token.partition(":")[0]), load(), self.clock, self.transcript)
        self.world.verifying = strict
        self.world.rates.metering = strict or enforce_rates
        self.world.rates.enforced = enforce_rates
        self._port = port
        self._gateway = Gateway(self.world, self.faults, token, strict=strict)
        self._runner: web.ServerRunner | None = None

    async def __aenter__(self) -> Self:
        server = web.Server(self._gateway.handle, request_factory=_request, handler_cancellation=True)
        self._runner = web.ServerRunner(server, access_log=None, shutdown_timeout=1.0)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", self._port)
        await site.start()
        self._port = self._runner.addresses[0][1]
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.world.closing.set()
        if self.world.updates.poller is not None:
            self.world.updates.poller.set()
        await self.world.webhook.remove()
        if self._runner is not None:
            await self._runner.cleanup()
        if error is None and self._gateway.failures:
            raise AssertionError("the emulator itself failed:\n" + "\n".join(self._gateway.failures))

    @property
    def url(self) -> str:
        """What TELEGRAM_API_URL has to be."""
        return f"http://127.0.0.1:{self._port}"

    @property
    def updates(self) -> Updates:
        """The queue that the bot reads."""
        return self.world.updates

    def phone(self, first_name: str = "Ana", *, language_code: str | None = "en", **more: Any) -> Phone:
        """A new person with the bot's chat on their phone; `id`, `last_name` and `username` may be given."""
        return Phone(self.world, self.world.join(first_name, language_code, **more))

    def group(self, title: str = "Ward") -> Chat:
        """A group that the bot has long been in; people write there by `phone.types(text, into=group)`."""
        return self.world.open_group(title)

    def commands_for(self, phone: Phone) -> list[dict[str, str]]:
        """The commands that this person sees in the private chat."""
        scopes = (("chat", phone.person.id), ("all_private_chats",), DEFAULT)
        return self.world.profile.commands_seen(scopes, phone.person.language_code or "")

    def description_for(self, phone: Phone) -> str:
        """What this person reads in the empty chat."""
        return self.world.profile.text("description", phone.person.language_code or "")

    async def until(
        self, condition: Callable[[], Found | None], what: str, *, seconds: float = 10.0
    ) -> Found:
        """Waits until the condition holds, whatever it looks at; fails with the transcript."""
        return await self.world.changes.until(
            condition,
            seconds=seconds,
            explain=lambda: f"not within {seconds} s: {what}\n{self.transcript.told()}",
        )

    async def quiet(self, for_seconds: float = 0.1, *, seconds: float = 10.0) -> None:
        """Waits until every update is confirmed and the bot has called nothing for a moment."""
        loop = asyncio.get_running_loop()
        deadline = loop.time() + seconds
        while (left := self._until_quiet(for_seconds)) > 0:
            if loop.time() > deadline:
                pending = [update.id for update in self.updates.pending()]
                raise AssertionError(f"not quiet; unconfirmed: {pending}\n{self.transcript.told()}")
            await asyncio.sleep(left)

    def _until_quiet(self, for_seconds: float) -> float:
        if len(self.updates) or self._gateway.in_flight:
            return 0.01
        return self._gateway.last_call + for_seconds - asyncio.get_running_loop().time()


def _request(message: Any, payload: Any, protocol: Any, writer: Any, task: Any) -> web.BaseRequest:
    loop = asyncio.get_running_loop()
    return web.BaseRequest(message, payload, protocol, writer, task, loop, client_max_size=LARGEST_REQUEST)
