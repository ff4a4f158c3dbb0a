"""The models for many people at once: they find a known truth again, and agree with the bot's own."""

import dataclasses

import numpy as np
import pytest

from bot.research.fit.arrays import Floats, Ints
from bot.research.fit.asking import ask
from bot.research.fit.bank import Bank, bank
from bot.research.fit.candidates import candidates
from bot.research.fit.classes import Classes
from bot.research.fit.figures import agreement, ece
from bot.research.fit.normal import Normal
from bot.research.fit.reading import model_of
from bot.research.fit.rules import discriminant, nearest_centre
from bot.research.fit.stopping import Stopping, choose
from bot.scoring.segments import assign
from tests.research.made_up_people import SPI40, answered, by_rule, questionnaire, spread_out

PEOPLE = 3_000
BADLY = 0.06
"""A calibration error that the project calls dishonest."""


@pytest.fixture(scope="module")
def forty() -> Bank:
    """Return 40 items on eight scales, and five segments."""
    return bank(questionnaire(SPI40))


@pytest.fixture(scope="module")
def known(forty: Bank) -> Normal:
    """Return the model that everybody here is drawn from."""
    return spread_out(forty)


@pytest.fixture(scope="module")
def drawn(forty: Bank, known: Normal) -> tuple[Ints, Ints]:
    """Return people's choices and their segments."""
    return answered(forty, known, PEOPLE)


def made(forty: Bank, drawn: tuple[Ints, Ints], name: str) -> Normal | Classes:
    """Return one of the candidates, fitted."""
    candidate = next(each for each in candidates(forty) if each.name == name)
    model = candidate.make(forty, *drawn)
    assert isinstance(model, Normal | Classes)
    return model


def spaced(count: int) -> Ints:
    """Return so many items from all over the questionnaire."""
    return np.arange(count) * 40 // count


def test_the_joint_normal_is_found_again(forty: Bank, known: Normal, drawn: tuple[Ints, Ints]) -> None:
    """Means within 4 standard errors, correlations within .08, and the rule for 93 of 100 new people.

    Answers are rounded to six choices, which widens each spread by about a twelfth of a unit.
    """
    found = made(forty, drawn, "gaussian, nearest centre")
    assert isinstance(found, Normal)
    error = np.sqrt(np.diag(known.covariance) / PEOPLE)
    assert (np.abs(found.mean - known.mean) < 4 * error + 0.05).all()
    assert np.abs(_correlations(found) - _correlations(known)).max() < 0.08
    choices, segments = answered(forty, known, PEOPLE, seed=9)
    assert (by_rule(found, forty.keyed(choices)) == segments).mean() > 0.93


def test_shares_and_choice_probabilities_are_found_again(forty: Bank) -> None:
    """Drawn from a known latent-class model: each within 5 standard errors."""
    truth = model_of(questionnaire(SPI40))[1]
    assert isinstance(truth, Classes)
    chance = np.random.default_rng(4)
    segments = chance.integers(0, 5, PEOPLE)
    steps = np.asarray(np.cumsum(truth.chances[:, :, segments], axis=1))
    choices = np.asarray((chance.random((40, 1, PEOPLE)) > steps[:, :-1]).sum(axis=1), dtype=np.intp).T
    found = made(forty, (choices, segments), "latent-class")
    assert isinstance(found, Classes)
    error = np.sqrt(truth.chances * (1 - truth.chances) * 5 / PEOPLE)
    assert (np.abs(found.chances - truth.chances) < 5 * error + 0.004).all()
    assert np.abs(found.shares - 0.2).max() < 5 * np.sqrt(0.16 / PEOPLE)


@pytest.mark.slow
@pytest.mark.parametrize("answers", [3, 6, 12])
def test_the_probability_of_the_true_segment_is_calibrated(
    forty: Bank, known: Normal, drawn: tuple[Ints, Ints], answers: int
) -> None:
    """Fitted on some people, right as often as stated on others, at every length."""
    found = made(forty, drawn, "gaussian, nearest centre")
    choices, segments = answered(forty, known, PEOPLE, seed=5)
    assert ece(found.fixed(forty.keyed(choices), spaced(answers)), segments) < 0.04


@pytest.mark.slow
def test_it_is_calibrated_where_the_questions_were_chosen_for_each_person(
    forty: Bank, known: Normal, drawn: tuple[Ints, Ints]
) -> None:
    """Looking for the most telling question doesn't make it believe too much."""
    found = made(forty, drawn, "gaussian, nearest centre")
    choices, segments = answered(forty, known, 1_200, seed=5)
    assert ece(ask(found, forty.keyed(choices), 8).probabilities[8], segments) < BADLY


@pytest.mark.slow
@pytest.mark.parametrize("planted", ["too sure", "too timid"])
def test_a_planted_miscalibration_is_found(
    forty: Bank, known: Normal, drawn: tuple[Ints, Ints], planted: str
) -> None:
    """A spread made a tenth of what it is, or ten times: the same measure goes past .06."""
    choices, segments = answered(forty, known, PEOPLE, seed=5)
    wrong = _miscalibrated(forty, drawn, planted)
    assert ece(wrong.fixed(forty.keyed(choices), spaced(24)), segments) > BADLY


def test_the_answers_of_one_interview_do_not_depend_on_the_others(forty: Bank, known: Normal) -> None:
    """Two people together, or each alone: the same items and the same probabilities."""
    keyed = forty.keyed(answered(forty, known, 2)[0])
    together = ask(known, keyed, 8)
    for person in range(2):
        alone = ask(known, keyed[[person]], 8)
        assert alone.items[:, 0].tolist() == together.items[:, person].tolist()
        assert np.abs(alone.probabilities[:, 0] - together.probabilities[:, person]).max() < 1e-12


@pytest.mark.parametrize("name", ["gaussian, nearest centre", "linear, discriminant", "latent-class"])
def test_answer_by_answer_is_the_same_as_all_at_once(
    forty: Bank, drawn: tuple[Ints, Ints], name: str
) -> None:
    """A regression step for each answer, or one for all of them."""
    model = made(forty, drawn, name)
    keyed, order = forty.keyed(drawn[0][:40]), np.array([3, 17, 5, 30, 22, 8])
    course = ask(model, keyed, 6, order=order)
    step = 2 / 256 if isinstance(model, Normal) else 1e-9  # a point on the edge may fall either way
    assert np.abs(course.probabilities[6] - model.fixed(keyed, order)).max() <= step


def test_the_prototype_says_what_the_bot_says(forty: Bank, drawn: tuple[Ints, Ints]) -> None:
    """The same probabilities as `bot.scoring`, to nine digits, from any seven answers."""
    asked, model = model_of(forty.questionnaire)
    chance = np.random.default_rng(6)
    for choices in drawn[0][:20]:
        items = chance.permutation(40)[:7]
        given = {asked.items[item].id: asked.choices(item)[choices[item]].id for item in items}
        verdict = assign(forty.questionnaire, given)
        assert verdict is not None
        ours = model.fixed(forty.keyed(choices[None]), items)[0]
        assert ours == pytest.approx(list(verdict.probabilities.values()), abs=1e-9)


def test_rules_are_found_again_from_verdicts(forty: Bank, known: Normal, drawn: tuple[Ints, Ints]) -> None:
    """The discriminant and the nearest centre both sort new people much as the known rule does."""
    keyed, segments = forty.keyed(drawn[0]), drawn[1]
    choices, truth = answered(forty, known, 1_000, seed=8)
    for rule in (discriminant(keyed, segments, 5), nearest_centre(forty, keyed, segments)):
        assert (rule.of(forty.keyed(choices)).argmax(1) == truth).mean() > 0.85


def test_an_experts_profile_counts_as_so_many_people(forty: Bank, drawn: tuple[Ints, Ints]) -> None:
    """With few people it pulls the centres; with many it hardly does."""
    moved = []
    for people in (100, PEOPLE):
        keyed, segments = forty.keyed(drawn[0][:people]), drawn[1][:people]
        expert = np.full((5, 8), 3.5)
        own = nearest_centre(forty, keyed, segments)
        pulled = nearest_centre(forty, keyed, segments, expert=expert)
        moved.append(np.abs(own.weights - pulled.weights).max())
    assert moved[0] > 3 * moved[1]


@pytest.mark.slow
def test_thresholds_ask_as_many_as_wanted_and_fall(forty: Bank, known: Normal) -> None:
    """The mean is met within a tenth; nobody is asked fewer than the least or more than the most."""
    choices, segments = answered(forty, known, 800, seed=10)
    course = ask(known, forty.keyed(choices), 16)
    for wanted in (6.0, 8.0, 11.0):
        found = choose(course, segments, wanted, 4, 16)
        asked = found.asked(course.top)
        assert asked.mean() == pytest.approx(wanted, abs=0.1)
        assert (asked.min() >= 4, asked.max() <= 16) == (True, True)
        assert list(found.thresholds) == sorted(found.thresholds, reverse=True)


def test_a_threshold_never_leaves_what_the_file_allows() -> None:
    """Between 1 / segments and 1, also where the line would leave that."""
    steep = Stopping(least=1, most=30, start=1.2, slope=0.1, lowest=0.21)
    assert max(steep.thresholds) < 1
    assert min(steep.thresholds) == 0.21


def test_adaptive_questions_beat_questions_at_random(forty: Bank, known: Normal) -> None:
    """With the same number of answers from the same people."""
    choices, segments = answered(forty, known, 1_000, seed=11)
    keyed = forty.keyed(choices)
    clever = agreement(ask(known, keyed, 6).probabilities[6], segments)
    order = np.random.default_rng(12).permutation(40)[:6]
    assert clever > agreement(known.fixed(keyed, order), segments) + 0.05


def _correlations(model: Normal) -> Floats:
    spread = np.sqrt(np.diag(model.covariance))
    return np.asarray(model.covariance / np.outer(spread, spread))


def _miscalibrated(forty: Bank, drawn: tuple[Ints, Ints], planted: str) -> Normal:
    found = made(forty, drawn, "gaussian, nearest centre")
    assert isinstance(found, Normal)
    spread = 0.1 if planted == "too sure" else 10.0
    return dataclasses.replace(found, covariance=spread * found.covariance, tails=None)
