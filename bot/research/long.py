"""The tables with several rows for each interview: `answers_long.csv`, `events.csv` and `scores.csv`."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from bot.conversation.events import (
    Answered,
    Corrected,
    Declined,
    EditAsked,
    Event,
    LanguageChosen,
    Moved,
    OfferAnswered,
    PlainSet,
    ResearchSet,
    Skipped,
    Ticked,
    TipAsked,
    TipRated,
)
from bot.research.columns import Column, Table, Type, Value, known, moment
from bot.research.layout import Layout
from bot.research.parts import value_type
from bot.research.response import Cell, Response, State, milliseconds
from bot.scoring.quality import FLAGS, Marks
from bot.scoring.scales import DECLINED, NOT_ASKED, SKIPPED, TOO_FEW, WITHHELD, ScaleScore

STATES = (
    (State.ANSWERED, "answered"),
    (State.SKIPPED, "skipped by the person"),
    (State.DECLINED, "the person prefers not to say"),
    (State.ABANDONED, "shown, and left without an answer"),
    (State.NOT_ASKED, "never reached, or ruled out by a condition"),
)
_GONE = (NOT_ASKED, SKIPPED)
_CHOICE_GONE = (NOT_ASKED, DECLINED, SKIPPED, WITHHELD)

# ---------------------------------------------------------------- answers_long.csv


@dataclass(frozen=True, slots=True)
class AnswerRow:
    """One item of one response."""

    response: Response
    cell: Cell


def _answers(response: Response) -> Iterator[AnswerRow]:
    return (AnswerRow(response, cell) for cell in response.cells)


_Long = Column[AnswerRow]

ANSWERS: Table[AnswerRow] = Table(
    "answers_long.csv",
    (
        _Long("response_id", "The interview.", Type.STRING, lambda r: r.response.stored.response_id),
        _Long("item_id", "The item.", Type.STRING, lambda r: r.cell.item),
        _Long("position", "The item's place in the form, from 1.", Type.INTEGER, lambda r: r.cell.position),
        _Long(
            "choice",
            "The id of the choice; of several, joined by |; or what was typed.",
            Type.STRING,
            lambda r: known(r.cell.choice, r.cell.missing),
            missing=_CHOICE_GONE,
        ),
        _Long(
            "value",
            "The number of the choice, never reversed; of several, joined by |; or what was typed.",
            Type.INTEGER,
            lambda r: r.cell.value,
            missing=_CHOICE_GONE,
        ),
        _Long(
            "label",
            "What was tapped, in `language`; empty without an answer, and where it was typed.",
            Type.STRING,
            lambda r: r.cell.label,
        ),
        _Long(
            "language",
            "The language in which the item was read.",
            Type.STRING,
            lambda r: r.cell.language or r.cell.missing,
            missing=_GONE,
        ),
        _Long("state", "What became of the item.", Type.STRING, lambda r: r.cell.state, STATES),
        _Long(
            "answered_at",
            "When it was last answered or skipped.",
            Type.DATETIME,
            lambda r: moment(r.cell.at, r.cell.missing),
            missing=_GONE,
        ),
        _Long(
            "ms_to_answer",
            "Milliseconds from the event before to that answer, by the clock of the server.",
            Type.INTEGER,
            lambda r: r.cell.ms,
            missing=_GONE,
        ),
        _Long("edits", "How often it was changed.", Type.INTEGER, lambda r: r.cell.edits, missing=_GONE),
        _Long(
            "asked_order",
            "Its place among the items that this person was asked, from 1.",
            Type.INTEGER,
            lambda r: r.cell.way.place if r.cell.way else NOT_ASKED,
            missing=(NOT_ASKED,),
        ),
        _Long(
            "by_chance",
            "In an adaptive form, whether chance chose it, so that a model can be fitted without bias.",
            Type.INTEGER,
            lambda r: r.cell.way.by_chance if r.cell.way else NOT_ASKED,
            ((0, "no"), (1, "yes")),
            _GONE,
        ),
        _Long(
            "segment_after",
            "In an adaptive form, the most probable segment after it.",
            Type.STRING,
            lambda r: r.cell.way.segment if r.cell.way else NOT_ASKED,
            missing=(*_GONE, WITHHELD),
        ),
        _Long(
            "p_after",
            "The probability of that segment then.",
            Type.NUMBER,
            lambda r: r.cell.way.probability if r.cell.way else NOT_ASKED,
            missing=(*_GONE, WITHHELD),
        ),
        _Long("edition_sha256", "The edition.", Type.STRING, lambda r: r.response.session.edition),
    ),
    _answers,
)


def answers(layout: Layout) -> Table[AnswerRow]:
    """Return the long table of a layout: its values are whole numbers unless an item has others."""
    typed = value_type(layout)
    columns = [replace(one, type=typed) if one.name == "value" else one for one in ANSWERS.columns]
    return replace(ANSWERS, columns=tuple(columns))


# ---------------------------------------------------------------- events.csv


@dataclass(frozen=True, slots=True)
class EventRow:
    """One thing that happened in one response."""

    response: Response
    turn: int
    event: Event


def _events(response: Response) -> Iterator[EventRow]:
    numbered = enumerate((event for _, event in response.stored.events), start=1)
    return (EventRow(response, turn, event) for turn, event in numbered)


def event_name(kind: type[Event]) -> str:
    """Return what an event is called in the file."""
    return re.sub(r"(?<!^)(?=[A-Z])", "_", kind.__name__).lower()


def _name(row: EventRow) -> Value:
    return event_name(type(row.event))


def _event_item(row: EventRow) -> Value:
    match row.event:
        case Answered(item=item) | Skipped(item=item) | Declined(item=item) | EditAsked(item=item):
            return item
        case Ticked(item=item):
            return item
        case _:
            return ""


def _event_choice(row: EventRow) -> Value:
    if not isinstance(row.event, Answered | Ticked):
        return ""
    return WITHHELD if row.event.item in row.response.withheld else row.event.choice


def _detail(row: EventRow) -> Value:
    match row.event:
        case LanguageChosen(language=found) | Corrected(segment=found) | Moved(edition=found):
            return found
        case ResearchSet(allowed=on) | PlainSet(on=on) | Ticked(on=on):
            return "yes" if on else "no"
        case TipAsked(number=number):
            return _topic(row, number)
        case OfferAnswered(offer=offer, accepted=accepted):
            return f"{offer}={'yes' if accepted else 'no'}"
        case TipRated(number=number, helpful=helpful):
            return f"{_topic(row, number)}={'helpful' if helpful else 'not_helpful'}"
        case _:
            return ""


def _topic(row: EventRow, number: int) -> str:
    topics = row.response.edition.questionnaire.topics
    return topics[number] if number < len(topics) else ""


_Event = Column[EventRow]

EVENTS: Table[EventRow] = Table(
    "events.csv",
    (
        _Event("response_id", "The interview.", Type.STRING, lambda r: r.response.stored.response_id),
        _Event("turn", "The event's place in the interview, from 1.", Type.INTEGER, lambda r: r.turn),
        _Event("event", "What happened.", Type.STRING, _name),
        _Event("item_id", "The item it was about; empty without one.", Type.STRING, _event_item),
        _Event(
            "choice",
            "The id of the choice; of several, joined by |; or what was typed; empty without one.",
            Type.STRING,
            _event_choice,
            missing=(WITHHELD,),
        ),
        _Event(
            "detail",
            "A language, yes or no, a segment, an edition, a topic, topic=helpful, or offer=yes; else empty.",
            Type.STRING,
            _detail,
        ),
        _Event(
            "at_ms",
            "Milliseconds since the interview began.",
            Type.INTEGER,
            lambda r: milliseconds(r.event.at - r.response.session.began_at),
        ),
    ),
    _events,
)

# ---------------------------------------------------------------- scores.csv

SCALE, SEGMENT, QUALITY, FLAG = "scale", "segment", "quality", "flag"


@dataclass(frozen=True, slots=True)
class ScoreRow:
    """One scale, segment or mark of quality of one response."""

    response: Response
    kind: str
    measure: str
    score: ScaleScore


def _scores(response: Response) -> Iterator[ScoreRow]:
    for scale, found in response.scores.items():
        yield ScoreRow(response, SCALE, scale, found)
    answered = response.count(State.ANSWERED)
    asked = response.count(State.ANSWERED, State.SKIPPED, State.DECLINED, State.ABANDONED)
    if response.verdict is not None:
        for segment, probability in response.verdict.probabilities.items():
            yield ScoreRow(response, SEGMENT, segment, ScaleScore(probability, None, answered, asked))
    for kind, measure, value, missing in quality(response.marks, answered):
        yield ScoreRow(response, kind, measure, ScaleScore(value, missing, answered, asked))


MEASURED = ("long_string", "median_seconds", "person_fit")
"""What is measured of the answers as a whole, and marked where it passes the questionnaire's threshold."""


def quality(found: Marks, answered: int) -> Iterator[tuple[str, str, float | int | None, int | None]]:
    """Yield what was measured of an interview and each mark: kind, measure, value, or why there is none."""
    none = TOO_FEW if answered else NOT_ASKED
    measured = (found.long_string if answered else None, found.median_seconds, found.person_fit)
    for measure, value in zip(MEASURED, measured, strict=True):
        yield QUALITY, measure, value, none if value is None else None
    for flag in FLAGS:
        yield FLAG, f"flag_{flag}", int(flag in found.flags) if answered else None, None if answered else none


def _value(row: ScoreRow) -> Value:
    return _or_missing(row, row.score.value)


def _t(row: ScoreRow) -> Value:
    return _or_missing(row, row.score.t)


def _or_missing(row: ScoreRow, value: float | None) -> Value:
    if row.score.missing is not None:
        return row.score.missing
    return NOT_ASKED if value is None else value


_Score = Column[ScoreRow]

SCORES: Table[ScoreRow] = Table(
    "scores.csv",
    (
        _Score("response_id", "The interview.", Type.STRING, lambda r: r.response.stored.response_id),
        _Score(
            "kind",
            "What is scored.",
            Type.STRING,
            lambda r: r.kind,
            (
                (SCALE, "a scale"),
                (SEGMENT, "the probability of a segment"),
                (QUALITY, "what is measured of the answers as a whole"),
                (FLAG, "whether that is marked as odd: 0 or 1"),
            ),
        ),
        _Score(
            "measure",
            "The id of the scale or segment; or long_string, median_seconds, person_fit, and their marks.",
            Type.STRING,
            lambda r: r.measure,
        ),
        _Score(
            "value",
            "The score, reversed items reversed; the probability; what was measured; or the mark.",
            Type.NUMBER,
            _value,
            missing=(NOT_ASKED, TOO_FEW, WITHHELD),
        ),
        _Score(
            "t",
            "The T score, where there are norms.",
            Type.NUMBER,
            _t,
            missing=(NOT_ASKED, TOO_FEW, WITHHELD),
        ),
        _Score("answered", "Items answered that count for it.", Type.INTEGER, lambda r: r.score.answered),
        _Score(
            "asked", "Items that the form asks of this person for it.", Type.INTEGER, lambda r: r.score.asked
        ),
        _Score(
            "missing",
            "0, or the code that says why there is no value.",
            Type.INTEGER,
            lambda r: r.score.missing or 0,
            ((0, "there is a value"),),
            (NOT_ASKED, TOO_FEW, WITHHELD),
        ),
        _Score(
            "edition_sha256",
            "The edition, and so its model.",
            Type.STRING,
            lambda r: r.response.session.edition,
        ),
    ),
    _scores,
)
