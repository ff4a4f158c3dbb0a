"""What an interview is at one moment: a frozen value, and the only thing that is ever resumed.

A session is the fold of its events (`machine.fold`). It holds ids, never labels or words that somebody typed.
"""

import base64
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import datetime
from enum import StrEnum
from functools import cache
from operator import attrgetter
from typing import Any, Final

from pydantic import TypeAdapter

from bot.questionnaire.model import ticked
from bot.scoring.adaptive import Asked
from bot.scoring.segments import Verdict


class Step(StrEnum):
    """Where an interview stands."""

    WELCOME = "welcome"  # who asks, in which language
    CONSENT = "consent"  # 18 or older and agrees, or not
    RESEARCH = "research"  # may researchers use the answers
    ASKING = "asking"  # one question
    READY = "ready"  # the last question is answered
    CHECKING = "checking"  # the list of answers
    EDITING = "editing"  # one answer from that list
    RESULT = "result"  # the result was shown; tips
    PAUSED = "paused"  # left with the wish to come back
    STOPPED = "stopped"  # left for good; the answers stay until erased


CONSENTED = frozenset(Step) - {Step.WELCOME, Step.CONSENT}
UNFINISHED = frozenset({Step.RESEARCH, Step.ASKING, Step.READY, Step.CHECKING, Step.EDITING, Step.PAUSED})
ENDED = frozenset({Step.RESULT, Step.STOPPED})


@dataclass(frozen=True, slots=True)
class Answer:
    """One item's answer, in the writing of its kind (`model.answers`); None: skipped or declined.

    It is the id of a choice for most items. A person's own words are sealed before they come here.
    """

    choice: str | None
    at: datetime
    edits: int = 0
    declined: bool = False  # "I prefer not to say"


@dataclass(frozen=True, slots=True)
class Consent:
    """What was agreed to: the text's SHA-256, its language, and when."""

    digest: str
    language: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Session:
    """One interview of one person with one edition."""

    id: str
    questionnaire: str
    edition: str
    organisation: str
    channel: str
    language: str
    seed: str
    began_at: datetime
    arm: Mapping[str, str] = field(default_factory=dict)
    invite: str | None = None
    brought: bool = False  # began with the link that people pass on
    follows: str | None = None
    step: Step = Step.WELCOME
    revision: int = 0
    item: str | None = None
    ticked: tuple[str, ...] | None = None  # of an item with several choices, until it is done
    answers: Mapping[str, Answer] = field(default_factory=dict)
    asked: tuple[Asked, ...] = ()  # the order asked, in an adaptive form; a fixed one needs none
    consent: Consent | None = None
    research: bool | None = None
    research_at: datetime | None = None
    plain: bool = False  # a new message for each question
    shown: Verdict | None = None
    correction: str | None = None
    ratings: Mapping[str, bool] = field(default_factory=dict)
    shared: bool = False  # took that link along
    resume_to: Step | None = None
    offers: Mapping[str, bool] = field(default_factory=dict)  # what was offered at the end: yes or no
    asked_again_at: datetime | None = None  # when the retest was proposed; that is done once
    ended_at: datetime | None = None
    seen_at: datetime | None = None


_NAMES: Final = tuple(field.name for field in fields(Session))
_PLACES: Final = {name: place for place, name in enumerate(_NAMES)}
_VALUES: Final = attrgetter(*_NAMES)


def revised(session: Session, **changes: Any) -> Session:
    """Return a session with some values changed: `dataclasses.replace`, in half the time, for every tap."""
    values = [*_VALUES(session)]
    for name, value in changes.items():
        values[_PLACES[name]] = value
    return Session(*values)


def ticks(session: Session) -> tuple[str, ...]:
    """Return what is ticked of the present item: as it was answered before, until a tick is changed."""
    if session.ticked is not None:
        return session.ticked
    before = session.answers.get(session.item or "")
    return ticked(before.choice) if before else ()


def session_id(seed: str) -> str:
    """Return the id of the session that a seed begins: 64 bits as 11 base64url characters."""
    digest = hashlib.sha256(f"session:{seed}".encode()).digest()
    return base64.urlsafe_b64encode(digest[:8]).rstrip(b"=").decode()


def drawn(seed: str, purpose: str, choices: tuple[str, ...]) -> str:
    """Draw one of the choices, always the same one for a seed and a purpose."""
    digest = hashlib.sha256(f"{purpose}:{seed}".encode()).digest()
    return choices[int.from_bytes(digest[:8]) % len(choices)]


@cache
def _adapter() -> TypeAdapter[Session]:
    """Return what reads and writes sessions, made when it is first needed: that takes its time."""
    return TypeAdapter(Session)


def dump(session: Session) -> bytes:
    """Return a session as compact JSON."""
    return _adapter().dump_json(session, exclude_defaults=True)


def parse(body: bytes | str) -> Session:
    """Return the session that `dump` wrote."""
    return _adapter().validate_json(body)
