"""A bot under test: the real service against the emulator, started and stopped as a test likes."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache

from bot.channels.telegram.hear import CHANNEL
from bot.channels.telegram.service import Service
from bot.channels.telegram.wire import Timeouts, Wire
from bot.conversation.library import Library
from bot.conversation.phrasebook import open_phrasebook
from bot.conversation.session import Session
from bot.delivery import Parcel
from bot.organisation.load import load_all as load_organisations
from bot.privacy import Keys
from bot.questionnaire.load import load_all as load_questionnaires
from bot.storage.store import Store
from bot.turns import Desk
from tests.conftest import ROOT
from tests.emulator import Clock, Emulator, Phone

TIMEOUTS = Timeouts(connect=1.0, read=0.6, upload=2.0, poll=2, slack=1.0)
KEYS = Keys(bytes(range(32)))


@cache
def library() -> Library:
    """The shipped content, with the Big Five as what is asked."""
    return Library(
        load_questionnaires(ROOT / "questionnaires"),
        load_organisations(ROOT / "organisations"),
        open_phrasebook(),
        "big-five",
    )


def time_of(clock: Clock) -> datetime:
    """The emulator's time, as the program takes it."""
    return datetime.fromtimestamp(clock.now(), UTC)


async def desk_on(store: Store, clock: Clock) -> Desk:
    """A desk whose time is Telegram's."""
    for edition in library().editions():
        await store.keep_edition(edition)
    return Desk(store, library(), KEYS, lambda: time_of(clock))


@dataclass(slots=True)
class Running:
    """A bot at work."""

    desk: Desk
    service: Service
    task: asyncio.Task[None]
    stop: asyncio.Event

    async def kill(self) -> None:
        """End it at once, as SIGKILL would: nothing is finished, nothing more is confirmed or sent."""
        delivery, sender = self.service.delivery, self.service._sender
        delivery.close = _nothing  # type: ignore[method-assign]  # a killed bot closes nothing
        delivery.submit = _bring_nothing  # type: ignore[method-assign]  # what still runs while it falls
        tasks = {self.task, *delivery._tasks, *sender._closing, *self.service.receiver._pending.values()}
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _nothing(within: float) -> None:
    del within


def _bring_nothing(parcel: Parcel) -> None:
    del parcel


@asynccontextmanager
async def running(telegram: Emulator, desk: Desk) -> AsyncIterator[Running]:
    """Run a bot; it is stopped gracefully at the end, unless it was killed."""
    async with Wire(telegram.token, telegram.url, TIMEOUTS) as wire:
        stop = asyncio.Event()
        service = Service(desk, wire, await wire.me())
        task = asyncio.create_task(service.run(stop))
        try:
            yield Running(desk, service, task, stop)
        finally:
            stop.set()
            await asyncio.gather(task, return_exceptions=True)
        if not task.cancelled():
            task.result()


async def session_of(bot: Running, phone: Phone) -> Session | None:
    """The person's present interview, as stored."""
    person = KEYS.person(CHANNEL, str(phone.person.id))
    return (await bot.desk.store.load(person)).session


async def enter(phone: Phone) -> None:
    """Start, agree, and arrive at the first question."""
    await phone.starts()
    await phone.taps("Let's begin")
    await phone.taps("I am 18 or older and I agree")
    await phone.sees("One more thing")
    await phone.taps("No")
    await phone.sees("1 of 25")


async def answer(phone: Phone, number: int, place: int) -> None:
    """Answer one question by the place of its choice, once it is there."""
    message = await phone.sees(f"{number} of 25")
    await phone.taps_data(message.keyboard[place][0]["callback_data"], message)
