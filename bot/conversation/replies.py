"""What we answer: a `Reply` is what we mean, a `Message` is its words and buttons.

A `Turn` is one event taken to its replies.
"""

from dataclasses import dataclass
from enum import StrEnum
from functools import cache

from pydantic import TypeAdapter

from bot.conversation.events import Event
from bot.conversation.session import Session


class Page(StrEnum):
    """Every page that a person can see; `pages.py` words each of them."""

    WELCOME = "welcome"
    CONSENT = "consent"
    CONSENT_WHOLE = "consent_whole"
    RESEARCH = "research"
    QUESTION = "question"
    READY = "ready"
    CHECK = "check"
    RESULT = "result"
    HOW = "how"
    NOT_ME = "not_me"
    CORRECTED = "corrected"
    TIP = "tip"
    NO_MORE_TIPS = "no_more_tips"
    PERSON = "person"
    CLINICIAN = "clinician"
    SHARE = "share"
    GOODBYE = "goodbye"
    LONGER = "longer"  # yes to the longer form; what it will be like
    RETEST = "retest"  # the time has come to be asked again
    PAUSED = "paused"
    STOPPED = "stopped"
    AGAIN = "again"
    LANGUAGE = "language"
    PRIVACY = "privacy"
    MYDATA = "mydata"
    ERASE = "erase"
    ERASE_SURE = "erase_sure"
    KEPT = "kept"
    ERASING = "erasing"
    ERASED = "erased"
    UNDER_AGE = "under_age"
    DECLINED = "declined"
    HELP = "help"
    URGENT = "urgent"
    NOBODY = "nobody"  # no interview is under way
    RESTING = "resting"  # the organisation lets no interview begin now
    SORRY = "sorry"  # a fault of ours


@dataclass(frozen=True, slots=True)
class Reply:
    """A page that is owed to a person."""

    page: Page
    language: str
    notice: str | None = None  # key of a phrase: a line above the page, and the toast of a tap
    number: int = 0  # the tip shown, or nothing
    new: bool = False  # at the end of the chat, not in place of the present page


@dataclass(frozen=True, slots=True)
class Turn:
    """One event taken to its replies: everything that `save` stores in one transaction."""

    session: Session | None  # None: nothing is stored of this person (any more)
    event: Event
    replies: tuple[Reply, ...]
    counts: tuple[str, ...] = ()  # names counted once for the day, of nobody
    erase: bool = False  # everything of this person goes


@dataclass(frozen=True, slots=True)
class Button:
    """Something to tap: a token for us, an address to open, or a text to copy."""

    label: str
    token: str | None = None
    url: str | None = None
    copy: str | None = None


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that goes with a message."""

    name: str
    body: bytes


@dataclass(frozen=True, slots=True)
class Entry:
    """An answer that is typed: what of, and the token that says where it was asked for."""

    kind: str  # number | date | text
    token: str
    label: str  # of the button that sends it, where typing needs one
    longest: int | None = None


@dataclass(frozen=True, slots=True)
class Message:
    """What a channel shows: text with `**bold**` as its only markup, and rows of buttons."""

    page: Page
    text: str
    rows: tuple[tuple[Button, ...], ...] = ()
    toast: str | None = None
    new: bool = False
    attachment: Attachment | None = None
    entry: Entry | None = None

    @property
    def buttons(self) -> tuple[Button, ...]:
        """Return every button, from top to bottom."""
        return tuple(button for row in self.rows for button in row)


@cache
def _adapter() -> TypeAdapter[tuple[Reply, ...]]:
    """Return what reads and writes replies, made when it is first needed: that takes its time."""
    return TypeAdapter(tuple[Reply, ...])


def dump_replies(replies: tuple[Reply, ...]) -> bytes:
    """Return replies as JSON."""
    return _adapter().dump_json(replies, exclude_defaults=True)


def parse_replies(body: bytes | str) -> tuple[Reply, ...]:
    """Return the replies that `dump_replies` wrote."""
    return _adapter().validate_json(body)
