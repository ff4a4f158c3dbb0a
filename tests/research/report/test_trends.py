"""Trends over weeks: a planted one is found, chance isn't, and too few people or weeks say so."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from bot.research.fit.arrays import Floats
from bot.research.report.intervals import slope
from bot.research.report.people import People
from bot.research.report.rules import LEVEL
from bot.research.report.table import Cell, Estimate
from bot.research.report.trends import followed, judged, trends
from tests.research.report.made import people
from tests.research.report.statistics_in_r import by_r

BEGINS = datetime(2026, 3, 2, tzinfo=UTC)


def coming(count: int, *, weeks: float, rising: float = 0.0, seed: int = 1) -> People:
    """Return people who came over some weeks; the share of those who finish may change from week to week."""
    chance = np.random.default_rng(seed)
    at: Floats = np.sort(chance.uniform(0, weeks, count))
    began = [(BEGINS + timedelta(weeks=float(one))).isoformat() for one in at]
    done = chance.random(count) < 0.5 + rising * (at - weeks / 2)
    crowd = people(chance, count)
    return replace(
        crowd,
        columns={
            **crowd.columns,
            "started_at": np.array(began),
            "status": np.where(done, "complete", "partial"),
        },
    )


def verdicts(crowd: People) -> dict[Cell, Sequence[Cell]]:
    """Return the tests by what they are of."""
    table, _ = judged(list(followed(crowd)))
    return {row[0]: row for row in table.rows}


def test_a_slope_and_its_interval_are_those_of_r() -> None:
    """Least squares, and HC3 by its definition, worked out in R."""
    crowd = coming(300, weeks=6, rising=0.05)
    one = next(followed(crowd))
    found, p = slope(one.weeks, one.has)
    xs, ys = (",".join(f"{value:.12g}" for value in cells) for cells in (one.weeks, one.has.astype(float)))
    expected = by_r(
        f"x <- c({xs}); y <- c({ys}); m <- lm(y ~ x); X <- model.matrix(m); B <- solve(t(X) %*% X);"
        "V <- B %*% t(X) %*% diag((resid(m) / (1 - hatvalues(m)))^2) %*% X %*% B; s <- sqrt(V[2, 2]);"
        "b <- coef(m)[[2]]; q <- qt(.975, length(x) - 2);"
        "c(b, b - q * s, b + q * s, 2 * pt(-abs(b / s), length(x) - 2))"
    )
    assert [found.value, found.low, found.high, p] == pytest.approx(expected, rel=1e-6)


def test_a_planted_rise_is_found_and_told() -> None:
    crowd = coming(900, weeks=6, rising=0.06)
    row = verdicts(crowd)["came to the end"]
    assert row[-1] == "rises"
    assert isinstance(row[2], Estimate)
    assert row[2].low < 0.06 < row[2].high
    _, (finding,) = judged(list(followed(crowd)))
    assert "came to the end (rises)" in finding
    assert "Why isn't known." in finding


def test_whoever_began_lately_may_still_come_to_the_end() -> None:
    """They aren't counted as having left."""
    crowd = coming(400, weeks=6)
    finishing = next(followed(crowd))
    assert len(finishing.has) < crowd.count
    assert finishing.weeks.max() <= 5


@pytest.mark.parametrize(("count", "weeks"), [(120, 6.0), (400, 1.9)], ids=["people", "weeks"])
def test_too_few_say_so(count: int, weeks: float) -> None:
    crowd = coming(count, weeks=weeks)
    assert {row[-1] for row in verdicts(crowd).values()} == {"too few"}
    _, found = judged(list(followed(crowd)))
    assert found == ("Too few people or weeks to say whether anything rises or falls over time.",)


def test_one_week_or_none_is_no_trend() -> None:
    """Nor are the years of a Safe Harbor export."""
    assert trends(coming(50, weeks=0.5)) is None
    years = coming(50, weeks=5)
    assert trends(replace(years, columns={**years.columns, "started_at": np.full(50, "2026")})) is None


@pytest.mark.slow
def test_chance_alone_is_taken_for_a_trend_as_seldom_as_promised() -> None:
    """Over 200 crowds in which nothing changes, a family finds something in 5 % at most, give or take."""
    alarms = 0
    for seed in range(200):
        rows = verdicts(coming(400, weeks=6, seed=seed)).values()
        alarms += any(isinstance(row[3], float) and row[3] < LEVEL for row in rows)
    assert alarms / 200 < 0.05 + 3 * (0.05 * 0.95 / 200) ** 0.5
