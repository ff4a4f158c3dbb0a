"""Every kind of model gives the probabilities that its formula gives, from any answers in any order.

The formulas are worked out here once more, in the most plain way: Bayes' rule in a loop, the joint normal
conditioned in one piece.
"""

import math
from collections.abc import Mapping
from functools import cache
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.questionnaire.load import load
from bot.questionnaire.model import Gaussian, JointNormal, LatentClass, Linear, Questionnaire, Status
from bot.scoring.models import Scorer, scorer_of
from bot.scoring.models.points import normal_points
from bot.scoring.models.tables import TableScorer
from bot.scoring.scales import keyed_values
from bot.scoring.segments import Change, assign
from tests.conftest import ROOT

np = pytest.importorskip("numpy", reason="the independent computation is in numpy, of the extra `research`")

KINDS = ("latent-class", "linear", "gaussian", "with-segments")
JOINT = ("linear", "gaussian")
CALM = settings(deadline=None, max_examples=25)  # a busy machine is no fault

Answers = Mapping[str, str | None]


@cache
def made(kind: str) -> Questionnaire:
    """Return the small questionnaire that shows a kind of model."""
    return load(ROOT / "tests" / "questionnaires" / kind).edition.questionnaire


def scorer(kind: str) -> Scorer:
    """Return its model at work."""
    found = scorer_of(made(kind))
    assert found is not None
    return found


def probabilities(kind: str, answers: Answers) -> tuple[float, ...]:
    """Return what a model says about answers."""
    at_work = scorer(kind)
    return at_work.probabilities(at_work.given(answers))


@st.composite
def any_answers(draw: st.DrawFn, kind: str, *, least: int = 0) -> dict[str, str | None]:
    """Draw answers to some of the items, in any order; some are skips."""
    questionnaire = made(kind)
    items = draw(st.permutations([item.id for item in questionnaire.items]))
    many = draw(st.integers(least, len(items)))
    choices = [choice.id for choice in questionnaire.choices(items[0])]
    answer = st.sampled_from(choices) if least else st.sampled_from([*choices, None])
    return {item: draw(answer) for item in items[:many]}


# ---------------------------------------------------------------- the formulas, once more


def by_bayes(answers: Answers) -> list[float]:
    """Work out the latent classes: shares times damped likelihoods, scale by scale."""
    questionnaire = made("latent-class")
    model = questionnaire.model
    assert isinstance(model, LatentClass)
    found = []
    for segment in questionnaire.segments:
        product = model.shares[segment.id]
        for scale in questionnaire.scales:
            said = [(item, answers[item]) for item in scale.items if answers.get(item)]
            for item, choice in said:
                place = [one.id for one in questionnaire.choices(item)].index(choice or "")
                weight = sum(1 / (1 + model.damping * j) for j in range(len(said))) / len(said)
                product *= model.probabilities[item][segment.id][place] ** weight
        found.append(product)
    return [one / sum(found) for one in found]


def by_conditioning(kind: str, answers: Answers) -> Any:
    """Work out a joint normal in one piece: regress everything on what was answered, then look at points."""
    questionnaire = made(kind)
    model = questionnaire.model
    assert isinstance(model, JointNormal)
    size = len(model.items)
    whole = np.zeros((size, size))
    for row, values in enumerate(model.covariance):
        whole[row, : row + 1] = whole[: row + 1, row] = values
    mean = np.array(model.mean)
    rules = [model.rules[segment.id] for segment in questionnaire.segments]
    weights, intercepts = np.array([r.weights for r in rules]), np.array([r.intercept for r in rules])
    numbers = keyed_values(questionnaire)
    seen = [place for place, item in enumerate(model.items) if answers.get(item)]
    away = np.array([numbers[model.items[p]][answers[model.items[p]] or ""] for p in seen]) - mean[seen]
    regression = whole[:, seen] @ np.linalg.inv(whole[np.ix_(seen, seen)])
    contrast = weights[:-1] - weights[-1]
    scores = contrast @ (mean + regression @ away) + intercepts[:-1] - intercepts[-1]
    open_ = contrast @ (whole - regression @ whole[seen]) @ contrast.T
    factor = np.linalg.cholesky(open_ + 1e-15 * np.eye(len(open_)))
    points = np.array(normal_points(len(contrast), model.points)).T
    if isinstance(model, Gaussian):
        assert model.tails is not None
        distance = away @ np.linalg.inv(whole[np.ix_(seen, seen)]) @ away
        factor = factor * math.sqrt((model.tails + distance) / (model.tails + len(seen)))
        at = np.c_[scores + points @ factor.T, np.zeros(len(points))]
        counts = np.bincount(at.argmax(1), minlength=len(rules))
        return (counts + 0.5) / (len(points) + len(rules) / 2)
    assert isinstance(model, Linear)
    at = np.c_[scores + points @ factor.T, np.zeros(len(points))] / model.temperature
    shares = np.exp(at - at.max(1, keepdims=True))
    return (shares / shares.sum(1, keepdims=True)).mean(0)


@CALM
@given(any_answers("latent-class"))
def test_latent_classes_are_bayes_rule(answers: dict[str, str | None]) -> None:
    assert probabilities("latent-class", answers) == pytest.approx(by_bayes(answers), abs=1e-12)


@pytest.mark.parametrize("kind", JOINT)
@CALM
@given(st.data())
def test_a_joint_normal_is_conditioned_on_the_answers(kind: str, data: st.DataObject) -> None:
    """Answer by answer gives what one piece gives; with at most three answers the scores are still open."""
    answers = data.draw(any_answers(kind))
    some = {item: choice for item, choice in list(answers.items())[:3] if choice}
    found, expected = probabilities(kind, some), by_conditioning(kind, some)
    assert found == pytest.approx(expected, abs=1e-9)


# ---------------------------------------------------------------- what holds for every kind


@pytest.mark.parametrize("kind", KINDS)
@CALM
@given(st.data())
def test_probabilities_are_above_none_and_sum_to_one(kind: str, data: st.DataObject) -> None:
    found = probabilities(kind, data.draw(any_answers(kind)))
    assert min(found) > 0
    assert math.fsum(found) == pytest.approx(1, abs=1e-12)


@pytest.mark.parametrize("kind", KINDS)
@CALM
@given(st.data())
def test_the_order_of_the_answers_changes_nothing(kind: str, data: st.DataObject) -> None:
    answers = data.draw(any_answers(kind))
    assert probabilities(kind, answers) == probabilities(kind, dict(reversed(answers.items())))


@pytest.mark.parametrize("kind", KINDS)
@CALM
@given(st.data())
def test_a_skip_is_the_same_as_no_answer(kind: str, data: st.DataObject) -> None:
    answers = data.draw(any_answers(kind))
    said = {item: choice for item, choice in answers.items() if choice}
    assert probabilities(kind, answers) == probabilities(kind, said)


def test_without_answers_the_shares_are_what_is_known() -> None:
    assert probabilities("latent-class", {}) == pytest.approx((0.4, 0.4, 0.2))


def test_a_complete_long_form_is_the_softmax_itself() -> None:
    """Nothing is open then: no points, no mean, just the linear scores."""
    questionnaire = made("linear")
    model = questionnaire.model
    assert isinstance(model, Linear)
    answers = {item.id: "mostly" for item in questionnaire.items}
    keyed = [keyed_values(questionnaire)[item]["mostly"] for item in model.items]
    scores = [
        sum(w * x for w, x in zip(rule.weights, keyed, strict=True)) + rule.intercept
        for rule in (model.rules[segment.id] for segment in questionnaire.segments)
    ]
    odds = [math.exp(score / model.temperature) for score in scores]
    expected = [one / sum(odds) for one in odds]
    assert probabilities("linear", answers) == pytest.approx(expected, abs=1e-12)


@CALM
@given(any_answers("gaussian", least=6))
def test_a_complete_long_form_gets_the_verdict_of_its_rule(answers: dict[str, str | None]) -> None:
    """All points agree, so the rule's own segment has all but the half point that each other one keeps."""
    questionnaire = made("gaussian")
    model = questionnaire.model
    assert isinstance(model, Gaussian)
    numbers = keyed_values(questionnaire)
    scores = [
        rule.intercept
        + sum(
            w * numbers[item][answers[item] or ""] for w, item in zip(rule.weights, model.items, strict=True)
        )
        for rule in (model.rules[segment.id] for segment in questionnaire.segments)
    ]
    found = probabilities("gaussian", answers)
    winners = [place for place, score in enumerate(scores) if math.isclose(score, max(scores), abs_tol=1e-9)]
    assert found.index(max(found)) in winners
    assert max(found) == (model.points + 0.5) / (model.points + len(scores) / 2)


@pytest.mark.parametrize("kind", JOINT)
@CALM
@given(st.data())
def test_what_the_answers_added_is_what_the_expected_scores_moved(kind: str, data: st.DataObject) -> None:
    """The contributions that reasons are given by sum to the whole move, so none is left unexplained."""
    answers = data.draw(any_answers(kind))
    questionnaire, at_work = made(kind), scorer(kind)
    model = questionnaire.model
    assert isinstance(model, JointNormal)
    given_ = at_work.given(answers)
    if not given_:
        return
    seen = [model.items.index(item) for item, _ in given_]
    whole = np.array(
        [
            [model.covariance[max(i, j)][min(i, j)] for j in range(len(model.items))]
            for i in range(len(model.items))
        ]
    )
    numbers = keyed_values(questionnaire)
    away = np.array([numbers[item][choice] for item, choice in given_]) - np.array(model.mean)[seen]
    moved = whole[:, seen] @ np.linalg.inv(whole[np.ix_(seen, seen)]) @ away
    expected = np.array([model.rules[one.id].weights for one in questionnaire.segments]) @ moved
    total = np.array(list(at_work.spoken(given_).values())).sum(0)
    assert total == pytest.approx(expected, abs=1e-9)


# ---------------------------------------------------------------- what an item would tell


def textbook_gain(at_work: TableScorer, kind: str, answers: Answers, item: str) -> float:
    """Work out the mutual information of segment and answer: the entropy now less the expected one after."""
    model = made(kind).model
    assert isinstance(model, LatentClass)
    now = at_work.probabilities(at_work.given(answers))
    scale = next(one for one in made(kind).scales if item in one.items)
    before = sum(bool(answers.get(other)) for other in scale.items)
    weight = 1 / (1 + model.damping * before)
    tables = []
    for segment in made(kind).segments:
        raw = [p**weight for p in model.probabilities[item][segment.id]]
        tables.append([p / sum(raw) for p in raw])
    gain = -sum(p * math.log(p) for p in now)
    for choice in range(len(tables[0])):
        joint = [p * table[choice] for p, table in zip(now, tables, strict=True)]
        gain += sum(p * math.log(p / sum(joint)) for p in joint)
    return gain


@CALM
@given(any_answers("latent-class"))
def test_the_gain_of_an_item_is_the_mutual_information(answers: dict[str, str | None]) -> None:
    at_work = scorer("latent-class")
    assert isinstance(at_work, TableScorer)
    given_ = at_work.given(answers)
    gains = at_work.gains(given_, at_work.probabilities(given_))
    for item in at_work.items:
        assert gains[item] == pytest.approx(textbook_gain(at_work, "latent-class", answers, item), abs=1e-12)


@pytest.mark.parametrize("kind", KINDS)
@CALM
@given(st.data())
def test_every_item_not_answered_is_ranked_once(kind: str, data: st.DataObject) -> None:
    at_work = scorer(kind)
    given_ = at_work.given(data.draw(any_answers(kind)))
    ranked = at_work.ranked(given_, at_work.probabilities(given_))
    assert len(ranked) == len(set(ranked))
    assert set(ranked) == set(at_work.items) - {item for item, _ in given_}


# ---------------------------------------------------------------- reasons


def test_the_smallest_change_leads_elsewhere_and_none_is_smaller() -> None:
    """By brute force; of two as near the surer one, and a far one may be surer still; a guess says none."""
    plain = made("latent-class")
    calibrated = plain.model_copy(update={"status": Status.CALIBRATED})
    answers = {"plan": "not_me", "ask": "not_me", "list": "just_me"}
    provisional, verdict = assign(plain, answers), assign(calibrated, answers)
    assert provisional is not None
    assert provisional.change is None
    assert verdict is not None
    ids = [choice.id for choice in plain.choices("plan")]
    leading = {}
    for item, said in answers.items():
        for choice in set(ids) - {said}:
            other = assign(plain, {**answers, item: choice}, reasons=0)
            if other is not None and other.segment != verdict.segment:
                away = abs(ids.index(choice) - ids.index(said))
                leading[Change(item, choice, other.segment)] = (away, -other.probability)
    assert verdict.change == min(leading, key=lambda change: leading[change])


@pytest.mark.parametrize("kind", KINDS)
def test_answers_that_belong_together_are_more_usual_than_ones_that_do_not(kind: str) -> None:
    """A planner plans throughout; saying yes and no to the same thing is odd."""
    at_work = scorer(kind)
    together = {"plan": "just_me", "drift": "not_me", "ask": "not_me", "alone": "just_me"}
    apart = {"plan": "just_me", "drift": "just_me", "ask": "just_me", "alone": "just_me"}
    one, other = (at_work.person_fit(at_work.given(answers)) for answers in (together, apart))
    assert one is not None
    assert other is not None
    assert one > other


# ---------------------------------------------------------------- points


@pytest.mark.parametrize("dimensions", [1, 2, 4])
def test_the_points_stand_for_a_standard_normal(dimensions: int) -> None:
    """They balance exactly, vary by about 1, and go together with nothing."""
    points = np.array(normal_points(dimensions, 256))
    assert points.shape == (dimensions, 256)
    assert points.mean(1) == pytest.approx(0, abs=1e-12)
    assert np.cov(points, bias=True).reshape(dimensions, dimensions) == pytest.approx(
        np.eye(dimensions), abs=0.08
    )


def test_the_first_points_are_those_of_hammersley() -> None:
    """(n - 1/2) / 4, and n mirrored in base 2: 1/2, 1/4, 3/4, 1/8."""
    first, second = normal_points(2, 8)
    quarter, eighth = 0.6744897501960817, 1.1503493803760079
    assert first[:4] == pytest.approx((-eighth, -0.31863936396437514, 0.31863936396437514, eighth))
    assert second[:4] == pytest.approx((0, -quarter, quarter, -eighth))
    assert first[4:] == tuple(-one for one in first[:4])
