"""One update taken: heard, turned into a turn, saved, and only then answered. Polling and a webhook share it.

Law: `take` returns when the update is on disk, as a turn, as a key or as a parked shape; until then it
isn't received. Each person's updates are taken in the order of their arrival, together where several wait,
and nobody waits for anybody else: what is more than a person can mean is dropped, and that is said once. An
update that breaks us is parked by its class name, and its person hears that it was our fault.
"""

import asyncio
import base64
import hashlib
import traceback
from collections import deque
from collections.abc import Awaitable, Callable, Coroutine, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from typing import Any, Final
from weakref import WeakValueDictionary

import structlog

from bot.channels.telegram.flood import TAPS, Flood, Verdict
from bot.channels.telegram.hear import (
    CHANNEL,
    Blocked,
    Hearing,
    Ignored,
    Said,
    Unblocked,
    Unparsable,
    hear,
    key_of,
    sender_of,
)
from bot.conversation.replies import Message, Page, Reply
from bot.conversation.wording import word
from bot.delivery import Delivery, Parcel
from bot.errors import StoreUnavailable
from bot.lines import Taken, say, take_line
from bot.metrics import METRICS
from bot.pace import Pace
from bot.storage.store import Parked
from bot.turns import Desk, Spoken, content_of, slow_down, take_turn

log = structlog.get_logger()

MOST_OWED: Final = 60
"""Replies on their way to one person; until some have arrived, nothing more of that person is taken."""
STORE_BACK_OFF: Final = (0.1, 0.5, 1.0, 2.0, 5.0)
"""Seconds between attempts while the store can't take anything; the last one over and over."""
_KINDS: Final = {Said: "taken", Blocked: "membership", Unblocked: "membership", Ignored: "ignored"}


@dataclass(frozen=True, slots=True, eq=False)
class _Waiting:
    """Something heard that isn't on disk yet."""

    hearing: Hearing
    verdict: Verdict


class _Queue:
    """What waits of one person, in its order."""

    def __init__(self) -> None:
        self.lock = asyncio.Lock()
        self.waiting: deque[_Waiting] = deque()


class Inbox:
    """Takes updates for one desk, and hands what is to be said to the delivery."""

    def __init__(self, desk: Desk, delivery: Delivery, taps: Pace = TAPS) -> None:
        self._desk = desk
        self._delivery = delivery
        self._flood = Flood(taps)
        self._queues: WeakValueDictionary[str, _Queue] = WeakValueDictionary()

    async def take(self, update: Any) -> None:
        """Take one update; return when it is on disk, or dropped."""
        work = self.begin(update)
        if work is not None:
            await work

    def begin(self, update: Any) -> Coroutine[Any, Any, None] | None:
        """Return what ends with an update on disk, or None where it is dropped and costs next to nothing."""
        now = self._desk.clock()
        if self._flood.drops(sender_of(update), now.timestamp()):
            METRICS.updates["dropped"] += 1
            return None
        try:
            hearing = hear(update, now, self._desk.keys.random_id())
        except Unparsable as odd:
            return self._shelve(key_of(update), odd)
        verdict = self._judge(hearing, now)
        if verdict is Verdict.DROP:
            METRICS.updates["dropped"] += 1
            return None
        queue, one = self._queue(hearing), _Waiting(hearing, verdict)
        queue.waiting.append(one)  # now: what comes in one poll is taken together
        return self._take(queue, one)

    async def _take(self, queue: _Queue, one: _Waiting) -> None:
        try:
            async with queue.lock:
                while one in queue.waiting:  # else it was taken together with one before it
                    await _stored(partial(self._settle, queue.waiting))
        finally:
            if one in queue.waiting:
                queue.waiting.remove(one)
        METRICS.updates[_KINDS[type(one.hearing)]] += 1

    async def _shelve(self, key: str, odd: Unparsable) -> None:
        await _stored(partial(self._park, key, odd.kind, odd.fields, odd.error))
        METRICS.updates["parked"] += 1

    def _judge(self, hearing: Hearing, now: datetime) -> Verdict:
        if not isinstance(hearing, Said):
            return Verdict.TAKE
        address = hearing.incoming.address
        verdict = self._flood.judge(address, now.timestamp())
        if verdict is not Verdict.TAKE:
            return verdict
        owed = self._delivery.backlog(self._desk.keys.person(CHANNEL, address))
        return Verdict.DROP if owed >= MOST_OWED else Verdict.TAKE

    def _queue(self, hearing: Hearing) -> _Queue:
        """Return what waits of a person: its lock lets in by the order of arrival."""
        if isinstance(hearing, Ignored):
            return _Queue()
        address = hearing.incoming.address if isinstance(hearing, Said) else hearing.address
        queue = self._queues.get(address)
        if queue is None:
            queue = self._queues[address] = _Queue()
        return queue

    async def _settle(self, waiting: deque[_Waiting]) -> None:
        """Take the first of what waits, and what goes together with it."""
        said = [*_said_first(waiting)]
        taken = await take_line(self._desk, [one.incoming for one in said]) if len(said) > 1 else ()
        if taken:
            await self._answer_line(said, taken)
        else:
            await self._settle_alone(waiting[0].hearing, waiting[0].verdict)
        for _ in taken or "1":
            waiting.popleft()

    async def _settle_alone(self, hearing: Hearing, verdict: Verdict) -> None:
        match hearing:
            case Said() if verdict is Verdict.WARN:
                log.info("flood", key=hearing.incoming.key)
                await self._answer(hearing, slow_down(self._desk, hearing.incoming))
            case Said():
                await self._answer(hearing, take_turn(self._desk, hearing.incoming))
            case Blocked(key, address) | Unblocked(key, address):
                person = self._desk.keys.person(CHANNEL, address)
                await self._desk.store.reachable(person, yes=isinstance(hearing, Unblocked))
                await self._desk.store.note(key, self._desk.clock())
            case Ignored(key):
                await self._desk.store.note(key, self._desk.clock())

    async def _answer_line(self, heard: Iterable[Said], taken: Sequence[Taken]) -> None:
        """Answer what was taken together: a tap that has no answer of its own shares the next one's."""
        silent: tuple[str, ...] = ()
        for said, one in zip(heard, taken, strict=False):
            if not one.save.turn.replies and one is not taken[-1]:
                silent += said.hint.taps
                continue
            hint = replace(said.hint, taps=(*silent, *said.hint.taps))
            await self._answer(replace(said, hint=hint), say(self._desk, one))
            silent = ()

    async def _answer(self, said: Said, turn: Awaitable[Spoken]) -> None:
        try:
            spoken = await turn
        except StoreUnavailable:
            raise
        except Exception as fault:  # noqa: BLE001 - a fault in one turn must not touch anybody else's
            spoken = await self._own_up(said, fault)
        self._delivery.submit(
            Parcel(
                person=spoken.person,
                key=spoken.key,
                messages=spoken.messages,
                whereabouts=spoken.whereabouts or said.incoming.whereabouts,
                stored=spoken.whereabouts,
                hint=said.hint,
                receipt=spoken.receipt,
            )
        )

    # ------------------------------------------------------------ faults

    async def _own_up(self, said: Said, fault: Exception) -> Spoken:
        """Park what broke us, and say that it was our fault with a code that the log knows."""
        key = said.incoming.key
        code = fault_code(key)
        error = type(fault).__name__
        METRICS.faults += 1
        log.error("turn failed", code=code, error=error, where=_where(fault))
        await self._park(key, type(said.incoming.heard).__name__, (), error)
        person = self._desk.keys.person(CHANNEL, said.incoming.address)
        return Spoken(person, key, (await self._sorry(person, code),))

    async def _sorry(self, person: str, code: str) -> Message:
        try:
            session = (await self._desk.store.load(person)).session
            content = await content_of(self._desk, session)
        except Exception:  # noqa: BLE001 - the session may be what broke us
            session, content = None, await content_of(self._desk, None)
        language = session.language if session else content.languages[0]
        return word(content, session, Reply(Page.SORRY, language, notice=code, new=True))

    async def _park(self, key: str, kind: str, fields: tuple[str, ...], error: str) -> None:
        if await self._desk.store.park(Parked(key, kind, fields, error, self._desk.clock())):
            log.warning("update parked", key=key, kind=kind, error=error)


def _said_first(waiting: Iterable[_Waiting]) -> Iterator[Said]:
    """Yield what was said before anything else waits, such as a word on the pace."""
    for one in waiting:
        if not isinstance(one.hearing, Said) or one.verdict is not Verdict.TAKE:
            return
        yield one.hearing


def fault_code(key: str) -> str:
    """Return the short code of a fault, made from the key of the update that is parked for it."""
    return base64.b32encode(hashlib.sha256(key.encode()).digest()[:4]).decode()[:6]


def _where(fault: Exception) -> str:
    """Return the file and line where it happened, without any value."""
    frames = traceback.extract_tb(fault.__traceback__)
    return f"{frames[-1].filename.rpartition('/')[2]}:{frames[-1].lineno}" if frames else "-"


async def _stored(work: Callable[[], Awaitable[None]]) -> None:
    """Do what ends on disk, again while the store is away: the update stays unreceived until then."""
    attempt = 0
    while True:
        try:
            return await work()
        except StoreUnavailable:
            pause = STORE_BACK_OFF[min(attempt, len(STORE_BACK_OFF) - 1)]
            attempt += 1
            log.warning("store unavailable", attempt=attempt, seconds=pause)
            await asyncio.sleep(pause)
