"""The real bot as a program of its own, for harnesses that kill it, watch it or crowd it."""

import asyncio
import base64
import os
import signal
import socket
from pathlib import Path

from tests.channels.telegram.ahead import Ahead
from tests.emulator import Emulator
from tests.fork_server import Launch, Life, launch

MASTER = bytes(range(32))


class Program:
    """The bot in a process of its own, on a database of its own; with a port it is called there."""

    def __init__(
        self,
        folder: Path,
        telegram: Emulator,
        port: int | None = None,
        launch: Launch = launch,
        *,
        plant: str = "",
    ) -> None:
        self._folder = folder
        self._port = port
        self._launch = launch
        self._how = [*(["--webhook"] if port is not None else []), *([plant] if plant else [])]
        self._telegram = telegram
        self._clock = folder / "ahead"
        self._ahead = Ahead(self._clock)
        (self._folder / "log").touch()
        self._lives = 0
        self._process: Life | None = None
        self.url = f"sqlite:///{folder}/attune.db"

    async def start(self) -> None:
        """Start it; it may be killed before it has got anywhere."""
        given = {
            "TELEGRAM_BOT_TOKEN": self._telegram.token,
            "TELEGRAM_API_URL": self._telegram.url,
            "DATABASE_URL": self.url,
            "DEFAULT_QUESTIONNAIRE": "big-five",
            "PRIVACY_KEY": base64.b64encode(MASTER).decode(),
            "LOG_LEVEL": os.environ.get("LOG_LEVEL", "WARNING"),
            "PYTHONUNBUFFERED": "1",
        }
        if self._port is not None:
            address = f"http://127.0.0.1:{self._port}"
            given |= {
                "PORT": str(self._port),
                "PUBLIC_URL": address,
                "WEBHOOK_SECRET": "planted-secret-of-kills",
            }
        self._lives += 1
        self._process = await self._launch(
            "tests.channels.telegram.launcher", [str(self._clock), *self._how], given, self._folder / "log"
        )

    async def listening(self) -> None:
        """Wait until the present life listens."""
        while self.log.count("Listening as") < self._lives:
            assert self._process is not None
            assert self._process.returncode is None, self.log[-5000:]
            await asyncio.sleep(0.05)

    async def kill(self) -> None:
        """SIGKILL."""
        if self._process is not None:
            self._process.send_signal(signal.SIGKILL)
            await self._process.wait()
            self._lives = self.log.count("Listening as")

    async def stop(self) -> int:
        """SIGTERM, and how it ended."""
        if self._process is None:
            return 0
        self._process.send_signal(signal.SIGTERM)
        return await self._process.wait()

    @property
    def process(self) -> int:
        """The number of its process."""
        assert self._process is not None
        return self._process.pid

    def sleep_in(self, seconds: float) -> None:
        """Let time pass for the program, too."""
        self._ahead.add(seconds)

    @property
    def log(self) -> str:
        """What it logged, over all its lives."""
        return (self._folder / "log").read_text("utf-8", "replace")


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as found:
        return int(found.getsockname()[1])
