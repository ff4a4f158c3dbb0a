"""What needn't be said any more once something newer is."""

from collections.abc import Sequence
from typing import Final

from bot.conversation.moves import PRESENT
from bot.conversation.replies import Message, Page, Reply
from bot.conversation.session import Session
from bot.conversation.taps import read

STANDING: Final = frozenset({*PRESENT.values(), Page.NOBODY})
"""Pages that only show where an interview stands."""

Says = Sequence[Message] | Sequence[Reply]


def makes_moot(newer: Says, older: Says, *, below: bool) -> bool:
    """Tell whether both replace the living message, or both only show where the interview stands.

    `below` says that the newer goes beneath what the person wrote.
    """
    both = (*older, *newer)
    in_place = not below and not any(one.new for one in both)
    return in_place or all(one.page in STANDING for one in both)


def is_past(message: Message, session: Session | None) -> bool:
    """Tell whether a page only shows where an interview stood before."""
    if session is None or message.page not in STANDING:
        return False
    taps = [read(button.token) for button in message.buttons if button.token]
    return any(tap and tap.session == session.id and tap.revision < session.revision for tap in taps)
