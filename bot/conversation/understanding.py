"""What was heard, understood: every tap, command, word or sticker becomes exactly one event, in every step.

Law: total, and nothing typed comes out of here. Words are compared with the buttons of the present page and
with the words of urgent need, then dropped.
"""

import re
import unicodedata
from dataclasses import replace

from bot.conversation.content import Content
from bot.conversation.events import (
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
from bot.conversation.moves import present
from bot.conversation.replies import Page
from bot.conversation.route import FORM_ARM
from bot.conversation.session import ENDED, Session, Step, drawn
from bot.conversation.taps import Act, Tap, read
from bot.conversation.urgent import is_urgent
from bot.conversation.wording import word

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
        arm=_arm(content, event.seed),
    )


def _arm(content: Content, seed: str) -> dict[str, str]:
    """Return what chance decides for a session: when the second part is offered, and which form is asked."""
    arm = {}
    second, forms = content.questionnaire.second_part, content.questionnaire.asked
    if second and content.second:
        arm["second_part"] = drawn(seed, "second_part", second.offer)
    if len(forms) > 1:
        arm[FORM_ARM] = drawn(seed, FORM_ARM, forms)
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
    if said.isdecimal() and 1 <= int(said[:4]) <= len(labels):  # in any script's digits
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
    ids = [choice.id for choice in content.questionnaire.choices(item)]
    newest = session.answers[item].choice
    return tap.arg == ("" if newest is None else str(ids.index(newest)))
