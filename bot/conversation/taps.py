"""A tap as a token of at most 64 bytes, and back.

A token is a look-up key, never a permission: it carries the session, the revision it was offered at and
what it means, and is checked against the person's own session. It is untrusted text, and holds no answer in
clear meaning: a choice is its place in the list.
"""

import re
from dataclasses import dataclass
from enum import StrEnum

MAX_TOKEN_BYTES = 64  # Telegram's limit for callback_data


class Act(StrEnum):
    """What a button does; the code is all that travels."""

    BEGIN = "b"
    LANGUAGE = "l"
    OFFER = "w"
    AGREE = "y"
    UNDER_AGE = "u"
    DECLINE = "n"
    RESEARCH = "r"
    CHOOSE = "c"
    BACK = "z"
    SKIP = "s"
    PAUSE = "p"
    RESUME = "m"
    STOP = "x"
    RESULT = "v"
    CHECK = "k"
    EDIT = "e"
    TIP = "t"
    HELPFUL = "h"
    UNHELPFUL = "g"
    CORRECT = "q"
    SECOND = "d"
    AGAIN = "a"
    PLAIN = "f"
    PAGE = "o"
    HERE = "i"
    ERASE = "j"


DONE, ENTERS, DECLINES = "done", "typed", "declines"
"""What a tap that chooses or skips says beside a place: all is ticked, it is typed, "I prefer not to say"."""


@dataclass(frozen=True, slots=True)
class Tap:
    """A token read: which session, offered at which revision, and what it means."""

    session: str
    revision: int
    act: Act
    arg: str = ""


_CODES = frozenset(act.value for act in Act)
_TOKEN = re.compile(r"1\.([A-Za-z0-9_-]{11})\.(\d{1,7})\.([a-z])(?:\.([a-z0-9_]{1,20}))?", re.ASCII)


def token(session: str, revision: int, act: Act, arg: str | int = "") -> str:
    """Return the token of a button."""
    tail = f".{arg}" if arg != "" else ""
    return f"1.{session}.{revision}.{act}{tail}"


def read(text: str) -> Tap | None:
    """Return what a token means, or None where it isn't one of ours."""
    match = _TOKEN.fullmatch(text)
    if match is None or match[3] not in _CODES:
        return None
    return Tap(match[1], int(match[2]), Act(match[3]), match[4] or "")
