"""The text of /metrics: what this process counted, and what waits in the store, in Prometheus' own words.

Law: nothing in it is about anybody. Labels are kinds of work from short lists of our own; there is none for a
person, a chat, an invite, an organisation or a word. What the store can't say is left out, never made up.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Protocol

from prometheus_client import CollectorRegistry, ProcessCollector, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily
from prometheus_client.metrics_core import Metric

from bot import __version__
from bot.metrics import METRICS, Histogram, Metrics
from bot.operation.hearing import State
from bot.storage.upkeep import Backlog

CONTENT_TYPE: Final = "text/plain; version=0.0.4; charset=utf-8"


@dataclass(frozen=True, slots=True)
class Seen:
    """What is looked up when somebody asks; None where it can't be known now."""

    now: datetime
    backlog: Backlog | None
    telegram: State
    disk_free: int | None = None
    database: int | None = None
    log: int | None = None


class _Collector(Protocol):
    def collect(self) -> Iterable[Metric]: ...


class _Counted:
    """What this process counted since it began."""

    def __init__(self, metrics: Metrics) -> None:
        self._metrics = metrics

    def collect(self) -> Iterable[Metric]:
        metrics = self._metrics
        yield GaugeMetricFamily("attune_up", f"1 while the process runs; version {__version__}.", value=1)
        yield _counter(
            "attune_updates", "Updates of Telegram, by what became of them.", "kind", metrics.updates
        )
        yield _counter("attune_turns", "Turns on disk, by channel.", "channel", metrics.turns)
        yield _counter("attune_messages", "Messages, by what the channel said.", "outcome", metrics.delivered)
        yield CounterMetricFamily(
            "attune_faults", "Turns that broke; each is parked (attune doctor).", value=metrics.faults
        )
        yield _histogram("attune_turn_seconds", "From hearing to being on disk.", metrics.turn_seconds)
        yield _histogram(
            "attune_commit_seconds", "One commit of everybody who waited.", metrics.commit_seconds
        )
        yield _histogram("attune_commit_operations", "Operations that shared a commit.", metrics.commits)
        yield _histogram("attune_message_seconds", "Telegram taking one message.", metrics.calls)


class _Looked:
    """What was looked up for this one answer."""

    def __init__(self, seen: Seen) -> None:
        self._seen = seen

    def collect(self) -> Iterable[Metric]:
        seen = self._seen
        yield _gauge("attune_store_up", "1 where the store takes writes.", int(seen.backlog is not None))
        yield _states("attune_telegram", "1 at how receiving stands.", seen.telegram)
        sizes = {
            "attune_disk_free_bytes": ("Free on the disk of the database.", seen.disk_free),
            "attune_database_bytes": ("The database file.", seen.database),
            "attune_database_log_bytes": ("Its write-ahead log.", seen.log),
        }
        yield from (_gauge(name, text, value) for name, (text, value) in sizes.items() if value is not None)
        if seen.backlog is not None:
            yield from _waiting(seen.backlog, seen.now)


def _waiting(backlog: Backlog, now: datetime) -> Iterable[Metric]:
    owed = GaugeMetricFamily(
        "attune_owed_replies", "Replies saved, not confirmed as sent.", labels=["channel"]
    )
    oldest = GaugeMetricFamily("attune_owed_oldest_seconds", "Age of the oldest of them.", labels=["channel"])
    for channel, waiting in backlog.owed.items():
        owed.add_metric([channel], waiting.n)
        oldest.add_metric([channel], waiting.age(now).total_seconds())
    yield from (owed, oldest)
    yield _gauge("attune_parked_updates", "Updates that couldn't be taken, kept 30 days.", backlog.parked)
    erasures = backlog.erasures
    yield _gauge("attune_erasures_pending", "Erasures not yet verified in the files.", erasures.n)
    age = erasures.age(now).total_seconds()
    yield _gauge("attune_erasure_oldest_seconds", "Age of the oldest of them.", age)
    yield _counter("attune_interviews", "Interviews that came so far, ever.", "stage", backlog.funnel)


def exposition(seen: Seen, metrics: Metrics = METRICS) -> bytes:
    """Return the text of /metrics."""
    registry = CollectorRegistry()
    ProcessCollector(registry=registry)
    collectors: tuple[_Collector, ...] = (_Counted(metrics), _Looked(seen))
    for collector in collectors:
        registry.register(collector)
    return generate_latest(registry)


def _gauge(name: str, text: str, value: float) -> Metric:
    return GaugeMetricFamily(name, text, value=value)


def _states(name: str, text: str, present: State) -> Metric:
    family = GaugeMetricFamily(name, text, labels=["state"])
    for state in State:
        family.add_metric([state.value], int(state is present))
    return family


def _counter(name: str, text: str, label: str, counts: Mapping[str, int]) -> Metric:
    family = CounterMetricFamily(name, text, labels=[label])
    for kind, n in counts.items():
        family.add_metric([kind], n)
    return family


def _histogram(name: str, text: str, histogram: Histogram) -> Metric:
    total, buckets = 0, []
    for bound, n in zip((*map(str, histogram.bounds), "+Inf"), histogram.counts, strict=True):
        total += n
        buckets.append((bound, float(total)))
    family = HistogramMetricFamily(name, text)
    family.add_metric([], buckets, histogram.total)
    return family
