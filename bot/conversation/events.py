"""What was heard, and what it means: `Heard` comes from a channel, an `Event` is what a person or time did.

`understanding.understand` turns the first into the second and drops every typed word on the way. Events are
in the past tense and carry `at`; time and chance arrive in them. A *kept* event is stored in the session's
log, whose fold is the session; an event that isn't kept changes nothing.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import ClassVar

from bot.conversation.session import Answer, Consent, Session

# ---------------------------------------------------------------- heard: what a channel delivers


@dataclass(frozen=True, slots=True)
class Started:
    """The person pressed Start or sent /start, maybe with an invite code."""

    at: datetime
    seed: str
    channel: str
    language: str | None = None
    payload: str = ""


@dataclass(frozen=True, slots=True)
class Commanded:
    """The person sent a command: resume, language, privacy, mydata, forget, help or stop."""

    at: datetime
    command: str
    seed: str = ""


@dataclass(frozen=True, slots=True)
class Tapped:
    """The person tapped a button; the token is untrusted text."""

    at: datetime
    token: str
    seed: str = ""


@dataclass(frozen=True, slots=True)
class Typed:
    """The person typed something; in the clear, the words go no further than `understand`."""

    at: datetime
    text: str
    seed: str = ""
    token: str = ""  # of the page it was typed on, where the channel knows
    sealed: str = ""  # the same words, locked away, where the present question asks for words

    def __repr__(self) -> str:
        """Hide the words."""
        return f"Typed(at={self.at!r}, text=<{len(self.text)} characters>)"


@dataclass(frozen=True, slots=True)
class Sent:
    """The person sent something that isn't text: sticker, photo, voice, or an edited text."""

    at: datetime
    kind: str
    seed: str = ""


@dataclass(frozen=True, slots=True)
class Nudged:
    """We were deaf for a while; the present question is owed again."""

    at: datetime
    seed: str = ""


Heard = Started | Commanded | Tapped | Typed | Sent | Nudged

# ---------------------------------------------------------------- events


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened, at a time."""

    kept: ClassVar[bool] = True
    at: datetime


@dataclass(frozen=True, slots=True)
class Began(Event):
    """An interview began; everything that chance or the world decides for it is here."""

    seed: str
    channel: str
    language: str
    questionnaire: str
    edition: str
    organisation: str
    arm: Mapping[str, str]
    invite: str | None = None
    follows: str | None = None
    consent: Consent | None = None
    research: bool | None = None
    plain: bool = False
    brought: bool = False  # by the link that people pass on
    answers: Mapping[str, Answer] = field(default_factory=dict)  # taken over from the session that it follows


@dataclass(frozen=True, slots=True)
class LanguageChosen(Event):
    """The person chose a language."""

    language: str


@dataclass(frozen=True, slots=True)
class Continued(Event):
    """The person went on from the welcome page."""


@dataclass(frozen=True, slots=True)
class Consented(Event):
    """The person is old enough and agreed to this exact text."""

    digest: str
    language: str


@dataclass(frozen=True, slots=True)
class Refused(Event):
    """The person is under age, or said no; everything is erased but a count."""

    kept: ClassVar[bool] = False
    reason: str  # under_age | declined


@dataclass(frozen=True, slots=True)
class ResearchSet(Event):
    """The person switched research use on or off."""

    allowed: bool


@dataclass(frozen=True, slots=True)
class PlainSet(Event):
    """The person switched 'a new message for each question' on or off."""

    on: bool


@dataclass(frozen=True, slots=True)
class Answered(Event):
    """The person gave an answer: a choice, or what stands for another kind (see `session.Answer`)."""

    item: str
    choice: str


@dataclass(frozen=True, slots=True)
class Ticked(Event):
    """The person ticked one of several choices, or took the tick away; the item isn't answered yet."""

    item: str
    choice: str
    on: bool


@dataclass(frozen=True, slots=True)
class Declined(Event):
    """The person prefers not to say."""

    item: str


@dataclass(frozen=True, slots=True)
class Skipped(Event):
    """The person skipped an item."""

    item: str


@dataclass(frozen=True, slots=True)
class WentBack(Event):
    """The person went back one page."""


@dataclass(frozen=True, slots=True)
class Paused(Event):
    """The person paused."""


@dataclass(frozen=True, slots=True)
class Resumed(Event):
    """The person came back."""


@dataclass(frozen=True, slots=True)
class Stopped(Event):
    """The person stopped."""


@dataclass(frozen=True, slots=True)
class CheckAsked(Event):
    """The person wants to see the answers before the result."""


@dataclass(frozen=True, slots=True)
class EditAsked(Event):
    """The person wants to change one answer."""

    item: str


@dataclass(frozen=True, slots=True)
class ResultAsked(Event):
    """The person wants the result."""


@dataclass(frozen=True, slots=True)
class Corrected(Event):
    """The person says which segment fits better; stored apart from the model's verdict."""

    segment: str


@dataclass(frozen=True, slots=True)
class TipAsked(Event):
    """The person wants to see a tip, by its place in the list."""

    number: int


@dataclass(frozen=True, slots=True)
class TipRated(Event):
    """The person said whether a tip helps."""

    number: int
    helpful: bool


@dataclass(frozen=True, slots=True)
class OfferAnswered(Event):
    """The person said yes or no to what was offered at the end: the longer form, or the retest."""

    offer: str
    accepted: bool


@dataclass(frozen=True, slots=True)
class AskedAgain(Event):
    """The time of the retest has come, and it was proposed; the person had said yes to that."""


@dataclass(frozen=True, slots=True)
class Moved(Event):
    """An operator took the interview to another edition; no person's doing.

    It carries the session that it leaves, for what was heard before was about another edition.
    """

    edition: str
    again: tuple[str, ...]  # items whose answers don't carry over
    session: Session


@dataclass(frozen=True, slots=True)
class Shared(Event):
    """The person took the link along that others may begin with; with whom is never known."""


@dataclass(frozen=True, slots=True)
class PageAsked(Event):
    """The person asked for a page that changes nothing: help, privacy, mydata, erase and the like."""

    kept: ClassVar[bool] = False
    page: str


@dataclass(frozen=True, slots=True)
class Returned(Event):
    """The person is here again, or we are: the present page once more, as a new message."""

    kept: ClassVar[bool] = False
    notice: str | None = None


@dataclass(frozen=True, slots=True)
class StaleTapped(Event):
    """An old, double, forwarded or forged button."""

    kept: ClassVar[bool] = False
    repeated: bool = False  # the very tap that was just taken


@dataclass(frozen=True, slots=True)
class NotUnderstood(Event):
    """Something that isn't an answer: words, a sticker, a photo."""

    kept: ClassVar[bool] = False
    kind: str


@dataclass(frozen=True, slots=True)
class UrgentNoticed(Event):
    """Words of urgent need; only a count is kept."""

    kept: ClassVar[bool] = False


@dataclass(frozen=True, slots=True)
class ErasureConfirmed(Event):
    """The person confirmed twice that everything shall be erased."""

    kept: ClassVar[bool] = False
