"""The claim tests find a planted difference, and keep quiet as often as they promise without one."""

import numpy as np
import pytest

from bot.research.report import against, behaviours
from bot.research.report.prediction import compare, delong
from bot.research.report.rules import EACH_OUTCOME, LEVEL, PREDICTION
from bot.research.report.traits import indicators
from tests.research.report.made import SEGMENTS, demographics, outcomes, people

FAMILY = 6  # outcomes, as many as the second part has behaviours


def test_a_planted_difference_is_found_and_named() -> None:
    chance = np.random.default_rng(1)
    crowd = people(chance, 1_500)
    found = behaviours.tested(crowd, outcomes(chance, crowd, FAMILY, planted=0.2))
    shown = {
        (one.outcome.id, one.segment, one.verdict)
        for one in found
        if one.verdict in {"above average", "below average"}
    }
    assert ("o0", "s1", behaviours.ABOVE) in shown
    assert {outcome for outcome, _, _ in shown} == {"o0"}
    said = " ".join(behaviours.concluded(found))
    assert "outcome 0: more often Cool Loner" in said
    assert f"of {5 * FAMILY} tests" in said


def test_nothing_is_said_of_too_few_people() -> None:
    chance = np.random.default_rng(1)
    crowd = people(chance, 60)
    found = behaviours.tested(crowd, outcomes(chance, crowd, FAMILY, planted=0.6))
    assert {one.verdict for one in found} == {behaviours.TOO_FEW}
    assert "can't be said" in behaviours.concluded(found)[0]
    contest = against.contests(crowd, outcomes(chance, crowd, 1), demographics(chance, 60))
    assert contest[0].verdict == against.TOO_FEW
    assert "can't be said" in against.concluded(contest)[0]


@pytest.mark.slow
def test_without_a_difference_a_whole_family_of_tests_is_wrong_once_in_twenty_at_most() -> None:
    chance, draws, alarms = np.random.default_rng(2026), 300, 0
    for _ in range(draws):
        crowd = people(chance, 500)
        found = behaviours.tested(crowd, outcomes(chance, crowd, FAMILY))
        alarms += any(one.p is not None and one.p < LEVEL for one in found)
    assert alarms / draws <= LEVEL + 2.6 * (LEVEL * (1 - LEVEL) / draws) ** 0.5


@pytest.mark.slow
def test_a_planted_difference_is_found_nearly_always() -> None:
    chance, draws, found = np.random.default_rng(7), 60, 0
    for _ in range(draws):
        crowd = people(chance, 800)
        tested = behaviours.tested(crowd, outcomes(chance, crowd, FAMILY, planted=0.2))
        found += any(one.verdict == behaviours.ABOVE and one.segment == "s1" for one in tested)
    assert found / draws >= 0.9


# ---------------------------------------------------------------- segments against demographics


@pytest.mark.slow
def test_an_auc_is_the_share_of_pairs_in_the_right_order() -> None:
    chance = np.random.default_rng(3)
    outcome = chance.random(300) < 0.4
    predicted = np.round(chance.normal(size=(2, 300)) + outcome, 1)  # with ties, which count a half
    areas, covariance = delong(outcome, predicted)
    for row, area in zip(predicted, areas, strict=True):
        gaps = row[outcome][:, None] - row[~outcome][None, :]
        assert area == pytest.approx((gaps > 0).mean() + (gaps == 0).mean() / 2, abs=1e-12)
    boots = []
    for _ in range(800):
        rows = chance.integers(0, 300, 300)
        boots.append(delong(outcome[rows], predicted[:, rows])[0])
    assert covariance == pytest.approx(np.cov(np.array(boots), rowvar=False), rel=0.35, abs=1e-4)


@pytest.mark.parametrize(("by", "verdict"), [("segment", against.SEGMENTS), ("age", against.DEMOGRAPHICS)])
def test_what_tells_more_is_named(by: str, verdict: str) -> None:
    chance = np.random.default_rng(9)
    crowd = people(chance, 1_500)
    known = demographics(chance, crowd.count)
    old = known[0].codes.astype(float) > 50
    odds = 0.2 + 0.4 * (old if by == "age" else np.isin(crowd.segment, ["s1", "s2"]))
    (outcome,) = outcomes(chance, crowd, 1)
    outcome.has[:] = chance.random(crowd.count) < odds
    found = against.contests(crowd, [outcome], known)
    assert found[0].verdict == verdict
    said = " ".join(against.concluded(found))
    holds = "holds for 1 of 1" if verdict == against.SEGMENTS else "holds for 0 of 1"
    assert holds in said
    assert ("there demographics tell more." in said) == (verdict == against.DEMOGRAPHICS)


def _undecided(chance: np.random.Generator, count: int, signal: float) -> bool:
    """Tell what comes of an outcome that segments and sex tell equally well, or that nothing tells."""
    crowd, known = people(chance, count), demographics(chance, count)
    of_sex, of_segment = known[1].codes == "1", np.isin(crowd.segment, SEGMENTS[:2])
    (outcome,) = outcomes(chance, crowd, 1)
    odds = 0.4 + signal * (of_sex - 0.5) + 1.02 * signal * (of_segment - 0.4)
    outcome.has[:] = chance.random(count) < odds
    (contest,) = against.contests(crowd, [outcome], known)
    return contest.verdict == against.UNDECIDED


@pytest.mark.slow
@pytest.mark.parametrize(("signal", "count"), [(0.0, 300), (0.15, 400)])
def test_where_neither_tells_more_the_contest_is_undecided(signal: float, count: int) -> None:
    """Nearly as seldom wrong as promised: one in twenty, and what chance adds to that in so many draws."""
    chance, draws = np.random.default_rng(12), 50
    alarms = sum(not _undecided(chance, count, signal) for _ in range(draws))
    assert alarms / draws <= LEVEL + 2.6 * (LEVEL * (1 - LEVEL) / draws) ** 0.5


def test_an_auc_needs_people_on_both_sides() -> None:
    chance = np.random.default_rng(1)
    segments = indicators(people(chance, PREDICTION).segment)
    demo = chance.normal(size=(PREDICTION, 2))
    rare = np.arange(PREDICTION) < EACH_OUTCOME - 1
    assert compare(rare, demo, segments) is None
    assert compare(np.arange(PREDICTION) < EACH_OUTCOME, demo, segments) is not None
