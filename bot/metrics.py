"""What this process counts of its work, for whoever runs it.

Law: to count costs no more than an addition, so that no turn waits for it; and nothing here is about
anybody: no person, chat, organisation or word, only kinds of work. `operation.exposition` says it in
Prometheus' words.
"""

from bisect import bisect_left
from collections import Counter
from collections.abc import Sequence
from typing import Final

SECONDS: Final = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
SIZES: Final = (1.0, 2.0, 5.0, 10.0, 25.0, 50.0, 100.0, 250.0, 500.0)


class Histogram:
    """How often something was at most so large; it belongs to the one thread of the event loop."""

    __slots__ = ("bounds", "counts", "total")

    def __init__(self, bounds: Sequence[float]) -> None:
        self.bounds: Final = tuple(bounds)
        self.counts = [0] * (len(bounds) + 1)
        self.total = 0.0

    def observe(self, value: float) -> None:
        """Count one."""
        self.counts[bisect_left(self.bounds, value)] += 1
        self.total += value


class Metrics:
    """Everything that is counted."""

    __slots__ = (
        "calls",
        "commit_seconds",
        "commits",
        "delivered",
        "faults",
        "turn_seconds",
        "turns",
        "updates",
    )

    def __init__(self) -> None:
        self.updates: Counter[str] = Counter()  # taken from Telegram, by what became of them
        self.turns: Counter[str] = Counter()  # stored, by channel
        self.turn_seconds = Histogram(SECONDS)  # from hearing to being on disk
        self.commits = Histogram(SIZES)  # operations that shared one
        self.commit_seconds = Histogram(SECONDS)
        self.delivered: Counter[str] = Counter()  # messages, by what the channel said
        self.calls = Histogram(SECONDS)  # of the channel, for one message
        self.faults = 0  # turns that broke and were parked


METRICS: Final = Metrics()
"""The counts of this process."""
