"""Agreement, log loss and the calibration error, by examples that can be worked out by hand."""

import numpy as np
import pytest

from bot.research.fit.arrays import Floats, Ints
from bot.research.fit.figures import adjusted_rand, agreement, ece, information, kappa, log_loss, quality

EVEN = np.array([[0.5, 0.5], [0.5, 0.5], [0.5, 0.5], [0.5, 0.5]])


def stated(top: float, hits: float, people: int = 10_000) -> tuple[Floats, Ints]:
    """Return verdicts that all state one probability, of which a share is right."""
    probabilities = np.tile([top, 1 - top], (people, 1))
    return probabilities, (np.arange(people) >= hits * people).astype(np.intp)


def test_hand_worked_figures() -> None:
    """Half right at even odds: agreement .5, kappa 0, log loss log 2."""
    truth = np.array([0, 1, 0, 1])
    assert agreement(EVEN, truth) == 0.5
    assert kappa(EVEN, truth) == pytest.approx(0)
    assert log_loss(EVEN, truth) == pytest.approx(np.log(2))


@pytest.mark.parametrize(("top", "hits"), [(0.9, 0.9), (0.9, 0.6), (0.7, 0.95)])
def test_the_calibration_error_is_the_gap_between_stated_and_true(top: float, hits: float) -> None:
    """With one stated probability and shuffled people, the error is the gap, up to noise within bins."""
    probabilities, truth = stated(top, hits)
    truth = np.random.default_rng(1).permutation(truth)
    assert ece(probabilities, truth) == pytest.approx(abs(top - hits), abs=0.015)


def test_opposite_errors_in_different_bins_do_not_cancel() -> None:
    """Half overconfident and half underconfident: right on average, and still badly calibrated."""
    timid, brave = stated(0.6, 0.9), stated(0.9, 0.6)
    chance = np.random.default_rng(2)
    truth = np.concatenate([chance.permutation(timid[1]), chance.permutation(brave[1])])
    assert ece(np.concatenate([timid[0], brave[0]]), truth) == pytest.approx(0.3, abs=0.01)


def test_intervals_hold_their_figure_and_narrow_with_more_people() -> None:
    """The interval of 200 people is wider than that of 3,200."""
    widths = []
    for people in (200, 3_200):
        probabilities, truth = stated(0.8, 0.8, people)
        found = quality(probabilities, np.random.default_rng(3).permutation(truth))
        for figure in (found.agreement, found.kappa, found.log_loss, found.ece):
            assert figure.low <= figure.value <= figure.high
        assert found.agreement.value == pytest.approx(0.8)
        widths.append(found.agreement.high - found.agreement.low)
    assert widths[0] > 3 * widths[1]


def test_recall_and_confusion_count_people() -> None:
    """Rows are the long form's segments, columns the verdicts."""
    probabilities = np.array([[0.9, 0.1], [0.2, 0.8], [0.3, 0.7]])
    found = quality(probabilities, np.array([0, 0, 1]))
    assert found.confusion.tolist() == [[1, 1], [0, 1]]
    assert found.recall == (0.5, 1.0)


def test_information_is_one_bit_where_an_answer_says_it_all() -> None:
    """And nothing where it says nothing."""
    truth = np.tile([0, 1], 500)
    assert information(truth, truth) == pytest.approx(1)
    assert information(np.repeat([0, 1], 500), truth) == pytest.approx(0, abs=1e-12)


@pytest.mark.slow
def test_two_ways_to_sort_agree_whatever_the_groups_are_called() -> None:
    """The adjusted Rand index knows no names."""
    assert adjusted_rand(np.array([0, 0, 1, 1]), np.array([1, 1, 0, 0])) == 1
