"""SIGKILL at random moments while many people are being interviewed, and what is left of it.

Law of the harness: a person taps one answer to each question, always the same one, and waits. After every
third kill the bot is left alone until everybody who waits then was answered, so that no later start or nudge
can make good what one kill did; whoever waits longer than `PATIENCE` was left without a reply. Run
`python -m tests.channels.telegram.kills 50` for figures, with `--webhook` for a bot that is called.
"""

import argparse
import asyncio
import itertools
import random
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from bot.conversation.session import Session, Step
from bot.privacy import Keys
from bot.storage.opening import open_store
from tests.channels.telegram.bot import library
from tests.channels.telegram.program import MASTER, Program, free_port
from tests.emulator import Clock, Emulator, Phone
from tests.emulator.people import Message
from tests.fork_server import fork_server

PATIENCE = 60.0
OUTAGE = 600.0
CALM = 3  # after every so-maniest kill
IMPATIENT = 4  # every so-maniest person taps every so-maniest button four times at once: more is a flood
FIRST_BUTTON = {"25 taps.": 0, "Before we begin": 0, "One more thing": 0, "That was the last question": 0}


@dataclass(slots=True)
class Report:
    """What became of everybody."""

    killing: bool = True
    kills: int = 0
    outages: int = 0
    calms: int = 0
    longest: float = 0.0
    people: int = 0
    taps: int = 0
    hanging: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    duplicates: int = 0
    owed: int = 0
    seconds: float = 0.0

    def __str__(self) -> str:
        return (
            f"{self.kills} kills ({self.outages} with 10 minutes of outage, {self.calms} looked at alone), "
            f"{self.people} people, {self.taps} taps, {self.seconds:.0f} s, "
            f"longest wait {self.longest:.0f} s: {len(self.hanging)} left without a reply, "
            f"{len(self.wrong)} wrong interviews, {self.owed} replies still owed, "
            f"{self.duplicates} messages seen twice"
        )


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

    def __init__(
        self, telegram: Emulator, number: int, report: Report, pause: float, *, times: int = 1
    ) -> None:
        self.phone = telegram.phone(f"P{number}")
        self.number = number
        self._telegram = telegram
        self._report = report
        self._pause = pause
        self._times = times  # that some buttons are tapped at once
        self._dice = random.Random(number)
        self.waits = 0
        self.waiting = False

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

        self.waits += 1
        self.waiting, began = True, time.monotonic()
        try:
            return await self._until(moved)
        finally:
            self.waiting = False
            self._report.longest = max(self._report.longest, time.monotonic() - began)

    async def _until(self, moved: Callable[[], Message | None]) -> Message:
        """Look again whenever something changes in this chat; while the bot is killed, nobody despairs."""
        while True:
            killing = self._report.killing
            try:
                return await self.phone.chat.changes.until(
                    moved, seconds=PATIENCE, explain=lambda: f"P{self.number} was left alone"
                )
            except AssertionError:
                if not killing:
                    raise

    async def _tap(self, message: Message) -> None:
        place = next((place for text, place in FIRST_BUTTON.items() if text in message.text), None)
        if place is None:
            place = choice(self.number, int(message.text.split(" of 25")[0].rpartition("\n")[2]))
        data = message.keyboard[place][0]["callback_data"]
        for _ in range(1 if self.waits % IMPATIENT else self._times):
            self._report.taps += 1
            await self.phone.taps_data(data, message)


async def kill_now_and_then(
    program: Program, clock: Clock, report: Report, everybody: list[Tapper], kills: int, dice: random.Random
) -> None:
    """Kill and start again; every fourth time Telegram hears nothing for ten minutes."""
    for number in range(kills):
        if number % 5 != 4:  # the fifth dies while it starts
            await program.listening()
        await asyncio.sleep(dice.uniform(0.05, 2.0))
        await program.kill()
        report.kills += 1
        if number % 4 == 1:
            await asyncio.sleep(0.5)  # somebody taps into the void
            clock.advance(OUTAGE)
            program.sleep_in(OUTAGE)
            report.outages += 1
        await program.start()
        if number % CALM == CALM - 1 and not await calm(program, report, everybody):
            break
    await program.listening()
    report.killing = False


async def calm(program: Program, report: Report, everybody: list[Tapper]) -> bool:
    """Wait until everybody who waits now was answered; note who isn't."""
    await program.listening()
    waiting = [(one, one.waits) for one in everybody if one.waiting]
    deadline = time.monotonic() + PATIENCE
    while left := [one for one, waits in waiting if one.waiting and one.waits == waits]:
        if time.monotonic() > deadline:
            report.hanging += [
                f"P{one.number} after kill {report.kills}\n{one.phone.screen[-600:]}" for one in left
            ]
            return False
        await asyncio.sleep(0.05)
    report.calms += 1
    return True


async def crowd(
    telegram: Emulator,
    report: Report,
    everybody: list[Tapper],
    at_once: int,
    pause: float,
    over: asyncio.Task[None],
) -> None:
    """Interview one person after the other, so many at once, until it is over and all are done."""

    async def one_after_the_other() -> None:
        while not over.done() and not report.hanging:
            number = len(everybody)
            times = 1 if number % IMPATIENT else 4
            everybody.append(Tapper(telegram, number, report, pause, times=times))
            await everybody[-1].interview()

    await asyncio.gather(*(one_after_the_other() for _ in range(at_once)))


async def run(
    kills: int,
    people: int,
    folder: Path,
    *,
    seed: int = 1,
    pause: float = 0.3,
    webhook: bool = False,
    plant: str = "",
) -> Report:
    """Interview so many people at once until so many kills have happened, then look at what is stored."""
    report, clock, began = Report(), Clock(), time.monotonic()
    async with Emulator(clock=clock, keep=5000) as telegram, fork_server() as server:
        port = free_port() if webhook else None
        program = Program(folder, telegram, port, server.launch, plant=plant)
        await program.start()
        everybody: list[Tapper] = []
        killing = kill_now_and_then(program, clock, report, everybody, kills, random.Random(seed))
        killer = asyncio.create_task(killing)
        await crowd(telegram, report, everybody, people, pause, killer)
        await killer
        if not report.hanging:
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
