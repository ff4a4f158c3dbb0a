"""The machine: one event and a session give a turn; `TRANSITIONS` is the truth, its diagram is drawn from it.

Nothing here knows Telegram, SQL, the clock or chance: what the machine needs comes in the event. Law: total
(every step answers every event), and an event that isn't kept changes nothing.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from bot.conversation import afterwards, moves
from bot.conversation.content import Content
from bot.conversation.event_log import EVENTS
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
    Moved,
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
from bot.conversation.moves import present
from bot.conversation.replies import Page, Reply, Turn
from bot.conversation.route import following
from bot.conversation.session import Session, Step, session_id

Act = Callable[[Content, Session, Any], Turn]


@dataclass(frozen=True, slots=True)
class Rule:
    """What an event does in a step, and the steps it may lead to (None: nothing is left of the person)."""

    act: Act
    to: frozenset[Step | None]


def advance(content: Content, session: Session | None, event: Event) -> Turn:
    """Take an event to its turn: pure and total."""
    if isinstance(event, Began):
        return _begin(content, event)
    if session is None:
        return _nobody(content, event)
    return rule(session.step, type(event)).act(content, session, event)


def rule(step: Step, kind: type[Event]) -> Rule:
    """Return what an event does in a step."""
    return TRANSITIONS[step].get(kind) or ANYWHERE[kind]


def fold(content: Content, events: Iterable[Event]) -> Session | None:
    """Return the session that a log of kept events amounts to."""
    session, events = _moved_last(tuple(events))
    for event in events:
        session = advance(content, session, event).session
    return session


def _moved_last(events: Sequence[Event]) -> tuple[Session | None, Sequence[Event]]:
    """Return the session as it was last taken to another edition, if it was, and what happened since."""
    for place in reversed(range(len(events))):
        event = events[place]
        if isinstance(event, Moved):
            return event.session, events[place + 1 :]
    return None, events


def edition_of(events: Iterable[Event]) -> str:
    """Return the digest of the edition that an interview has come to."""
    return [event.edition for event in events if isinstance(event, Began | Moved)][-1]


# ---------------------------------------------------------------- without a session


def _begin(content: Content, event: Began) -> Turn:
    asking = event.consent is not None
    session = Session(
        id=session_id(event.seed),
        questionnaire=event.questionnaire,
        edition=event.edition,
        organisation=event.organisation,
        channel=event.channel,
        language=event.language,
        seed=event.seed,
        began_at=event.at,
        arm=dict(event.arm),
        invite=event.invite,
        brought=event.brought,
        follows=event.follows,
        answers=dict(event.answers),
        step=Step.ASKING if asking else Step.WELCOME,
        consent=event.consent,
        research=event.research,
        research_at=event.at if event.research is not None else None,
        plain=event.plain,
        seen_at=event.at,
    )
    if asking:
        session = replace(session, item=following(content.questionnaire, session))
    return Turn(session, event, (present(session, new=True),), counts=("began", *_arrived(content, event)))


def _arrived(content: Content, event: Began) -> tuple[str, ...]:
    """Return the name of the dashboard's count of those who came, on the day that the organisation has then.

    A second part isn't somebody new.
    """
    if event.follows is not None:
        return ()
    day = content.organisation.local(event.at).date()
    return (f"came:{event.organisation}:{event.invite or ''}:{event.channel}:{day}",)


def rest(content: Content, session: Session | None, event: Began) -> Turn:
    """Say that no interview begins now; whatever is there stays."""
    reply = Reply(Page.RESTING, content.spoken(event.language), new=True)
    return Turn(session, PageAsked(event.at, Page.RESTING), (reply,))


def _nobody(content: Content, event: Event) -> Turn:
    language = content.languages[0]
    if isinstance(event, UrgentNoticed):
        return Turn(None, event, (Reply(Page.URGENT, language, new=True),), counts=("urgent",))
    open_to_all = {Page.HELP, Page.PRIVACY}
    page = Page(event.page) if isinstance(event, PageAsked) and event.page in open_to_all else Page.NOBODY
    return Turn(None, event, (Reply(page, language, new=True),))


# ---------------------------------------------------------------- the table


def _to(act: Act, *steps: Step | None) -> Rule:
    return Rule(act, frozenset(steps))


def _leaves(*back: Step) -> Mapping[type[Event], Rule]:
    return {Paused: _to(moves.pause, Step.PAUSED), WentBack: _to(moves.back, *back), **_STOP}


_STOP: Mapping[type[Event], Rule] = {Stopped: _to(moves.stop, Step.STOPPED)}
_INTERRUPTED = (Step.RESEARCH, Step.ASKING, Step.READY, Step.CHECKING, Step.EDITING)

TRANSITIONS: Mapping[Step, Mapping[type[Event], Rule]] = {
    Step.WELCOME: {Continued: _to(moves.go_on, Step.CONSENT), **_STOP},
    Step.CONSENT: {Consented: _to(moves.consent, Step.RESEARCH), Refused: _to(moves.refuse, None), **_STOP},
    Step.RESEARCH: {
        ResearchSet: _to(moves.research_first, Step.ASKING, Step.READY),
        Paused: _to(moves.pause, Step.PAUSED),
        **_STOP,
    },
    Step.ASKING: {
        Answered: _to(moves.answer, Step.ASKING, Step.READY),
        Ticked: _to(moves.tick, Step.ASKING),
        Declined: _to(moves.decline, Step.ASKING, Step.READY),
        Skipped: _to(moves.skip, Step.ASKING, Step.READY),
        **_leaves(Step.ASKING, Step.RESEARCH),
    },
    Step.READY: {
        ResultAsked: _to(moves.result, Step.RESULT),
        CheckAsked: _to(moves.check, Step.CHECKING),
        **_leaves(Step.ASKING),
    },
    Step.CHECKING: {
        ResultAsked: _to(moves.result, Step.RESULT),
        EditAsked: _to(moves.edit, Step.EDITING),
        **_leaves(Step.READY),
    },
    Step.EDITING: {
        Answered: _to(moves.answer, Step.ASKING, Step.CHECKING),  # another answer may open more questions
        Ticked: _to(moves.tick, Step.EDITING),
        Declined: _to(moves.decline, Step.CHECKING),
        Skipped: _to(moves.skip, Step.CHECKING),
        **_leaves(Step.CHECKING),
    },
    Step.PAUSED: {Resumed: _to(moves.resume, *_INTERRUPTED), **_STOP},
    Step.STOPPED: {Resumed: _to(moves.resume, Step.WELCOME, Step.CONSENT, *_INTERRUPTED)},
    Step.RESULT: {
        TipAsked: _to(afterwards.tip, Step.RESULT),
        TipRated: _to(afterwards.rate, Step.RESULT),
        Corrected: _to(afterwards.correct, Step.RESULT),
        Shared: _to(afterwards.share, Step.RESULT),
        OfferAnswered: _to(afterwards.note_offer, Step.RESULT),
        AskedAgain: _to(afterwards.ask_again, Step.RESULT),
    },
}
"""What moves an interview, step by step; everything else is in ANYWHERE."""

_STAY = frozenset[Step | None]()
ANYWHERE: Mapping[type[Event], Rule] = {
    **{kind: Rule(moves.closed, _STAY) for kind in EVENTS.values()},
    PageAsked: Rule(moves.page, _STAY),
    LanguageChosen: Rule(moves.language, _STAY),
    ResearchSet: Rule(moves.research_later, _STAY),
    PlainSet: Rule(moves.plain, _STAY),
    Returned: Rule(moves.come_back, _STAY),
    StaleTapped: Rule(moves.stale, _STAY),
    NotUnderstood: Rule(moves.not_understood, _STAY),
    UrgentNoticed: Rule(moves.urgent, _STAY),
    Moved: _to(moves.take, Step.WELCOME, Step.CONSENT, Step.PAUSED, *_INTERRUPTED),
    ErasureConfirmed: _to(moves.erase, None),
}
"""What every step answers the same way; an empty `to` means that the interview stays where it is."""
