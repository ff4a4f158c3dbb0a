"""One stored interview, read for research: what was said to each item, what it scores, and when.

Law: nothing is guessed. A cell without a value says why; a verdict is computed again and must be the one
that the person was shown.
"""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from functools import cached_property

from bot.conversation.events import Answered, Began, Declined, Event, LanguageChosen, Skipped, WentBack
from bot.conversation.route import choices_given, following, form_of, route
from bot.conversation.session import Session, Step
from bot.errors import OperatorError
from bot.questionnaire.model import (
    SEVERAL,
    AnyAnswers,
    Edition,
    Questionnaire,
    Sensitivity,
    TextAnswer,
    ticked,
)
from bot.scoring.adaptive import Asked
from bot.scoring.quality import Marks, marks
from bot.scoring.scales import DECLINED, NOT_ASKED, SKIPPED, WITHHELD, ScaleScore, score
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
    DECLINED = "declined"  # the person prefers not to say
    ABANDONED = "abandoned"  # it was shown, and the person left without answering or skipping it
    NOT_ASKED = "not_asked"  # never reached, or ruled out by a condition


class Status(StrEnum):
    """How far an interview came."""

    COMPLETE = "complete"  # the result was shown
    STOPPED = "stopped"  # the person left for good
    PARTIAL = "partial"  # neither: paused, or still under way


MISSING_IN = {
    State.SKIPPED: SKIPPED,
    State.DECLINED: DECLINED,
    State.ABANDONED: SKIPPED,
    State.NOT_ASKED: NOT_ASKED,
}
"""Why there is no value, by what became of the item."""


@dataclass(frozen=True, slots=True)
class Way:
    """How an item came to be asked, and in an adaptive form what was believed once it was answered."""

    place: int  # among those asked, from 1
    by_chance: int = NOT_ASKED
    segment: str | int = NOT_ASKED
    probability: float | int = NOT_ASKED


@dataclass(frozen=True, slots=True)
class Cell:
    """One item of one response."""

    item: str
    position: int  # its place in the form, from 1
    state: State
    choice: str | None = None  # as it is stored: the id of a choice, several joined by |, or what was typed
    value: str = str(
        NOT_ASKED
    )  # its number, never reversed, or what was typed; or the code that says why not
    label: str = ""
    language: str = ""
    at: datetime | None = None
    ms: int = NOT_ASKED  # since the question was shown; or it was taken over from an earlier interview
    edits: int = NOT_ASKED
    way: "Way | None" = None

    @property
    def missing(self) -> int:
        """Return the code that stands where this cell has nothing to say."""
        return WITHHELD if self.state is State.ANSWERED else MISSING_IN[self.state]


@dataclass(frozen=True)
class Response:
    """One interview as the tables read it."""

    stored: StoredSession
    edition: Edition
    cells: tuple[Cell, ...]  # in the order of the form
    scores: Mapping[str, ScaleScore]
    verdict: Verdict | None  # what the person was shown
    marks: Marks  # what is odd about the answers
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
    def by_item(self) -> dict[str, Cell]:
        """Return every item of the form by its id."""
        return {cell.item: cell for cell in self.cells}

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
        self._withheld = withheld(questionnaire)

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
        odd = marks(questionnaire, answers, [session.answers[item].at for item in answers])
        return Response(stored, self.edition, cells, scores, session.shown, odd, self._withheld)

    def _cells(self, stored: StoredSession) -> Iterable[Cell]:
        questionnaire, session = self.edition.questionnaire, stored.session
        ways = self._ways(session)
        open_item = following(questionnaire, session) if _reached_items(stored) else None
        given = _given(event for _, event in stored.events)
        for position, item in enumerate(form_of(questionnaire, session.arm).items, start=1):
            if item in ways and item in session.answers:
                yield replace(self._cell(session, item, position, *given[item]), way=ways[item])
            elif item == open_item:
                none = Cell(item, position, State.ABANDONED, None, str(SKIPPED), ms=SKIPPED, edits=SKIPPED)
                yield replace(none, way=ways[item])
            else:
                yield Cell(item, position, State.NOT_ASKED)

    def _ways(self, session: Session) -> dict[str, Way]:
        """Return how each item that applies came to be asked; the open one isn't answered yet."""
        questionnaire = self.edition.questionnaire
        asked = enumerate(route(questionnaire, session), start=1)
        if form_of(questionnaire, session.arm).rule is None:
            return {item: Way(place) for place, item in asked}
        believed = {one.item: one for one in session.asked}
        return {item: self._way(place, believed.get(item), item) for place, item in asked}

    def _way(self, place: int, after: Asked | None, item: str) -> Way:
        if after is None:
            return Way(place, SKIPPED, SKIPPED, SKIPPED)
        if item in self._withheld:
            return Way(place, int(after.by_chance), WITHHELD, WITHHELD)
        return Way(place, int(after.by_chance), after.segment, after.probability)

    def _cell(self, session: Session, item: str, position: int, ms: int, language: str) -> Cell:
        answer, questionnaire = session.answers[item], self.edition.questionnaire
        choice, label, state = answer.choice, "", State.ANSWERED
        if choice is None:
            state = State.DECLINED if answer.declined else State.SKIPPED
            told = str(MISSING_IN[state])
        elif item in self._withheld:
            told, choice = str(WITHHELD), None
        else:
            told, label = value(questionnaire.answered(item), choice), self._label(item, choice, language)
        return Cell(item, position, state, choice, told, label, language, answer.at, ms, answer.edits)

    def _label(self, item: str, choice: str, language: str) -> str:
        asked = self.edition.questionnaire
        texts = self.edition.texts.get(language) or self.edition.texts[self.edition.languages[0]]
        return texts.said(asked.item(item).answers, choice) if asked.choices(item) else ""


def value(answers: AnyAnswers, stored: str) -> str:
    """Return the number of a choice, the numbers of several joined by `|`, or what was typed."""
    numbers = {one.id: one.value for one in answers.choices}
    return SEVERAL.join(str(numbers[one]) for one in ticked(stored)) if numbers else stored


def withheld(questionnaire: Questionnaire, *, identifiers: bool = True) -> frozenset[str]:
    """Return the items whose answers don't leave the house: those declared identifiers, and own words."""
    return frozenset(
        item.id
        for item in questionnaire.items
        if (identifiers and item.sensitivity is Sensitivity.IDENTIFIER)
        or isinstance(questionnaire.answered(item.id), TextAnswer)
    )


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
            case Began(language=chosen, answers=taken_over):
                language = chosen
                given.update(dict.fromkeys(taken_over, (NOT_ASKED, language)))
            case LanguageChosen(language=chosen):
                language = chosen
            case Answered(item=item) | Skipped(item=item) | Declined(item=item):
                given[item] = (milliseconds(event.at - (shown_at or event.at)), language)
            case _:
                pass
        shown_at = event.at
    return given


def milliseconds(span: timedelta) -> int:
    """Return whole milliseconds; never less than none, for a clock may have been set back."""
    return max(span // MILLISECOND, 0)
