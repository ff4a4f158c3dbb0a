"""Periods lie side by side, and are counted when they are over where the organisation is."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest

from bot.dashboard.figures.periods import GRACE, bounds, closed_weeks, ends_month, month_of, week_of

BERLIN, KATHMANDU = ZoneInfo("Europe/Berlin"), ZoneInfo("Asia/Kathmandu")
MONDAYS = [date(2024, 1, 1) + timedelta(weeks=week) for week in range(200)]


def test_a_month_is_made_of_whole_weeks_and_every_week_is_in_one() -> None:
    months = [month_of(monday) for monday in MONDAYS]
    assert months == sorted(months)
    assert {months.count(month) for month in months[5:-5]} <= {4, 5}


def test_a_week_belongs_to_the_month_of_its_thursday() -> None:
    assert month_of(date(2026, 6, 29)) == "2026-07"
    assert month_of(date(2026, 10, 26)) == "2026-10"
    assert ends_month(date(2026, 10, 26))


@pytest.mark.parametrize("zone", [BERLIN, KATHMANDU])
def test_weeks_leave_no_moment_out_and_count_none_twice(zone: ZoneInfo) -> None:
    """Also where a clock is put forward or back: such a week is an hour shorter or longer."""
    for one, other in pairwise(MONDAYS):
        assert bounds(one, zone)[1] == bounds(other, zone)[0]


def test_a_week_begins_where_the_organisation_is() -> None:
    since, _ = bounds(date(2026, 11, 2), KATHMANDU)
    assert since.astimezone(UTC) == datetime(2026, 11, 1, 18, 15, tzinfo=UTC)


def test_a_week_is_closed_a_day_after_its_end() -> None:
    end = bounds(date(2026, 11, 2), BERLIN)[1]
    just_before = end + GRACE - timedelta(seconds=1)
    assert not list(closed_weeks(date(2026, 11, 4), just_before, BERLIN))
    assert list(closed_weeks(date(2026, 11, 4), end + GRACE, BERLIN)) == [date(2026, 11, 2)]


def test_a_day_is_in_the_week_of_its_monday() -> None:
    assert {week_of(date(2026, 11, day)) for day in range(2, 9)} == {date(2026, 11, 2)}
