"""The queue of updates: kept until confirmed, dropped when they outlive their retention.

Law: only a confirmation (a higher offset, or a 2xx of the webhook) or time takes an update out. A client that
crashed gets it again.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import takewhile
from typing import Any

import orjson

from tests.emulator.clock import Clock

DAY = 86_400.0
RETENTION = {"callback_query": 150.0, "inline_query": 30.0, "chosen_inline_result": 600.0}
NOT_BY_DEFAULT = frozenset({"chat_member", "message_reaction", "message_reaction_count"})
REMEMBERED = 10_000


@dataclass(frozen=True, slots=True)
class Update:
    """One update as the client will get it, and the queue of the webhook that it belongs to."""

    id: int
    kind: str
    lane: str
    expires: float
    body: bytes


class Updates:
    """Updates that nobody has confirmed yet, in order of delivery."""

    def __init__(self, clock: Clock, first_id: int = 1) -> None:
        self._clock = clock
        self._next_id = first_id
        self._pending: dict[int, Update] = {}
        self._again: list[Update] = []
        self._held: list[Update] | None = None
        self._in_order = True  # whether ids wait in ascending order
        self._soonest = float("inf")  # when the first of them outlives its retention
        self._recent: deque[Update] = deque(maxlen=REMEMBERED)
        self.allowed: frozenset[str] | None = None
        self.arrived: Callable[[Update], None] = lambda _update: None
        self.decorate: Callable[[dict[str, Any]], dict[str, Any]] = lambda update: update
        self.poller: asyncio.Event | None = None
        self.expired = 0

    def __len__(self) -> int:
        return len(self._pending)

    def allow(self, kinds: list[str] | None) -> None:
        """Which kinds are made from now on; None keeps what was set before, an empty list is the default."""
        if kinds is not None:
            self.allowed = frozenset(kinds) or None

    def wanted(self, kind: str) -> bool:
        """Whether an update of this kind is made at all."""
        return kind not in NOT_BY_DEFAULT if self.allowed is None else kind in self.allowed

    def push(self, kind: str, payload: dict[str, Any], lane: str) -> int | None:
        """Queues an update that Telegram makes now; its id, or None where its kind isn't wanted."""
        if not self.wanted(kind):
            return None
        return self.push_raw({kind: payload}, kind=kind, lane=lane)

    def push_raw(self, content: dict[str, Any], *, kind: str = "unknown", lane: str = "raw") -> int:
        """Queues any JSON as an update, lawful or not; an `update_id` of its own is kept."""
        update_id = content.get("update_id", self._next_id)
        self._next_id = max(self._next_id, update_id) + 1
        body = orjson.dumps(self.decorate({"update_id": update_id} | content))
        expires = self._clock.now() + RETENTION.get(kind, DAY)
        update = Update(update_id, kind, lane, expires, body)
        if self._held is None:
            self._enqueue(update)
        else:
            self._held.append(update)
        return int(update_id)

    @contextmanager
    def held(self, *, reverse: bool = False) -> Iterator[None]:
        """What happens meanwhile becomes visible together at the end, in the opposite order if asked."""
        self._held = []
        try:
            yield
        finally:
            held, self._held = self._held, None
            for update in reversed(held) if reverse else held:
                self._enqueue(update)

    def repeat(self, update_id: int | None = None) -> None:
        """Delivers an update (the newest by default) once more although it may be confirmed."""
        known = [u for u in self._recent if update_id in (None, u.id)]
        if not known:
            raise LookupError(f"no update {update_id} to repeat")
        self._again.append(known[-1])
        self.arrived(known[-1])  # a webhook asks for it with `repeated`
        self._wake()

    def take(self, offset: int, limit: int) -> list[Update]:
        """The next updates from this offset on; those below it are confirmed by asking."""
        if offset < 0:
            for update_id in list(self._pending)[:offset]:
                del self._pending[update_id]
        elif offset > 0:
            self._confirm_below(offset)
        self.expire()
        batch, self._again = self._again[:limit], self._again[limit:]
        for update in self._pending.values():
            if len(batch) >= limit:
                break
            batch.append(update)
        return batch

    def get(self, update_id: int) -> Update | None:
        """The update if it is still to be delivered."""
        update = self._pending.get(update_id)
        if update is not None and update.expires <= self._clock.now():
            self.expire()
            return None
        return update

    def repeated(self, update_id: int) -> Update | None:
        """Takes a repetition out of the queue for a webhook."""
        for update in self._again:
            if update.id == update_id:
                self._again.remove(update)
                return update
        return None

    def acknowledge(self, update_id: int) -> None:
        """Takes one update out: the webhook answered 2xx."""
        self._pending.pop(update_id, None)

    def pending(self) -> list[Update]:
        """Everything that is still to be delivered, in order."""
        self.expire()
        return list(self._pending.values())

    def clear(self) -> None:
        """Forgets everything that is pending (drop_pending_updates)."""
        self._pending.clear()

    def expire(self) -> None:
        """Drops what has outlived its retention."""
        now = self._clock.now()
        if now < self._soonest:
            return
        stale = [update.id for update in self._pending.values() if update.expires <= now]
        for update_id in stale:
            del self._pending[update_id]
        self.expired += len(stale)
        self._soonest = min((update.expires for update in self._pending.values()), default=float("inf"))

    def _confirm_below(self, offset: int) -> None:
        below: Iterable[int] = (update_id for update_id in self._pending if update_id < offset)
        if self._in_order:  # of ten thousand that wait, only the first hundred are looked at
            below = takewhile(lambda update_id: update_id < offset, self._pending)
        for update_id in [*below]:
            del self._pending[update_id]

    def _enqueue(self, update: Update) -> None:
        last = next(reversed(self._pending), None)
        self._in_order = last is None or (self._in_order and last < update.id)
        self._soonest = min(self._soonest, update.expires)
        self._pending[update.id] = update
        self._recent.append(update)
        self.arrived(update)
        self._wake()

    def _wake(self) -> None:
        if self.poller is not None:
            self.poller.set()
