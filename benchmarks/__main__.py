"""`python -m benchmarks`: ours and the peers, side by side in one run.

Each bot is a process on the second processor; the emulator and the people in it hold the first. Rounds go
through all bots before the next begins, so that what else the machine does meets them alike.
"""

import argparse
import asyncio
import json
import sys
from collections.abc import Iterator
from dataclasses import asdict
from itertools import product
from pathlib import Path

from benchmarks.bots import BOTS, USUAL, Bot, pin
from benchmarks.picture import drawn
from benchmarks.report import circumstances, told
from benchmarks.trials import Killed, Memory, Speed, killed, memory, speed


def main() -> None:
    """Measure, print the table, and write it down."""
    asked = _arguments()
    if asked.quick:
        asked.people, asked.rounds, asked.limit, asked.kill, asked.open = [50], 1, 10.0, 0, 0
    pin(0)
    speeds = list(_speeds(asked))
    kills = list(_kills(asked))
    memories = list(_memories(asked))
    report = told(speeds, kills, memories)
    print(report)
    asked.out.mkdir(parents=True, exist_ok=True)
    found: dict[str, object] = {"of": circumstances(), "command": " ".join(sys.argv[1:])}
    found |= {"speed": [asdict(one) for one in speeds], "kills": [asdict(one) for one in kills]}
    found |= {"memory": [asdict(one) for one in memories]}
    (asked.out / "benchmarks.json").write_text(json.dumps(found, indent=1) + "\n")
    (asked.out / "benchmarks.md").write_text(f"{report}\n")
    if speeds:
        (asked.out / "benchmarks.svg").write_text(drawn(speeds))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--people", type=_numbers, default=[1, 50, 500, 5000], help="at once: 1,50,500,5000")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--bots", type=_names, default=list(USUAL), help=f"of {', '.join(BOTS)}")
    parser.add_argument("--delay-ms", type=float, default=0.0, help="also with calls that take so long")
    parser.add_argument("--delayed-people", type=int, default=200, help="how many at once then")
    parser.add_argument("--limit", type=float, default=40.0, help="seconds for one run")
    parser.add_argument("--kill", type=int, default=0, help="kill each bot in mid-run with so many people")
    parser.add_argument("--open", type=int, default=0, help="measure memory with so many open interviews")
    parser.add_argument("--folder", type=Path, help="where databases are made (the disk that is measured)")
    parser.add_argument("--out", type=Path, default=Path("benchmarks/results"))
    parser.add_argument("--quick", action="store_true", help="50 people, one round: does it run?")
    return parser.parse_args()


def _numbers(text: str) -> list[int]:
    return [int(one) for one in text.split(",")] if text else []


def _names(text: str) -> list[str]:
    names = text.split(",")
    if unknown := set(names) - set(BOTS):
        raise argparse.ArgumentTypeError(f"unknown: {', '.join(sorted(unknown))}")
    return names


def _bots(asked: argparse.Namespace) -> Iterator[tuple[int, Bot]]:
    for number, name in product(range(1, asked.rounds + 1), asked.bots):
        yield number, BOTS[name]


def _say(number: int, what: str) -> None:
    print(f"round {number}: {what}", file=sys.stderr, flush=True)


def _speeds(asked: argparse.Namespace) -> Iterator[Speed]:
    crowds = [(people, 0.0) for people in asked.people]
    if asked.delay_ms:
        crowds.append((asked.delayed_people, asked.delay_ms))
    for people, delay in crowds:
        for number, bot in _bots(asked):
            found = asyncio.run(speed(bot, people, asked.limit, asked.folder, delay))
            _say(number, f"{bot.title}, {people} at once, {delay:g} ms: {found.updates_per_s:.0f} updates/s")
            yield found


def _kills(asked: argparse.Namespace) -> Iterator[Killed]:
    for number, bot in _bots(asked) if asked.kill else ():
        found = asyncio.run(killed(bot, asked.kill, asked.folder))
        _say(number, f"{bot.title}, killed: {found.stuck} left waiting")
        yield found


def _memories(asked: argparse.Namespace) -> Iterator[Memory]:
    for number, bot in _bots(asked) if asked.open else ():
        found = asyncio.run(memory(bot, asked.open, asked.limit * 5, asked.folder))
        _say(number, f"{bot.title}, {asked.open} open: {found.open_mib:.0f} MiB")
        yield found


if __name__ == "__main__":
    main()
