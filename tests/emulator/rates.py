"""How fast the bot writes, against what Telegram tolerates: reported by default, enforced if asked.

Telegram publishes guidance only: about one message a second to a chat with short bursts, 20 a minute to a
group, 30 a second overall.
"""

import math
from dataclasses import dataclass

from tests.emulator.clock import Clock


@dataclass(slots=True)
class Bucket:
    """Tokens that fill up with time; a message takes one."""

    rate: float
    burst: float
    tokens: float
    at: float

    def take(self, now: float) -> float:
        """Takes one token; the seconds that were missing, 0 if there was one."""
        self.tokens = min(self.burst, self.tokens + (now - self.at) * self.rate)
        self.at = now
        if self.tokens < 1:
            return (1 - self.tokens) / self.rate
        self.tokens -= 1
        return 0.0


@dataclass(frozen=True, slots=True)
class Excess:
    """One message that came too fast."""

    at: float
    chat_id: int
    limit: str


class RateMeter:
    """Counts what the bot writes."""

    def __init__(self, clock: Clock, *, enforced: bool = False, burst: float = 5.0) -> None:
        self._clock = clock
        self._burst = burst
        self._buckets: dict[int | None, Bucket] = {}
        self.metering = True
        self.enforced = enforced
        self.excesses: list[Excess] = []

    def hit(self, chat_id: int) -> int | None:
        """Counts a message to this chat; the seconds to wait where that must be enforced."""
        if not self.metering:
            return None
        now = self._clock.now()
        group = chat_id < 0
        limits = (
            ("20 a minute", self._bucket(chat_id, 20 / 60, 20.0, now))
            if group
            else ("1 a second", self._bucket(chat_id, 1.0, self._burst, now)),
            ("30 a second", self._bucket(None, 30.0, 30.0, now)),
        )
        wait = 0.0
        for limit, bucket in limits:
            if missing := bucket.take(now):
                self.excesses.append(Excess(now, chat_id, limit))
                wait = max(wait, missing)
        return math.ceil(wait) if wait and self.enforced else None

    def _bucket(self, key: int | None, rate: float, burst: float, now: float) -> Bucket:
        if key not in self._buckets:
            self._buckets[key] = Bucket(rate, burst, burst, now)
        return self._buckets[key]
