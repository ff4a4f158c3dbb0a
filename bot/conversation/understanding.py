"""What was heard, understood: every tap, command, word or sticker becomes exactly one event, in every step.

Law: total, and nothing typed comes out of here in the clear, but a number or a day where one was asked for.
Words are compared with the buttons of the present page and with the words of urgent need, then dropped.
"""

import re
import unicodedata
from dataclasses import replace

from bot.conversation.content import Content
from bot.conversation.events import (
    Answered,
    Began,
    Commanded,
    Event,
    Heard,
    NotUnderstood,
    Nudged,
    PageAsked,
    Resumed,
    Returned,
    Sent,
    StaleTapped,
    Started,
    Stopped,
    Tapped,
    Typed,
    UrgentNoticed,
)
from bot.conversation.meanings import ANYTIME, LIVE, fresh
from bot.conversation.moves import TOO_LONG, present
from bot.conversation.replies import Page
from bot.conversation.route import ALLOWED, FORM_ARM, FREE_TEXT_ARM, SECOND_ARM
from bot.conversation.session import ENDED, Session, Step, drawn
from bot.conversation.taps import DECLINES, DONE, Act, Tap, read
from bot.conversation.typed import read_typed
from bot.conversation.urgent import is_urgent
from bot.conversation.wording import word
from bot.questionnaire.model import AnyAnswers, TextAnswer

COMMAND_PAGES = {
    "help": Page.HELP,
    "privacy": Page.PRIVACY,
    "mydata": Page.MYDATA,
    "forget": Page.ERASE,
    "language": Page.LANGUAGE,
}


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
    """Fill in what today's content decides for an interview: the edition, and the arms its seed draws."""
    return replace(
        event,
        language=content.spoken(event.language),
        questionnaire=content.questionnaire.id,
        edition=content.edition.digest,
        organisation=content.organisation.id,
        arm=event.arm or _arm(content, event.seed),
    )


def _arm(content: Content, seed: str) -> dict[str, str]:
    """Return what chance decides for a session: when the second part is offered, and which form is asked."""
    arm = {}
    second, forms = content.questionnaire.second_part, content.questionnaire.asked
    if second and content.second:
        arm[SECOND_ARM] = drawn(seed, SECOND_ARM, second.offer)
    if len(forms) > 1:
        arm[FORM_ARM] = drawn(seed, FORM_ARM, forms)
    if content.questionnaire.free_text and content.free_text:
        arm[FREE_TEXT_ARM] = ALLOWED
    return arm


# ---------------------------------------------------------------- commands and words


def _started(content: Content, session: Session | None, heard: Started) -> Event:
    if session is None:
        return fresh(content, heard.at, heard.seed, heard.channel, heard.language or "")
    if session.step in ENDED:
        return PageAsked(heard.at, Page.AGAIN)
    if session.step is Step.PAUSED:
        return Resumed(heard.at)
    return Returned(heard.at, "welcome_back" if session.consent else None)


def _commanded(session: Session | None, heard: Commanded) -> Event:
    page = COMMAND_PAGES.get(heard.command)
    if page is not None:
        return PageAsked(heard.at, page)
    if session is not None and heard.command == "stop" and session.step not in ENDED:
        return Stopped(heard.at)
    if session is not None and heard.command == "resume":
        waits = session.step in {Step.PAUSED, Step.STOPPED}
        return Resumed(heard.at) if waits else Returned(heard.at, "welcome_back" if session.consent else None)
    return Returned(heard.at) if heard.command == "stop" else NotUnderstood(heard.at, "command")


def _typed(content: Content, session: Session | None, heard: Typed) -> Event:
    if is_urgent(content.phrasebook, heard.text):
        return UrgentNoticed(heard.at)
    if session is None:
        return NotUnderstood(heard.at, "text")
    if heard.token and not _is_open(session, heard.token):
        return StaleTapped(heard.at)
    typed = _typed_answers(content, session)
    buttons = [one for one in word(content, session, present(session)).buttons if one.token]
    token = meant([one.label for one in buttons], heard.text, by_number=typed is None)
    if token is not None:
        return _tapped(content, session, Tapped(heard.at, buttons[token].token or "", heard.seed))
    return _entered(session, typed, heard) if typed else NotUnderstood(heard.at, "text")


def _is_open(session: Session, token: str) -> bool:
    tap = read(token)
    return tap is not None and (tap.session, tap.revision) == (session.id, session.revision)


def _typed_answers(content: Content, session: Session) -> AnyAnswers | None:
    """Return how the present question is answered, where that is by typing."""
    if session.item is None or session.step not in {Step.ASKING, Step.EDITING}:
        return None
    answers = content.questionnaire.answered(session.item)
    return None if answers.choices else answers


def _entered(session: Session, answers: AnyAnswers, heard: Typed) -> Event:
    """Return the answer that was typed; own words come sealed, or not at all."""
    if isinstance(answers, TextAnswer):
        if len(heard.text) > answers.max_length:
            return NotUnderstood(heard.at, TOO_LONG)
        said: str | None = heard.sealed if heard.text.strip() else None
    else:
        said = read_typed(answers, heard.text)
    return Answered(heard.at, session.item or "", said) if said else NotUnderstood(heard.at, answers.kind)


def meant(labels: list[str], text: str, *, by_number: bool = True) -> int | None:
    """Return the place of the button that somebody's words mean: its label, whatever the case, or its number.

    Where numbers are answers, they mean no button.
    """
    said = _plain(text)
    named = [place for place, label in enumerate(labels) if _plain(label) == said]
    if named:
        return named[0]
    if by_number and said.isdecimal() and 1 <= int(said[:4]) <= len(labels):  # in any script's digits
        return int(said[:4]) - 1
    return None


def _plain(text: str) -> str:
    """Return letters, digits and single spaces in one case: a mark before or after a label doesn't count.

    Unless there is nothing else, as in a label that is only an emoji.
    """
    spaced = " ".join(unicodedata.normalize("NFKC", text).casefold().split())
    return re.sub(r"^\W+|\W+$", "", spaced) or spaced


# ---------------------------------------------------------------- taps


def _tapped(content: Content, session: Session | None, heard: Tapped) -> Event:
    tap = read(heard.token)
    if tap is None or session is None or tap.session != session.id:
        return StaleTapped(heard.at)
    anytime = ANYTIME.get(tap.act)
    event = anytime(content, session, tap, heard) if anytime else None
    if event is not None:
        return event
    if tap.revision == session.revision:
        meaning = LIVE.get(tap.act)
        event = meaning(content, session, tap, heard) if meaning else None
        if event is not None:
            return event
    return StaleTapped(heard.at, repeated=_repeated(content, session, tap))


def _repeated(content: Content, session: Session, tap: Tap) -> bool:
    """Tell the second half of a double tap from an old button, and from another answer that came too late."""
    if tap.revision != session.revision - 1:
        return False
    match tap.act:
        case Act.AGREE:
            return session.step is Step.RESEARCH
        case Act.RESEARCH:
            return session.step in {Step.ASKING, Step.READY} and session.research is (tap.arg == "1")
        case Act.CHOOSE | Act.SKIP:
            return _is_newest_answer(content, session, tap)
        case _:
            return False


def _is_newest_answer(content: Content, session: Session, tap: Tap) -> bool:
    """Tell whether a tap says what was answered last; who went back meanwhile stands on an answered item."""
    if session.step not in {Step.ASKING, Step.READY, Step.CHECKING} or session.item in session.answers:
        return False
    item = max(session.answers, key=lambda one: session.answers[one].at, default=None)
    if item is None:
        return False
    newest = session.answers[item]
    if newest.choice is None:
        return tap.act is Act.SKIP and tap.arg == (DECLINES if newest.declined else "")
    ids = [choice.id for choice in content.questionnaire.choices(item)]
    place = str(ids.index(newest.choice)) if newest.choice in ids else DONE
    return tap.act is Act.CHOOSE and tap.arg == place
