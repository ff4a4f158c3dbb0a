"""What was heard, understood: every tap, command, word or sticker becomes exactly one event, in every step.

Law: total, and nothing typed comes out of here. Words are compared with the buttons of the present page and
with the words of urgent need, then dropped.
"""

import re
from collections.abc import Callable

from bot.conversation.content import Content
from bot.conversation.events import (
    Answered,
    Began,
    CheckAsked,
    Commanded,
    Consented,
    Continued,
    Corrected,
    EditAsked,
    ErasureConfirmed,
    Event,
    Heard,
    LanguageChosen,
    NotUnderstood,
    Nudged,
    PageAsked,
    PlainSet,
    Refused,
    ResearchSet,
    ResultAsked,
    Resumed,
    Returned,
    Sent,
    Skipped,
    StaleTapped,
    Started,
    Stopped,
    Tapped,
    TipAsked,
    TipRated,
    Typed,
    UrgentNoticed,
    WentBack,
)
from bot.conversation.events import Paused as PausedEvent
from bot.conversation.machine import present
from bot.conversation.replies import Page
from bot.conversation.route import route
from bot.conversation.session import ENDED, Session, Step, drawn, session_id
from bot.conversation.taps import Act, Tap, read
from bot.conversation.urgent import is_urgent
from bot.conversation.wording import consent_digest, word

COMMAND_PAGES = {
    "help": Page.HELP,
    "privacy": Page.PRIVACY,
    "mydata": Page.MYDATA,
    "forget": Page.ERASE,
    "language": Page.LANGUAGE,
}
PAGES_OF_BUTTONS = frozenset(
    {
        Page.HOW,
        Page.NOT_ME,
        Page.PERSON,
        Page.CLINICIAN,
        Page.SHARE,
        Page.GOODBYE,
        Page.PRIVACY,
        Page.MYDATA,
        Page.ERASE,
        Page.ERASE_SURE,
        Page.KEPT,
        Page.LANGUAGE,
        Page.CONSENT_WHOLE,
        Page.CONSENT,
        Page.RESULT,
        Page.HELP,
    }
)

_PAGES = {page.value: page for page in Page}


def named_session(heard: Heard) -> str | None:
    """Return the id of the session that a tap names, for the store to look at."""
    tap = read(heard.token) if isinstance(heard, Tapped) else None
    return tap.session if tap else None


def understand(content: Content, session: Session | None, heard: Heard) -> Event:
    """Return what the person did."""
    match heard:
        case Started():
            return _started(content, session, heard)
        case Commanded():
            return _commanded(session, heard)
        case Tapped():
            return _tapped(content, session, heard)
        case Typed():
            return _typed(content, session, heard)
        case Sent():
            return NotUnderstood(heard.at, heard.kind)
        case Nudged():
            return Returned(heard.at, "nudge")


def begun(content: Content, event: Began) -> Began:
    """Fill in what today's content decides for an interview that begins.

    The edition and the arms drawn from its seed.
    """
    second = content.questionnaire.second_part
    arm = {"second_part": drawn(event.seed, "second_part", second.offer)} if second and content.second else {}
    return Began(
        at=event.at,
        seed=event.seed,
        channel=event.channel,
        language=content.spoken(event.language),
        questionnaire=content.questionnaire.id,
        edition=content.edition.digest,
        organisation=content.organisation.id,
        arm=arm,
        invite=event.invite,
        follows=event.follows,
        consent=event.consent,
        research=event.research,
        plain=event.plain,
    )


# ---------------------------------------------------------------- commands and words


def _started(content: Content, session: Session | None, heard: Started) -> Event:
    if session is None:
        return _fresh(content, heard.at, heard.seed, heard.channel, heard.language or "")
    if session.step in ENDED:
        return PageAsked(heard.at, Page.AGAIN)
    if session.step is Step.PAUSED:
        return Resumed(heard.at)
    return Returned(heard.at, "welcome_back" if session.consent else None)


def _fresh(content: Content, at: object, seed: str, channel: str, language: str) -> Began:
    return Began(
        at=at,  # type: ignore[arg-type]
        seed=seed,
        channel=channel,
        language=language,
        questionnaire=content.questionnaire.id,
        edition="",
        organisation=content.organisation.id,
        arm={},
    )


def _commanded(session: Session | None, heard: Commanded) -> Event:
    page = COMMAND_PAGES.get(heard.command)
    if page is not None:
        return PageAsked(heard.at, page)
    if session is not None and heard.command == "stop" and session.step not in ENDED:
        return Stopped(heard.at)
    if session is not None and heard.command == "resume":
        waits = session.step in {Step.PAUSED, Step.STOPPED}
        return Resumed(heard.at) if waits else Returned(heard.at)
    return Returned(heard.at) if heard.command == "stop" else NotUnderstood(heard.at, "command")


def _typed(content: Content, session: Session | None, heard: Typed) -> Event:
    if is_urgent(content.phrasebook, heard.text):
        return UrgentNoticed(heard.at)
    if session is None:
        return NotUnderstood(heard.at, "text")
    buttons = [one for one in word(content, session, present(session)).buttons if one.token]
    token = meant([one.label for one in buttons], heard.text)
    if token is None:
        return NotUnderstood(heard.at, "text")
    return _tapped(content, session, Tapped(heard.at, buttons[token].token or "", heard.seed))


def meant(labels: list[str], text: str) -> int | None:
    """Return the place of the button that somebody's words mean: its number or its label.

    Whatever the case.
    """
    said = _plain(text)
    named = [place for place, label in enumerate(labels) if _plain(label) == said]
    if named:
        return named[0]
    if said.isascii() and said.isdigit() and 1 <= int(said[:4]) <= len(labels):
        return int(said[:4]) - 1
    return None


def _plain(text: str) -> str:
    """Return letters, digits and inner spaces in one case: a mark before or after a label doesn't count."""
    return re.sub(r"^\W+|\W+$", "", text).casefold()


# ---------------------------------------------------------------- taps


def _tapped(content: Content, session: Session | None, heard: Tapped) -> Event:
    tap = read(heard.token)
    if tap is None or session is None or tap.session != session.id:
        return StaleTapped(heard.at)
    anytime = _ANYTIME.get(tap.act)
    event = anytime(content, session, tap, heard) if anytime else None
    if event is not None:
        return event
    if tap.revision == session.revision:
        meaning = _LIVE.get(tap.act)
        event = meaning(content, session, tap, heard) if meaning else None
        if event is not None:
            return event
    return StaleTapped(heard.at, repeated=_repeated(session, tap))


def _repeated(session: Session, tap: Tap) -> bool:
    """Tell the second half of a double tap from an old button."""
    return tap.revision == session.revision - 1 and tap.act in {Act.CHOOSE, Act.SKIP, Act.AGREE, Act.RESEARCH}


Meaning = Callable[[Content, Session, Tap, Tapped], Event | None]


def _choose(content: Content, session: Session, tap: Tap, heard: Tapped) -> Event | None:
    if session.item is None or session.step not in {Step.ASKING, Step.EDITING}:
        return None
    choices = content.questionnaire.choices(session.item)
    place = _place(tap, len(choices))
    return None if place is None else Answered(heard.at, session.item, choices[place].id)


def _skip(content: Content, session: Session, _tap: Tap, heard: Tapped) -> Event | None:
    if session.item is None or content.questionnaire.item(session.item).required:
        return None
    return Skipped(heard.at, session.item) if session.step in {Step.ASKING, Step.EDITING} else None


def _edit(content: Content, session: Session, tap: Tap, heard: Tapped) -> Event | None:
    asked = route(content.questionnaire, session.answers)
    place = _place(tap, len(asked))
    return EditAsked(heard.at, asked[place]) if place is not None and session.step is Step.CHECKING else None


def _agree(content: Content, session: Session, _tap: Tap, heard: Tapped) -> Event | None:
    if session.step is not Step.CONSENT:
        return None
    return Consented(heard.at, consent_digest(content, session.language), session.language)


def _refuse(reason: str) -> Meaning:
    def meaning(_content: Content, session: Session, _tap: Tap, heard: Tapped) -> Event | None:
        return Refused(heard.at, reason) if session.step is Step.CONSENT else None

    return meaning


def _research(_content: Content, session: Session, tap: Tap, heard: Tapped) -> Event | None:
    return ResearchSet(heard.at, tap.arg == "1") if session.step is Step.RESEARCH else None


def _simple(kind: Callable[..., Event], *steps: Step) -> Meaning:
    def meaning(_content: Content, session: Session, _tap: Tap, heard: Tapped) -> Event | None:
        return kind(heard.at) if session.step in steps else None

    return meaning


def _language(content: Content, _session: Session, tap: Tap, heard: Tapped) -> Event | None:
    place = _place(tap, len(content.languages))
    return None if place is None else LanguageChosen(heard.at, content.languages[place])


def _page(_content: Content, session: Session, tap: Tap, heard: Tapped) -> Event | None:
    page = _PAGES.get(tap.arg)
    if page in {Page.CONSENT, Page.CONSENT_WHOLE}:
        return PageAsked(heard.at, page) if session.step is Step.CONSENT else None
    if page in {Page.RESULT, Page.HOW, Page.NOT_ME, Page.CLINICIAN, Page.GOODBYE}:
        return PageAsked(heard.at, page) if session.step is Step.RESULT else None
    return PageAsked(heard.at, page) if page in PAGES_OF_BUTTONS else None


def _switch(_content: Content, session: Session, tap: Tap, heard: Tapped) -> Event | None:
    """A switch on the privacy page says what it turns to, so a second tap changes nothing."""
    if tap.arg == "m":
        return PlainSet(heard.at, on=True)
    if tap.arg == "e":
        return PlainSet(heard.at, on=False)
    if session.consent and tap.arg in {"on", "off"}:
        return ResearchSet(heard.at, tap.arg == "on")
    return None


def _resume(_content: Content, session: Session, _tap: Tap, heard: Tapped) -> Event | None:
    return Resumed(heard.at) if session.step in {Step.PAUSED, Step.STOPPED} else Returned(heard.at)


def _stop(_content: Content, session: Session, _tap: Tap, heard: Tapped) -> Event | None:
    return None if session.step in ENDED else Stopped(heard.at)


def _here(_content: Content, _session: Session, _tap: Tap, heard: Tapped) -> Event | None:
    return Returned(heard.at)


def _erase(_content: Content, _session: Session, _tap: Tap, heard: Tapped) -> Event | None:
    return ErasureConfirmed(heard.at)


def _tip(content: Content, session: Session, tap: Tap, heard: Tapped) -> Event | None:
    place = _place(tap, len(content.questionnaire.topics))
    return TipAsked(heard.at, place) if place is not None and session.step is Step.RESULT else None


def _rate(*, helpful: bool) -> Meaning:
    def meaning(content: Content, session: Session, tap: Tap, heard: Tapped) -> Event | None:
        place = _place(tap, len(content.questionnaire.topics))
        rated = place is not None and session.step is Step.RESULT
        return TipRated(heard.at, place, helpful) if rated and place is not None else None

    return meaning


def _correct(content: Content, session: Session, tap: Tap, heard: Tapped) -> Event | None:
    segments = content.questionnaire.segments
    place = _place(tap, len(segments))
    if place is None or session.step is not Step.RESULT:
        return None
    return Corrected(heard.at, segments[place].id)


def _second(content: Content, session: Session, _tap: Tap, heard: Tapped) -> Event | None:
    due = {"before": Step.READY, "after": Step.RESULT}.get(session.arm.get("second_part", ""))
    if content.second is None or session.step is not due:
        return None
    return Began(
        at=heard.at,
        seed=f"second:{session.seed}",
        channel=session.channel,
        language=session.language,
        questionnaire=content.second.questionnaire.id,
        edition="",
        organisation=session.organisation,
        arm={},
        invite=session.invite,
        follows=session.id,
        consent=session.consent,
        research=session.research,
        plain=session.plain,
    )


def second_session(session: Session) -> str:
    """Return the id that the second part of an interview has, begun or not."""
    return session_id(f"second:{session.seed}")


def _again(content: Content, session: Session, _tap: Tap, heard: Tapped) -> Event | None:
    if session.step not in ENDED or not heard.seed:
        return None
    return _fresh(content, heard.at, heard.seed, session.channel, session.language)


def _place(tap: Tap, length: int) -> int | None:
    place = int(tap.arg) if tap.arg.isascii() and tap.arg.isdigit() else -1
    return place if 0 <= place < length else None


_LIVE: dict[Act, Meaning] = {
    Act.BEGIN: _simple(Continued, Step.WELCOME),
    Act.AGREE: _agree,
    Act.UNDER_AGE: _refuse("under_age"),
    Act.DECLINE: _refuse("declined"),
    Act.RESEARCH: _research,
    Act.CHOOSE: _choose,
    Act.SKIP: _skip,
    Act.BACK: _simple(WentBack, Step.ASKING, Step.READY, Step.CHECKING, Step.EDITING),
    Act.PAUSE: _simple(PausedEvent, Step.ASKING, Step.READY, Step.CHECKING, Step.EDITING, Step.RESEARCH),
    Act.RESULT: _simple(ResultAsked, Step.READY, Step.CHECKING),
    Act.CHECK: _simple(CheckAsked, Step.READY),
    Act.EDIT: _edit,
}
"""Taps that move the interview: only at the revision they were offered at."""

_ANYTIME: dict[Act, Meaning] = {
    Act.LANGUAGE: _language,
    Act.PAGE: _page,
    Act.PLAIN: _switch,
    Act.RESUME: _resume,
    Act.STOP: _stop,
    Act.HERE: _here,
    Act.ERASE: _erase,
    Act.TIP: _tip,
    Act.HELPFUL: _rate(helpful=True),
    Act.UNHELPFUL: _rate(helpful=False),
    Act.CORRECT: _correct,
    Act.SECOND: _second,
    Act.AGAIN: _again,
}
"""Taps that say what they turn to, so that once or twice is the same."""
