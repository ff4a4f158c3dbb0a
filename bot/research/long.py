"""The tables of what happened: `answers_long.csv`, one row an item, and `events.csv`, one an event."""

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
from bot.scoring.scales import DECLINED, NOT_ASKED, SKIPPED, WITHHELD

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
