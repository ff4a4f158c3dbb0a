"""What is measured: speed, speed over a slow line, what a kill leaves behind, and memory."""

import asyncio
import statistics
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks.bots import Bot, Running, running
from benchmarks.crowd import Crowd
from tests.emulator import Emulator
from tests.emulator.faults import Slow

CALLS = ("getUpdates", "sendMessage", "editMessageText", "answerCallbackQuery")
MIB = 1 << 20
FEW_INTERVIEWS = 40  # so that one person alone is measured over more than a moment
STEPS_OPEN = 7  # the start and six taps, and then nothing: an open interview
PATIENCE = 12.0  # seconds without any answer, after which those who wait are stuck


@dataclass(frozen=True, slots=True)
class Speed:
    """One run at full speed."""

    bot: str
    people: int
    delay_ms: float
    updates: int
    finished: int
    updates_per_s: float
    p50_ms: float
    p99_ms: float
    cpu_s_per_1000: float
    memory_mib: float
    telegram_cpu_share: float


@dataclass(frozen=True, slots=True)
class Killed:
    """One run with a SIGKILL in its middle."""

    bot: str
    people: int
    stuck: int
    finished: int
    wrong: int


@dataclass(frozen=True, slots=True)
class Memory:
    """Memory with few and with many interviews open."""

    bot: str
    people: int
    idle_mib: float
    open_mib: float
    kib_per_interview: float


@asynccontextmanager
async def _stage(
    bot: Bot, base: Path | None, delay_ms: float = 0.0
) -> AsyncIterator[tuple[Emulator, Running]]:
    with tempfile.TemporaryDirectory(dir=base, ignore_cleanup_errors=True) as folder:
        async with (
            Emulator(strict=False, keep=0) as telegram,
            running(bot, telegram, Path(folder) / "bot") as one,
        ):
            for method in CALLS if delay_ms else ():
                telegram.faults.add(method, Slow(delay_ms / 1000), times=None)
            yield telegram, one


async def speed(bot: Bot, people: int, limit: float, base: Path | None, delay_ms: float = 0.0) -> Speed:
    """Let so many people through, all at once."""
    async with _stage(bot, base, delay_ms) as (telegram, one):
        interviews = max(people, FEW_INTERVIEWS)
        crowd = Crowd(telegram.world, bot.script, at_once=people, interviews=interviews)
        before, own = one.processor_seconds, _own_seconds()
        measured = await crowd.run(limit)
        spent, owned = one.processor_seconds - before, _own_seconds() - own
        assert not measured.wrong, (bot.title, measured.wrong[:3], one.log()[-2000:])
        if measured.finished == interviews:
            one.check_answers(crowd.visitors)
        cuts = statistics.quantiles(measured.latencies, n=100)
        elapsed = measured.last - measured.began
        return Speed(
            bot=bot.name,
            people=people,
            delay_ms=delay_ms,
            updates=measured.answered,
            finished=measured.finished,
            updates_per_s=measured.rate,
            p50_ms=cuts[49] * 1000,
            p99_ms=cuts[98] * 1000,
            cpu_s_per_1000=spent * 1000 / measured.answered,
            memory_mib=one.memory / MIB,
            telegram_cpu_share=owned / elapsed,
        )


def _own_seconds() -> float:
    import resource  # noqa: PLC0415 - the one place that needs it

    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


async def killed(bot: Bot, people: int, base: Path | None) -> Killed:
    """Kill the bot once a third is done, start it again, and see who is left waiting. Nobody taps twice."""
    async with _stage(bot, base) as (telegram, one):
        crowd = Crowd(telegram.world, bot.script, at_once=people, interviews=people)
        run = asyncio.create_task(crowd.run(600))
        while crowd.measured.answered < people * 4:  # noqa: ASYNC110 - looking is simpler, and cheap
            await asyncio.sleep(0.005)
        await one.kill()
        telegram.updates.poller = None
        await one.start()
        seen, quiet = crowd.measured.answered, 0.0
        while not run.done() and quiet < PATIENCE:
            await asyncio.sleep(0.5)
            quiet = quiet + 0.5 if crowd.measured.answered == seen else 0.0
            seen = crowd.measured.answered
        run.cancel()
        if crowd.measured.finished == people:
            one.check_answers(crowd.visitors)
        return Killed(bot.name, people, crowd.stuck, crowd.measured.finished, len(crowd.measured.wrong))


async def memory(bot: Bot, people: int, limit: float, base: Path | None) -> Memory:
    """Open a tenth of the interviews, then all of them, and compare."""
    async with _stage(bot, base) as (telegram, one):
        idle = one.memory
        few = await _opened(telegram, bot, one, people // 10, limit)
        many = await _opened(telegram, bot, one, people - people // 10, limit)
        growth = (many - few) / (people - people // 10)
        return Memory(bot.name, people, idle / MIB, many / MIB, growth / 1024)


async def _opened(telegram: Emulator, bot: Bot, one: Running, people: int, limit: float) -> int:
    crowd = Crowd(telegram.world, bot.script, at_once=people, interviews=people, stop_after_steps=STEPS_OPEN)
    measured = await crowd.run(limit)
    assert not measured.wrong, (bot.title, measured.wrong[:3])
    await asyncio.sleep(1.0)
    return one.memory
