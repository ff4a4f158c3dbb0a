"""What is published of an organisation, once and for good: weeks as they end, and months made of them.

Law: everything that anybody sees comes from one fixed set of tables, each frozen when it was first published.
Weeks partition a month; within a month the tables hang together in one number only, what became of those who
came, so that whoever knows them all knows no more of one than it says itself. `docs/dashboard.md` shows why.
"""

import asyncio
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import Any
from zoneinfo import ZoneInfo

from bot.dashboard.figures.bands import LEAST
from bot.dashboard.figures.counting import Counts, came, count_week, together
from bot.dashboard.figures.periods import WEEK, closed_weeks, ends_month, month_of, week_of
from bot.dashboard.figures.shown import Shown, dump, parse
from bot.dashboard.figures.tables import median, outcome, tables_of
from bot.organisation.model import Organisation
from bot.storage.store import Store

RAW, WEEKS, MONTH = "raw:", "weeks:", "month:"


@dataclass(frozen=True)
class Publication:
    """The tables of one period."""

    name: str
    first: date
    last: date
    body: Mapping[str, Any]

    @property
    def is_month(self) -> bool:
        """Tell whether this is a month."""
        return self.name.startswith(MONTH)

    @property
    def period(self) -> str:
        """Return what the period is called in an address: 2026-11, or a week's Monday."""
        return self.name.partition(":")[2]

    @cached_property
    def tables(self) -> Mapping[str, Shown]:
        """Return the tables."""
        return {name: parse(table) for name, table in self.body["tables"].items()}

    @property
    def seconds(self) -> int | None:
        """Return half of all took longer than this, where enough people finished."""
        found: int | None = self.body["seconds"]
        return found


# ---------------------------------------------------------------- closing what is over


async def publications(
    store: Store, organisation: Organisation, now: datetime, *, simulated: bool = False
) -> tuple[Publication, ...]:
    """Publish what is over and isn't published; return everything that is, the newest first.

    Made-up people have no privacy to keep: theirs is worked out anew each time, and nothing of it is stored.
    """
    kept = {} if simulated else dict(await store.published(organisation.id))
    first = await _first_day(store, organisation, kept)
    if first is not None:
        closing = _Closing(store, organisation, kept, simulated=simulated)
        for monday in closed_weeks(first, now, ZoneInfo(organisation.time_zone)):
            await closing.week(monday)
    shown = (name for name in kept if not name.startswith(RAW))
    found = [_publication(name, json.loads(kept[name])) for name in shown]
    return tuple(sorted(found, key=lambda one: (one.last, one.is_month), reverse=True))


async def _first_day(store: Store, organisation: Organisation, kept: Mapping[str, str]) -> date | None:
    """Return a day of the first week that may have anything in it and isn't published."""
    done = [json.loads(body) for name, body in kept.items() if name.startswith(WEEKS)]
    if done:  # the month of the last week that was published may still be open
        last = week_of(date.fromisoformat(max(body["last"] for body in done)))
        return max(last - WEEK * 5, date.fromisoformat(min(body["first"] for body in done)))
    invited = [one.created_at for one in await store.invites(organisation.id)]
    arrived = [name.rpartition(":")[2] for _, name in await store.counted(f"came:{organisation.id}:")]
    days = [organisation.local(at).date() for at in invited] + [date.fromisoformat(day) for day in arrived]
    return min(days, default=None)


class _Closing:
    """Goes through the weeks of an organisation, oldest first."""

    def __init__(
        self, store: Store, organisation: Organisation, kept: dict[str, str], *, simulated: bool
    ) -> None:
        self._store = store
        self._organisation = organisation
        self._kept = kept
        self._simulated = simulated
        self._waiting: list[date] = []
        self._done = {
            week: name for name in kept if name.startswith(WEEKS) for week in json.loads(kept[name])["weeks"]
        }

    async def week(self, monday: date) -> None:
        """Count a week; publish it, with those before it that were too small alone."""
        if monday.isoformat() not in self._done:
            await self._count(monday)
        if ends_month(monday) and f"{MONTH}{month_of(monday)}" not in self._kept:
            await self._month(monday)

    async def _count(self, monday: date) -> None:
        await self._raw(monday)
        self._waiting.append(monday)
        counts = together([await self._raw(one) for one in self._waiting])
        if not 0 < came(counts) < LEAST:
            name = f"{WEEKS}{self._waiting[0]}"
            weeks = [one.isoformat() for one in self._waiting]
            body = {**_body(self._waiting[0], monday, {"outcome": outcome(counts)}), "weeks": weeks}
            await self._keep(name, body)
            self._done |= dict.fromkeys(weeks, name)
            self._waiting = []

    async def _raw(self, monday: date) -> Counts:
        """Return a week's own counts, as they were when it was over."""
        name = f"{RAW}{monday}"
        if name not in self._kept:
            counts = await count_week(self._store, self._organisation, monday, simulated=self._simulated)
            await self._keep(name, counts)
        counted: Counts = json.loads(self._kept[name])
        return counted

    async def _month(self, monday: date) -> None:
        """Publish a month from the weeks that were published in it, and drop their own counts."""
        month = month_of(monday)
        names = sorted({name for week, name in self._done.items() if _ended_in(self._kept[name], month)})
        if not names:
            return
        weeks = {name: json.loads(self._kept[name]) for name in names}
        raws = {
            name: together([await self._raw(date.fromisoformat(week)) for week in body["weeks"]])
            for name, body in weeks.items()
        }
        first, last = weeks[names[0]]["first"], weeks[names[-1]]["last"]
        shown = {name: parse(body["tables"]["outcome"]) for name, body in weeks.items()}
        counts = together(list(raws.values()))
        tables = await asyncio.to_thread(tables_of, raws, shown)  # seconds, with a hundred campaigns
        body = _body(date.fromisoformat(first), week_of(date.fromisoformat(last)), tables)
        body["seconds"] = median(counts, tables)
        drop = [name for name in self._kept if name.startswith(RAW) and name[len(RAW) :] <= last]
        await self._keep(f"{MONTH}{month}", body, drop)

    async def _keep(self, name: str, body: Mapping[str, Any], drop: Iterable[str] = ()) -> None:
        """Publish, unless another process did; what it published is what stands."""
        told, gone = json.dumps(body, separators=(",", ":")), list(drop)
        if not self._simulated:
            told = await self._store.publish_last(self._organisation.id, name, told, gone)
        self._kept[name] = told
        for one in gone:
            del self._kept[one]


def _ended_in(weeks: str, month: str) -> bool:
    return month_of(date.fromisoformat(json.loads(weeks)["weeks"][-1])) == month


# ---------------------------------------------------------------- as they are stored


def _body(first: date, last_monday: date, tables: Mapping[str, Shown]) -> dict[str, Any]:
    last = last_monday + timedelta(days=6)
    told = {name: dump(table) for name, table in tables.items()}
    return {"first": first.isoformat(), "last": last.isoformat(), "tables": told, "seconds": None}


def _publication(name: str, body: Mapping[str, Any]) -> Publication:
    return Publication(name, date.fromisoformat(body["first"]), date.fromisoformat(body["last"]), body)
