"""What each event does to a session: pure functions from a session and an event to a turn.

Law: an event that isn't kept changes nothing, and an event that the step doesn't know moves nothing.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from bot.conversation.afterwards import of_invite
from bot.conversation.content import Content
from bot.conversation.events import (
    Answered,
    CheckAsked,
    Consented,
    Continued,
    Declined,
    EditAsked,
    ErasureConfirmed,
    Event,
    LanguageChosen,
    Moved,
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
    Ticked,
    UrgentNoticed,
    WentBack,
)
from bot.conversation.replies import Page, Reply, Turn
from bot.conversation.route import asked_so_far, choices_given, following, preceding
from bot.conversation.session import Answer, Consent, Session, Step, revised, ticks
from bot.conversation.voices import enrolled
from bot.questionnaire.model import DateAnswer, NumberAnswer, SeveralChoices
from bot.scoring.segments import assign

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


# ---------------------------------------------------------------- moving on


def _moved(session: Session, event: Event, **changes: Any) -> Session:
    """Return the session one revision on: buttons offered before are closed."""
    fixed = {"revision": session.revision + 1, "seen_at": event.at}
    return revised(session, **({"ticked": None} | changes | fixed))


def _shown(session: Session, event: Event, notice: str | None = None, *, new: bool = False) -> Turn:
    return Turn(session, event, (present(session, notice, new=new),))


def go_on(_content: Content, session: Session, event: Continued) -> Turn:
    """Go on from the welcome to the consent."""
    return _shown(_moved(session, event, step=Step.CONSENT), event)


def consent(_content: Content, session: Session, event: Consented) -> Turn:
    """Note the consent, and ask about research."""
    consent = Consent(event.digest, event.language, event.at)
    moved = _moved(session, event, step=Step.RESEARCH, consent=consent)
    return replace(_shown(moved, event), counts=("consented",))


def refuse(_content: Content, session: Session, event: Refused) -> Turn:
    """Say goodbye; everything of this person goes."""
    page = Page.UNDER_AGE if event.reason == "under_age" else Page.DECLINED
    return Turn(None, event, (Reply(page, session.language),), counts=(event.reason,), erase=True)


def research_first(content: Content, session: Session, event: ResearchSet) -> Turn:
    """Note the first word on research, and ask the first open item."""
    moved = _moved(session, event, research=event.allowed, research_at=event.at)
    return _shown(_onwards(content, enrolled(content.questionnaire, moved)), event)


def _onwards(content: Content, session: Session) -> Session:
    """Return the session at its first open item, or ready."""
    item = following(content.questionnaire, session)
    return revised(session, step=Step.READY if item is None else Step.ASKING, item=item)


def answer(content: Content, session: Session, event: Answered) -> Turn:
    """Note an answer."""
    return _recorded(content, session, event, event.item, event.choice)


def tick(content: Content, session: Session, event: Ticked) -> Turn:
    """Note a tick, or that it was taken away; the buttons stay open, for taps may come fast."""
    answers = content.questionnaire.answered(event.item)
    if event.item != session.item or not isinstance(answers, SeveralChoices):
        return closed(content, session, event)
    chosen = set(ticks(session)) - {event.choice}
    if event.on:
        alone = set(answers.exclusive)
        chosen = {event.choice} | (set() if event.choice in alone else chosen - alone)
    in_order = tuple(choice.id for choice in answers.choices if choice.id in chosen)
    return _shown(replace(session, ticked=in_order, seen_at=event.at), event)


def skip(content: Content, session: Session, event: Skipped) -> Turn:
    """Note a skip."""
    return _recorded(content, session, event, event.item, None)


def decline(content: Content, session: Session, event: Declined) -> Turn:
    """Note that the person prefers not to say."""
    return _recorded(content, session, event, event.item, None)


def _recorded(content: Content, session: Session, event: Event, item: str, choice: str | None) -> Turn:
    if item != session.item:
        return closed(content, session, event)
    before, declined = session.answers.get(item), isinstance(event, Declined)
    edits = 0
    if before is not None:
        edits = before.edits + ((before.choice, before.declined) != (choice, declined))
    answers = {**session.answers, item: Answer(choice, event.at, edits, declined)}
    moved = _moved(session, event, answers=answers)
    asked = asked_so_far(content.questionnaire, session, moved)
    moved = _onwards(content, revised(moved, asked=asked) if asked != moved.asked else moved)
    if session.step is Step.EDITING and moved.step is Step.READY:
        moved = replace(moved, step=Step.CHECKING)
    return _shown(moved, event, _noted(content, event, item))


def _noted(content: Content, event: Event, item: str) -> str:
    """Return the notice of an answer; what was typed and had to be understood is said back."""
    if isinstance(event, Skipped):
        return "skipped"
    understood = isinstance(content.questionnaire.answered(item), NumberAnswer | DateAnswer)
    return "noted" if understood and isinstance(event, Answered) else "saved"


def back(content: Content, session: Session, event: WentBack) -> Turn:
    """Go one page back."""
    if session.step in {Step.CHECKING, Step.EDITING}:
        step = Step.READY if session.step is Step.CHECKING else Step.CHECKING
        return _shown(_moved(session, event, step=step, item=None), event)
    item = preceding(content.questionnaire, session)
    if item is not None:
        return _shown(_moved(session, event, step=Step.ASKING, item=item), event)
    if session.follows:
        return _shown(_moved(session, event), event, "first")
    return _shown(_moved(session, event, step=Step.RESEARCH, item=None), event)


def check(_content: Content, session: Session, event: CheckAsked) -> Turn:
    """Show the list of answers."""
    return _shown(_moved(session, event, step=Step.CHECKING), event)


def edit(content: Content, session: Session, event: EditAsked) -> Turn:
    """Ask one item of that list again."""
    if event.item not in session.answers:
        return closed(content, session, event)
    return _shown(_moved(session, event, step=Step.EDITING, item=event.item), event)


def result(content: Content, session: Session, event: ResultAsked) -> Turn:
    """Score the answers and show the result."""
    verdict = assign(content.questionnaire, choices_given(content.questionnaire, session))
    moved = _moved(session, event, step=Step.RESULT, item=None, shown=verdict, ended_at=event.at)
    return replace(_shown(moved, event), counts=("finished", *of_invite("brought", session, session.brought)))


def pause(_content: Content, session: Session, event: Paused) -> Turn:
    """Pause."""
    paused = _moved(session, event, step=Step.PAUSED, resume_to=session.step, ticked=session.ticked)
    return _shown(paused, event)


def stop(_content: Content, session: Session, event: Stopped) -> Turn:
    """Stop; what was answered stays."""
    back = session.resume_to if session.step is Step.PAUSED else session.step
    end: dict[str, Any] = {"step": Step.STOPPED, "resume_to": back, "ended_at": event.at}
    stopped = _moved(session, event, ticked=session.ticked, **end)
    return _shown(stopped, event, new=True)


def resume(_content: Content, session: Session, event: Resumed) -> Turn:
    """Go on where the interview was left."""
    step = session.resume_to or Step.WELCOME
    moved = _moved(session, event, step=step, resume_to=None, ended_at=None, ticked=session.ticked)
    return _shown(moved, event, "welcome_back", new=True)


# ---------------------------------------------------------------- anywhere

IN_PLACE = frozenset(
    {
        Page.CONSENT,
        Page.CONSENT_WHOLE,
        Page.ERASE_SURE,
        Page.HOW,
        Page.KEPT,
        Page.NOT_ME,
        Page.NO_MORE_TIPS,
        Page.RESULT,
    }
)


def page(_content: Content, session: Session, event: PageAsked) -> Turn:
    """Show a page that changes nothing."""
    page = Page(event.page)
    return Turn(session, event, (Reply(page, session.language, new=page not in IN_PLACE),))


def language(_content: Content, session: Session, event: LanguageChosen) -> Turn:
    """Go on in another language; what stands there in the one before is closed.

    So nobody agrees to a text in one language that was read in another.
    """
    if event.language == session.language:
        return _shown(replace(session, seen_at=event.at), event)
    return _shown(_moved(session, event, language=event.language, ticked=session.ticked), event)


def research_later(content: Content, session: Session, event: ResearchSet) -> Turn:
    """Switch research use on or off."""
    switched = replace(session, research=event.allowed, research_at=event.at, seen_at=event.at)
    switched = enrolled(content.questionnaire, switched)
    return Turn(switched, event, (Reply(Page.PRIVACY, session.language, "switched"),))


def plain(_content: Content, session: Session, event: PlainSet) -> Turn:
    """Switch 'a new message for each question' on or off."""
    switched = replace(session, plain=event.on, seen_at=event.at)
    return Turn(switched, event, (Reply(Page.PRIVACY, session.language, "switched"),))


def come_back(_content: Content, session: Session, event: Returned) -> Turn:
    """Show the present page once more, at the end of the chat."""
    return _shown(session, event, event.notice, new=True)


def stale(_content: Content, session: Session, event: StaleTapped) -> Turn:
    """Answer an old button kindly; the second half of a double tap needs no new message."""
    if event.repeated:
        return Turn(session, event, (replace(present(session, "saved"), new=False),))
    return _shown(session, event, "closed", new=True)


def closed(_content: Content, session: Session, event: Event) -> Turn:
    """An event that this step doesn't know, such as from a forged button: nothing moves."""
    return _shown(session, StaleTapped(event.at), "closed", new=True)


def not_understood(_content: Content, session: Session, event: NotUnderstood) -> Turn:
    """Say what can be read here, and show the present page."""
    notice = _CANT_BE_READ.get(event.kind, "not_understood")
    return _shown(session, event, notice, new=event.kind != TOO_MANY)


TOO_MANY, TOO_LONG = "too_many", "too_long"
"""Kinds of what can't be taken: more ticks than a question takes, more characters."""

_CANT_BE_READ = {"number": "not_a_number", "date": "not_a_date", TOO_MANY: TOO_MANY, TOO_LONG: TOO_LONG}


def urgent(_content: Content, session: Session, event: UrgentNoticed) -> Turn:
    """Show the card with numbers to call."""
    return Turn(session, event, (Reply(Page.URGENT, session.language, new=True),), counts=("urgent",))


def take(_content: Content, _session: Session, event: Moved) -> Turn:
    """Go on with another edition of the questionnaire, as the event says."""
    return Turn(event.session, event, (present(event.session, new=True),))


def erase(_content: Content, session: Session, event: ErasureConfirmed) -> Turn:
    """Erase everything."""
    return Turn(None, event, (Reply(Page.ERASING, session.language),), counts=("erased",), erase=True)
