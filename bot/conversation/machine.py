"""The machine: one event and a session give a turn; `TRANSITIONS` is the truth, its diagram is drawn from it.

Nothing here knows Telegram, SQL, the clock or chance: what the machine needs comes in the event. Law: total
(every step answers every event), and an event that isn't kept changes nothing.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from bot.conversation.content import Content
from bot.conversation.events import (
    EVENTS,
    Answered,
    Began,
    CheckAsked,
    Consented,
    Continued,
    Corrected,
    EditAsked,
    ErasureConfirmed,
    Event,
    LanguageChosen,
    NotUnderstood,
    PageAsked,
    Paused,
    PlainSet,
    Refused,
    ResearchSet,
    ResultAsked,
    Resumed,
    Returned,
    Skipped,
    StaleTapped,
    Stopped,
    TipAsked,
    TipRated,
    UrgentNoticed,
    WentBack,
)
from bot.conversation.replies import Page, Reply, Turn
from bot.conversation.route import choices_given, following, preceding
from bot.conversation.session import Answer, Consent, Session, Step, session_id
from bot.scoring.segments import assign

Act = Callable[[Content, Session, Any], Turn]


@dataclass(frozen=True, slots=True)
class Rule:
    """What an event does in a step, and the steps it may lead to (None: nothing is left of the person)."""

    act: Act
    to: frozenset[Step | None]


PRESENT: Mapping[Step, Page] = {
    Step.WELCOME: Page.WELCOME,
    Step.CONSENT: Page.CONSENT,
    Step.RESEARCH: Page.RESEARCH,
    Step.ASKING: Page.QUESTION,
    Step.EDITING: Page.QUESTION,
    Step.READY: Page.READY,
    Step.CHECKING: Page.CHECK,
    Step.RESULT: Page.RESULT,
    Step.PAUSED: Page.PAUSED,
    Step.STOPPED: Page.STOPPED,
}


def present(session: Session, notice: str | None = None, *, new: bool = False) -> Reply:
    """Return the page of the step that a session is at."""
    question = session.step in {Step.ASKING, Step.EDITING}
    return Reply(PRESENT[session.step], session.language, notice, new=new or (question and session.plain))


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
    session: Session | None = None
    for event in events:
        session = advance(content, session, event).session
    return session


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
        follows=event.follows,
        step=Step.ASKING if asking else Step.WELCOME,
        item=following(content.questionnaire, {}) if asking else None,
        consent=event.consent,
        research=event.research,
        research_at=event.at if event.research is not None else None,
        plain=event.plain,
        seen_at=event.at,
    )
    return Turn(session, event, (present(session, new=True),), counts=("began",))


def _nobody(content: Content, event: Event) -> Turn:
    language = content.languages[0]
    if isinstance(event, UrgentNoticed):
        return Turn(None, event, (Reply(Page.URGENT, language, new=True),), counts=("urgent",))
    open_to_all = {Page.HELP, Page.PRIVACY}
    page = Page(event.page) if isinstance(event, PageAsked) and event.page in open_to_all else Page.NOBODY
    return Turn(None, event, (Reply(page, language, new=True),))


# ---------------------------------------------------------------- moving on


def _moved(session: Session, event: Event, **changes: Any) -> Session:
    """Return the session one revision on: buttons offered before are closed."""
    return replace(session, revision=session.revision + 1, seen_at=event.at, **changes)


def _shown(session: Session, event: Event, notice: str | None = None, *, new: bool = False) -> Turn:
    return Turn(session, event, (present(session, notice, new=new),))


def _continue(_content: Content, session: Session, event: Continued) -> Turn:
    return _shown(_moved(session, event, step=Step.CONSENT), event)


def _consent(_content: Content, session: Session, event: Consented) -> Turn:
    consent = Consent(event.digest, event.language, event.at)
    moved = _moved(session, event, step=Step.RESEARCH, consent=consent)
    return replace(_shown(moved, event), counts=("consented",))


def _refuse(_content: Content, session: Session, event: Refused) -> Turn:
    page = Page.UNDER_AGE if event.reason == "under_age" else Page.DECLINED
    return Turn(None, event, (Reply(page, session.language),), counts=(event.reason,), erase=True)


def _research_first(content: Content, session: Session, event: ResearchSet) -> Turn:
    moved = _moved(session, event, research=event.allowed, research_at=event.at)
    return _shown(_onwards(content, moved), event)


def _onwards(content: Content, session: Session) -> Session:
    """Return the session at its first open item, or ready."""
    item = following(content.questionnaire, session.answers)
    return replace(session, step=Step.READY if item is None else Step.ASKING, item=item)


def _answer(content: Content, session: Session, event: Answered) -> Turn:
    return _recorded(content, session, event, event.item, event.choice)


def _skip(content: Content, session: Session, event: Skipped) -> Turn:
    return _recorded(content, session, event, event.item, None)


def _recorded(content: Content, session: Session, event: Event, item: str, choice: str | None) -> Turn:
    if item != session.item:
        return _closed(content, session, event)
    before = session.answers.get(item)
    edits = 0 if before is None else before.edits + (before.choice != choice)
    answers = {**session.answers, item: Answer(choice, event.at, edits)}
    moved = _onwards(content, _moved(session, event, answers=answers))
    if session.step is Step.EDITING and moved.step is Step.READY:
        moved = replace(moved, step=Step.CHECKING)
    return _shown(moved, event, "saved" if choice is not None else "skipped")


def _back(content: Content, session: Session, event: WentBack) -> Turn:
    if session.step in {Step.CHECKING, Step.EDITING}:
        step = Step.READY if session.step is Step.CHECKING else Step.CHECKING
        return _shown(_moved(session, event, step=step, item=None), event)
    item = preceding(content.questionnaire, session.answers, session.item)
    if item is not None:
        return _shown(_moved(session, event, step=Step.ASKING, item=item), event)
    if session.follows:
        return _shown(_moved(session, event), event, "first")
    return _shown(_moved(session, event, step=Step.RESEARCH, item=None), event)


def _check(_content: Content, session: Session, event: CheckAsked) -> Turn:
    return _shown(_moved(session, event, step=Step.CHECKING), event)


def _edit(content: Content, session: Session, event: EditAsked) -> Turn:
    if event.item not in session.answers:
        return _closed(content, session, event)
    return _shown(_moved(session, event, step=Step.EDITING, item=event.item), event)


def _result(content: Content, session: Session, event: ResultAsked) -> Turn:
    verdict = assign(content.questionnaire, choices_given(content.questionnaire, session.answers))
    moved = _moved(session, event, step=Step.RESULT, item=None, shown=verdict, ended_at=event.at)
    return replace(_shown(moved, event), counts=("finished",))


def _pause(_content: Content, session: Session, event: Paused) -> Turn:
    return _shown(_moved(session, event, step=Step.PAUSED, resume_to=session.step), event)


def _stop(_content: Content, session: Session, event: Stopped) -> Turn:
    back = session.resume_to if session.step is Step.PAUSED else session.step
    stopped = _moved(session, event, step=Step.STOPPED, resume_to=back, ended_at=event.at)
    return _shown(stopped, event, new=True)


def _resume(_content: Content, session: Session, event: Resumed) -> Turn:
    step = session.resume_to or Step.WELCOME
    moved = _moved(session, event, step=step, resume_to=None, ended_at=None)
    return _shown(moved, event, "welcome_back", new=True)


# ---------------------------------------------------------------- the result and after


def _tip(content: Content, session: Session, event: TipAsked) -> Turn:
    seen = replace(session, seen_at=event.at)
    page = Page.TIP if event.number < len(content.questionnaire.topics) else Page.NO_MORE_TIPS
    return Turn(seen, event, (Reply(page, session.language, number=event.number, new=event.number == 0),))


def _rate(_content: Content, session: Session, event: TipRated) -> Turn:
    rated = replace(session, ratings={**session.ratings, str(event.number): event.helpful}, seen_at=event.at)
    return Turn(rated, event, (Reply(Page.TIP, session.language, "rated", number=event.number),))


def _correct(_content: Content, session: Session, event: Corrected) -> Turn:
    corrected = replace(session, correction=event.segment, seen_at=event.at)
    return Turn(corrected, event, (Reply(Page.CORRECTED, session.language),))


# ---------------------------------------------------------------- anywhere

IN_PLACE = frozenset(
    {Page.HOW, Page.NOT_ME, Page.RESULT, Page.CONSENT, Page.CONSENT_WHOLE, Page.ERASE_SURE, Page.KEPT}
)


def _page(_content: Content, session: Session, event: PageAsked) -> Turn:
    page = Page(event.page)
    return Turn(session, event, (Reply(page, session.language, new=page not in IN_PLACE),))


def _language(_content: Content, session: Session, event: LanguageChosen) -> Turn:
    spoken = replace(session, language=event.language, seen_at=event.at)
    return _shown(spoken, event)


def _research_later(_content: Content, session: Session, event: ResearchSet) -> Turn:
    switched = replace(session, research=event.allowed, research_at=event.at, seen_at=event.at)
    return Turn(switched, event, (Reply(Page.PRIVACY, session.language, "switched"),))


def _plain(_content: Content, session: Session, event: PlainSet) -> Turn:
    switched = replace(session, plain=event.on, seen_at=event.at)
    return Turn(switched, event, (Reply(Page.PRIVACY, session.language, "switched"),))


def _return(_content: Content, session: Session, event: Returned) -> Turn:
    return _shown(session, event, event.notice, new=True)


def _stale(_content: Content, session: Session, event: StaleTapped) -> Turn:
    """Answer an old button kindly; the second half of a double tap needs no new message."""
    if event.repeated:
        return _shown(session, event, "saved")
    return _shown(session, event, "closed", new=True)


def _closed(_content: Content, session: Session, event: Event) -> Turn:
    """An event that this step doesn't know, such as from a forged button: nothing moves."""
    return _shown(session, StaleTapped(event.at), "closed", new=True)


def _not_understood(_content: Content, session: Session, event: NotUnderstood) -> Turn:
    return _shown(session, event, "not_understood", new=True)


def _urgent(_content: Content, session: Session, event: UrgentNoticed) -> Turn:
    return Turn(session, event, (Reply(Page.URGENT, session.language, new=True),), counts=("urgent",))


def _erase(_content: Content, session: Session, event: ErasureConfirmed) -> Turn:
    return Turn(None, event, (Reply(Page.ERASING, session.language),), counts=("erased",), erase=True)


# ---------------------------------------------------------------- the table


def _to(act: Act, *steps: Step | None) -> Rule:
    return Rule(act, frozenset(steps))


_BACK_STEPS = (Step.ASKING, Step.RESEARCH, Step.READY, Step.CHECKING)
_LEAVE: Mapping[type[Event], Rule] = {Paused: _to(_pause, Step.PAUSED), WentBack: _to(_back, *_BACK_STEPS)}
_RECORD: Mapping[type[Event], Rule] = {
    Answered: _to(_answer, Step.ASKING, Step.READY, Step.CHECKING),
    Skipped: _to(_skip, Step.ASKING, Step.READY, Step.CHECKING),
}
_RESUME: Mapping[type[Event], Rule] = {
    Resumed: _to(_resume, *(set(Step) - {Step.PAUSED, Step.STOPPED, Step.RESULT}))
}

TRANSITIONS: Mapping[Step, Mapping[type[Event], Rule]] = {
    Step.WELCOME: {Continued: _to(_continue, Step.CONSENT)},
    Step.CONSENT: {Consented: _to(_consent, Step.RESEARCH), Refused: _to(_refuse, None)},
    Step.RESEARCH: {
        ResearchSet: _to(_research_first, Step.ASKING, Step.READY),
        Paused: _to(_pause, Step.PAUSED),
    },
    Step.ASKING: {**_RECORD, **_LEAVE},
    Step.READY: {ResultAsked: _to(_result, Step.RESULT), CheckAsked: _to(_check, Step.CHECKING), **_LEAVE},
    Step.CHECKING: {
        ResultAsked: _to(_result, Step.RESULT),
        EditAsked: _to(_edit, Step.EDITING),
        **_LEAVE,
    },
    Step.EDITING: {**_RECORD, **_LEAVE},
    Step.PAUSED: _RESUME,
    Step.STOPPED: _RESUME,
    Step.RESULT: {
        TipAsked: _to(_tip, Step.RESULT),
        TipRated: _to(_rate, Step.RESULT),
        Corrected: _to(_correct, Step.RESULT),
    },
}
"""What moves an interview, step by step; everything else is in ANYWHERE."""

_STAY = frozenset[Step | None]()
ANYWHERE: Mapping[type[Event], Rule] = {
    **{kind: Rule(_closed, _STAY) for kind in EVENTS.values()},
    PageAsked: Rule(_page, _STAY),
    LanguageChosen: Rule(_language, _STAY),
    ResearchSet: Rule(_research_later, _STAY),
    PlainSet: Rule(_plain, _STAY),
    Returned: Rule(_return, _STAY),
    StaleTapped: Rule(_stale, _STAY),
    NotUnderstood: Rule(_not_understood, _STAY),
    UrgentNoticed: Rule(_urgent, _STAY),
    ErasureConfirmed: _to(_erase, None),
}
"""What every step answers the same way; an empty `to` means that the interview stays where it is."""
ANYWHERE_STOP = Rule(_stop, frozenset({Step.STOPPED}))
TRANSITIONS = {
    step: ({Stopped: ANYWHERE_STOP, **rules} if step not in {Step.RESULT, Step.STOPPED} else rules)
    for step, rules in TRANSITIONS.items()
}
