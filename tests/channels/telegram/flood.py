"""Does one person who floods the bot slow the others down? Their waiting time, with and without, in one run.

Law of the harness: calm and flood alternate, so that both see the same machine; a crowd answers the Big Five
all the time, and each tap is timed from the phone to the next page. What counts is the ratio of the two p99.
Run `python -m tests.channels.telegram.flood` (with `--webhook` for a bot that is called).
"""

import argparse
import asyncio
import itertools
import random
import sys
import tempfile
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from tests.channels.telegram.bot import enter
from tests.channels.telegram.kills import Report, Tapper
from tests.channels.telegram.program import Program, free_port
from tests.emulator import Clock, Emulator, Phone
from tests.emulator.people import Message

CALM: Final = "calm"
AT_ONCE: Final = 100
"""Updates of the flooder that wait at a time, unless told otherwise: what one poll brings. Of more than that
others wait behind in Telegram's own queue, which is asked from the front and in hundreds."""


@dataclass(slots=True)
class Figures:
    """How long people waited, in seconds, and how much was thrown at the bot meanwhile."""

    waits: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    thrown: dict[str, int] = field(default_factory=lambda: defaultdict(int))

    def p99(self, weather: str) -> float:
        """Return the wait that one tap in a hundred exceeds."""
        waits = sorted(self.waits[weather])
        return waits[int(len(waits) * 0.99)] if waits else float("nan")

    def ratio(self, flood: str) -> float:
        """Return by how much a flood multiplies it."""
        return self.p99(flood) / self.p99(CALM)

    def __str__(self) -> str:
        lines = [f"{'':12} {'taps':>6} {'p50 ms':>8} {'p99 ms':>8} {'ratio':>6} {'thrown':>8}"]
        for weather, waits in self.waits.items():
            p50 = sorted(waits)[len(waits) // 2] * 1000
            p99, ratio = self.p99(weather) * 1000, self.ratio(weather)
            lines.append(
                f"{weather:12} {len(waits):6} {p50:8.1f} {p99:8.1f} {ratio:6.2f} {self.thrown[weather]:8}"
            )
        return "\n".join(lines)


class Timed(Tapper):
    """A person of the crowd, with a watch."""

    figures: Figures
    weather: list[str]
    since: tuple[str, float] | None = None

    async def _page_after(self, tapped: tuple[int, str] | None) -> Message:
        message = await super()._page_after(tapped)
        if self.since is not None:
            weather, began = self.since
            self.figures.waits[weather].append(asyncio.get_running_loop().time() - began)
            self.since = None
        return message

    async def _tap(self, message: Message) -> None:
        self.since = (self.weather[-1], asyncio.get_running_loop().time())
        await super()._tap(message)


async def crowd(telegram: Emulator, people: int, figures: Figures, weather: list[str]) -> None:
    """Let so many people be interviewed at any time, until cancelled."""
    numbers, report = itertools.count(), Report()

    async def one_after_the_other() -> None:
        for number in numbers:
            person = Timed(telegram, number, report, 0.1)
            person.figures, person.weather = figures, weather
            await person.interview()

    await asyncio.gather(*(one_after_the_other() for _ in range(people)))


# ---------------------------------------------------------------- floods


def pressing(phone: Phone) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield one button, pressed as fast as possible."""
    message = next(one for one in reversed(phone.visible) if one.keyboard)
    data = message.keyboard[0][0]["callback_data"]
    while True:
        yield "callback_query", press(phone, message, data)


def old_buttons(phone: Phone) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield every button that the chat ever had, again and again."""
    while True:
        for message in [*phone.chat.messages.values()]:
            for keyboard in message.shown:
                for button in itertools.chain.from_iterable(keyboard):
                    if "callback_data" in button:
                        yield "callback_query", press(phone, message, button["callback_data"])


def anything(phone: Phone) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield words, commands and stickers."""
    dice = random.Random(1)
    contents: list[dict[str, Any]] = [{"text": "hello"}, {"text": "/help"}, {"text": "/start"}, {"dice": {}}]
    for number in itertools.count(100_000):
        sent = {"message_id": number, "date": 1, "chat": phone.chat.wire(), "from": phone.person.wire()}
        yield "message", sent | dice.choice(contents)


def press(phone: Phone, message: Message, data: str) -> dict[str, Any]:
    """Return a press as Telegram tells it."""
    on = {"message_id": message.id, "date": 1, "chat": phone.chat.wire()}
    return {"id": "1", "from": phone.person.wire(), "chat_instance": "1", "message": on, "data": data}


FLOODS: Final = {"one button": pressing, "old buttons": old_buttons, "anything": anything}


async def throw(telegram: Emulator, flood: Iterator[tuple[str, dict[str, Any]]], at_once: int) -> int:
    """Throw updates until cancelled; return how many."""
    thrown = 0
    try:
        while True:
            for kind, body in itertools.islice(flood, 50):
                telegram.updates.push_raw({kind: body}, kind=kind, lane="flood")
                thrown += 1
            await asyncio.sleep(0)
            while len(telegram.updates) > at_once:  # noqa: ASYNC110 - a queue that shrinks rings no bell
                await asyncio.sleep(0.002)
    except asyncio.CancelledError:
        pass
    return thrown


async def run(
    folder: Path, *, people: int, rounds: int, seconds: float, at_once: int = AT_ONCE, webhook: bool = False
) -> Figures:
    """Alternate calm and each flood so many rounds, so many seconds each."""
    figures, weather = Figures(), ["warming up"]
    async with Emulator(clock=Clock(), strict=False, keep=0) as telegram:
        program = Program(folder, telegram, free_port() if webhook else None)
        await program.start()
        await program.listening()
        flooder = telegram.phone("Flo")
        await enter(flooder)
        others = asyncio.create_task(crowd(telegram, people, figures, weather))
        await asyncio.sleep(seconds)
        for _ in range(rounds):
            for name, flood in FLOODS.items():
                weather.append(CALM)
                await asyncio.sleep(seconds)
                weather.append(name)
                throwing = asyncio.create_task(throw(telegram, flood(flooder), at_once))
                await asyncio.sleep(seconds)
                throwing.cancel()
                figures.thrown[name] += await throwing
                weather.append("after")
                await telegram.until(
                    lambda: len(telegram.updates) < people * 2 or None, "drained", seconds=120
                )
                await asyncio.sleep(1)
        others.cancel()
        await asyncio.gather(others, return_exceptions=True)
        await program.stop()
    for name in ("warming up", "after"):
        figures.waits.pop(name, None)
    return figures


def main() -> None:
    """Print the table."""
    reader = argparse.ArgumentParser()
    reader.add_argument("--people", type=int, default=30)
    reader.add_argument("--rounds", type=int, default=5)
    reader.add_argument("--seconds", type=float, default=6.0)
    reader.add_argument("--at-once", type=int, default=AT_ONCE)
    reader.add_argument("--webhook", action="store_true")
    given = reader.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        figures = asyncio.run(
            run(
                Path(folder),
                people=given.people,
                rounds=given.rounds,
                seconds=given.seconds,
                at_once=given.at_once,
                webhook=given.webhook,
            )
        )
    print(figures)  # noqa: T201 - that is what it is for
    sys.exit(any(figures.ratio(name) >= 2 for name in FLOODS))


if __name__ == "__main__":
    main()
