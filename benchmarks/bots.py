"""The bots that are compared, each as a process of its own on a processor of its own."""

import asyncio
import base64
import ctypes
import os
import signal
import sqlite3
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass, field
from pathlib import Path
from time import perf_counter
from typing import Final, Self

from benchmarks.crowd import OurScript, PeersScript, Visitor
from tests.emulator import Emulator

ROOT: Final = Path(__file__).resolve().parent.parent
TICKS: Final = os.sysconf("SC_CLK_TCK")
OURS: Final = "ours"
DIES_WITH_PARENT: Final = 1  # PR_SET_PDEATHSIG


@dataclass(frozen=True, slots=True)
class Bot:
    """One bot: how it is called, how it is started, what people do in it."""

    name: str
    title: str
    command: tuple[str, ...]
    script: type[PeersScript] | type[OurScript] = PeersScript
    environment: dict[str, str] = field(default_factory=dict)


def _peer(name: str, title: str) -> Bot:
    return Bot(name, title, ("-m", f"benchmarks.peers.{name}"))


_RUN = ("-m", "bot", "run", "--no-web")
BOTS: Final = {
    bot.name: bot
    for bot in (
        Bot(OURS, "Attune (SQLite, synchronous=FULL)", _RUN, OurScript),
        _peer("conversation_handler", "(a) PTB ConversationHandler + PicklePersistence"),
        _peer("commit_per_answer", "(b) PTB, aiosqlite commit per answer"),
        _peer("aiogram_memory", "(c) aiogram FSM in memory"),
        _peer("no_framework", "(d) no framework, durable"),
        Bot("ours_httpx", "Attune on the stock client", _RUN, OurScript, {"TELEGRAM_WIRE": "httpx"}),
    )
}
USUAL: Final = tuple(name for name in BOTS if name != "ours_httpx")


def pin(processor: int) -> None:
    """Keep this process on one processor, where the machine has more than one."""
    if hasattr(os, "sched_setaffinity") and (os.cpu_count() or 1) > 1:
        os.sched_setaffinity(0, {processor})


def _child() -> None:
    """Keep a bot on the second processor, and let it end with us however we end."""
    pin(1)
    ctypes.CDLL(None).prctl(DIES_WITH_PARENT, signal.SIGKILL)


class Running:
    """A bot at work in a folder of its own."""

    def __init__(self, bot: Bot, telegram: Emulator, folder: Path) -> None:
        self.bot = bot
        self.folder = folder
        self._telegram = telegram
        self._process: asyncio.subprocess.Process | None = None

    async def start(self) -> Self:
        """Start it; return when it asks for updates."""
        key = base64.b64encode(bytes(range(32))).decode()
        own = {
            "TELEGRAM_BOT_TOKEN": self._telegram.token,
            "TELEGRAM_API_URL": self._telegram.url,
            "DATABASE_URL": f"sqlite:///{self.folder}/attune.db",
            "PRIVACY_KEY": key,
            "FOLDER": str(self.folder),
            "PYTHONPATH": str(ROOT),
        }
        with (self.folder / "log").open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                sys.executable,
                *self.bot.command,
                cwd=ROOT,
                env=os.environ | own | self.bot.environment,
                stdout=log,
                stderr=log,
                preexec_fn=_child,
            )
        deadline = perf_counter() + 60
        while self._telegram.updates.poller is None:
            if self._process.returncode is not None or perf_counter() > deadline:
                raise RuntimeError(f"{self.bot.title} didn't start:\n{self.log()[-3000:]}")
            await asyncio.sleep(0.05)
        return self

    async def kill(self) -> None:
        """End it as a loss of power would."""
        if self._process is not None and self._process.returncode is None:
            self._process.send_signal(signal.SIGKILL)
            await self._process.wait()

    def log(self) -> str:
        """Return what it wrote."""
        return (self.folder / "log").read_text("utf-8", "replace")

    @property
    def processor_seconds(self) -> float:
        """Return the processor time of all its threads."""
        fields = self._read("stat").rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / TICKS

    @property
    def memory(self) -> int:
        """Return the bytes of memory that it holds now."""
        return int(self._read("statm").split()[1]) * os.sysconf("SC_PAGE_SIZE")

    def _read(self, name: str) -> str:
        assert self._process is not None
        return Path(f"/proc/{self._process.pid}/{name}").read_text()

    def check_answers(self, visitors: list[Visitor]) -> None:
        """Compare what our store holds of those who finished with what they tapped, in whatever order."""
        if self.bot.script is not OurScript:
            return  # the score on the last page said it
        with closing(sqlite3.connect(self.folder / "attune.db")) as database:
            rows = database.execute(
                "SELECT group_concat(value, '') FROM (SELECT a.session_id, a.value FROM answer a JOIN"
                " session s USING (session_id) WHERE s.step = 'result' ORDER BY a.at) GROUP BY session_id"
            ).fetchall()
        stored = sorted(row[0] for row in rows)
        tapped = sorted("".join(str(one + 1) for one in visitor.choices) for visitor in visitors)
        assert stored == tapped, "answers in the database aren't what was tapped"


@asynccontextmanager
async def running(bot: Bot, telegram: Emulator, folder: Path) -> AsyncIterator[Running]:
    """Run a bot, and kill it at the end."""
    folder.mkdir(parents=True)  # noqa: ASYNC240 - nothing else waits
    one = Running(bot, telegram, folder)
    try:
        yield await one.start()
    finally:
        await one.kill()
