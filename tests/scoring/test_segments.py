"""The prototype model: probabilities from any subset of answers, why, and when it isn't sure."""

import math
from collections.abc import Mapping
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.questionnaire.load import load
from bot.questionnaire.model import Prototype, Questionnaire
from bot.scoring.segments import Verdict, assign
from tests.scoring.questionnaires import questionnaire, segments

ITEMS = {"g1": False, "g2": True, "g3": False, "r1": False, "r2": True, "t1": False}
SCALES = {
    "goals": {"items": ["g1", "g2", "g3"]},
    "reasons": {"items": ["r1", "r2"]},
    "today": {"items": ["t1"]},
}
PROFILES = {
    "planner": {"goals": 4.6, "reasons": 2.2, "today": 1.5},
    "thinker": {"goals": 2.4, "reasons": 4.7, "today": 3.1},
    "liver": {"goals": 1.3, "reasons": 3.0, "today": 4.8},
}
SHARES = {"planner": 0.5, "thinker": 0.2, "liver": 0.3}
CALM = settings(deadline=None)  # a busy machine is no fault
ANSWERS = st.fixed_dictionaries(
    {item: st.sampled_from(["c1", "c2", "c3", "c4", "c5", None]) for item in ITEMS}
).filter(lambda answers: any(answers.values()))


def made(profiles: Mapping[str, Mapping[str, float]] = PROFILES, **model: object) -> Questionnaire:
    """Return a questionnaire of three segments on three scales, some items reversed."""
    said = {"type": "prototype", "profiles": profiles, "sd": 1.2, **model}
    return questionnaire(ITEMS, SCALES, segments=segments(*profiles), model=said)


def verdict_of(asked: Questionnaire, answers: Mapping[str, str | None], reasons: int = 3) -> Verdict:
    """Return the verdict where there is one."""
    found = assign(asked, answers, reasons=reasons)
    assert found is not None
    return found


def by_hand(
    answers: Mapping[str, str | None], sd: float, damping: float, shares: Mapping[str, float]
) -> dict[str, float]:
    """Return the probabilities by the formula in the docstring of the model, written once more."""
    x = {i: 6 - int(c[1]) if ITEMS[i] else int(c[1]) for i, c in answers.items() if c}
    on = {s: [i for i in said["items"] if i in x] for s, said in SCALES.items()}
    weight = {s: sum(1 / (1 + damping * j) for j in range(len(of))) / len(of) for s, of in on.items() if of}
    density = {
        k: shares[k]
        * math.exp(-sum(weight[s] * (x[i] - m[s]) ** 2 / (2 * sd**2) for s, of in on.items() for i in of))
        for k, m in PROFILES.items()
    }
    return {k: one / sum(density.values()) for k, one in density.items()}


@CALM
@given(ANSWERS, st.floats(0.5, 3), st.floats(0, 4))
def test_probabilities_are_what_the_formula_says(
    answers: dict[str, str | None], sd: float, damping: float
) -> None:
    """Against an independent computation, with and without expected shares."""
    for shares in (None, SHARES):
        found = verdict_of(made(sd=sd, damping=damping, shares=shares), answers).probabilities
        equal = dict.fromkeys(PROFILES, 1 / 3)
        assert found == pytest.approx(by_hand(answers, sd, damping, shares or equal), abs=1e-9)


@CALM
@given(ANSWERS)
def test_probabilities_sum_to_one_and_keep_the_order_of_segments(answers: dict[str, str | None]) -> None:
    found = verdict_of(made(), answers)
    assert math.fsum(found.probabilities.values()) == pytest.approx(1, abs=1e-12)
    assert list(found.probabilities) == list(PROFILES)
    highest = sorted(found.probabilities.values(), reverse=True)
    assert found.probability == highest[0]
    assert found.runner_up is not None
    assert found.probabilities[found.runner_up] == highest[1]
    assert found.segment != found.runner_up


@CALM
@given(ANSWERS)
def test_a_skipped_answer_changes_nothing(answers: dict[str, str | None]) -> None:
    """It is missing, never a middle: the verdict is the one without the item."""
    without = {item: choice for item, choice in answers.items() if choice}
    assert assign(made(), answers) == assign(made(), without)


@CALM
@given(ANSWERS, st.permutations(list(ITEMS)))
def test_the_order_of_answers_is_irrelevant(answers: dict[str, str | None], order: list[str]) -> None:
    """To the last bit, so that a replay from the log never shows another result."""
    assert assign(made(), {item: answers[item] for item in order}) == assign(made(), answers)


@CALM
@given(ANSWERS)
def test_what_weighed_most_is_the_largest_contributions(answers: dict[str, str | None]) -> None:
    """How much nearer an answer is to the segment than to the runner-up, weighted; only what spoke for it."""
    found = verdict_of(made(), answers)
    mine, other = PROFILES[found.segment], PROFILES[found.runner_up or ""]
    gains = {}
    for scale, said in SCALES.items():
        answered = [item for item in said["items"] if answers[item]]
        for item in answered:
            value = int((answers[item] or "")[1])
            x = 6 - value if ITEMS[item] else value
            weight = sum(1 / (1 + 1.5 * j) for j in range(len(answered))) / len(answered)
            gains[item] = weight * ((x - other[scale]) ** 2 - (x - mine[scale]) ** 2)
    best = sorted((gain for gain in gains.values() if gain > 1e-9), reverse=True)[:3]
    assert [gains[item] for item in found.weighed] == pytest.approx(best, abs=1e-9)


def test_no_more_reasons_than_were_asked_for() -> None:
    answers = dict.fromkeys(ITEMS, "c5")
    assert verdict_of(made(), answers, reasons=1).weighed == verdict_of(made(), answers).weighed[:1]
    assert verdict_of(made(), answers, reasons=0).weighed == ()


@pytest.mark.parametrize(("margin", "unsure"), [(0.0, False), (0.39, False), (0.41, True), (0.99, True)])
def test_unsure_is_a_margin_smaller_than_the_one_set(margin: float, unsure: bool) -> None:
    """Two segments whose probabilities differ by 0.4: 0.7 and 0.3."""
    profiles = {"one": {"today": 3.0}, "two": {"today": 3.0}}
    asked = made(profiles, shares={"one": 0.7, "two": 0.3}, unsure_below=margin)
    found = verdict_of(asked, {"t1": "c3"})
    assert found.probabilities == pytest.approx({"one": 0.7, "two": 0.3})
    assert found.unsure is unsure


@pytest.mark.parametrize(("answered", "enough"), [(0, False), (2, False), (3, True), (6, True)])
def test_fewer_answers_than_asked_for_give_no_segment_at_all(answered: int, enough: bool) -> None:
    """Skips don't count as answers."""
    answers = {item: "c4" if place < answered else None for place, item in enumerate(ITEMS)}
    assert (assign(made(min_answered=3), answers) is not None) is enough


def test_an_item_on_a_scale_without_profiles_does_not_count() -> None:
    """It neither weighs nor is counted among the answers."""
    only_today = {"one": {"today": 2.0}, "two": {"today": 4.0}}
    asked = made(only_today, min_answered=1)
    assert assign(asked, {"g1": "c5", "r1": "c5"}) is None
    assert assign(asked, {"g1": "c5", "t1": "c2"}) == assign(asked, {"t1": "c2"})


def test_a_questionnaire_without_segments_has_no_verdict() -> None:
    assert assign(questionnaire(ITEMS, SCALES), dict.fromkeys(ITEMS, "c3")) is None


def test_answers_far_from_every_profile_still_give_probabilities() -> None:
    """Logarithms of next to nothing: no division by zero, no infinity."""
    found = verdict_of(made(sd=0.01), dict.fromkeys(ITEMS, "c3"))
    assert math.fsum(found.probabilities.values()) == pytest.approx(1)


def test_each_segment_of_the_shipped_questionnaire_is_found_by_its_own_profile(root: Path) -> None:
    """Who answers each item of the short form as near to a profile as its choices allow gets that segment."""
    shipped = load(root / "questionnaires" / "health-mindset").edition.questionnaire
    assert isinstance(shipped.model, Prototype)
    model, scale_of = shipped.model, {item: scale.id for scale in shipped.scales for item in scale.items}

    def nearest(item: str, profile: Mapping[str, float]) -> str:
        typical = profile[scale_of[item]]
        aim = 6 - typical if shipped.item(item).reverse else typical
        return min(shipped.choices(item), key=lambda choice: abs(choice.value - aim)).id

    for segment, profile in model.profiles.items():
        found = verdict_of(shipped, {item: nearest(item, profile) for item in shipped.form.items})
        assert found.segment == segment
        assert not found.unsure
