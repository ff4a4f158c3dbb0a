"""What was measured as a table to read: medians with their spread, and ratios to the peers (a) and (c)."""

import platform
import statistics
import subprocess
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from typing import Final

from benchmarks.bots import BOTS, OURS, ROOT
from benchmarks.trials import Killed, Memory, Speed

TEXTBOOK: Final = "conversation_handler"
AIOGRAM: Final = "aiogram_memory"
LIBRARIES: Final = ("python-telegram-bot", "httpx", "aiogram", "aiohttp", "aiosqlite", "orjson")


def circumstances() -> dict[str, str]:
    """Return when, where and of what this is."""
    commit = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"],  # noqa: S607 - git is found on the path
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    return {
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "commit": commit.stdout.strip() or "unknown",
        "python": platform.python_version(),
        "machine": f"{platform.system()} {platform.machine()}",
        "libraries": ", ".join(f"{name} {version(name)}" for name in LIBRARIES),
    }


def told(speeds: Sequence[Speed], kills: Sequence[Killed], memories: Sequence[Memory]) -> str:
    """Return the whole report as Markdown."""
    parts = [speed_table(speeds)]
    if kills:
        parts.append(kill_table(kills))
    if memories:
        parts.append(memory_table(memories))
    return "\n\n".join(parts)


# ---------------------------------------------------------------- speed


def speed_table(speeds: Sequence[Speed]) -> str:
    """Return one row for each bot and crowd; a cell is the median [lowest-highest] of the rounds."""
    figures = "updates/s | p50 ms | p99 ms | CPU s per 1,000 | MiB"
    head = f"| people | Telegram | bot | {figures} | updates/s over (a) | over (c) | p99 of (a) |"
    lines = [head, "| --- " * 11 + "|"]
    for people, delay in sorted({(one.people, one.delay_ms) for one in speeds}, key=lambda it: it[::-1]):
        crowd = [one for one in speeds if (one.people, one.delay_ms) == (people, delay)]
        lines += [_speed_row(name, crowd) for name in BOTS if any(one.bot == name for one in crowd)]
    return "\n".join(lines)


def _speed_row(name: str, crowd: Sequence[Speed]) -> str:
    mine = [one for one in crowd if one.bot == name]
    line = "at once" if not mine[0].delay_ms else f"{mine[0].delay_ms:g} ms a call"
    cells = [
        str(mine[0].people),
        line,
        _title(name),
        _spread([one.updates_per_s for one in mine]),
        _spread([one.p50_ms for one in mine]),
        _spread([one.p99_ms for one in mine]),
        _spread([one.cpu_s_per_1000 for one in mine]),
        _spread([one.memory_mib for one in mine]),
        _times(rates(crowd, name, TEXTBOOK)),
        _times(rates(crowd, name, AIOGRAM)),
        _share(ratios(crowd, name, TEXTBOOK, lambda one: one.p99_ms)),
    ]
    return f"| {' | '.join(cells)} |"


def rates(crowd: Iterable[Speed], name: str, other: str) -> list[float]:
    """Return updates/s of one bot over those of another, round by round."""
    return ratios(crowd, name, other, lambda one: one.updates_per_s)


def ratios(crowd: Iterable[Speed], name: str, other: str, of: Callable[[Speed], float]) -> list[float]:
    """Return a figure of one bot over that of another, round by round."""
    runs = list(crowd)
    mine = [of(one) for one in runs if one.bot == name]
    theirs = [of(one) for one in runs if one.bot == other]
    return [one / two for one, two in zip(mine, theirs, strict=False)]


def _title(name: str) -> str:
    title = BOTS[name].title
    return f"**{title}**" if name == OURS else title


def _spread(values: Sequence[float]) -> str:
    middle = _number(statistics.median(values))
    return f"{middle} [{_number(min(values))}-{_number(max(values))}]" if len(values) > 1 else middle


def _times(values: Sequence[float]) -> str:
    return f"{_spread(values)} x" if values else "-"


def _share(values: Sequence[float]) -> str:
    return f"1/{_number(1 / statistics.median(values))}" if values else "-"


def _number(value: float) -> str:
    if value >= 100:  # noqa: PLR2004 - three figures are enough
        return f"{value:,.0f}"
    return f"{value:.1f}" if value >= 10 else f"{value:.2f}"  # noqa: PLR2004 - the same


# ---------------------------------------------------------------- kills and memory


def kill_table(kills: Sequence[Killed]) -> str:
    """Return who was left waiting after a SIGKILL and a restart."""
    lines = ["| bot | people | left waiting | finished | wrong pages |", "| --- " * 5 + "|"]
    for name in BOTS:
        runs = [one for one in kills if one.bot == name]
        if runs:
            stuck, done = [one.stuck for one in runs], [one.finished for one in runs]
            wrong = sum(one.wrong for one in runs)
            cells = f"{runs[0].people} | {_spread(stuck)} | {_spread(done)} | {wrong}"
            lines.append(f"| {_title(name)} | {cells} |")
    return "\n".join(lines)


def memory_table(memories: Sequence[Memory]) -> str:
    """Return what open interviews cost."""
    theirs = [one.open_mib for one in memories if one.bot == AIOGRAM]
    head = "| bot | open interviews | MiB idle | MiB open | of (c) | KiB per interview |"
    lines = [head, "| --- " * 6 + "|"]
    for name in BOTS:
        runs = [one for one in memories if one.bot == name]
        if runs:
            opened = [one.open_mib for one in runs]
            share = _share([statistics.median(opened) / statistics.median(theirs)]) if theirs else "-"
            idle, growth = [one.idle_mib for one in runs], [one.kib_per_interview for one in runs]
            cells = f"{runs[0].people:,} | {_spread(idle)} | {_spread(opened)} | {share} | {_spread(growth)}"
            lines.append(f"| {_title(name)} | {cells} |")
    return "\n".join(lines)
