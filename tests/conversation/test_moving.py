"""An open interview is taken to a newer edition: what carries over, what is asked again, and who stays."""

import shutil
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Protocol

import pytest

from bot.conversation import moving
from bot.conversation.events import Moved
from bot.conversation.machine import edition_of, fold
from bot.conversation.moving import Kind, Move, move
from bot.conversation.replies import Turn
from bot.conversation.session import Session, Step
from bot.questionnaire.load import load_all
from bot.questionnaire.model import AnyAnswers, DateAnswer, Edition, NumberAnswer
from bot.storage.store import Outcome
from tests.conversation.world import BEGINNING, ONE_FEATURE, TINY, Person, World, done, library

LATER = BEGINNING + timedelta(days=2)


class Changed(Protocol):
    """Makes a newer edition by exchanging pieces of a questionnaire's files."""

    def __call__(self, pieces: Mapping[str, str], name: str = "ways", folder: Path = TINY) -> Edition:
        """Return it."""
        ...


@pytest.fixture
def changed(tmp_path: Path) -> Changed:
    """Return what makes a newer edition of `ways` by exchanging pieces of its files."""

    def made(pieces: Mapping[str, str], name: str = "ways", folder: Path = TINY) -> Edition:
        shutil.copytree(folder, tmp_path / "files")
        for was, now in pieces.items():
            files = [*(tmp_path / "files" / name).rglob("*.yaml")]
            texts = {file: file.read_text(encoding="utf-8") for file in files}
            assert any(was in text for text in texts.values()), was
            for file, text in texts.items():
                file.write_text(text.replace(was, now), encoding="utf-8")
        return load_all(tmp_path / "files")[name].edition

    return made


@pytest.fixture
def ana() -> Person:
    """Return somebody who has answered two questions."""
    person = Person(World())
    person.agrees()
    person.taps("Mostly", "Not me")
    return person


def planned(person: Person, new: Edition) -> Move:
    """Return what would become of somebody's interview."""
    old = person.content_of(person.interview).edition
    return move(old, new, person.interview, LATER)


def taken(person: Person, new: Edition) -> Session:
    """Take somebody to a newer edition, as the store keeps it, while the bot knows that edition too."""
    event = planned(person, new).event
    assert event is not None
    world = person.world
    loaded = world.shelf.questionnaires["ways"]
    newer = replace(
        world.shelf, questionnaires={**world.shelf.questionnaires, "ways": replace(loaded, edition=new)}
    )
    world.desk = replace(world.desk, library=newer)
    done(world.store.keep_edition(new))
    saved = done(world.store.load(person.pseudonym))
    assert done(world.store.save(saved, Turn(event.session, event, ()), "moved:1")) is Outcome.STORED
    return person.interview


@pytest.mark.parametrize(
    ("kind", "pieces"),
    [
        (Kind.SAFE, {"said_as: A plan moves you.": "said_as: Plans move you."}),
        (Kind.SAFE, {"I ask people what they think.": "I ask people."}),
        (Kind.SAFE, {'version: "1.0.0"\nlicence': 'version: "1.0.1"\nlicence'}),
        (
            Kind.RE_SCORE,
            {"answers: fit, reverse: true}\n  - {id: has_dog": "answers: fit}\n  - {id: has_dog"},
        ),
        (Kind.RE_SCORE, {"sd: 1": "sd: 2"}),
        (Kind.RE_ASK, {"I plan my week.": "I plan my day."}),
        (Kind.RE_ASK, {"label: Mostly": "label: Often"}),
        (Kind.RE_ASK, {"value: 4": "value: 5"}),
        (Kind.STAY, {"Your name is not.": "Your name is too."}),
    ],
)
def test_each_change_is_classed_by_what_it_does_to_the_answers(
    ana: Person, changed: Changed, kind: Kind, pieces: Mapping[str, str]
) -> None:
    assert planned(ana, changed(pieces)).kind is kind


def test_what_nobody_agreed_to_yet_may_change(changed: Changed) -> None:
    """On the welcome page no consent is given, so another text holds nobody back."""
    person = Person(World())
    person.starts()
    assert planned(person, changed({"Your name is not.": "Your name is too."})).kind is Kind.SAFE


def test_whoever_is_done_stays(ana: Person, changed: Changed) -> None:
    """A result that was shown was made with the edition that it names."""
    ana.finishes()
    stays = planned(ana, changed({"sd: 1": "sd: 2"}))
    assert (stays.kind, stays.why) == (Kind.STAY, "ended")


def test_who_is_taken_along_goes_on_at_the_same_question(ana: Person, changed: Changed) -> None:
    """The old page's buttons are closed kindly, and the interview ends on the newer edition."""
    new = changed({"sd: 1": "sd: 2"})
    before = ana.interview
    after = taken(ana, new)
    assert (after.item, after.answers) == (before.item, before.answers)
    ana.taps(ana.labels[0])
    assert ana.interview.answers == before.answers
    ana.finishes()
    assert ana.interview.step is Step.RESULT
    assert ana.interview.edition == new.digest


def test_what_has_changed_is_asked_again_and_nothing_else(ana: Person, changed: Changed) -> None:
    """The one answer that doesn't carry over is the next question."""
    after = taken(ana, changed({"I plan my week.": "I plan my day."}))
    assert (after.step, after.item, set(after.answers)) == (Step.ASKING, "plan", {"drift"})
    ana.types("/resume")
    assert "I plan my day." in ana.sees
    ana.taps("Mostly")
    assert ana.interview.item == "has_dog"


def test_a_pause_stays_a_pause(ana: Person, changed: Changed) -> None:
    """Who comes back after a pause meets what is asked again."""
    ana.taps(next(label for label in ana.labels if "Pause" in label))
    after = taken(ana, changed({"I plan my week.": "I plan my day."}))
    assert (after.step, after.resume_to) == (Step.PAUSED, Step.ASKING)
    ana.types("/resume")
    assert "I plan my day." in ana.sees


def test_the_log_still_amounts_to_the_interview(ana: Person, changed: Changed) -> None:
    """What was heard before is about the older edition; the fold begins where the move left it."""
    new = changed({"I plan my week.": "I plan my day."})
    taken(ana, new)
    ana.types("/resume")
    ana.taps("Just like me")
    events = ana.events(ana.interview.id)
    assert sum(isinstance(event, Moved) for event in events) == 1
    assert fold(ana.content_of(ana.interview), events) == ana.interview
    assert edition_of(events) == new.digest
    assert edition_of(events[:3]) != new.digest


def test_an_adaptive_interview_keeps_its_order_and_is_believed_anew(changed: Changed) -> None:
    """What was asked stays asked; the newer model says what it makes of it."""
    name = "latent-class"
    person = Person(World(library(name)))
    person.agrees()
    person.taps(person.labels[0])
    person.taps(person.labels[1])
    questionnaire = person.content_of(person.interview).questionnaire
    first = questionnaire.segments[0]
    new = changed({f"said_as: {first.said_as}": f"said_as: {first.said_as} Indeed."}, name, ONE_FEATURE)
    before, found = person.interview, planned(person, new)
    assert found.kind is Kind.SAFE
    assert found.event is not None
    assert found.event.session.asked == before.asked


@pytest.mark.parametrize(
    "ways",
    [
        DateAnswer(kind="date"),
        NumberAnswer(kind="number", min=1, max=99),
        NumberAnswer(kind="number", min=18, max=120),
    ],
)
def test_another_kind_of_answer_is_asked_again(ways: AnyAnswers) -> None:
    """A number that becomes a day, has other limits or is an age no more, isn't the answer that was given."""
    edition = library().questionnaires["every-kind"].edition
    answers = {**edition.questionnaire.answers, "years": ways}
    other = edition.questionnaire.model_copy(update={"answers": answers})
    newer = edition.model_copy(update={"questionnaire": other})
    assert not moving._same(edition, newer, "age", "en")
    assert moving._same(edition, newer, "weight", "en")
