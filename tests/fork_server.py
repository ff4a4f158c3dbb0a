"""Programs that start at once: a process that has imported everything forks each of them.

Law: what is forked is what `python -m MODULE` would be, from its first own line on; it has its own
environment, arguments and log, and no file of another life. Only the imports, two seconds of a processor, are
shared.
Run as `python -m tests.fork_server`; orders come and news goes as lines of JSON.
"""

import asyncio
import base64
import gc
import json
import os
import runpy
import select
import signal
import sys
import tempfile
import threading
import traceback
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from importlib import import_module
from pathlib import Path
from typing import Any, Final, NoReturn, Protocol

from pydantic import SecretStr

ROOT: Final = Path(__file__).resolve().parent.parent
WARM: Final = (
    "aiosqlite",
    "asyncpg",
    "bot.channels.telegram.alerts",
    "bot.channels.telegram.duties",
    "bot.channels.telegram.service",
    "bot.channels.telegram.webhook",
    "bot.cli",
    "bot.cli.promises",
    "bot.cli.roof",
    "bot.cli.run",
    "bot.operation.condition",
    "bot.server",
    "bot.storage.postgres",
    "bot.storage.sqlite",
    "sqlalchemy.dialects.postgresql.asyncpg",
    "sqlalchemy.dialects.sqlite.aiosqlite",
    "uvicorn.loops.auto",
    "uvicorn.protocols.http.auto",
)


class Life(Protocol):
    """A running program, as `asyncio.subprocess.Process` has it."""

    pid: int

    @property
    def returncode(self) -> int | None:
        """How it ended."""

    def send_signal(self, signal: int) -> None:
        """Send it a signal, unless it has ended."""

    async def wait(self) -> int:
        """Wait until it has ended."""


Launch = Callable[[str, Sequence[str], Mapping[str, str], Path], Awaitable[Life]]
"""Starts a module with arguments and more environment; what it prints is added to a file (a whole path)."""


async def launch(module: str, arguments: Sequence[str], more: Mapping[str, str], log: Path) -> Life:
    """Start a program as anybody would."""
    with log.open("ab") as printed:
        return await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", module, *arguments),
            cwd=ROOT,
            env={**os.environ, **more},
            stdout=printed,
            stderr=printed,
        )


class Forked:
    """A forked life; signals go through its parent, which knows whether its number is still its own."""

    def __init__(self, pid: int, order: Callable[[dict[str, Any]], None]) -> None:
        self.pid = pid
        self._order = order
        self._ended: asyncio.Future[int] = asyncio.get_running_loop().create_future()

    @property
    def returncode(self) -> int | None:
        """How it ended."""
        return self._ended.result() if self._ended.done() else None

    def send_signal(self, signal: int) -> None:
        """Send it a signal, unless it has ended."""
        self._order({"signal": int(signal), "pid": self.pid})

    async def wait(self) -> int:
        """Wait until it has ended."""
        return await asyncio.shield(self._ended)

    def ended(self, code: int) -> None:
        """Note how it ended."""
        self._ended.set_result(code)


class ForkServer:
    """The forking process, as a test sees it."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        assert process.stdin is not None
        assert process.stdout is not None
        self._orders, self._news = process.stdin, process.stdout
        self._lives: dict[int, Forked] = {}
        self._born: asyncio.Queue[Forked | None] = asyncio.Queue()
        self._one_birth = asyncio.Lock()

    async def launch(self, module: str, arguments: Sequence[str], more: Mapping[str, str], log: Path) -> Life:
        """Start a program; see `launch`."""
        async with self._one_birth:
            self._order({"module": module, "arguments": [*arguments], "more": dict(more), "log": str(log)})
            born = await self._born.get()
            assert born is not None, "the fork server has ended"
            return born

    def _order(self, order: dict[str, Any]) -> None:
        self._orders.write(json.dumps(order).encode() + b"\n")

    async def listen(self) -> None:
        """Hear of births and deaths until cancelled."""
        async for line in self._news:
            news = json.loads(line)
            if "code" in news:
                self._lives.pop(news["pid"]).ended(news["code"])
            else:
                born = self._lives[news["pid"]] = Forked(news["pid"], self._order)
                self._born.put_nowait(born)
        self._born.put_nowait(None)


@asynccontextmanager
async def fork_server() -> AsyncIterator[ForkServer]:
    """Run a process that forks; with it ends whatever it forked."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.fork_server"),
        cwd=ROOT,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        start_new_session=True,  # a Ctrl-C is the harness's business alone
    )
    server = ForkServer(process)
    listening = asyncio.create_task(server.listen())
    try:
        yield server
    finally:
        assert process.stdin is not None
        process.stdin.close()
        await process.wait()
        await asyncio.gather(listening, return_exceptions=True)


# ------------------------------------------------------------------------------ inside the forking process


def main() -> None:
    """Import everything, then fork and bury until the orders end."""
    for name in WARM:
        import_module(name)
    asyncio.run(_rehearse())  # much is imported and compiled when it is first wanted
    gc.collect()
    gc.freeze()  # or each life would copy what it only looks at
    assert threading.active_count() == 1, "a fork would lose the other threads"
    bell, rings = os.pipe()
    os.set_blocking(rings, False)
    signal.set_wakeup_fd(rings, warn_on_full_buffer=False)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    lives: set[int] = set()
    unread = b""
    while True:
        ready, _, _ = select.select([0, bell], [], [])
        if bell in ready:
            os.read(bell, 4096)
            _bury(lives)
        if 0 in ready:
            said = os.read(0, 1 << 16)
            if not said:
                break
            *orders, unread = (unread + said).split(b"\n")
            for order in orders:
                _obey(json.loads(order), lives, (bell, rings))
    for pid in lives:
        os.kill(pid, signal.SIGKILL)


async def _rehearse() -> None:
    """Open a bot on an empty database that is thrown away, and close it."""
    from bot.cli.roof import open_desk  # noqa: PLC0415 - whoever only starts programs doesn't need it
    from bot.settings import Settings  # noqa: PLC0415 - the same

    with tempfile.TemporaryDirectory() as folder:
        url = SecretStr(f"sqlite:///{folder}/attune.db")
        key = SecretStr(base64.b64encode(bytes(32)).decode())
        settings = Settings(_env_file=None, database_url=url, privacy_key=key)
        async with open_desk(settings):
            pass


def _bury(lives: set[int]) -> None:
    for pid in [*lives]:
        found, status = os.waitpid(pid, os.WNOHANG)
        if found:
            lives.remove(pid)
            _say({"pid": pid, "code": os.waitstatus_to_exitcode(status)})


def _obey(order: dict[str, Any], lives: set[int], own: Sequence[int]) -> None:
    if "signal" in order:
        if order["pid"] in lives:  # still a child of ours, if only a dead one: its number is nobody else's
            os.kill(order["pid"], order["signal"])
        return
    pid = os.fork()
    if pid == 0:
        _live(order, own)
    lives.add(pid)
    _say({"pid": pid})


def _say(news: dict[str, Any]) -> None:
    os.write(1, json.dumps(news).encode() + b"\n")


def _live(order: dict[str, Any], own: Sequence[int]) -> NoReturn:
    """Be the program that is asked for, to its end."""
    code = 1
    try:
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        log = os.open(order["log"], os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        nothing = os.open(os.devnull, os.O_RDONLY)
        for source, place in ((nothing, 0), (log, 1), (log, 2)):
            os.dup2(source, place)
        for one in (log, nothing, *own):
            os.close(one)
        os.environ.update(order["more"])
        sys.argv[1:] = order["arguments"]
        runpy.run_module(order["module"], run_name="__main__", alter_sys=True)
        code = 0
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else int(end.code is not None)
    except BaseException:  # noqa: BLE001 - the log tells
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


if __name__ == "__main__":
    main()
