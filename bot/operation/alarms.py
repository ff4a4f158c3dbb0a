"""What an operator is woken for: each condition once an hour at most, and once when it is over.

Law: an alarm names what is wrong, what to do, and its section of the runbook; never a person, a chat or a
word. Pure: the time and what is the case are given.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Final

AGAIN_AFTER: Final = timedelta(hours=1)
RUNBOOK: Final = "docs/runbook.md"


@dataclass(frozen=True, slots=True)
class Alarm:
    """One thing that may be wrong; its id is also its section of the runbook."""

    id: str
    said: str
    remedy: str


ALARMS: Final[Mapping[str, Alarm]] = {
    one.id: one
    for one in (
        Alarm(
            "store-unavailable",
            "The database can't take anything. People's answers wait in Telegram; nothing is lost.",
            "See to the disk, or to the PostgreSQL server; it goes on by itself.",
        ),
        Alarm(
            "disk-low",
            "The disk of the database is nearly full.",
            "Free some space or make the disk larger. Old copies beside the database are the first to go.",
        ),
        Alarm(
            "erasure-pending",
            "Somebody asked to be erased more than 24 hours ago, and their data may still be in the files.",
            "Run `attune doctor`: it says what is in the way (an open export, a full disk, the ledger).",
        ),
        Alarm(
            "polling-stuck",
            "The bot has stopped asking Telegram for updates.",
            "Restart it. Nothing is lost: Telegram keeps what nobody took for 24 hours.",
        ),
        Alarm(
            "telegram-unreachable",
            "Telegram couldn't be reached from here.",
            "See to the network, DNS and firewall; the bot keeps trying by itself.",
        ),
        Alarm(
            "other-program",
            "Another program receives for the same bot token.",
            "Stop it: only one can. If you don't know it, somebody has the token: see the runbook.",
        ),
        Alarm(
            "webhook-failing",
            "Telegram can't deliver to this bot's webhook.",
            "Run `attune doctor` for Telegram's own words; see to PUBLIC_URL, its certificate and the proxy.",
        ),
        Alarm(
            "token-refused",
            "Telegram doesn't accept the bot token any more.",
            "Get a new one from @BotFather (/mybots, API Token), put it into TELEGRAM_BOT_TOKEN and restart.",
        ),
        Alarm(
            "replies-waiting",
            "Replies have waited for more than 10 minutes to be sent.",
            "Run `attune doctor`; usually Telegram limits the bot or is away, and they go out by themselves.",
        ),
    )
}


@dataclass(frozen=True, slots=True)
class Notice:
    """A message to the operator; `over` where it says that a condition has ended."""

    alarm: str
    text: str
    over: bool = False


@dataclass(frozen=True, slots=True)
class _Condition:
    since: datetime
    on: bool = True
    tried: bool = False  # somebody was told, or would have been if that had been possible
    told_at: datetime | None = None


class Quieting:
    """Remembers what was told, so that nobody is told twice."""

    def __init__(self, told: Mapping[str, datetime] | None = None) -> None:
        """Begin; `told` says when an earlier run told of each condition."""
        moments = (told or {}).items()
        self._known = {alarm: _Condition(at, on=False, told_at=at) for alarm, at in moments}

    def look(self, present: Mapping[str, str], now: datetime) -> list[Notice]:
        """Return what is to be told now; `present` has a detail for each condition that is the case."""
        return [*self._begun(present, now), *self._ended(present, now)]

    def _begun(self, present: Mapping[str, str], now: datetime) -> Iterable[Notice]:
        for alarm, detail in present.items():
            known = self._known.get(alarm)
            if known is None or not known.on:
                told_at = known.told_at if known else None
                known = _Condition(now, told_at=told_at)
            if known.told_at is None or now - known.told_at >= AGAIN_AFTER:
                known = replace(known, tried=True)
                yield Notice(alarm, worded(ALARMS[alarm], detail, known.since))
            self._known[alarm] = known

    def _ended(self, present: Mapping[str, str], now: datetime) -> Iterable[Notice]:
        for alarm in self._known.keys() - present.keys():
            known = self._known[alarm] = replace(self._known[alarm], on=False)
            if known.tried:
                yield Notice(alarm, _over(ALARMS[alarm], known.since, now), over=True)

    def told(self, notice: Notice, now: datetime) -> None:
        """Note that a notice arrived."""
        known = self._known[notice.alarm]
        changed = replace(known, tried=False) if notice.over else replace(known, told_at=now)
        self._known[notice.alarm] = changed


def worded(alarm: Alarm, detail: str, since: datetime) -> str:
    """Return the message of an alarm."""
    told = f"{alarm.said} {detail}".strip()
    return f"⚠ Attune, since {_clock(since)}:\n{told}\n\nTo do: {alarm.remedy}\n{RUNBOOK}#{alarm.id}"


def _over(alarm: Alarm, since: datetime, now: datetime) -> str:
    return f"✓ Attune: over, after {_span(now - since)} (since {_clock(since)}): {alarm.said}"


def _clock(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%H:%M UTC")


def _span(length: timedelta) -> str:
    minutes = int(length.total_seconds() // 60)
    return f"{minutes // 60} h {minutes % 60} min" if minutes >= 60 else f"{minutes} min"  # noqa: PLR2004 - an hour
