"""Answers in a person's own words: sealed before the core sees them, opened only to be shown to that person.

Law: in the clear such words are only in the message they came in and in the pages of whoever wrote them. What
is stored, logged as an event or handed on is sealed for the very answer that it is (AES-256-GCM).
"""

import base64
from dataclasses import replace
from typing import TYPE_CHECKING

from bot.conversation.events import Heard, Typed
from bot.conversation.session import Answer, Session, Step
from bot.privacy import Keys, words_row
from bot.questionnaire.model import TextAnswer

if TYPE_CHECKING:  # an export that opens no words needs no content
    from bot.conversation.content import Content

_ASKS = frozenset({Step.ASKING, Step.EDITING})


def with_sealed(keys: Keys, content: "Content", session: Session | None, heard: Heard) -> Heard:
    """Return what was heard, with its words sealed where the present question asks for words."""
    if not isinstance(heard, Typed) or session is None or session.item is None or session.step not in _ASKS:
        return heard
    if not isinstance(content.questionnaire.answered(session.item), TextAnswer):
        return heard
    sealed = keys.seal(heard.text.strip(), words_row(session.id, session.item))
    return replace(heard, sealed=base64.b64encode(sealed).decode())


def opened(keys: Keys, content: "Content", session: Session) -> Session:
    """Return a session to be shown to its person: own words as they were written. It is never stored."""
    if not content.questionnaire.free_text:
        return session
    answers = {item: _opened(keys, content, session.id, item, one) for item, one in session.answers.items()}
    return replace(session, answers=answers)


def _opened(keys: Keys, content: "Content", session: str, item: str, answer: Answer) -> Answer:
    if answer.choice is None or not isinstance(content.questionnaire.answered(item), TextAnswer):
        return answer
    return replace(answer, choice=open_words(keys, session, item, answer.choice))


def open_words(keys: Keys, session: str, item: str, sealed: str) -> str:
    """Return the words that an answer holds."""
    return keys.unseal(base64.b64decode(sealed), words_row(session, item))
