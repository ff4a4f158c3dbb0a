"""The next item of an adaptive form: what it was told to ask, until it is enough, always the same way."""

from collections import Counter
from collections.abc import Iterator, Mapping
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.questionnaire.load import load
from bot.questionnaire.model import AdaptiveRule, Form, Questionnaire
from bot.scoring.adaptive import Next, fraction, next_item, standings_of
from bot.scoring.models import scorer_of
from bot.scoring.prepared import MOST, Prepared
from tests.conftest import ROOT

CALM = settings(deadline=None, max_examples=30)  # a busy machine is no fault
KINDS = ("latent-class", "gaussian", "linear", "with-segments")
SEEDS = [f"seed-{number}" for number in range(2_000)]


@cache
def made(kind: str) -> Questionnaire:
    """Return the small questionnaire that shows a kind of model."""
    return load(ROOT / "tests" / "questionnaires" / kind).edition.questionnaire


def rule(**changed: object) -> AdaptiveRule:
    """Return a rule that asks two to four items."""
    return AdaptiveRule.model_validate({"min": 2, "max": 4, "stop_at": 0.8, **changed})


def path(
    kind: str, by: AdaptiveRule, person: Mapping[str, str | None], seed: str = "seed"
) -> Iterator[tuple[Next, dict[str, str | None]]]:
    """Yield each item asked of a person whose answers are all there, with the answers before it."""
    questionnaire = made(kind)
    form = Form(
        id="made", items=tuple(item.id for item in questionnaire.items), order="adaptive", adaptive=by
    )
    answers: dict[str, str | None] = {}
    while upcoming := next_item(questionnaire, form, by, answers, seed):
        yield upcoming, dict(answers)
        answers[upcoming.item] = person[upcoming.item]


def asked(kind: str, by: AdaptiveRule, person: Mapping[str, str | None], seed: str = "seed") -> list[str]:
    """Return the items asked, in order."""
    return [upcoming.item for upcoming, _ in path(kind, by, person, seed)]


@st.composite
def people(draw: st.DrawFn, kind: str) -> dict[str, str | None]:
    """Draw somebody's answers to everything; some are skips."""
    questionnaire = made(kind)
    choices = [choice.id for choice in questionnaire.choices(questionnaire.items[0].id)]
    return {item.id: draw(st.sampled_from([*choices, None])) for item in questionnaire.items}


PLANNER = {
    "plan": "just_me",
    "drift": "not_me",
    "list": "just_me",
    "ask": "not_me",
    "alone": "just_me",
    "share": "not_me",
}


@pytest.mark.parametrize("kind", KINDS)
@CALM
@given(st.data())
def test_it_asks_at_least_and_at_most_as_many_as_it_was_told(kind: str, data: st.DataObject) -> None:
    """Nobody is asked twice, and a skipped item counts as asked."""
    person = data.draw(people(kind))
    order = asked(kind, rule(), person)
    assert len(order) == len(set(order))
    assert 2 <= len(order) <= 4


@pytest.mark.parametrize("kind", KINDS)
@CALM
@given(st.data())
def test_it_stops_as_soon_as_one_segment_is_probable_enough(kind: str, data: st.DataObject) -> None:
    """Every question asked was still needed; after the last one either it is enough, or the maximum."""
    person, falling = data.draw(people(kind)), rule(stop_at=(0.9, 0.7, 0.5))
    after: dict[str, str | None] = {}
    for upcoming, before in path(kind, falling, person):
        shares = standings_of(made(kind)).of(before).shares
        assert len(before) < 2 or max(shares) < falling.threshold(len(before))
        after = {**before, upcoming.item: person[upcoming.item]}
    shares = standings_of(made(kind)).of(after).shares
    assert len(after) == 4 or max(shares) >= falling.threshold(len(after))


def test_a_threshold_may_fall_with_the_number_asked() -> None:
    """The first one holds at the minimum and before, the last one from its place on."""
    falling = rule(stop_at=(0.9, 0.7))
    assert [falling.threshold(many) for many in (0, 2, 3, 4)] == [0.9, 0.9, 0.7, 0.7]
    assert rule(stop_at=0.8).threshold(3) == 0.8


@pytest.mark.parametrize("kind", KINDS)
@CALM
@given(st.data())
def test_the_next_item_is_the_one_that_tells_most(kind: str, data: st.DataObject) -> None:
    """What the model ranks first, among those not asked yet, is asked."""
    person, at_work = data.draw(people(kind)), scorer_of(made(kind))
    assert at_work is not None
    for upcoming, before in path(kind, rule(), person):
        given_ = at_work.given(before)
        ranked = at_work.ranked(given_, at_work.probabilities(given_))
        assert upcoming.item == next(item for item in ranked if item not in before)


def test_what_comes_first_is_asked_first_of_everybody() -> None:
    assert asked("latent-class", rule(first=("share", "drift")), PLANNER)[:2] == ["share", "drift"]


def test_even_the_first_items_stop_at_the_maximum() -> None:
    first = rule(first=("share", "drift", "ask"), min=1, max=2)
    assert asked("latent-class", first, PLANNER) == ["share", "drift"]


def test_the_same_answers_and_seed_lead_the_same_way_and_another_seed_may_not() -> None:
    """Chance is a digest of the seed; it is told apart from choice."""
    by_chance = rule(random_share=0.5, max=4, min=4)
    ways = {seed: asked("latent-class", by_chance, PLANNER, seed) for seed in SEEDS[:50]}
    assert ways == {seed: asked("latent-class", by_chance, PLANNER, seed) for seed in SEEDS[:50]}
    assert len({tuple(way) for way in ways.values()}) > 10


def test_the_declared_share_of_questions_is_drawn_at_random() -> None:
    """Within four standard errors; and every item is drawn as often as any other."""
    by_chance = rule(random_share=0.25, min=4, max=4)
    steps = [
        upcoming
        for seed in SEEDS
        for upcoming, before in path("latent-class", by_chance, PLANNER, seed)
        if not before
    ]
    drawn = [step.item for step in steps if step.by_chance]
    assert len(drawn) / len(steps) == pytest.approx(0.25, abs=4 * (0.25 * 0.75 / len(steps)) ** 0.5)
    counts = Counter(drawn)
    assert set(counts) == set(PLANNER)
    assert min(counts.values()) > len(drawn) / len(PLANNER) * 0.6


def test_no_item_is_asked_of_more_people_than_its_exposure_allows() -> None:
    """The best first item of all is given to about that share, and the next best to the others."""
    limited = rule(exposure=0.6)
    firsts = Counter(asked("latent-class", limited, PLANNER, seed)[0] for seed in SEEDS)
    best = asked("latent-class", rule(), PLANNER)[0]
    assert firsts[best] / len(SEEDS) == pytest.approx(0.6, abs=4 * (0.24 / len(SEEDS)) ** 0.5)
    assert len(firsts) > 2


def test_where_exposure_leaves_nothing_the_best_item_is_asked_all_the_same() -> None:
    assert len(asked("latent-class", rule(exposure=1e-9, min=4), PLANNER)) == 4


def test_a_closed_item_is_never_asked() -> None:
    """Such as one under a condition that doesn't hold."""
    questionnaire, by = made("latent-class"), rule(first=("plan",), random_share=0.5)
    form = Form(id="made", items=tuple(PLANNER), order="adaptive", adaptive=by)
    closed = frozenset(PLANNER) - {"ask"}
    for seed in SEEDS[:50]:
        upcoming = next_item(questionnaire, form, by, {}, seed, closed)
        assert upcoming is not None
        assert upcoming.item == "ask"
    assert next_item(questionnaire, form, by, {}, "seed", frozenset(PLANNER)) is None


def test_fractions_are_spread_evenly_and_stay_below_one() -> None:
    found = [fraction(seed, "purpose") for seed in SEEDS]
    assert all(0 <= one < 1 for one in found)
    assert sum(found) / len(found) == pytest.approx(0.5, abs=0.03)
    assert fraction("seed", "one") != fraction("seed", "other")


def test_what_is_made_of_a_questionnaire_is_made_once_and_never_of_another_one() -> None:
    """Also where the first one is gone and its place in memory is taken again."""
    counted: list[str] = []

    def make(questionnaire: Questionnaire) -> str:
        counted.append(questionnaire.title)
        return questionnaire.title

    prepared = Prepared(make)
    for number in range(3 * MOST):
        copy = made("latent-class").model_copy(update={"title": f"copy {number}"})
        assert prepared(copy) == prepared(copy) == f"copy {number}"
    assert len(counted) == 3 * MOST
