"""What each button means in each step: one table for taps that move the interview, one for all others.

Law: a token is untrusted. It means something only where the step, the place in the list and the session
agree.
"""

from collections.abc import Callable
from datetime import datetime

from bot.conversation.content import Content
from bot.conversation.events import (
    Answered,
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
    Stopped,
    Tapped,
    Ticked,
    TipAsked,
    TipRated,
    WentBack,
)
from bot.conversation.moves import TOO_MANY
from bot.conversation.offers import OFFERS, begins, offer
from bot.conversation.replies import Page
from bot.conversation.route import SECOND_ARM, route
from bot.conversation.session import ENDED, Session, Step, ticks
from bot.conversation.taps import DECLINES, DONE, Act, Tap
from bot.conversation.wording import consent_digest
from bot.questionnaire.model import SEVERAL, AnyAnswers, SeveralChoices

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

Meaning = Callable[[Content, Session, Tap, Tapped], Event | None]


def _choose(content: Content, session: Session, tap: Tap, heard: Tapped) -> Event | None:
    if session.item is None or session.step not in {Step.ASKING, Step.EDITING}:
        return None
    answers = content.questionnaire.answered(session.item)
    if tap.arg == DONE:
        said = _done(answers, session)
        return None if said is None else Answered(heard.at, session.item, said)
    if isinstance(answers, SeveralChoices):
        return _tick(answers, session, tap, heard)
    place = _place(tap.arg, len(answers.choices))
    return None if place is None else Answered(heard.at, session.item, answers.choices[place].id)


def _done(answers: AnyAnswers, session: Session) -> str | None:
    """Return all that is ticked, or what stands there already, where that is an answer."""
    if isinstance(answers, SeveralChoices):
        chosen = ticks(session)
        return SEVERAL.join(chosen) if answers.takes(chosen) else None
    before = session.answers.get(session.item or "")
    return before.choice if before else None


def _tick(answers: SeveralChoices, session: Session, tap: Tap, heard: Tapped) -> Event | None:
    """A tick says what it turns to, so that a second tap changes nothing."""
    named, _, on = tap.arg.partition("_")
    place = _place(named, len(answers.choices))
    if place is None or on not in {"0", "1"} or session.item is None:
        return None
    choice, chosen = answers.choices[place].id, set(ticks(session)) - set(answers.exclusive)
    adds = on == "1" and choice not in chosen and choice not in answers.exclusive
    if adds and answers.most is not None and len(chosen) >= answers.most:
        return NotUnderstood(heard.at, TOO_MANY)
    return Ticked(heard.at, session.item, choice, on == "1")


def _skip(content: Content, session: Session, tap: Tap, heard: Tapped) -> Event | None:
    if session.item is None or session.step not in {Step.ASKING, Step.EDITING}:
        return None
    item = content.questionnaire.item(session.item)
    if tap.arg == DECLINES:
        return Declined(heard.at, item.id) if item.prefer_not_to_say else None
    return None if item.required else Skipped(heard.at, item.id)


def _edit(content: Content, session: Session, tap: Tap, heard: Tapped) -> Event | None:
    asked = route(content.questionnaire, session)
    place = _place(tap.arg, len(asked))
    return EditAsked(heard.at, asked[place]) if place is not None and session.step is Step.CHECKING else None


def _agree(content: Content, session: Session, _tap: Tap, heard: Tapped) -> Event | None:
    if session.step is not Step.CONSENT:
        return None
    return Consented(heard.at, consent_digest(content, session.language, session), session.language)


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
    place = _place(tap.arg, len(content.languages))
    return None if place is None else LanguageChosen(heard.at, content.languages[place])


def _page(_content: Content, session: Session, tap: Tap, heard: Tapped) -> Event | None:
    page = _PAGES.get(tap.arg)
    if page in {Page.CONSENT, Page.CONSENT_WHOLE}:
        return PageAsked(heard.at, page) if session.step is Step.CONSENT else None
    if page is Page.SHARE and session.step is Step.RESULT and not session.shared:
        return Shared(heard.at)
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


def _erase(_content: Content, session: Session, tap: Tap, heard: Tapped) -> Event | None:
    """Erase on the second yes; a yes from long ago is asked again."""
    asked_just_now = tap.revision == session.revision
    return ErasureConfirmed(heard.at) if asked_just_now else PageAsked(heard.at, Page.ERASE)


def _tip(content: Content, session: Session, tap: Tap, heard: Tapped) -> Event | None:
    tips = len(content.questionnaire.topics)
    place = _place(tap.arg, tips + 1 if tips else 0)
    if place is None or session.step is not Step.RESULT:
        return None
    return TipAsked(heard.at, place) if place < tips else PageAsked(heard.at, Page.NO_MORE_TIPS)


def _rate(*, helpful: bool) -> Meaning:
    def meaning(content: Content, session: Session, tap: Tap, heard: Tapped) -> Event | None:
        place = _place(tap.arg, len(content.questionnaire.topics))
        rated = place is not None and session.step is Step.RESULT
        return TipRated(heard.at, place, helpful) if rated and place is not None else None

    return meaning


def _correct(content: Content, session: Session, tap: Tap, heard: Tapped) -> Event | None:
    segments = content.questionnaire.segments
    place = _place(tap.arg, len(segments))
    if place is None or session.step is not Step.RESULT:
        return None
    return Corrected(heard.at, segments[place].id)


def _part(content: Content, session: Session, tap: Tap, heard: Tapped) -> Event | None:
    """A part that follows: the second one, or what was offered at the end and wanted."""
    if tap.arg in OFFERS:
        return begins(content.questionnaire, session, tap.arg, heard.at)
    return _second(content, session, heard)


def _offer(content: Content, session: Session, tap: Tap, heard: Tapped) -> Event | None:
    """A yes or no to an offer that stands there, or that was answered before."""
    name, _, said = tap.arg.partition("_")
    stands = offer(content.questionnaire, session) == name or name in session.offers
    return OfferAnswered(heard.at, name, said == "yes") if stands and name in OFFERS else None


def _second(content: Content, session: Session, heard: Tapped) -> Event | None:
    due = {"before": Step.READY, "after": Step.RESULT}.get(session.arm.get(SECOND_ARM, ""))
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


def _again(content: Content, session: Session, _tap: Tap, heard: Tapped) -> Event | None:
    if session.step not in ENDED or not heard.seed:
        return None
    return fresh(content, heard.at, heard.seed, session.channel, session.language)


def _place(arg: str, length: int) -> int | None:
    place = int(arg) if arg.isascii() and arg.isdigit() else -1
    return place if 0 <= place < length else None


LIVE: dict[Act, Meaning] = {
    Act.BEGIN: _simple(Continued, Step.WELCOME),
    Act.AGREE: _agree,
    Act.UNDER_AGE: _refuse("under_age"),
    Act.DECLINE: _refuse("declined"),
    Act.RESEARCH: _research,
    Act.CHOOSE: _choose,
    Act.SKIP: _skip,
    Act.BACK: _simple(WentBack, Step.ASKING, Step.READY, Step.CHECKING, Step.EDITING),
    Act.PAUSE: _simple(Paused, Step.ASKING, Step.READY, Step.CHECKING, Step.EDITING, Step.RESEARCH),
    Act.RESULT: _simple(ResultAsked, Step.READY, Step.CHECKING),
    Act.CHECK: _simple(CheckAsked, Step.READY),
    Act.EDIT: _edit,
}
"""Taps that move the interview: only at the revision they were offered at."""

ANYTIME: dict[Act, Meaning] = {
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
    Act.SECOND: _part,
    Act.OFFER: _offer,
    Act.AGAIN: _again,
}
"""Taps that say what they turn to, so that once or twice is the same."""


def fresh(content: Content, at: datetime, seed: str, channel: str, language: str) -> Began:
    """Return the beginning of a new interview; `begun` fills in what today's content decides."""
    return Began(
        at=at,
        seed=seed,
        channel=channel,
        language=language,
        questionnaire=content.questionnaire.id,
        edition="",
        organisation=content.organisation.id,
        arm={},
    )
