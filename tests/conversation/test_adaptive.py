"""An adaptive interview: one question leads to the next, back and edits included, and all of it is kept."""

import json
from dataclasses import replace
from functools import cache

import pytest

from bot.conversation.machine import fold
from bot.conversation.mydata import account
from bot.conversation.route import choices_given, form_of, route
from bot.conversation.session import Step, dump, parse
from bot.questionnaire.load import load
from bot.questionnaire.model import AdaptiveRule, Edition, Evidence, Questionnaire, ShowIf, Status
from bot.scoring.adaptive import standings_of
from bot.scoring.segments import Change, assign
from tests.conftest import ROOT
from tests.conversation.world import Person, World, content, library

BACK = "\u2039 Back"
PLANNER = {
    "plan": "Just like me",
    "drift": "Not me",
    "list": "Just like me",
    "ask": "Not me",
    "alone": "Just like me",
    "share": "Not me",
}


FREE = {**PLANNER, "plan": "Not me", "drift": "Just like me", "list": "Not me"}


@cache
def texts(questionnaire: str) -> dict[str, str]:
    """Return the item of each text."""
    loaded = load(ROOT / "tests" / "questionnaires" / questionnaire)
    return {text: item for item, text in loaded.edition.texts["en"].items.items()}


def began(questionnaire: str = "latent-class", seed: str = "") -> Person:
    """Return somebody in front of the first question."""
    person = Person(World(library(questionnaire)), seed=seed)
    person.agrees()
    return person


def asks(person: Person) -> str:
    """Return the item that is on the screen."""
    return next(item for text, item in texts(person.interview.questionnaire).items() if text in person.sees)


def answers_all(person: Person, said: dict[str, str] = PLANNER) -> list[str]:
    """Answer until it is enough, and return the items asked."""
    asked = []
    while person.interview.step is Step.ASKING:
        asked.append(asks(person))
        person.taps(said[asked[-1]])
    return asked


def held_with(person: Person) -> Questionnaire:
    """Return the questionnaire of the interview."""
    return content(person.interview.questionnaire).questionnaire


def test_it_says_how_many_at_most() -> None:
    """On the way in, and at each question."""
    person = Person(World(library("latent-class")))
    person.starts()
    assert "At most 4 taps." in person.sees
    person.taps("Let's begin", "I am 18 or older and I agree", "No, just my tips")
    assert "1 of at most 4" in person.sees
    person.taps("A bit")
    assert "2 of at most 4" in person.sees


def test_a_clear_person_is_asked_less_than_an_unclear_one() -> None:
    unclear = {**PLANNER, "plan": "A bit", "ask": "A bit", "drift": "A bit", "alone": "A bit"}
    assert len(answers_all(began())) < len(answers_all(began(), unclear)) == 4


def test_the_order_and_what_was_believed_after_each_answer_are_kept() -> None:
    """Each belief is that of the answers up to there, and the last one is the verdict's."""
    person = began()
    order = answers_all(person)
    person.taps("Show my result")
    session = person.interview
    assert [one.item for one in session.asked] == order == list(session.answers)
    standings = standings_of(held_with(person))
    choices: dict[str, str | None] = {}
    for one in session.asked:
        choices[one.item] = session.answers[one.item].choice
        assert one.probability == max(standings.of(choices).shares)
        assert not one.by_chance
    assert session.shown is not None
    last = session.asked[-1]
    assert (last.segment, last.probability) == (session.shown.segment, session.shown.probability)


def test_it_survives_being_stored_and_folds_from_its_events() -> None:
    """Also with an edit in the middle: the log alone gives the same order and beliefs."""
    person = began()
    answers_all(person)
    person.taps("Check my answers", "Change 1", "A bit")
    session = person.interview
    assert parse(dump(session)) == session
    assert fold(content("latent-class"), person.events(session.id)) == session


def test_going_back_and_answering_otherwise_leads_elsewhere() -> None:
    """The question that follows is the one that somebody is asked who answered so from the start."""
    changed, fresh = began(), began()
    changed.taps("A bit", "A bit")
    then = asks(changed)
    changed.taps(BACK)
    assert asks(changed) == "ask"
    changed.taps("Not me")
    fresh.taps("A bit", "Not me")
    assert asks(changed) == asks(fresh) != then
    assert "3 of at most 4" in changed.sees


def test_going_back_and_forth_without_a_change_changes_nothing() -> None:
    person = began()
    person.taps("A bit")
    second = asks(person)
    person.taps(BACK, "✓ A bit")
    assert asks(person) == second
    assert person.interview.answers["plan"].edits == 0


def test_an_edit_never_takes_an_answer_away_nor_makes_it_longer_than_was_said() -> None:
    """Every answer counts in the verdict, whatever would have been asked otherwise."""
    person = began()
    before = answers_all(person)
    person.taps("Check my answers", "Change 1", "Not me")
    more = answers_all(person)
    session = person.interview
    assert [one.item for one in session.asked] == before + more
    assert len(before + more) <= 4
    assert session.step in {Step.CHECKING, Step.READY}
    person.taps("Show my result")
    shown = person.interview.shown
    assert shown == assign(held_with(person), choices_given(held_with(person), session))
    assert set(choices_given(held_with(person), session)) == set(before + more)


def test_an_edit_that_leaves_it_open_asks_on() -> None:
    """What was enough before the edit isn't any more: the next question comes at once."""
    person = began()
    assert len(answers_all(person)) < 4
    person.taps("Check my answers", "Change 1", "Not me")
    assert person.interview.step is Step.ASKING


def test_a_skip_counts_as_asked_and_says_nothing() -> None:
    person = began()
    for _ in range(4):
        person.taps("Skip")
    session = person.interview
    assert session.step is Step.READY
    assert len(session.asked) == 4
    assert {round(one.probability, 12) for one in session.asked} == {0.4}
    person.taps("Show my result")
    assert "not enough answers" in person.sees


def test_a_form_is_drawn_by_the_seed_and_kept_as_an_arm() -> None:
    """Some are asked adaptively, some in the fixed order; both are there to be compared."""
    lengths: dict[str, list[list[str]]] = {}
    for number in range(12):
        person = began("gaussian", seed=f"person-{number}")
        session = person.interview
        form = form_of(held_with(person), session.arm)
        assert session.arm["form"] == form.id
        lengths.setdefault(form.id, []).append(answers_all(person))
        assert bool(person.interview.asked) is (form.order == "adaptive")
    assert lengths.keys() == {"quick", "short"}
    assert all(order == ["plan", "list", "ask", "share"] for order in lengths["short"])


def test_my_data_tell_the_order_the_beliefs_and_the_marks() -> None:
    person = began()
    answers_all(person)
    session = person.interview
    (told,) = json.loads(account([(content("latent-class"), session)]))["interviews"]
    assert [one["item"] for one in told["asked"]] == list(route(held_with(person), session))
    assert told["asked"][-1]["probability"] == session.asked[-1].probability
    assert told["quality"]["long_string"] == 2
    assert told["quality"]["flags"] == []


def conditional() -> World:
    """Return a world in which `ask` is asked only of people who plan, and four items of everybody."""
    shelf = library("latent-class")
    loaded = shelf.questionnaires["latent-class"]
    old = loaded.edition.questionnaire
    condition = ShowIf(item="plan", any_of=("just_me",))
    items = tuple(
        one.model_copy(update={"show_if": condition}) if one.id == "ask" else one for one in old.items
    )
    rule = AdaptiveRule(first=("plan",), min=4, max=4, stop_at=0.99)
    form = old.form.model_copy(update={"adaptive": rule})
    questionnaire = old.model_copy(update={"items": items, "forms": (form,)})
    edition = Edition(digest="conditional", questionnaire=questionnaire, texts=loaded.edition.texts)
    changed = {**shelf.questionnaires, "latent-class": replace(loaded, edition=edition)}
    return World(replace(shelf, questionnaires=changed))


def test_a_condition_holds_in_an_adaptive_form_too() -> None:
    planner, other = Person(conditional()), Person(conditional())
    for person, said in ((planner, PLANNER), (other, FREE)):
        person.agrees()
        asked = answers_all(person, said)
        assert ("ask" in asked) is (person is planner)


def test_an_answer_that_an_edit_leaves_behind_neither_counts_nor_is_asked_again() -> None:
    """Another item takes its place; what was answered stays stored, for the condition may hold again."""
    person = Person(conditional())
    person.agrees()
    before = answers_all(person)
    person.taps("Check my answers", "Change 1", "Not me")
    more = answers_all(person)
    session = person.interview
    questionnaire = person.content_of(session).questionnaire
    assert "ask" in before
    assert len(more) == 1
    assert "ask" not in more
    assert "ask" in session.answers
    assert set(route(questionnaire, session)) == {*before, *more} - {"ask"}


# ---------------------------------------------------------------- what a calibrated model says


def calibrated(*languages: str) -> World:
    """Return a world in which the latent-class model was fitted on people of these languages."""
    shelf = library("latent-class")
    loaded = shelf.questionnaires["latent-class"]
    evidence = Evidence.model_validate_json(
        json.dumps(
            {
                "people": 800,
                "languages": languages,
                "agreement": 0.8,
                "ece": 0.02,
                "ece_upper": 0.04,
                "on": "2026-11-24",
                "data_sha256": "0" * 64,
            }
        )
    )
    questionnaire = loaded.edition.questionnaire.model_copy(
        update={"status": Status.CALIBRATED, "evidence": evidence}
    )
    edition = Edition(digest="calibrated", questionnaire=questionnaire, texts=loaded.edition.texts)
    fitted = {**shelf.questionnaires, "latent-class": replace(loaded, edition=edition)}
    return World(replace(shelf, questionnaires=fitted))


def test_a_calibrated_model_says_how_many_in_ten_and_what_would_have_changed_it() -> None:
    """And never that all of them did; it isn't called a guess."""
    person = finished(calibrated("en"))
    shown = person.interview.shown
    assert shown is not None
    assert isinstance(shown.change, Change)
    count = round(10 * shown.probability)
    said = "More than 9 in 10 people" if count == 10 else f"About {count} in 10 people"
    assert f"{said} who answered as you did came out the same on our long version." in person.sees
    assert "guess" not in person.sees
    bars = {"steady": "A plan", "social": "Others", "free": "Your own way"}
    assert f"this would have come first: {bars[shown.change.segment]}." in person.sees


@pytest.mark.parametrize(
    "world", [World(library("latent-class")), calibrated("es")], ids=["provisional", "es"]
)
def test_a_model_that_was_not_calibrated_in_ones_language_is_a_guess(world: World) -> None:
    person = finished(world)
    assert "It's a good guess, not a measurement." in person.sees
    assert "in 10 people" not in person.sees
    assert "would have come first" not in person.sees


def finished(world: World) -> Person:
    """Return somebody who sees the result."""
    person = Person(world)
    person.agrees()
    answers_all(person, FREE)
    person.taps("Show my result")
    return person
