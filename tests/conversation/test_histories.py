"""Any history leaves lawful interviews and a reply: the property that everything else leans on."""

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

from bot.conversation.events import EVENTS, Event
from bot.conversation.replies import Page
from bot.conversation.session import Step
from tests.conversation.histories import HISTORIES, History

CALM = settings(deadline=None, suppress_health_check=list(HealthCheck))
AFTER_THE_RECEIPT = {Page.ERASING, Page.SORRY}  # memory erases at once; faults of ours are the roof's to say


def play(judged: settings) -> tuple[set[Step], set[Page], set[type[Event]]]:
    """Play random histories, and return every step, page and kind of kept event that they reached."""
    steps: set[Step] = set()
    pages: set[Page] = set()
    kinds: set[type[Event]] = set()

    @settings(judged)
    @given(HISTORIES)
    def played(history: tuple[str, tuple[int, int], list[tuple[Any, ...]]]) -> None:
        questionnaire, heads, moves = history
        happened = History(questionnaire)
        happened.play(heads, moves)
        steps.update(happened.steps)
        pages.update(happened.pages)
        kinds.update(happened.kinds)

    played()
    return steps, pages, kinds


def test_any_history_leaves_lawful_interviews_and_a_reply() -> None:
    """Two people do anything at all, 200 times over, the same each time; every step is met."""
    steps, _, _ = play(settings(CALM, max_examples=200, derandomize=True))
    assert steps == set(Step)


@pytest.mark.slow
def test_many_histories_leave_lawful_interviews_and_a_reply() -> None:
    """2,500 histories, others each time: every step, every page and every kind of kept event is met."""
    steps, pages, kinds = play(settings(CALM, max_examples=2500))
    assert steps == set(Step)
    assert pages == set(Page) - AFTER_THE_RECEIPT
    assert kinds == {kind for kind in EVENTS.values() if kind.kept}
