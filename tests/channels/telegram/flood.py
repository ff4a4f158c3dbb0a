"""Does one person who floods the bot slow the others down? Their waiting time, with and without, in one run.

Law of the harness: calm and flood alternate, so that both see the same machine; a crowd answers the Big Five
all the time, and each tap is timed from the phone to the next page. What counts is the ratio of the two p99.
Run `python -m tests.channels.telegram.flood` (with `--webhook` for a bot that is called).
"""

import argparse
import asyncio
import itertools
import random
import statistics
import sys
import tempfile
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
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
    """How long people waited in each round of each weather, in seconds, and how much was thrown."""

    waits: dict[str, dict[int, list[float]]] = field(
        default_factory=lambda: defaultdict(lambda: defaultdict(list))
    )
    thrown: dict[str, int] = field(default_factory=lambda: defaultdict(int))

    def ratios(self, flood: str) -> list[float]:
        """Return by how much a flood multiplies the p99 of its round."""
        calm = self.waits[CALM]
        return [quantile(waits, 0.99) / quantile(calm[n], 0.99) for n, waits in self.waits[flood].items()]

    def ratio(self, flood: str) -> float:
        """Return the median over the rounds."""
        return statistics.median(self.ratios(flood))

    def __str__(self) -> str:
        lines = [
            f"{'':12} {'taps':>6} {'p50 ms':>8} {'p99 ms':>8} {'thrown':>8}  ratio of p99: median, each round"
        ]
        for weather, rounds in self.waits.items():
            waits = [*itertools.chain.from_iterable(rounds.values())]
            p50, p99 = quantile(waits, 0.5) * 1000, quantile(waits, 0.99) * 1000
            line = f"{weather:12} {len(waits):6} {p50:8.1f} {p99:8.1f} {self.thrown[weather]:8}"
            if weather != CALM:
                each = " ".join(f"{one:.2f}" for one in self.ratios(weather))
                line += f"  {self.ratio(weather):.2f}: {each}"
            lines.append(line)
        return "\n".join(lines)


def quantile(waits: list[float], share: float) -> float:
    """Return the wait that this share of the taps doesn't exceed."""
    return sorted(waits)[int(len(waits) * share)] if waits else float("nan")


class Timed(Tapper):
    """A person of the crowd, with a watch."""

    figures: Figures
    weather: list[tuple[str, int]]
    since: tuple[tuple[str, int], float] | None = None

    async def _page_after(self, tapped: tuple[int, str] | None) -> Message:
        message = await super()._page_after(tapped)
        if self.since is not None:
            (weather, number), began = self.since
            self.figures.waits[weather][number].append(asyncio.get_running_loop().time() - began)
            self.since = None
        return message

    async def _tap(self, message: Message) -> None:
        self.since = (self.weather[-1], asyncio.get_running_loop().time())
        await super()._tap(message)


async def crowd(telegram: Emulator, people: int, figures: Figures, weather: list[tuple[str, int]]) -> None:
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


def ten_thousand(phone: Phone) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield ten thousand presses, which are thrown all at once."""
    return itertools.islice(pressing(phone), TEN_THOUSAND)


TEN_THOUSAND: Final = 10_000
FLOODS: Final = {
    "one button": pressing,
    "old buttons": old_buttons,
    "anything": anything,
    "ten thousand": ten_thousand,
}


@dataclass(frozen=True, slots=True)
class Thrower:
    """How somebody floods."""

    at_once: int = AT_ONCE
    lanes: int = 1  # calls of the webhook at a time; Telegram makes one for one person, or two

    def of(self, name: str) -> "Thrower":
        """Return how this flood is thrown."""
        return replace(self, at_once=TEN_THOUSAND) if name == "ten thousand" else self


async def throw(telegram: Emulator, flood: Iterator[tuple[str, dict[str, Any]]], thrower: Thrower) -> int:
    """Throw updates until cancelled; return how many."""
    thrown = 0
    try:
        while some := [*itertools.islice(flood, 50)]:
            for kind, body in some:
                telegram.updates.push_raw({kind: body}, kind=kind, lane=f"flood {thrown % thrower.lanes}")
                thrown += 1
            await asyncio.sleep(0)
            while len(telegram.updates) > thrower.at_once:  # noqa: ASYNC110 - a queue that shrinks rings no bell
                await asyncio.sleep(0.002)
        await asyncio.Event().wait()
    except asyncio.CancelledError:
        pass
    return thrown


def forget(telegram: Emulator) -> None:
    """Take back what is left of a flood."""
    for update in telegram.updates.pending():
        if update.lane.startswith("flood"):
            telegram.updates.acknowledge(update.id)


async def run(
    folder: Path, *, people: int, rounds: int, seconds: float, thrower: Thrower, webhook: bool = False
) -> Figures:
    """Alternate calm and each flood so many rounds, so many seconds each."""
    figures, weather = Figures(), [("warming up", 0)]
    async with Emulator(clock=Clock(), strict=False, keep=0) as telegram:
        program = Program(folder, telegram, free_port() if webhook else None)
        await program.start()
        await program.listening()
        flooder = telegram.phone("Flo")
        await enter(flooder)
        others = asyncio.create_task(crowd(telegram, people, figures, weather))
        await asyncio.sleep(seconds)
        for number, (name, flood) in itertools.product(range(rounds), FLOODS.items()):
            weather.append((CALM, number))
            await asyncio.sleep(seconds)
            weather.append((name, number))
            throwing = asyncio.create_task(throw(telegram, flood(flooder), thrower.of(name)))
            await asyncio.sleep(seconds)
            throwing.cancel()
            figures.thrown[name] += await throwing
            weather.append(("after", number))
            forget(telegram)
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
    reader.add_argument("--lanes", type=int, default=1, help="calls at a time for the flooder")
    reader.add_argument("--webhook", action="store_true")
    given = reader.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        figures = asyncio.run(
            run(
                Path(folder),
                people=given.people,
                rounds=given.rounds,
                seconds=given.seconds,
                thrower=Thrower(given.at_once, given.lanes),
                webhook=given.webhook,
            )
        )
    print(figures)  # noqa: T201 - that is what it is for
    sys.exit(any(figures.ratio(name) >= 2 for name in FLOODS))


if __name__ == "__main__":
    main()
