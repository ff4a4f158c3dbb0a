"""One stored interview, read for research: what was said to each item, what it scores, and when.

Law: nothing is guessed. A cell without a value says why; a verdict is computed again and must be the one
that the person was shown.
"""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from functools import cached_property

from bot.conversation.events import Answered, Began, Event, LanguageChosen, Skipped, WentBack
from bot.conversation.route import choices_given, following, form_of, route
from bot.conversation.session import Session, Step
from bot.errors import OperatorError
from bot.questionnaire.model import Edition, Questionnaire, Sensitivity
from bot.scoring.scales import NOT_ASKED, SKIPPED, WITHHELD, ScaleScore, score
from bot.scoring.segments import Verdict, assign
from bot.storage.store import StoredSession

CLOSE = 1e-9  # the same arithmetic on another machine may differ in the last digits
MILLISECOND = timedelta(milliseconds=1)
_LEFT = frozenset({Step.PAUSED, Step.STOPPED})
_BEFORE_ITEMS = frozenset({None, Step.WELCOME, Step.CONSENT, Step.RESEARCH})


class State(StrEnum):
    """What became of an item."""

    ANSWERED = "answered"
    SKIPPED = "skipped"
    ABANDONED = "abandoned"  # it was shown, and the person left without answering or skipping it
    NOT_ASKED = "not_asked"  # never reached, or ruled out by a condition


class Status(StrEnum):
    """How far an interview came."""

    COMPLETE = "complete"  # the result was shown
    STOPPED = "stopped"  # the person left for good
    PARTIAL = "partial"  # neither: paused, or still under way


@dataclass(frozen=True, slots=True)
class Cell:
    """One item of one response."""

    item: str
    position: int  # its place in the form, from 1
    state: State
    choice: str | None = None
    value: int = NOT_ASKED  # of the choice, never reversed; or the code that says why there is none
    label: str = ""
    language: str = ""
    at: datetime | None = None
    ms: int = NOT_ASKED  # since the question was shown
    edits: int = NOT_ASKED

    @property
    def missing(self) -> int:
        """Return the code that stands where this cell has nothing to say."""
        if self.value == WITHHELD and self.state is State.ANSWERED:
            return WITHHELD
        return NOT_ASKED if self.state is State.NOT_ASKED else SKIPPED


@dataclass(frozen=True)
class Response:
    """One interview as the tables read it."""

    stored: StoredSession
    edition: Edition
    cells: tuple[Cell, ...]  # in the order of the form
    scores: Mapping[str, ScaleScore]
    verdict: Verdict | None  # what the person was shown
    withheld: frozenset[str] = frozenset()  # items whose answers don't leave the house

    @property
    def session(self) -> Session:
        """Return the interview."""
        return self.stored.session

    @property
    def status(self) -> Status:
        """Return how far it came."""
        if self.session.step is Step.RESULT:
            return Status.COMPLETE
        return Status.STOPPED if self.session.step is Step.STOPPED else Status.PARTIAL

    @property
    def completed_at(self) -> datetime | None:
        """Return when the result was shown."""
        return self.session.ended_at if self.status is Status.COMPLETE else None

    @property
    def duration(self) -> timedelta:
        """Return the time from the beginning to the result, else to the last thing that the person did."""
        end = self.completed_at or self.stored.events[-1][1].at
        return max(end - self.session.began_at, timedelta())

    @cached_property
    def values(self) -> dict[str, int]:
        """Return the value or missing code of every item of the form."""
        return {cell.item: cell.value for cell in self.cells}

    def count(self, *states: State) -> int:
        """Return how many items are in one of these states."""
        return sum(cell.state in states for cell in self.cells)

    @property
    def edits(self) -> int:
        """Return how often an answer that counts was changed."""
        return sum(cell.edits for cell in self.cells if cell.edits > 0)


class Reader:
    """Reads the responses to one edition."""

    def __init__(self, edition: Edition) -> None:
        self.edition = edition
        questionnaire = edition.questionnaire
        self._scale_of = {item.id: item.answers for item in questionnaire.items}
        self._withheld = withheld(questionnaire)
        self._values = {
            name: {choice.id: choice.value for choice in scale.choices}
            for name, scale in questionnaire.answers.items()
        }

    def read(self, stored: StoredSession) -> Response:
        """Return a stored interview as the tables read it, or raise where its verdict isn't the one shown."""
        questionnaire, session = self.edition.questionnaire, stored.session
        answers = choices_given(questionnaire, session)
        verdict = assign(questionnaire, answers) if session.step is Step.RESULT else None
        if not same(verdict, session.shown):
            raise OperatorError(
                f"Response {stored.response_id}: the result computed now isn't the one the person was shown.",
                remedy="Export with the version of Attune that held the interview, and report this.",
            )
        scores = score(questionnaire, route(questionnaire, session), answers)
        cells = tuple(self._cells(stored))
        return Response(stored, self.edition, cells, scores, session.shown, self._withheld)

    def _cells(self, stored: StoredSession) -> Iterable[Cell]:
        questionnaire, session = self.edition.questionnaire, stored.session
        asked = frozenset(route(questionnaire, session))
        open_item = following(questionnaire, session) if _reached_items(stored) else None
        given = _given(event for _, event in stored.events)
        for position, item in enumerate(form_of(questionnaire, session.arm).items, start=1):
            if item in asked and item in session.answers:
                yield self._cell(session, item, position, *given[item])
            elif item == open_item:
                yield Cell(item, position, State.ABANDONED, None, SKIPPED, ms=SKIPPED, edits=SKIPPED)
            else:
                yield Cell(item, position, State.NOT_ASKED)

    def _cell(self, session: Session, item: str, position: int, ms: int, language: str) -> Cell:
        answer, scale = session.answers[item], self._scale_of[item]
        state = State.SKIPPED if answer.choice is None else State.ANSWERED
        value, label, choice = SKIPPED, "", answer.choice
        if choice is not None and item in self._withheld:
            value, choice = WITHHELD, None
        elif choice is not None:
            value, label = self._values[scale][choice], self._label(scale, choice, language)
        return Cell(item, position, state, choice, value, label, language, answer.at, ms, answer.edits)

    def _label(self, answers: str, choice: str, language: str) -> str:
        texts = self.edition.texts.get(language) or self.edition.texts[self.edition.languages[0]]
        return texts.labels[answers][choice]


def withheld(questionnaire: Questionnaire) -> frozenset[str]:
    """Return the items whose answers don't leave the house."""
    return frozenset(item.id for item in questionnaire.items if item.sensitivity is Sensitivity.IDENTIFIER)


def same(verdict: Verdict | None, shown: Verdict | None) -> bool:
    """Tell whether two verdicts say the same to a person."""
    if verdict is None or shown is None:
        return verdict is shown
    said, told = verdict.probabilities, shown.probabilities
    return (
        (verdict.segment, verdict.runner_up, verdict.unsure) == (shown.segment, shown.runner_up, shown.unsure)
        and said.keys() == told.keys()
        and all(math.isclose(said[segment], told[segment], abs_tol=CLOSE) for segment in said)
    )


def _reached_items(stored: StoredSession) -> bool:
    """Tell whether a question was ever shown: from the first one, the only way back is to go back."""
    session = stored.session
    step = session.resume_to if session.step in _LEFT else session.step
    return step not in _BEFORE_ITEMS or any(isinstance(event, WentBack) for _, event in stored.events)


def _given(events: Iterable[Event]) -> dict[str, tuple[int, str]]:
    """Return, for each item answered or skipped, the milliseconds that it took and the language it was in."""
    given: dict[str, tuple[int, str]] = {}
    language, shown_at = "", None
    for event in events:
        match event:
            case Began(language=chosen) | LanguageChosen(language=chosen):
                language = chosen
            case Answered(item=item) | Skipped(item=item):
                given[item] = (milliseconds(event.at - (shown_at or event.at)), language)
            case _:
                pass
        shown_at = event.at
    return given


def milliseconds(span: timedelta) -> int:
    """Return whole milliseconds; never less than none, for a clock may have been set back."""
    return max(span // MILLISECOND, 0)
