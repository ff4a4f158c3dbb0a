"""Any history leaves lawful interviews and a reply: the property that everything else leans on."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any, cast

import pytest
from hypothesis import HealthCheck, Phase, given, settings

from bot.conversation import machine, meanings, moves, understanding
from bot.conversation.content import Content
from bot.conversation.event_log import EVENTS
from bot.conversation.events import (
    Answered,
    AskedAgain,
    Event,
    Moved,
    OfferAnswered,
    PlainSet,
    Resumed,
    Shared,
    Skipped,
    Tapped,
)
from bot.conversation.replies import Turn
from bot.conversation.session import Session, Step
from bot.conversation.taps import Act, read, token
from bot.storage.memory import MemoryStore
from bot.storage.store import Saved
from tests.conversation.histories import History, Moves, histories

NOT_ALWAYS = {Moved, AskedAgain, PlainSet, OfferAnswered, Shared}
"""No person's doing, or several pages away from the questions: most runs meet these, and not each of them."""

CALM = settings(deadline=None, suppress_health_check=list(HealthCheck))


def play(judged: settings, longest: int) -> tuple[set[Step], set[type[Event]]]:
    """Play random histories, and return every step and kind of kept event that they reached."""
    steps: set[Step] = set()
    kinds: set[type[Event]] = set()

    @settings(judged)
    @given(histories(longest))
    def played(history: Moves) -> None:
        questionnaire, heads, moves = history
        happened = History(questionnaire)
        happened.play(heads, moves)
        steps.update(happened.steps)
        kinds.update(happened.kinds)

    played()
    return steps, kinds


def test_any_history_leaves_lawful_interviews_and_a_reply() -> None:
    """Two people do anything at all, 30 times over, the same each time."""
    steps, _ = play(settings(CALM, max_examples=30, derandomize=True), longest=12)
    assert steps > {Step.CONSENT, Step.ASKING, Step.READY, Step.RESULT, Step.PAUSED, Step.STOPPED}


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_many_histories_leave_lawful_interviews_and_a_reply() -> None:
    """2,500 histories, others each time: every step and every kind of kept event is met."""
    steps, kinds = play(settings(CALM, max_examples=2500), longest=40)
    assert steps == set(Step)
    assert {kind for kind in EVENTS.values() if kind.kept} - kinds <= NOT_ALWAYS


# ---------------------------------------------------------------- the property finds what is wrong


def old_buttons_count(patch: pytest.MonkeyPatch) -> None:
    """A choice on an earlier page answers the present question."""
    patch.setitem(meanings.ANYTIME, Act.CHOOSE, meanings.LIVE[Act.CHOOSE])


def forwarded_buttons_count(patch: pytest.MonkeyPatch) -> None:
    """A button of somebody else's interview is taken as one's own."""
    honest = understanding._tapped

    def tapped(content: Content, session: Session | None, heard: Tapped) -> Event:
        tap = read(heard.token)
        if tap is None or session is None:
            return honest(content, session, heard)
        return honest(
            content, session, replace(heard, token=token(session.id, tap.revision, tap.act, tap.arg))
        )

    patch.setattr(understanding, "_tapped", tapped)


def an_edit_leaves_a_hole(patch: pytest.MonkeyPatch) -> None:
    """An edit that opens another question goes back to the list all the same."""

    def answer(content: Content, session: Session, event: Answered) -> Turn:
        turn = moves.answer(content, session, event)
        assert turn.session is not None
        hole = replace(turn.session, step=Step.CHECKING, item=None)
        return replace(turn, session=hole, replies=(moves.present(hole),))

    rule = machine.Rule(answer, frozenset({Step.CHECKING}))
    patch.setitem(cast("dict[Any, Any]", machine.TRANSITIONS[Step.EDITING]), Answered, rule)


def who_comes_back_has_still_left(patch: pytest.MonkeyPatch) -> None:
    """Somebody who goes on after stopping keeps the time of the end."""

    def resume(content: Content, session: Session, event: Resumed) -> Turn:
        turn = moves.resume(content, session, event)
        assert turn.session is not None
        return replace(turn, session=replace(turn.session, ended_at=session.ended_at))

    rule = machine.Rule(resume, frozenset(Step))
    patch.setitem(cast("dict[Any, Any]", machine.TRANSITIONS[Step.STOPPED]), Resumed, rule)


def the_log_forgets_a_skip(patch: pytest.MonkeyPatch) -> None:
    """What is folded from the log isn't what was stored."""
    honest = MemoryStore._keep

    def keep(store: MemoryStore, saved: Saved, turn: Turn, session: Session, *rest: Any) -> None:
        honest(store, saved, turn, session, *rest)
        if isinstance(turn.event, Skipped):
            store._sessions[session.id].events.pop()

    patch.setattr(MemoryStore, "_keep", keep)


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.parametrize(
    "plant",
    [
        old_buttons_count,
        forwarded_buttons_count,
        an_edit_leaves_a_hole,
        who_comes_back_has_still_left,
        the_log_forgets_a_skip,
    ],
)
def test_the_property_finds_a_planted_fault(
    plant: Callable[[pytest.MonkeyPatch], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each fault breaks the law within 1,000 histories."""
    plant(monkeypatch)
    quick = settings(CALM, derandomize=True, phases=[Phase.generate], report_multiple_bugs=False)
    with pytest.raises(AssertionError):
        play(settings(quick, max_examples=1000), longest=30)
