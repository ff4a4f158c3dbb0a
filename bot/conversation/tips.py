"""A tip in a voice: the same fact for everyone, only the framing differs.

Law: a segment changes wording only. Templates see the fact and the organisation's name and nothing else, in
a sandbox where an unknown name is an error.
"""

from functools import lru_cache

from jinja2 import StrictUndefined, Template
from jinja2.sandbox import ImmutableSandboxedEnvironment

from bot.conversation.content import Content
from bot.conversation.session import Session
from bot.conversation.voices import is_neutral
from bot.questionnaire.model import NEUTRAL, Tip

_SANDBOX = ImmutableSandboxedEnvironment(
    undefined=StrictUndefined, autoescape=False
)  # plain text, escaped by channels


def voice(session: Session, number: int) -> str:
    """Return the voice of a tip: the neutral one for those whom chance gave it, else what fits the person."""
    return NEUTRAL if is_neutral(session) else fitting(session, number)


def fitting(session: Session, number: int) -> str:
    """Return what fits a person: the segment that they said, else the verdict.

    Both by turns where it isn't sure.
    """
    if session.correction:
        return session.correction
    verdict = session.shown
    if verdict is None:
        return NEUTRAL
    if verdict.unsure and verdict.runner_up and number % 2:
        return verdict.runner_up
    return verdict.segment


def find(content: Content, wanted: str, topic: str, language: str) -> Tip | None:
    """Return the tip in this voice and language, else in the source language, else in the neutral voice."""
    source = content.edition.languages[0]
    keys = [
        (wanted, topic, language),
        (NEUTRAL, topic, language),
        (wanted, topic, source),
        (NEUTRAL, topic, source),
    ]
    return next((content.tips[key] for key in keys if key in content.tips), None)


def render(tip: Tip, organisation: str) -> str:
    """Return the body of a tip."""
    return _template(tip.body).render(fact=tip.fact, organisation=organisation).strip()


@lru_cache(maxsize=1024)
def _template(body: str) -> Template:
    return _SANDBOX.from_string(body)
