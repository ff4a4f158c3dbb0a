"""Intervals and tests against published examples, closed forms, R, and their own promise."""

import math
import random

import numpy as np
import pytest
from scipy import stats

from bot.research.report.intervals import (
    cramers_v,
    difference,
    holm,
    index,
    mean,
    median,
    rate,
    rate_ratio,
    same_rate,
    share,
    two_by_two,
    wilson,
)
from bot.research.report.rules import LEAST
from tests.research.report.statistics_in_r import by_r


@pytest.mark.parametrize("hits", [0, 1, 81, 262, 263])
def test_wilson_is_scipy_s(hits: int) -> None:
    found, theirs = wilson(hits, 263), stats.binomtest(hits, 263).proportion_ci(method="wilson")
    assert (found.low, found.high) == pytest.approx((theirs.low, theirs.high), abs=1e-12)


def test_wilson_is_newcombe_s_example() -> None:
    found = wilson(81, 263)
    assert (round(found.low, 4), round(found.high, 4)) == (0.2553, 0.3662)  # Newcombe (1998), table I


def test_a_difference_of_shares_is_newcombe_s_own_example() -> None:
    """56 of 70 less 48 of 80, in Newcombe (1998): 0.0524 to 0.3339 by method 10."""
    found = difference(56, 70, 48, 80)
    assert found is not None
    assert (round(found.value, 4), round(found.low, 4), round(found.high, 4)) == (0.2, 0.0524, 0.3339)


@pytest.mark.slow
def test_holm_is_r_s() -> None:
    ps = [random.Random(7).random() ** 3 for _ in range(25)]
    assert holm(ps) == pytest.approx(by_r(f'p.adjust(c({",".join(map(str, ps))}), "holm")'), abs=1e-9)


@pytest.mark.slow
def test_pearson_s_test_is_r_s() -> None:
    table = np.array([[30.0, 20, 25], [15, 40, 22]])
    found = cramers_v(table)
    assert found is not None
    v, p = found
    (expected,) = by_r("chisq.test(matrix(c(30,20,25,15,40,22), 2, byrow=TRUE))$p.value")
    assert p == pytest.approx(expected, rel=1e-9)
    assert v.low < v.value < v.high


def test_a_rate_has_garwood_s_interval() -> None:
    """Ten events: 4.80 to 18.39, as in every table of it; and none at all: up to 3.69."""
    ten, none = rate(10, 100), rate(0, 100)
    assert ten is not None
    assert none is not None
    assert (round(ten.value, 2), round(ten.low, 2), round(ten.high, 2)) == (10.0, 4.8, 18.39)
    assert (none.value, none.low, round(none.high, 2)) == (0.0, 0.0, 3.69)


@pytest.mark.parametrize(("events", "other"), [(30, 12), (12, 30), (1, 40), (200, 190)])
def test_a_ratio_of_rates_is_r_s(events: int, other: int) -> None:
    found = rate_ratio(events, 400, other, 150)
    assert found is not None
    theirs = by_r(f"unlist(poisson.test(c({events}, {other}), c(400, 150))[c('estimate', 'conf.int')])")
    assert (found.value, found.low, found.high) == pytest.approx(tuple(theirs), rel=1e-6)


def test_a_ratio_s_test_agrees_with_its_interval() -> None:
    """It finds a difference where 1 isn't inside, and nowhere else."""
    for events in range(1, 80):
        p, ratio = same_rate(events, 400, 20, 150), rate_ratio(events, 400, 20, 150)
        assert p is not None
        assert ratio is not None
        assert (p < 0.05) == (not ratio.low <= 1 <= ratio.high), events


def test_rates_that_are_the_same_seldom_look_different() -> None:
    chance = np.random.default_rng(8)
    draws = zip(chance.poisson(60, 2_000), chance.poisson(15, 2_000), strict=True)
    found = [same_rate(int(one), 400, int(other), 100) for one, other in draws]
    assert sum(p is not None and p < 0.05 for p in found) <= 0.05 * 2_000


def test_of_too_few_people_or_no_events_no_rate_is_told() -> None:
    assert rate(5, LEAST - 1) is None
    assert rate_ratio(5, LEAST - 1, 5, 500) is None
    assert rate_ratio(5, 500, 0, 500) is None
    assert same_rate(5, 500, 5, LEAST - 1) is None
    assert same_rate(0, 500, 0, 500) is None


def test_the_n_minus_one_test_is_pearson_s_made_a_little_smaller() -> None:
    plain = stats.chi2_contingency([[30, 70], [50, 60]], correction=False).statistic
    assert two_by_two(30, 100, 50, 110) == pytest.approx(stats.chi2.sf(plain * 209 / 210, 1), rel=1e-9)


def test_an_index_of_100_is_the_average() -> None:
    found = index(25, 100, 75, 300)
    assert found is not None
    assert found.value == pytest.approx(100)
    assert found.low < 100 < found.high


@pytest.mark.parametrize("people", [0, 1, LEAST - 1])
def test_too_few_people_give_no_figure(people: int) -> None:
    hits = min(people, 1)
    assert share(hits, people) is None
    assert difference(hits, people, 50, 100) is None
    assert index(hits, people, 50, 100) is None
    assert two_by_two(hits, people, 50, 100) is None
    assert median([1.0] * people) is None
    assert mean([1.0] * people) is None


def test_a_table_with_a_small_expected_count_is_not_tested() -> None:
    assert cramers_v(np.array([[500.0, 4], [400, 3]])) is None
    assert two_by_two(0, 100, 2, 100) is None


def test_nobody_with_it_still_has_an_interval() -> None:
    found = index(0, 200, 50, 200)
    assert found is not None
    assert found.value == 0
    assert 0 <= found.low < found.high < 100


@pytest.mark.slow
@pytest.mark.parametrize("truth", [(0.2, 0.2), (0.35, 0.2), (0.1, 0.3)])
def test_an_index_s_interval_holds_the_truth_95_times_in_100(truth: tuple[float, float]) -> None:
    chance, (own, others), people, rest = np.random.default_rng(3), truth, 150, 600
    expected = 100 * own / ((own * people + others * rest) / (people + rest))
    held, draws = 0, 1_500
    for _ in range(draws):
        found = index(int(chance.binomial(people, own)), people, int(chance.binomial(rest, others)), rest)
        held += found is not None and found.low <= expected <= found.high
    assert 0.93 <= held / draws <= 0.98


@pytest.mark.slow
def test_cramers_v_s_interval_holds_the_truth() -> None:
    """The true V of the probabilities that the tables are drawn from."""
    chance, people, draws = np.random.default_rng(5), 500, 600
    cells = np.array([[0.14, 0.10, 0.10], [0.10, 0.12, 0.06], [0.08, 0.10, 0.20]])
    due = np.outer(cells.sum(1), cells.sum(0))
    truth = math.sqrt(float(((cells - due) ** 2 / due).sum()) / 2)
    held = 0
    for _ in range(draws):
        found = cramers_v(chance.multinomial(people, cells.ravel()).reshape(3, 3).astype(float))
        held += found is not None and found[0].low <= truth <= found[0].high
    assert held / draws >= 0.92
