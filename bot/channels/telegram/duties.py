"""What is said or done without being asked: replies owed from before, nudges, receipts, the sweep.

Law: an update's answer goes before all of this, which keeps to the pace of bulk; and each of it is done
once, also when the program ends in the middle.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import structlog

from bot.channels.telegram.address import parse
from bot.channels.telegram.hear import CHANNEL
from bot.conversation.moot import STANDING
from bot.delivery import Delivery, Parcel
from bot.errors import StoreUnavailable
from bot.privacy import UNCONSENTED_AGE
from bot.storage.store import Active, Owed
from bot.turns import ACTIVE_WITHIN, Desk, Spoken
from bot.unasked import heard_since, nudge, propose_retest, word_owed, word_receipts

log = structlog.get_logger()

TICK: Final = 3.0
"""Seconds between two rounds of housekeeping."""
RECEIPT_AFTER: Final = timedelta(seconds=10)
"""A younger receipt is still being spoken by the turn that erased."""
SWEEP_EVERY: Final = timedelta(hours=1)
OWED_EVERY: Final = timedelta(seconds=10)
"""Between two looks at what nobody brings: of a worker that is gone, or of a turn that broke off."""
LATE: Final = timedelta(seconds=30)
"""A younger reply is still being worded."""
SILENT: Final = timedelta(hours=1)
"""Whoever began longer ago has finished, or left: what an export says of them is kept."""
LINES_EVERY: Final = timedelta(minutes=1)
LINES_AT_ONCE: Final = 10
"""Times in one round, where many lack a line: of a million interviews from before, all within an hour."""
NUDGING: Final = "nudging"
"""The fact that tells a restart that it ended in the middle of nudging: since when deaf, and back when."""


@dataclass(frozen=True, slots=True)
class Keeping:
    """How long things are kept."""

    addresses: timedelta = timedelta(days=30)
    answers: timedelta | None = None


class Duties:
    """Does what nobody asked for."""

    def __init__(self, desk: Desk, delivery: Delivery, keeping: Keeping) -> None:
        self._desk = desk
        self._delivery = delivery
        self._keeping = keeping
        self._owed: Sequence[Owed] = ()
        self._receipts: set[str] = set()
        self._swept_at: datetime | None = None
        self._looked_at: datetime | None = None
        self._kept_at: datetime | None = None
        self._lines_lack = False
        self._caught_up = asyncio.Event()

    # ------------------------------------------------------------ at the start

    async def note_owed(self) -> None:
        """Note what was owed when the program ended; call it before anything is received."""
        owed = await self._desk.store.owed()
        self._owed = [one for one in owed if one.session and one.session.channel == CHANNEL]

    async def pay_owed(self) -> None:
        """Say what was owed, as the interviews stand now; who was answered since the start needs no more."""
        knows = self._delivery.knows
        moot = [one for one in self._owed if on_the_way(one) and knows(one.person)]
        for one in moot:
            self._desk.store.sent(one.person, one.key)
        await self._pay_all([one for one in self._owed if one not in moot])
        self._owed = ()

    async def _pay_all(self, owed: Sequence[Owed]) -> None:
        kept, moot = sift(owed)
        for one in moot:
            self._desk.store.sent(one.person, one.key)
        for one in kept:
            await _each(self._pay(one), "owed reply failed")

    async def _pay(self, owed: Owed) -> None:
        """Say what is owed to a person, but not where their interview moved on meanwhile."""
        await self._delivery.bulk_slot()
        if on_the_way(owed) and await self._moved_on(owed):
            self._desk.store.sent(owed.person, owed.key)
            return
        self._bring(await word_owed(self._desk, owed), again=True)

    async def _moved_on(self, owed: Owed) -> bool:
        """Tell whether a newer turn, of whichever worker, owes the page where the interview stands."""
        now, then = (await self._desk.store.load(owed.person)).session, owed.session
        return now is None or then is None or (now.id, now.revision) != (then.id, then.revision)

    # ------------------------------------------------------------ after deafness

    async def came_back(self, since: datetime, back: datetime) -> None:
        """Note that we were deaf; nudges that an earlier run didn't get to are owed with it."""
        unfinished = await self._nudging()
        since = min(since, unfinished[0]) if unfinished else since
        await self._desk.store.remember(NUDGING, f"{since.isoformat()} {back.isoformat()}")

    def caught_up(self) -> None:
        """Note that everything that waited for us is taken, so that nudges may begin."""
        self._caught_up.set()

    async def nudge(self) -> None:
        """Show everybody who was in the middle of something where they are, once: their taps may be lost."""
        owed = await self._nudging()
        if owed is None or not await self._desk.store.on_duty():
            return
        since, back = owed
        active = await self._desk.store.active_since(since - ACTIVE_WITHIN)
        log.info("nudging", people=len(active))
        for one in active:
            if one.session.channel == CHANNEL:
                await _each(self._nudge(one, back), "nudge failed")
        if await self._nudging() == owed:
            await self._desk.store.remember(NUDGING, "")

    async def _nudging(self) -> tuple[datetime, datetime] | None:
        text = await self._desk.store.recall(NUDGING)
        if not text:
            return None
        since, back = map(datetime.fromisoformat, text.split(" "))
        return since, back

    async def _nudge(self, active: Active, back: datetime) -> None:
        session = (await self._desk.store.load(active.person)).session
        if session is None or heard_since(session, back):
            return
        await self._delivery.bulk_slot()  # first: what is worded before it may be past when it goes
        spoken = await nudge(self._desk, active, back)
        if spoken is not None:  # else an earlier run did it, or they were heard meanwhile
            self._bring(spoken)

    # ------------------------------------------------------------ all the time

    async def run(self) -> None:
        """Pay what is owed, then keep house and nudge where it is due, until cancelled."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._keep_house())
            await _persistently(self.pay_owed)
            while True:
                await self._caught_up.wait()
                self._caught_up.clear()
                await _persistently(self.nudge)

    async def _keep_house(self) -> None:
        while True:
            try:
                await self._round()
            except Exception as fault:  # noqa: BLE001 - the next round may go better
                log.error("housekeeping failed", error=type(fault).__name__)  # noqa: TRY400 - a traceback may hold what somebody wrote
            await asyncio.sleep(TICK)

    async def _round(self) -> None:
        now = self._desk.clock()
        self._delivery.forget_idle()
        if self._swept_at is None or now - self._swept_at >= SWEEP_EVERY:
            self._swept_at = now
            await self._sweep(now)
            await self._ask_again(now)
        if self._looked_at is None or now - self._looked_at >= OWED_EVERY:
            self._looked_at = now
            await self._pay_late(now)
        on_duty = await self._desk.store.on_duty()
        receipts = await word_receipts(self._desk) if on_duty else ()
        for receipt, whereabouts, message in receipts:
            due = receipt.channel == CHANNEL and now - receipt.asked_at >= RECEIPT_AFTER
            if due and receipt.erasure not in self._receipts:
                self._receipts.add(receipt.erasure)
                await self._delivery.bulk_slot()
                name = f"receipt:{receipt.erasure}"
                self._delivery.submit(Parcel(name, name, (message,), whereabouts, receipt=receipt.erasure))
        if on_duty and (self._lines_lack or self._kept_at is None or now - self._kept_at >= LINES_EVERY):
            self._kept_at = now
            await self._keep_lines(now - SILENT)

    async def _pay_late(self, now: datetime) -> None:
        """Bring what nobody brings: a reply of somebody to whom something is on its way isn't that.

        Somebody spoken to a moment ago is no exception: another worker heard them since, and died.
        """
        await self._pay_all(
            [
                one
                for one in await self._desk.store.owed()
                if one.session
                and one.session.channel == CHANNEL
                and now - one.at > LATE
                and not self._delivery.backlog(one.person)
            ]
        )

    async def _sweep(self, now: datetime) -> None:
        swept = await self._desk.store.sweep(
            now,
            address_age=self._keeping.addresses,
            retention=self._keeping.answers,
            unconsented=UNCONSENTED_AGE,
        )
        log.info("swept", unconsented=swept.unconsented, addresses=swept.addresses, retired=swept.retired)

    async def _keep_lines(self, before: datetime) -> None:
        """Keep what an export says of interviews that began before, where no turn did so."""
        for _ in range(LINES_AT_ONCE):
            self._lines_lack = await self._desk.store.keep_lines(before)
            if not self._lines_lack:
                return

    async def _ask_again(self, now: datetime) -> None:
        """Propose the retest to those whose time has come: one message, once, while we keep an address."""
        if not await self._desk.store.on_duty():
            return
        for one in await self._desk.store.wishing_retest(now - self._keeping.addresses):
            if one.session.channel == CHANNEL:
                await _each(self._propose(one, now), "retest not proposed")

    async def _propose(self, wishing: Active, now: datetime) -> None:
        spoken = await propose_retest(self._desk, wishing, now)
        if spoken is not None:
            await self._delivery.bulk_slot()
            self._bring(spoken)

    def _bring(self, spoken: Spoken, *, again: bool = False) -> None:
        if spoken.whereabouts is None or parse(spoken.whereabouts) is None:
            self._desk.store.sent(spoken.person, spoken.key)  # there is no way to reach them any more
            return
        self._delivery.submit(
            Parcel(
                spoken.person,
                spoken.key,
                spoken.messages,
                whereabouts=spoken.whereabouts,
                stored=spoken.whereabouts,
                receipt=spoken.receipt,
                again=again,
            )
        )


async def _each(duty: Awaitable[None], trouble: str) -> None:
    """Do a duty towards one person; what goes wrong there must not hold up the others."""
    try:
        await duty
    except StoreUnavailable:
        raise
    except Exception as fault:  # noqa: BLE001 - whatever it is, the others wait
        log.error(trouble, error=type(fault).__name__)  # noqa: TRY400 - a traceback may hold what somebody wrote


async def _persistently(duty: Callable[[], Awaitable[None]]) -> None:
    """Do a duty again from its beginning while the store is away: what is done already isn't done twice."""
    while True:
        try:
            return await duty()
        except StoreUnavailable:
            log.warning("duty waits for the store")
            await asyncio.sleep(TICK)


def on_the_way(owed: Owed) -> bool:
    """Tell whether a reply is only where the interview stands, so that a newer one makes it moot."""
    return all(reply.page in STANDING for reply in owed.replies)


def sift(owed: Sequence[Owed]) -> tuple[list[Owed], list[Owed]]:
    """Return what is still worth saying, and what a newer reply to the same person makes moot."""
    newest = {one.person: one.key for one in owed if on_the_way(one)}
    moot = [one for one in owed if on_the_way(one) and newest[one.person] != one.key]
    return [one for one in owed if one not in moot], moot
