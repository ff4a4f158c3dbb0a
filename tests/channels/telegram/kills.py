"""SIGKILL at random moments while many people are being interviewed, and what is left of it.

Law of the harness: a person taps one answer to each question, always the same one, and waits; whoever waits
longer than `PATIENCE` after the last kill was left without a reply. Run `python -m
tests.channels.telegram.kills 50` for figures, with `--webhook` for a bot that is called.
"""

import argparse
import asyncio
import base64
import itertools
import os
import random
import socket
import sys
import tempfile
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from bot.conversation.session import Session, Step
from bot.privacy import Keys
from bot.storage.opening import open_store
from tests.channels.telegram.bot import library
from tests.conftest import ROOT
from tests.emulator import Clock, Emulator, Phone
from tests.emulator.people import Message

PATIENCE = 60.0
OUTAGE = 600.0
MASTER = bytes(range(32))
FIRST_BUTTON = {"25 taps.": 0, "Before we begin": 0, "One more thing": 0, "That was the last question": 0}


@dataclass(slots=True)
class Report:
    """What became of everybody."""

    killing: bool = True
    kills: int = 0
    outages: int = 0
    people: int = 0
    taps: int = 0
    hanging: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    duplicates: int = 0
    owed: int = 0
    seconds: float = 0.0

    def __str__(self) -> str:
        return (
            f"{self.kills} kills ({self.outages} with 10 minutes of outage), {self.people} people, "
            f"{self.taps} taps, {self.seconds:.0f} s: {len(self.hanging)} left without a reply, "
            f"{len(self.wrong)} wrong interviews, {self.owed} replies still owed, "
            f"{self.duplicates} messages seen twice"
        )


class Program:
    """The bot in a process of its own, on a database of its own; with a port it is called there."""

    def __init__(self, folder: Path, telegram: Emulator, port: int | None = None) -> None:
        self._folder = folder
        self._port = port
        self._telegram = telegram
        self._offset = folder / "offset"
        self._offset.write_text("0", "ascii")
        (self._folder / "log").touch()
        self._lives = 0
        self._process: asyncio.subprocess.Process | None = None
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
        with (self._folder / "log").open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                "tests.channels.telegram.launcher",
                str(self._offset),
                *(["--webhook"] if self._port is not None else []),
                cwd=ROOT,
                env={**os.environ, **given},
                stdout=log,
                stderr=log,
            )

    async def listening(self) -> None:
        """Wait until the present life listens."""
        while self.log.count("Listening as") < self._lives:  # noqa: ASYNC110 - another process tells us by a file
            await asyncio.sleep(0.05)

    async def kill(self) -> None:
        """SIGKILL."""
        if self._process is not None:
            self._process.kill()
            await self._process.wait()
            self._lives = self.log.count("Listening as")

    async def stop(self) -> int:
        """SIGTERM, and how it ended."""
        if self._process is None:
            return 0
        self._process.terminate()
        return await self._process.wait()

    @property
    def process(self) -> int:
        """The number of its process."""
        assert self._process is not None
        return self._process.pid

    def sleep_in(self, seconds: float) -> None:
        """Let time pass for the program, too."""
        self._offset.write_text(str(float(self._offset.read_text("ascii")) + seconds), "ascii")

    @property
    def log(self) -> str:
        """What it logged, over all its lives."""
        return (self._folder / "log").read_text("utf-8", "replace")


def choice(person: int, number: int) -> int:
    """Which of six choices a person takes."""
    return (person * 7 + number * number) % 6


def page(phone: Phone) -> Message | None:
    """The newest message of the bot with buttons, or the result."""
    found = [one for one in phone.visible if one.author != phone.person.id and (one.keyboard or done(one))]
    return found[-1] if found else None


def done(message: Message) -> bool:
    """Whether this is the end."""
    return "Your result is ready." in message.text


class Tapper:
    """A person with a phone who answers everything, at a human's pace made quick."""

    def __init__(self, telegram: Emulator, number: int, report: Report, pause: float) -> None:
        self.phone = telegram.phone(f"P{number}")
        self.number = number
        self._telegram = telegram
        self._report = report
        self._pause = pause
        self._dice = random.Random(number)

    async def interview(self) -> None:
        """Be interviewed to the end; note it where no reply comes."""
        await self.phone.starts()
        tapped: tuple[int, str] | None = None
        try:
            while True:
                message = await self._page_after(tapped)
                if done(message):
                    return
                await asyncio.sleep(self._dice.uniform(0, self._pause))
                message = page(self.phone) or message
                if done(message):
                    return
                tapped = (message.id, message.text)
                await self._tap(message)
        except AssertionError:
            self._report.hanging.append(f"P{self.number} after {tapped}\n{self.phone.screen[-600:]}")

    async def _page_after(self, tapped: tuple[int, str] | None) -> Message:
        def moved() -> Message | None:
            message = page(self.phone)
            return message if message and (message.id, message.text) != tapped else None

        while True:
            killing = self._report.killing
            try:
                return await self._telegram.until(moved, f"P{self.number} was left alone", seconds=PATIENCE)
            except AssertionError:
                if not killing:
                    raise

    async def _tap(self, message: Message) -> None:
        place = next((place for text, place in FIRST_BUTTON.items() if text in message.text), None)
        if place is None:
            place = choice(self.number, int(message.text.split(" of 25")[0].rpartition("\n")[2]))
        self._report.taps += 1
        await self.phone.taps_data(message.keyboard[place][0]["callback_data"], message)


async def kill_now_and_then(
    program: Program, clock: Clock, report: Report, kills: int, dice: random.Random
) -> None:
    """Kill and start again; every fourth time Telegram hears nothing for ten minutes."""
    for number in range(kills):
        if number % 5 != 4:  # the fifth dies while it starts
            await program.listening()
        await asyncio.sleep(dice.uniform(0.1, 2.5))
        await program.kill()
        report.kills += 1
        if number % 4 == 1:
            await asyncio.sleep(0.5)  # somebody taps into the void
            clock.advance(OUTAGE)
            program.sleep_in(OUTAGE)
            report.outages += 1
        await program.start()
    await program.listening()
    report.killing = False


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as found:
        return int(found.getsockname()[1])


async def run(
    kills: int, people: int, folder: Path, *, seed: int = 1, pause: float = 0.3, webhook: bool = False
) -> Report:
    """Interview cohorts of people until so many kills have happened, then look at what is stored."""
    report, clock, began = Report(), Clock(), time.monotonic()
    async with Emulator(clock=clock, keep=5000) as telegram:
        program = Program(folder, telegram, free_port() if webhook else None)
        await program.start()
        killer = asyncio.create_task(kill_now_and_then(program, clock, report, kills, random.Random(seed)))
        everybody: list[Tapper] = []
        while not everybody or (not killer.done() and not report.hanging):
            first = len(everybody)
            cohort = [Tapper(telegram, first + number, report, pause) for number in range(people)]
            everybody += cohort
            await asyncio.gather(*(tapper.interview() for tapper in cohort))
        await killer
        await telegram.quiet(1.0, seconds=60)
        await program.stop()
    report.people = len(everybody)
    report.duplicates = sum(doubled(tapper.phone) for tapper in everybody)
    await look(program, everybody, report)
    report.seconds = time.monotonic() - began
    if report.hanging or report.wrong:
        print(program.log[-5000:])  # noqa: T201 - the only witness
    return report


def doubled(phone: Phone) -> int:
    """How many messages repeat the one before, as after a send that may have failed."""
    texts = [one.text for one in phone.visible if one.author != phone.person.id]
    return sum(before == after for before, after in itertools.pairwise(texts))


async def look(program: Program, everybody: list[Tapper], report: Report) -> None:
    """Compare what is stored with what was tapped."""
    keys = Keys(MASTER)
    edition = library().questionnaires["big-five"].edition
    items = edition.questionnaire.form.items
    store = await open_store(program.url, keys.fingerprint, clock=lambda: datetime.now(UTC))
    try:
        report.owed = len(await store.owed())
        for tapper in everybody:
            person = keys.person("telegram", str(tapper.phone.person.id))
            sessions = await store.sessions_of(person)
            choices = [[one.id for one in edition.questionnaire.choices(item)] for item in items]
            wanted = [row[choice(tapper.number, place)] for place, row in enumerate(choices, 1)]
            if len(sessions) != 1 or not right(sessions[0], items, wanted):
                report.wrong.append(f"P{tapper.number}: {[(one.step, one.answers) for one in sessions]}")
    finally:
        await store.close()


def right(session: Session, items: tuple[str, ...], wanted: list[str]) -> bool:
    """Whether an interview ended with exactly the answers that were tapped, each given once."""
    given = [session.answers[item].choice if item in session.answers else None for item in items]
    once = all(one.edits == 0 for one in session.answers.values())
    return session.step is Step.RESULT and given == wanted and once


def main() -> None:
    """Print the figures of as many kills as asked for."""
    reader = argparse.ArgumentParser()
    reader.add_argument("kills", type=int, nargs="?", default=50)
    reader.add_argument("--people", type=int, default=50)
    reader.add_argument("--webhook", action="store_true")
    reader.add_argument("--seed", type=int, default=1)
    given = reader.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        report = asyncio.run(
            run(given.kills, given.people, Path(folder), seed=given.seed, webhook=given.webhook)
        )
    print(f"seed {given.seed}: {report}")  # noqa: T201 - that is what it is for
    for trouble in (*report.hanging, *report.wrong):
        print(trouble)  # noqa: T201 - the same
    sys.exit(bool(report.hanging or report.wrong or report.owed))


if __name__ == "__main__":
    main()
