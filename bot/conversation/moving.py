"""Taking an open interview to another edition of its questionnaire: what carries over, what is asked again.

Law: an answer is carried over only where the question, its choices and their values are the same in every
respect that the person saw or that is counted. Who agreed to one consent text never goes on under another.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from bot.conversation.events import Moved
from bot.conversation.route import FORM_ARM, following, form_of, route
from bot.conversation.session import ENDED, Session, Step
from bot.questionnaire.model import Edition, Item, Questionnaire
from bot.scoring.adaptive import Asked, standings_of


class Kind(StrEnum):
    """What taking an interview to the newer edition does to it."""

    SAFE = "safe"  # nothing that was asked, or that its result is made from, has changed
    RE_SCORE = "re-score"  # every answer carries over; the result will be made in another way
    RE_ASK = "re-ask"  # some answers don't carry over, and are asked again where they are still wanted
    STAY = "stay"  # it ends on the edition it began with


@dataclass(frozen=True, slots=True)
class Move:
    """What becomes of one interview."""

    kind: Kind
    event: Moved | None = None  # None: it stays
    why: str = ""  # it stays: because of its consent, language, form or end


def move(old: Edition, new: Edition, session: Session, at: datetime) -> Move:
    """Return what taking an interview from its edition to another one does to it."""
    why = _stays(old, new, session)
    if why:
        return Move(Kind.STAY, why=why)
    lost = tuple(item for item in session.answers if not _same(old, new, item, session.language))
    moved = _moved(old.questionnaire, new, session, lost)
    if lost:
        kind = Kind.RE_ASK
    elif _counting(old.questionnaire) == _counting(new.questionnaire):
        kind = Kind.SAFE
    else:
        kind = Kind.RE_SCORE
    return Move(kind, Moved(at, new.digest, lost, moved))


def _stays(old: Edition, new: Edition, session: Session) -> str:
    if session.step in ENDED:
        return "ended"
    if session.language not in new.languages:
        return "language"
    if session.consent is not None and _consent(old, session) != _consent(new, session):
        return "consent"
    form = session.arm.get(FORM_ARM)
    return "form" if form and form not in {one.id for one in new.questionnaire.forms} else ""


def _consent(edition: Edition, session: Session) -> object:
    language = session.consent.language if session.consent else session.language
    texts = edition.texts.get(language)
    return texts and (texts.consent, edition.questionnaire.consent.minimum_age)


def _same(old: Edition, new: Edition, item: str, language: str) -> bool:
    """Say whether an item is the same for somebody who answered it in a language."""
    before, after = (one.questionnaire.items_by_id.get(item) for one in (old, new))
    if before is None or after is None:
        return False
    return _seen(old, before, language) == _seen(new, after, language)


def _seen(edition: Edition, item: Item, language: str) -> tuple[object, ...]:
    texts, answers = edition.texts[language], edition.questionnaire.answers.get(item.answers)
    words = texts.items[item.id], texts.labels.get(item.answers), texts.prompts.get(item.answers)
    values = [(choice.id, choice.value) for choice in answers.choices] if answers else []
    ways = answers.model_dump(exclude={"prompt", "choices"}) if answers else {}  # the kind, and its limits
    return *words, values, ways, item.model_dump(exclude=_UNSEEN)


_UNSEEN = {"text", "answers", "reverse", "required", "show_if", "sensitivity", "source", "licence"}
_COUNTING = frozenset({"scales", "segments", "model", "forms", "asked", "quality"})


def _counting(questionnaire: Questionnaire) -> Mapping[str, Any]:
    """Return what a result is made from, with the direction in which each item counts."""
    made = questionnaire.model_dump(include=set(_COUNTING))
    for segment in made["segments"]:
        for words in ("name", "said_as", "bar", "clinician"):
            del segment[words]
    made["items"] = [(item.id, item.reverse, item.show_if) for item in questionnaire.items]
    return made


# ---------------------------------------------------------------- the interview in its new edition


def _moved(old: Questionnaire, new: Edition, session: Session, lost: tuple[str, ...]) -> Session:
    """Return the session with the newer edition, at its first open item; old buttons are closed."""
    kept = {item: answer for item, answer in session.answers.items() if item not in lost}
    moved = replace(
        session,
        edition=new.digest,
        revision=session.revision + 1,
        answers=kept,
        asked=_asked(old, new.questionnaire, session, kept),
        item=None,
        ticked=None,
    )
    back, step = (_step(new.questionnaire, moved, one) for one in (session.resume_to, session.step))
    moved = replace(moved, resume_to=back, step=step or session.step)
    return replace(moved, item=_item(new.questionnaire, moved))


_AMONG_QUESTIONS = frozenset({Step.ASKING, Step.READY, Step.CHECKING, Step.EDITING})


def _step(new: Questionnaire, moved: Session, step: Step | None) -> Step | None:
    if step not in _AMONG_QUESTIONS:
        return step
    if following(new, moved) is not None:
        return Step.ASKING
    return Step.CHECKING if step in {Step.CHECKING, Step.EDITING} else Step.READY


def _item(new: Questionnaire, moved: Session) -> str | None:
    return following(new, moved) if _AMONG_QUESTIONS & {moved.step, moved.resume_to} else None


def _asked(
    old: Questionnaire, new: Questionnaire, session: Session, kept: Mapping[str, object]
) -> tuple[Asked, ...]:
    """Return what was asked so far as the newer model believes it; nothing where the newer form is fixed."""
    if form_of(new, session.arm).rule is None:
        return ()
    chance = {one.item: one.by_chance for one in session.asked}
    choices: dict[str, str | None] = {}
    asked = []
    for item in (item for item in route(old, session) if item in kept):
        choices[item] = session.answers[item].choice
        asked.append(standings_of(new).believed(item, choices, by_chance=chance.get(item, False)))
    return tuple(asked)
