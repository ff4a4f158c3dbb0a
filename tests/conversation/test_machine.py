"""The table is total and true: every step answers every event, and leads exactly where it says."""

from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest

from bot.conversation.content import Content
from bot.conversation.diagram import BEGINS, ENDS, block
from bot.conversation.event_log import EVENTS, dump_event, parse_event
from bot.conversation.events import (
    Answered,
    AskedAgain,
    Began,
    CheckAsked,
    Consented,
    Continued,
    Corrected,
    Declined,
    EditAsked,
    ErasureConfirmed,
    Event,
    LanguageChosen,
    NotUnderstood,
    OfferAnswered,
    PageAsked,
    Paused,
    PlainSet,
    Refused,
    ResearchSet,
    ResultAsked,
    Resumed,
    Returned,
    Shared,
    Skipped,
    StaleTapped,
    Stopped,
    Ticked,
    TipAsked,
    TipRated,
    UrgentNoticed,
    WentBack,
)
from bot.conversation.machine import TRANSITIONS, advance, fold, rule
from bot.conversation.moves import PRESENT
from bot.conversation.replies import Page, Turn
from bot.conversation.session import Consent, Session, Step, dump, parse
from tests.conversation.law import asked, breaches
from tests.conversation.world import BEGINNING as AT
from tests.conversation.world import content

CASES = [(step, kind) for step in Step for kind in EVENTS.values()]
TYPED = {"age": "40", "weight": "72.5", "seen_on": "2020-02-29", "moved_in": "2019-05"}
OPENS = {"has_dog": {"yes"}, "walks": {"yes"}}  # the choices that open another question


def everything(held_with: Content) -> Iterator[Event]:
    """Yield everything that could be meant in an interview, whether or not it is its moment."""
    yield from (
        Continued(AT),
        Consented(AT, "0" * 64, "en"),
        WentBack(AT),
        Paused(AT),
        Resumed(AT),
        Stopped(AT),
    )
    yield from (CheckAsked(AT), ResultAsked(AT), UrgentNoticed(AT), ErasureConfirmed(AT), StaleTapped(AT))
    yield from (Refused(AT, "under_age"), Refused(AT, "declined"), NotUnderstood(AT, "sticker"))
    yield from (Returned(AT), Returned(AT, "nudge"), StaleTapped(AT, repeated=True))
    yield from (LanguageChosen(AT, held_with.languages[-1]), PageAsked(AT, Page.HELP))
    yield from (ResearchSet(AT, allowed=True), PlainSet(AT, on=True))
    if held_with.questionnaire.segments:  # `every-kind` has none, and no tips
        yield from (Corrected(AT, "free"), TipAsked(AT, 0), TipRated(AT, 1, helpful=False))
    yield from (Shared(AT), AskedAgain(AT))
    yield from (OfferAnswered(AT, "longer", accepted=True), OfferAnswered(AT, "retest", accepted=False))
    for item in held_with.questionnaire.form.items:
        choices = held_with.questionnaire.choices(item)[:2]
        typed = TYPED.get(item)
        yield from (Answered(AT, item, said) for said in ([typed] if typed else [one.id for one in choices]))
        yield from (Ticked(AT, item, choice.id, on) for choice in choices for on in (True, False))
        if not held_with.questionnaire.item(item).required:  # `meanings` never understands that
            yield Skipped(AT, item)
        if held_with.questionnaire.item(item).prefer_not_to_say:
            yield Declined(AT, item)


def possible(held_with: Content, session: Session) -> list[Event]:
    """Return everything that could be meant in an interview; its list offers only what is asked."""
    edits = [EditAsked(AT, item) for item in asked(held_with.questionnaire, session.answers)]
    return [*everything(held_with), *edits]


def beginning(held_with: Content) -> Began:
    """Return an interview that begins."""
    digest = held_with.edition.digest
    return Began(AT, "seed", "test", "en", "ways", digest, "example-hospital", arm={})


def place(session: Session) -> object:
    """Return what matters for where an interview can go on to."""
    opened = {item: given.choice in OPENS.get(item, ()) for item, given in session.answers.items()}
    return session.step, session.item, session.resume_to, session.consent is None, sorted(opened.items())


@cache
def walked() -> tuple[tuple[Session, Event, Turn], ...]:
    """Return every turn that can be taken from any place that can be reached."""
    return (*walk("ways"), *walk("every-kind"))


@cache
def walk(questionnaire: str) -> tuple[tuple[Session, Event, Turn], ...]:
    """Return those of one questionnaire."""
    held_with = content(questionnaire)
    known: dict[str, Session] = {}
    waiting = [advance(held_with, None, beginning(held_with)).session]
    while waiting:
        session = waiting.pop()
        if session is not None and repr(place(session)) not in known:
            known[repr(place(session))] = session
            waiting += [advance(held_with, session, event).session for event in possible(held_with, session)]
    return tuple(
        (session, event, advance(held_with, session, event))
        for session in known.values()
        for event in possible(held_with, session)
    )


@pytest.mark.parametrize(("step", "kind"), CASES, ids=lambda value: getattr(value, "__name__", value))
def test_every_step_has_a_rule_for_every_kind_of_event(step: Step, kind: type[Event]) -> None:
    assert callable(rule(step, kind).act)


def test_every_step_has_its_page() -> None:
    assert PRESENT.keys() == TRANSITIONS.keys() == set(Step)


@pytest.mark.slow
def test_no_outcome_lies_outside_of_what_its_rule_declares() -> None:
    """An empty `to` stays; an event about another item than the present one is closed, and stays."""
    for before, event, turn in walked():
        after = turn.session.step if turn.session else None
        stays = not rule(before.step, type(event)).to or isinstance(turn.event, StaleTapped)
        declared = {before.step} if stays else rule(before.step, type(event)).to
        assert after in declared, (before.step, event)


@pytest.mark.slow
def test_everything_that_is_declared_can_be_reached() -> None:
    """The table, and so its diagram, holds no arrow that nobody can go."""
    reached = {
        (before.step, type(event), turn.session.step if turn.session else None)
        for before, event, turn in walked()
        if not isinstance(turn.event, StaleTapped)
    }
    declared = {
        (step, kind, target)
        for step, rules in TRANSITIONS.items()
        for kind, one in rules.items()
        for target in one.to
    }
    assert declared <= reached


@pytest.mark.slow
def test_every_turn_is_lawful_and_answers() -> None:
    """From any interview that can be reached, anything at all leaves a lawful one, and a reply."""
    for questionnaire in ("ways", "every-kind"):
        held_with = content(questionnaire)
        for before, event, turn in walk(questionnaire):
            assert turn.replies, event
            if turn.session is not None and turn.session is not before:
                assert not breaches(held_with, turn.session), event


@pytest.mark.slow
def test_an_event_that_is_not_kept_changes_nothing() -> None:
    for before, event, turn in walked():
        if not turn.event.kept and not turn.erase:
            assert turn.session is before, event


@pytest.mark.slow
def test_a_closed_event_is_not_kept() -> None:
    """What the step doesn't know is stored as what it was: a button that no longer counts."""
    for before, event, turn in walked():
        assert type(turn.event) in {type(event), StaleTapped}
        if isinstance(turn.event, StaleTapped):
            assert turn.session is before


@pytest.mark.slow
def test_only_a_refusal_and_a_confirmed_erasure_erase() -> None:
    erasing = {type(event) for _, event, turn in walked() if turn.erase}
    assert erasing == {Refused, ErasureConfirmed}
    assert all((turn.session is None) == turn.erase for _, _, turn in walked())


@pytest.mark.slow
def test_the_revision_moves_by_one_or_stays() -> None:
    for before, event, turn in walked():
        if turn.session:
            moved = turn.session.revision - before.revision
            assert moved in {0, 1}, event
            assert moved or turn.session.step is before.step


@pytest.mark.slow
def test_a_session_and_its_events_survive_being_stored() -> None:
    """Both go through JSON and come back equal."""
    for event in everything(content()):
        assert parse_event(*dump_event(event)) == event
    for session in {id(before): before for before, _, _ in walked()}.values():
        assert parse(dump(session)) == session


@pytest.mark.parametrize("event", list(everything(content())), ids=repr)
def test_without_an_interview_everything_is_answered_and_nothing_is_created(event: Event) -> None:
    turn = advance(content(), None, event)
    assert turn.session is None
    assert not turn.erase
    assert {reply.page for reply in turn.replies} <= {Page.NOBODY, Page.HELP, Page.PRIVACY, Page.URGENT}


def test_a_second_part_goes_back_no_further_than_its_first_question() -> None:
    """Consent and the research switch came with it, so there is no page to go back to."""
    held_with = content("more")
    consent = Consent("0" * 64, "en", AT)
    began = replace(beginning(held_with), follows="n79c9rVGyNc", consent=consent, research=False)
    session = advance(held_with, None, began).session
    turn = advance(held_with, session, WentBack(AT))
    assert turn.session is not None
    assert turn.session.step is Step.ASKING
    assert [reply.notice for reply in turn.replies] == ["first"]


def test_nothing_folds_to_nothing() -> None:
    assert fold(content(), []) is None


def test_the_diagram_in_the_docs_is_the_one_drawn_from_the_table(root: Path) -> None:
    """`python -m bot.conversation.diagram` prints what stands between the marks of docs/conversation.md."""
    page = (root / "docs" / "conversation.md").read_text("utf-8")
    drawn = page[page.index(BEGINS) : page.index(ENDS) + len(ENDS)]
    assert drawn == block()
