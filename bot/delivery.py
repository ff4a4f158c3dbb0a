"""Replies owed, brought out: in order for each person, at the pace that the channel bears, until they arrive.

Law: a reply stays owed until the channel took it, and only then is the store told. Whoever hands a parcel
over never waits for it. A chat that must rest makes nobody else wait; whatever goes to many at once waits
for its slot, so that the answer to a tap doesn't.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Coroutine, Iterable
from dataclasses import dataclass, replace
from time import perf_counter
from typing import Final, Protocol

import structlog

from bot.conversation.moot import is_past, makes_moot
from bot.conversation.replies import Message
from bot.errors import ChannelError
from bot.metrics import METRICS
from bot.pace import Bucket, Pace
from bot.privacy import Keys, address_row
from bot.storage.store import Store

log = structlog.get_logger()


MESSAGES: Final = Pace(rate=1.0, burst=5)
"""New messages in one chat."""
EDITS: Final = Pace(rate=3.0, burst=60)
"""Edits in one chat. Telegram names no limit for them; each answers a tap, and people tap no faster."""
BULK: Final = Pace(rate=30.0, burst=1)
"""Everything that goes to many people without being asked: nudges, and what was owed at a restart."""
PATIENCE: Final = (0.5, 1.0, 2.0, 4.0, 8.0, 15.0, 30.0)
"""Seconds between attempts while the channel is down; the last one over and over."""
DOUBT: Final = (1.0, 30.0, 60.0)
"""Seconds before something is said again that may have arrived: each doubt costs one duplicate at most."""
IDLE: Final = 60.0
"""Seconds after which a person with nothing to be brought is forgotten here."""


# ---------------------------------------------------------------- what a channel promises


@dataclass(frozen=True, slots=True)
class Hint:
    """What a channel knows of the very thing heard, and the store doesn't."""

    taps: tuple[str, ...] = ()  # wait to be acknowledged
    message: int | None = None  # whose button was tapped
    below: bool = False  # something of the person stands below our last message: answer beneath it


class TryLater(ChannelError):
    """The channel can't take it now, and certainly didn't."""

    def __init__(self, message: str, seconds: float | None = None) -> None:
        """Keep how long the channel asked us to wait, if it said."""
        super().__init__(message)
        self.seconds = seconds


class Unclear(ChannelError):
    """Nobody knows whether the channel took it."""


class Gone(ChannelError):
    """The person blocked us, or isn't there any more."""


class Refused(ChannelError):
    """The channel will never take this message."""


class Channel(Protocol):
    """How a person is reached."""

    async def acknowledge(self, hint: Hint, toast: str | None) -> None:
        """Answer taps, so that their buttons stop waiting; never fails."""
        ...

    async def speak(self, whereabouts: str, message: Message, hint: Hint | None) -> str:
        """Show a message; return where the living message is now. Raises one of the errors above."""
        ...


@dataclass(frozen=True, slots=True)
class Parcel:
    """Messages for one person, with what the store has to be told once they are there."""

    person: str
    key: str
    messages: tuple[Message, ...]
    whereabouts: str
    stored: str | None = None  # the whereabouts that the store knows
    hint: Hint | None = None
    receipt: str | None = None  # the erasure that this is the receipt of
    again: bool = False  # it was owed before, and maybe said: somebody else may have gone on

    def superseded_by(self, newer: "Parcel") -> bool:
        """Tell whether only the newer one need be brought.

        A file stays where it is, whatever comes.
        """
        files = any(one.attachment for one in (*self.messages, *newer.messages))
        lasting = files or not newer.messages or self.receipt is not None
        return not lasting and makes_moot(newer.messages, self.messages, below=_below(newer))


def _below(parcel: Parcel) -> bool:
    return parcel.hint is not None and parcel.hint.below


# ---------------------------------------------------------------- one person's way


class _Lane:
    """What waits for one person, in order, and how the last attempt went."""

    __slots__ = (
        "doubted", "edits", "messages", "parcels", "rests_until", "said", "task", "tries", "used", "where",
    )  # fmt: skip

    def __init__(self) -> None:
        self.parcels: deque[Parcel] = deque()
        self.messages = Bucket(MESSAGES)
        self.edits = Bucket(EDITS)
        self.where: str | None = None  # fresher than the store's until its next commit
        self.said = 0  # messages of the first parcel that are there already
        self.tries = 0
        self.doubted = False  # something of the first parcel was tried again
        self.rests_until = 0.0
        self.used = 0.0
        self.task: asyncio.Task[None] | None = None

    def bucket(self, parcel: Parcel) -> Bucket:
        """Return the pace that the next message has to keep."""
        message = parcel.messages[self.said]
        beneath = message.new or message.attachment is not None or _below(parcel)
        return self.messages if beneath else self.edits

    def skip_superseded(self) -> Iterable[Parcel]:
        """Drop what a newer parcel replaces anyway; yield it."""
        while len(self.parcels) > 1 and not self.said and self.parcels[0].superseded_by(self.parcels[1]):
            yield self.parcels.popleft()
            self.tries = 0


# ---------------------------------------------------------------- the delivery

Standing = Callable[[str], Awaitable[Message | None]]
"""Returns the page where a person's interview stands now, if they have one."""


async def _nowhere(_person: str) -> None:
    return None


class Delivery:
    """Brings parcels to people over one channel."""

    def __init__(self, channel: Channel, store: Store, keys: Keys, standing: Standing = _nowhere) -> None:
        self._standing = standing
        self._channel = channel
        self._store = store
        self._keys = keys
        self._lanes: dict[str, _Lane] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._bulk = Bucket(BULK)

    @property
    def waiting(self) -> int:
        """Return how many parcels aren't there yet."""
        return sum(len(lane.parcels) for lane in self._lanes.values())

    def knows(self, person: str) -> bool:
        """Tell whether something was brought to a person lately, or is on its way."""
        return person in self._lanes

    def backlog(self, person: str) -> int:
        """Return how many parcels of a person aren't there yet."""
        lane = self._lanes.get(person)
        return len(lane.parcels) if lane else 0

    def submit(self, parcel: Parcel) -> None:
        """Bring a parcel after everything else for this person; its tap is answered at once."""
        hint = parcel.hint
        if hint is not None and hint.taps:
            toast = next((one.toast for one in parcel.messages if one.toast), None)
            self._start(self._channel.acknowledge(hint, toast))
        if not parcel.messages:
            return
        lane = self._lanes.get(parcel.person)
        if lane is None:
            lane = self._lanes[parcel.person] = _Lane()
        if any(one.attachment is not None for one in parcel.messages):
            parcel = replace(parcel, messages=tuple(_steps(parcel.messages)))
        lane.parcels.append(parcel)
        if lane.task is None:
            lane.task = self._start(self._empty(lane))

    async def bulk_slot(self) -> None:
        """Wait for the next turn of what goes to many people at once."""
        wait = self._bulk.wait(now := _now())
        self._bulk.spend(now)
        await asyncio.sleep(wait)

    def forget_idle(self) -> None:
        """Let go of everybody to whom nothing was brought for a while."""
        horizon = _now() - IDLE
        idle = [who for who, lane in self._lanes.items() if lane.task is None and lane.used < horizon]
        for who in idle:
            del self._lanes[who]

    async def close(self, within: float) -> None:
        """Bring what can be brought within so many seconds; the rest stays owed."""
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=within)
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _start(self, work: Coroutine[object, object, None]) -> asyncio.Task[None]:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    # ------------------------------------------------------------ one person

    async def _empty(self, lane: _Lane) -> None:
        while lane.parcels:
            try:
                await self._step(lane)
            except Exception as fault:  # noqa: BLE001 - the store may be away; what is in the lane must go on
                log.error("delivery failed", error=type(fault).__name__)  # noqa: TRY400 - a traceback may hold what somebody wrote
        lane.task = None
        lane.used = _now()

    async def _step(self, lane: _Lane) -> None:
        """Wait for the pace, or say one message, or put the first parcel away."""
        for superseded in lane.skip_superseded():
            self._tell(lane, superseded)
        parcel = lane.parcels[0]
        if lane.said == len(parcel.messages):
            if (newer := await self._hidden(lane, parcel)) is not None:
                lane.parcels[0] = replace(parcel, messages=(*parcel.messages, newer))
                return
            lane.said, lane.doubted = 0, False
            lane.parcels.popleft()
            await self._done(lane, parcel)
            return
        now, bucket = _now(), lane.bucket(parcel)
        wait = max(lane.rests_until - now, bucket.wait(now))
        if wait > 0:
            await asyncio.sleep(wait)
            return
        bucket.spend(now)
        said = parcel.messages[lane.said]
        if (lane.tries or parcel.again) and await self._is_past(parcel, said):
            lane.said, lane.tries = lane.said + 1, 0  # another worker went on: this would hide its answer
        else:
            await self._say(lane, parcel)

    async def _is_past(self, parcel: Parcel, message: Message) -> bool:
        return is_past(message, (await self._store.load(parcel.person)).session)

    async def _hidden(self, lane: _Lane, parcel: Parcel) -> Message | None:
        """Return the page that another worker showed while we said something older again, and so hid it."""
        if not (lane.doubted or parcel.again) or not await self._is_past(parcel, parcel.messages[-1]):
            return None
        return await self._standing(parcel.person)

    async def _say(self, lane: _Lane, parcel: Parcel) -> None:
        message = parcel.messages[lane.said]
        hint = parcel.hint if lane.said == 0 else None
        began = perf_counter()
        try:
            lane.where = await self._channel.speak(lane.where or parcel.whereabouts, message, hint)
        except TryLater as later:
            METRICS.delivered["later"] += 1
            pause = later.seconds if later.seconds is not None else _nth(PATIENCE, lane.tries)
            self._rest(lane, pause, later)
            return
        except Unclear as doubt:
            METRICS.delivered["unclear"] += 1
            self._rest(lane, _nth(DOUBT, lane.tries), doubt)
            return
        except Gone:
            METRICS.delivered["gone"] += 1
            await self._gone(lane, parcel)
            return
        except Refused as refused:
            METRICS.delivered["refused"] += 1
            log.error("message refused", page=message.page, error=str(refused))  # noqa: TRY400 - a traceback may hold what somebody wrote
        except Exception as fault:  # noqa: BLE001 - one message must never silence the others
            METRICS.delivered["failed"] += 1
            log.error("message failed", page=message.page, error=type(fault).__name__)  # noqa: TRY400 - a traceback may hold what somebody wrote
        else:
            METRICS.delivered["sent"] += 1
            METRICS.calls.observe(perf_counter() - began)
        lane.said += 1
        lane.tries = 0

    def _rest(self, lane: _Lane, seconds: float, reason: ChannelError) -> None:
        lane.rests_until = _now() + seconds
        lane.tries += 1
        lane.doubted = True
        log.info("message waits", seconds=seconds, attempt=lane.tries, reason=str(reason))

    async def _done(self, lane: _Lane, parcel: Parcel) -> None:
        self._tell(lane, parcel)
        if parcel.receipt is not None:
            await self._store.receipt_sent(parcel.receipt)

    def _tell(self, lane: _Lane, parcel: Parcel) -> None:
        """Tell the store that nothing of this parcel is owed any more, and where the living message is."""
        sealed = None
        if lane.where is not None and lane.where != parcel.stored:
            sealed = self._keys.seal(lane.where, address_row(parcel.person))
        self._store.sent(parcel.person, parcel.key, sealed)

    async def _gone(self, lane: _Lane, parcel: Parcel) -> None:
        """Leave a person alone who left us: nothing is owed to them any more."""
        log.info("person unreachable", who=self._keys.log_id(parcel.person))
        parcels = [*lane.parcels]
        lane.parcels.clear()
        lane.said, lane.tries, lane.doubted = 0, 0, False
        for one in parcels:
            await self._done(lane, one)
        await self._store.reachable(parcel.person, yes=False)


def _steps(messages: Iterable[Message]) -> Iterable[Message]:
    """Yield messages so that each is one thing to say: a file that comes with a text follows it."""
    for message in messages:
        if message.attachment is not None and message.text:
            yield replace(message, attachment=None)
            yield replace(message, text="", rows=(), new=True)
        else:
            yield message


def _nth(pauses: tuple[float, ...], tries: int) -> float:
    return pauses[min(tries, len(pauses) - 1)]


def _now() -> float:
    return asyncio.get_running_loop().time()
