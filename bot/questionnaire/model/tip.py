"""Tips, facts and links: what a person takes away."""

from datetime import date
from typing import Literal

from pydantic import Field

from bot.questionnaire.model.primitives import Https, Id, Language, Model, Text


class TipMatter(Model):
    """The front matter of a tip, `tips/<voice>/<topic>.md.j2`; the body follows.

    The body is a few lines in the segment's voice. It says `{{ fact }}` exactly once: the fact itself
    stands in `tips/facts.yaml`, the same for every voice.
    """

    topic: Id = Field(description="The file's name without its ending.")
    evidence: Literal["unchecked"] | tuple[Https, ...] = Field(
        description="`unchecked`, or the addresses of the sources."
    )
    reviewed_by: Text = Field(description="Who reviewed it; `none` until somebody did.")
    review_by: date = Field(description="Review it again by this day.")
    next_step: Text = Field(description="The one thing to do today.")


class Tip(Model):
    """One tip in one voice and one language."""

    voice: Id
    language: Language
    matter: TipMatter
    fact: Text
    body: Text


class Link(Model):
    """A provider link of a topic."""

    title: Text = Field(description="What the person taps.")
    url: Https = Field(description="https only.")
    kind: Literal["read", "watch", "listen"] = Field(description="What the person will do there.")
    provider: Text = Field(description="Whose page it is.")
    language: Language = Field(default="en", description="The language of the page.")


class Links(Model):
    """The whole of `links.yaml`."""

    links: dict[Id, tuple[Link, ...]] = Field(
        description="By topic; the first in the person's language is used, else the first."
    )


class Facts(Model):
    """The whole of `tips/facts.yaml`, and of `locales/<language>/tips/facts.yaml`."""

    facts: dict[Id, Text] = Field(description="One plain fact for each topic, the same in every voice.")


NEUTRAL = "neutral"
"""The voice used when no segment is sure, and for the arm that compares."""
