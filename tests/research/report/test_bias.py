"""Item bias: as R's Mantel-Haenszel test for two answers, found where planted, quiet elsewhere."""

import numpy as np
import pytest

from bot.research.report.bias import bias
from bot.research.report.rules import RELIABILITY
from tests.research.report.statistics_in_r import by_r


@pytest.mark.slow
def test_with_two_answers_it_is_mantel_and_haenszel_s() -> None:
    chance = np.random.default_rng(11)
    rest, focal = np.repeat([1.0, 2, 3, 4], 200), chance.random(800) < 0.4
    item = (chance.random(800) < 0.2 + 0.1 * rest + 0.06 * focal).astype(float)
    found = bias(item, rest, focal)
    assert found is not None
    listed = {
        name: ",".join(f"{one:g}" for one in values)
        for name, values in (("i", item), ("g", focal.astype(float)), ("s", rest))
    }
    (expected,) = by_r(
        f"mantelhaen.test(table(c({listed['g']}), c({listed['i']}), c({listed['s']})), correct=FALSE)$p.value"
    )
    assert found.p == pytest.approx(expected, rel=1e-6)


def _people(chance: np.random.Generator, planted: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return an item, a rest score and a group that has more of what is measured, and maybe of the item."""
    focal = chance.random(1_200) < 0.5
    trait = chance.normal(size=1_200) + 0.5 * focal
    item = np.clip(np.round(3 + trait + planted * focal + chance.normal(size=1_200)), 1, 6)
    rest = sum(np.clip(np.round(3 + trait + chance.normal(size=1_200)), 1, 6) for _ in range(7))
    return item, np.asarray(rest), focal


def test_a_planted_bias_is_found_with_its_direction() -> None:
    found = bias(*_people(np.random.default_rng(2), -0.6))
    assert found is not None
    assert found.p < 0.001
    assert found.effect < 0
    assert found.size == "C"


@pytest.mark.slow
def test_a_group_that_has_more_of_the_trait_is_no_bias() -> None:
    chance = np.random.default_rng(4)
    found = [bias(*_people(chance, 0)) for _ in range(150)]
    alarms = sum(one is not None and one.p < 0.05 and one.size != "A" for one in found)
    assert alarms <= 6


def test_too_few_in_a_group_give_no_figure() -> None:
    chance = np.random.default_rng(1)
    focal = np.arange(1_000) < RELIABILITY - 1
    assert bias(chance.normal(size=1_000), chance.normal(size=1_000), focal) is None
