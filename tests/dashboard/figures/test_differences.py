"""A difference is called clear where chance is hardly the reason, and only there."""

import random

import pytest
from scipy.stats import fisher_exact

from bot.dashboard.figures.differences import LEVEL, clear_difference, fisher


@pytest.mark.parametrize("seed", range(40))
def test_the_exact_test_says_what_another_library_says(seed: int) -> None:
    chance = random.Random(seed)
    one, other = ((chance.randint(0, 60), chance.randint(1, 60)) for _ in range(2))
    assert fisher(one, other) == pytest.approx(fisher_exact([one, other]).pvalue, rel=1e-6)


def test_a_large_difference_is_clear_and_the_greater_share_is_named_first() -> None:
    assert clear_difference({"a": (10, 90), "b": (60, 40)}) == ("b", "a")


def test_of_several_clear_differences_the_greatest_is_told() -> None:
    assert clear_difference({"a": (10, 90), "b": (60, 40), "c": (90, 10)}) == ("c", "a")


def test_a_small_one_is_not_clear() -> None:
    assert clear_difference({"a": (50, 50), "b": (55, 45)}) is None


def test_nothing_differs_from_nothing() -> None:
    assert clear_difference({}) is None
    assert clear_difference({"a": (5, 5), "b": (0, 0)}) is None


def test_many_rows_raise_no_more_false_alarms_than_two() -> None:
    """Where nothing differs, no more than one table in twenty says that something does."""
    chance, alarms = random.Random(7), 0
    for _ in range(100):
        rows = {str(row): sum(chance.random() < 0.6 for _ in range(60)) for row in range(6)}
        alarms += clear_difference({row: (n, 60 - n) for row, n in rows.items()}) is not None
    assert alarms / 100 <= LEVEL
