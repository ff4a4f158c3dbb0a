"""Alpha, omega and item-total correlations, against numpy by another way and against R's psych."""

import csv
import gzip
from pathlib import Path

import numpy as np
import pytest

from bot.research.fit.arrays import Floats
from bot.research.report.reliability import omega, one_factor, reliability
from bot.research.report.rules import RELIABILITY
from tests.research.report.statistics_in_r import by_r

BFI = {"A": (-1, 1, 1, 1, 1), "C": (1, 1, 1, -1, -1), "N": (1, 1, 1, 1, 1)}


@pytest.fixture(params=list(BFI))
def answers(request: pytest.FixtureRequest, shared: Path) -> Floats:
    """Return real people's answers to a scale of five, reversed ones reversed; complete ones only."""
    with gzip.open(shared / "data" / "bfi_train.csv.gz", "rt", encoding="utf-8", newline="") as file:
        rows = [[row[f"{request.param}{n}"] for n in range(1, 6)] for row in csv.DictReader(file)]
    whole = np.array([[float(cell) for cell in row] for row in rows if all(cell.isdigit() for cell in row)])
    return np.where(np.array(BFI[request.param]) < 0, 7 - whole, whole)


@pytest.mark.slow
def test_alpha_is_that_of_the_mean_covariance(answers: Floats) -> None:
    """By the other formula: k times the mean covariance, over the mean variance and k - 1 of them."""
    found, items = reliability(answers), answers.shape[1]
    covariance = np.cov(answers, rowvar=False)
    variance = np.trace(covariance) / items
    between = (covariance.sum() - np.trace(covariance)) / items / (items - 1)
    assert found.alpha is not None
    assert found.alpha.value == pytest.approx(items * between / (variance + (items - 1) * between), abs=1e-12)
    assert found.item_rest is not None
    for item in range(items):
        rest = np.delete(answers, item, axis=1).sum(1)
        expected = np.corrcoef(answers[:, item], rest)[0, 1]
        assert found.item_rest[item] == pytest.approx(expected, abs=1e-12)


@pytest.mark.slow
def test_everything_is_as_r_s_psych_says(answers: Floats, tmp_path: Path) -> None:
    """Alpha and Feldt's interval to 1e-6; omega to what psych's own optimiser leaves open."""
    np.savetxt(tmp_path / "answers.csv", answers, delimiter=",")
    theirs = by_r(
        'm <- read.csv("answers.csv", header=FALSE); a <- psych::alpha(m); '
        'l <- as.vector(fa(m, nfactors=1, fm="minres")$loadings); s <- apply(m, 2, sd); '
        "c(a$total$raw_alpha, as.numeric(a$feldt$lower.ci), as.numeric(a$feldt$upper.ci), "
        "a$item.stats$r.drop, a$alpha.drop$raw_alpha, sum(l*s)^2 / (sum(l*s)^2 + sum((1-l^2)*s^2)))",
        package="psych",
    )
    ours = reliability(answers)
    assert ours.alpha is not None
    assert ours.omega is not None
    assert ours.item_rest is not None
    assert ours.alpha_without is not None
    limits = (ours.alpha.value, ours.alpha.low, ours.alpha.high)
    assert [*limits, *ours.item_rest, *ours.alpha_without] == pytest.approx(theirs[:-1], abs=1e-6)
    assert ours.omega.value == pytest.approx(theirs[-1], abs=1e-5)
    assert ours.omega.low < ours.omega.value < ours.omega.high


def test_a_perfect_factor_is_found_again() -> None:
    loadings = np.array([0.9, 0.7, 0.5, 0.3])
    correlation = np.outer(loadings, loadings)
    np.fill_diagonal(correlation, 1)
    assert one_factor(correlation) == pytest.approx(loadings, abs=1e-6)
    common = loadings.sum() ** 2
    assert float(omega(correlation)) == pytest.approx(common / correlation.sum(), abs=1e-6)


def test_too_few_people_or_items_give_no_figure() -> None:
    chance = np.random.default_rng(1)
    few = reliability(chance.normal(size=(RELIABILITY - 1, 5)))
    assert (few.alpha, few.omega, few.item_rest) == (None, None, None)
    one = reliability(chance.normal(size=(500, 1)))
    assert one.alpha is None
    pair = reliability(chance.normal(size=(500, 2)))
    assert pair.alpha is not None
    assert pair.omega is None
    constant = reliability(np.column_stack([chance.normal(size=(500, 2)), np.ones(500)]))
    assert constant.alpha is None
