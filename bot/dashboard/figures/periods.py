"""Periods of the dashboard: weeks that are over, and months made of whole weeks.

Law: no two periods overlap in part. A week runs from Monday to Sunday in the organisation's time zone, and
belongs to the month of its Thursday (as ISO 8601 gives a week its year). Calendar months beside weeks would
share some days with a week and not others, and what lies in such a piece could be worked out.
"""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

WEEK: Final = timedelta(days=7)
GRACE: Final = timedelta(days=1)
"""Interviews that began before the end of a week have so long to be finished."""


def week_of(day: date) -> date:
    """Return the Monday of a day's week."""
    return day - timedelta(days=day.weekday())


def month_of(monday: date) -> str:
    """Return the month that a week belongs to, such as 2026-11."""
    return f"{monday + timedelta(days=3):%Y-%m}"


def bounds(monday: date, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """Return the first moment of a week and the first one after it."""
    return _midnight(monday, zone), _midnight(monday + WEEK, zone)


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(), zone)


def closed_weeks(first: date, now: datetime, zone: ZoneInfo) -> Iterator[date]:
    """Yield the weeks from the first one on that can be counted now, oldest first."""
    monday = week_of(first)
    while bounds(monday, zone)[1] + GRACE <= now:
        yield monday
        monday += WEEK


def ends_month(monday: date) -> bool:
    """Tell whether a week is the last one of its month."""
    return month_of(monday) != month_of(monday + WEEK)
