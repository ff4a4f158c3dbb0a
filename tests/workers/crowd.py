"""Many updates through several workers on one PostgreSQL, while workers, connections and the server die.

Law of the harness: a crowd answers the Big Five over a Telegram whose every call a load balancer hands to any
worker. Afterwards the database must hold every update once and every answer once, in each person's order, and
nobody may be left waiting. For figures run `python -m tests.workers.crowd 200000`, for kills of
two workers and nothing else `python -m tests.workers.crowd 200000 --workers 2 --every 3 --kills`.
"""

import argparse
import asyncio
import base64
import random
import signal
import sys
import tempfile
import time
from collections import Counter
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass, field
from pathlib import Path

import aiohttp
import asyncpg

from bot.channels.telegram.webhook import PATH
from tests.channels.telegram.kills import PATIENCE, Report, Tapper, doubled, look
from tests.channels.telegram.program import MASTER, free_port
from tests.emulator import Clock, Emulator
from tests.emulator.webhook import Called
from tests.fork_server import Launch, Life, fork_server
from tests.postgres import Cluster, cluster

BALANCED = aiohttp.ClientTimeout(total=30)
SECRET = "planted-secret-of-a-crowd"
TAPS = 30  # updates of one interview
TWICE = 0.1  # the share of updates that reach two workers at once
FAULTS = Counter({"kill": 4, "connections": 4, "freeze": 1, "server": 1})
FROZEN = 3.0  # seconds
SETTLED_WITHIN = 150.0  # seconds; two looks, with people who were spoken to a minute ago in between


@dataclass(slots=True)
class Worker:
    """One `attune run --webhook`, as an operator would start it."""

    port: int
    environment: dict[str, str]
    log: Path
    launch: Launch
    process: Life | None = None

    async def keep(self) -> None:
        """Start it again whenever it ended, as systemd does."""
        while True:
            await self.start()
            assert self.process is not None
            await self.process.wait()
            await asyncio.sleep(0.5)

    async def start(self) -> None:
        """Start it."""
        more = {**self.environment, "PORT": str(self.port)}
        self.process = await self.launch("bot", ["run", "--webhook", "--no-web"], more, self.log)

    async def end(self, how: signal.Signals) -> None:
        """Kill it, or ask it to stop."""
        if self.process is not None and self.process.returncode is None:
            self.process.send_signal(how)
            await self.process.wait()

    async def freeze(self, seconds: float) -> None:
        """Let it stand still, as a machine that swaps does."""
        assert self.process is not None
        with suppress(ProcessLookupError):
            self.process.send_signal(signal.SIGSTOP)
            await asyncio.sleep(seconds)
            self.process.send_signal(signal.SIGCONT)


@dataclass
class Balancer:
    """Hands each call to any worker; sometimes to two of them."""

    ports: list[int]
    dice: random.Random = field(default_factory=lambda: random.Random(5))
    twice: int = 0

    async def call(
        self, session: aiohttp.ClientSession, _: str, body: bytes, headers: dict[str, str]
    ) -> Called:
        """Pass one call on."""
        if self.dice.random() < TWICE:
            self.twice += 1
            calls = (self._pass_on(session, body, headers), self._pass_on(session, body, headers))
            return (await asyncio.gather(*calls))[0]
        return await self._pass_on(session, body, headers)

    async def _pass_on(self, session: aiohttp.ClientSession, body: bytes, headers: dict[str, str]) -> Called:
        """Try workers in any order until one can be reached, as nginx does."""
        for port in self.dice.sample(self.ports, len(self.ports)):
            url = f"http://127.0.0.1:{port}{PATH}"
            try:
                async with session.post(url, data=body, headers=headers, timeout=BALANCED) as answer:
                    return Called(answer.status, "")
            except aiohttp.ClientConnectorError:
                continue
            except (aiohttp.ClientError, TimeoutError):
                break  # it may have been taken: Telegram has to ask again
        return Called(502, "Bad gateway")


@dataclass
class Figures:
    """What happened, and what is wrong."""

    report: Report
    faults: Counter[str] = field(default_factory=Counter)
    twice: int = 0
    updates: int = 0
    dropped: int = 0  # that Telegram gave up: a tap isn't delivered for longer than 150 s
    seconds: float = 0.0
    wrong: list[str] = field(default_factory=list)

    @property
    def troubles(self) -> list[str]:
        """Return everything that must not be."""
        report = self.report
        owed = [f"{report.owed} replies still owed"] if report.owed else []
        return [*self.wrong, *report.wrong, *report.hanging, *owed]

    def __str__(self) -> str:
        faults = ", ".join(f"{n} x {name}" for name, n in sorted(self.faults.items()))
        return (
            f"{self.updates} updates of {self.report.people} people in {self.seconds:.0f} s"
            f" ({self.updates / self.seconds:.0f}/s), {self.twice} of them to two workers at once,"
            f" {self.dropped} given up by Telegram; longest wait {self.report.longest:.0f} s; {faults}; "
            f"{len(self.troubles)} troubles, {self.report.duplicates} messages seen twice"
        )


async def trouble(workers: list[Worker], server: Cluster, figures: Figures, every: float) -> None:
    """Make trouble until cancelled."""
    dice = random.Random(7)
    first = dice.sample(list(FAULTS), len(FAULTS))  # each at least once, however quickly people are done
    while True:
        await asyncio.sleep(dice.uniform(0.5 * every, 1.5 * every))
        kind = first.pop() if first else dice.choices(list(FAULTS), list(FAULTS.values()))[0]
        worker = dice.choice(workers)
        match kind:
            case "kill":
                await worker.end(signal.SIGKILL)
            case "connections":
                await cut(server.url, dice.randint(1, 4))
            case "freeze":
                await worker.freeze(FROZEN)
            case _:
                await asyncio.to_thread(server.stop, signal.SIGQUIT)
                await asyncio.to_thread(server.start)
        figures.faults[kind] += 1


async def cut(url: str, most: int) -> None:
    """End some connections of workers, whatever they are in the middle of."""
    connection = await asyncpg.connect(url)
    try:
        await connection.execute(
            "SELECT pg_terminate_backend(pid) FROM (SELECT pid FROM pg_stat_activity"
            " WHERE application_name = 'attune' ORDER BY random() LIMIT $1) AS few",
            most,
        )
    finally:
        await connection.close()


async def tell(telegram: Emulator, figures: Figures) -> None:
    """Say every minute how far it has come, until cancelled."""
    began = time.monotonic()
    while True:
        await asyncio.sleep(60)
        told = sum(attempt.status == 200 for attempt in telegram.world.webhook.attempts)
        passed, faults = time.monotonic() - began, dict(figures.faults)
        print(f"{passed:.0f} s: {told} calls answered, {faults}", file=sys.stderr, flush=True)  # noqa: T201 - that is what it is for


async def run(
    updates: int,
    at_once: int,
    folder: Path,
    *,
    workers: int = 4,
    every: float = 2.0,
    seconds: float = float("inf"),
) -> Figures:
    """Let a crowd make so many updates, or what it can in so many seconds; then look at what is stored."""
    report = Report()
    figures = Figures(report)
    began = time.monotonic()
    async with AsyncExitStack() as stack:
        server = stack.enter_context(cluster())
        url = server.url
        telegram = await stack.enter_async_context(Emulator(clock=Clock(), keep=0, strict=False))
        balancer = Balancer([free_port() for _ in range(workers)])
        telegram.world.webhook.call = balancer.call
        started = (await stack.enter_async_context(fork_server())).launch
        given = _environment(telegram, url)
        crew = [Worker(port, given, folder / "log", started) for port in balancer.ports]
        keeping = [asyncio.create_task(worker.keep()) for worker in crew]  # all at once, on an empty database
        for worker in crew:
            stack.push_async_callback(worker.end, signal.SIGKILL)
        await _ready(telegram)
        began = time.monotonic()
        making = asyncio.create_task(trouble(crew, server, figures, every))
        telling = asyncio.create_task(tell(telegram, figures))
        everybody = await _interviewed(telegram, report, updates // TAPS, at_once, seconds, making)
        await telegram.quiet(1.0, seconds=120)
        await _settled(url)
        for task in (*keeping, telling):
            task.cancel()
        await asyncio.gather(*keeping, telling, return_exceptions=True)
        await asyncio.gather(*(worker.end(signal.SIGTERM) for worker in crew))
        figures.seconds = time.monotonic() - began
        figures.twice = balancer.twice
        report.people = len(everybody)
        report.duplicates = sum(doubled(tapper.phone) for tapper in everybody)
        await look(_At(url), everybody, report)  # type: ignore[arg-type]  # only its address is asked for
        attempts = telegram.world.webhook.attempts
        told = {attempt.update_id for attempt in attempts if attempt.status == 200}
        figures.updates = len(told)
        figures.dropped = len({attempt.update_id for attempt in attempts} - told)
        figures.wrong += await looked(url, told, len(everybody))
    if figures.troubles:
        print((folder / "log").read_text("utf-8", "replace")[-20000:])  # noqa: T201 - the only witness
    return figures


@dataclass(frozen=True, slots=True)
class _At:
    url: str


def _environment(telegram: Emulator, url: str) -> dict[str, str]:
    return {
        "TELEGRAM_BOT_TOKEN": telegram.token,
        "TELEGRAM_API_URL": telegram.url,
        "DATABASE_URL": url,
        "DEFAULT_QUESTIONNAIRE": "big-five",
        "PRIVACY_KEY": base64.b64encode(MASTER).decode(),
        "PUBLIC_URL": "http://127.0.0.1:9",  # the balancer stands in the way of calls
        "WEBHOOK_SECRET": SECRET,
        "LOG_LEVEL": "ERROR",
        "PYTHONUNBUFFERED": "1",
    }


async def _ready(telegram: Emulator) -> None:
    async with asyncio.timeout(120):
        while telegram.world.webhook.settings is None:  # noqa: ASYNC110 - nobody rings when it is set
            await asyncio.sleep(0.1)


async def _settled(url: str) -> None:
    """Wait until others have brought what workers owed that were killed last: a lease, and then a look."""
    connection = await asyncpg.connect(url)
    deadline = time.monotonic() + SETTLED_WITHIN
    try:
        while await connection.fetchval("SELECT count(*) FROM owed") and time.monotonic() < deadline:  # noqa: ASYNC110 - other processes ring no bell
            await asyncio.sleep(0.5)
    finally:
        await connection.close()


async def _interviewed(
    telegram: Emulator, report: Report, people: int, at_once: int, seconds: float, making: asyncio.Task[None]
) -> list[Tapper]:
    """Let people be interviewed, so many at once; nobody makes trouble for the last ones."""
    everybody: list[Tapper] = []
    latest = time.monotonic() + seconds

    async def one_after_the_other() -> None:
        while len(everybody) < people and time.monotonic() < latest:
            everybody.append(Tapper(telegram, len(everybody), report, 0.0))
            await everybody[-1].interview()

    at_once = max(1, min(at_once, people // 3))
    crowd = [asyncio.create_task(one_after_the_other()) for _ in range(at_once)]
    until = None if seconds == float("inf") else seconds + PATIENCE  # where nobody comes to an end any more
    await asyncio.wait(crowd, timeout=until, return_when=asyncio.FIRST_COMPLETED)
    making.cancel()
    with suppress(asyncio.CancelledError):
        await making
    report.killing = False
    await asyncio.gather(*crowd)
    return everybody


async def looked(url: str, told: set[int], people: int) -> list[str]:
    """Return what in the database is lost, doubled or out of order."""
    connection = await asyncpg.connect(url)
    try:
        keys = Counter(
            row["key"] for row in await connection.fetch("SELECT key FROM heard WHERE key LIKE 'tg:%'")
        )
        counted = {
            name: await connection.fetchval(query)
            for name, query in {
                "answers": "SELECT count(*) FROM event WHERE kind = 'Answered'",
                "items": "SELECT count(*) FROM answer WHERE edits = 0",
                "sessions": "SELECT count(*) FROM session",
                "gaps": "SELECT count(*) FROM (SELECT max(turn) AS last, count(*) AS n FROM event"
                " GROUP BY session_id) AS one WHERE last <> n",
                "out of order": "SELECT count(*) FROM (SELECT as_of <= lag(as_of) OVER"
                " (PARTITION BY session_id ORDER BY turn) AS back FROM event) AS one WHERE back",
                "numbers drawn twice": "SELECT count(*) - count(DISTINCT as_of) FROM event",
                "parked": "SELECT count(*) FROM parked",
            }.items()
        }
    finally:
        await connection.close()
    wanted = {"answers": 25 * people, "items": 25 * people, "sessions": people}
    missing = {f"tg:{number}" for number in told} - keys.keys()
    lost = [f"{len(missing)} updates were confirmed and aren't stored"] if missing else []
    return lost + [
        f"{name}: {n}, not {wanted.get(name, 0)}" for name, n in counted.items() if n != wanted.get(name, 0)
    ]


def main() -> None:
    """Print the figures of as many updates as asked for."""
    reader = argparse.ArgumentParser()
    reader.add_argument("updates", type=int, nargs="?", default=20_000)
    reader.add_argument("--workers", type=int, default=4)
    reader.add_argument("--every", type=float, default=2.0, help="seconds between two troubles")
    reader.add_argument("--kills", action="store_true", help="only kills, as in `kills` for one process")
    reader.add_argument("--people", type=int, default=400, help="people at once")
    reader.add_argument("--seconds", type=float, default=float("inf"), help="nobody begins later")
    given = reader.parse_args()
    if given.kills:
        FAULTS.clear()
        FAULTS["kill"] = 1
    with tempfile.TemporaryDirectory() as folder:
        how = {"workers": given.workers, "every": given.every, "seconds": given.seconds}
        figures = asyncio.run(run(given.updates, given.people, Path(folder), **how))
    print(figures)  # noqa: T201 - that is what it is for
    for one in figures.troubles:
        print(one)  # noqa: T201 - the same
    sys.exit(bool(figures.troubles))


if __name__ == "__main__":
    main()
