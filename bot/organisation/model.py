"""Who asks: the one definition of an organisation's file.

A text that a person reads is a mapping from language to words, because an organisation has only a few.
"""

from datetime import date, datetime
from typing import Annotated
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

Slug = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]{0,31}$")]
Topic = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,31}$")]
Tag = Annotated[str, StringConstraints(pattern=r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8})?$")]
Words = Annotated[str, StringConstraints(min_length=1, strip_whitespace=True)]
Https = Annotated[str, StringConstraints(pattern=r"^https://[^\s/@]+(/\S*)?$", max_length=500)]
Colour = Annotated[str, StringConstraints(pattern=r"^#[0-9a-fA-F]{6}$")]
Localised = dict[Tag, Words]


class Model(BaseModel):
    """A frozen value that refuses keys it doesn't know."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)


class Contact(Model):
    """How a person reaches a human being."""

    phone: Words = Field(description="A number that people may call.")
    hours: Localised = Field(description="When somebody answers.")
    page: Https | None = Field(default=None, description="A page with more ways to get in touch.")


class EmergencyNumber(Model):
    """A number to call in need."""

    number: Words = Field(description="What to dial or text.")
    label: Localised = Field(description="What it is for.")


class OrganisationLink(Model):
    """The organisation's own provider link of a topic."""

    title: Localised = Field(description="What the person taps.")
    url: Https = Field(description="https only.")
    kind: Annotated[str, StringConstraints(pattern=r"^(read|watch|listen)$")] = Field(
        description="read, watch or listen."
    )


class SignOff(Model):
    """A clinician's sign-off of the tips; a real person, never invented."""

    by: Words = Field(description="Name and role, as people will read it.")
    on: date = Field(description="The day of the review.")
    until: date = Field(description="Holds until this day.")


class Colours(Model):
    """The brand's colours."""

    background: Colour = Field(description="Behind the organisation's name, as #1f4e79.")
    text: Colour = Field(description="On that background; contrast 4.5 or more.")


class Organisation(Model):
    """The whole of `organisation.yaml`."""

    id: Slug = Field(description="The name of the folder.")
    name: Words = Field(description="As people know it.")
    default: bool = Field(default=False, description="Used where no invite says otherwise.")
    languages: tuple[Tag, ...] = Field(min_length=1, description="The first is its main language.")
    greeting: Localised = Field(description="One or two lines above the first page.")
    sign_off: Localised = Field(description="The last line of the goodbye.")
    thanks: Localised | None = Field(
        default=None, description="A thank-you to those who pass the questions on; a promise of nothing."
    )
    colours: Colours = Field(description="The brand's colours.")
    logo: Words | None = Field(default=None, description="A file in this folder.")
    contact: Contact = Field(description="How a person reaches a human being.")
    privacy: Localised = Field(description="The organisation's privacy notice, in a few lines.")
    emergency: tuple[EmergencyNumber, ...] = Field(
        min_length=1, description="Numbers to call in need; the first is the main one."
    )
    time_zone: Words = Field(description="Such as America/New_York.")
    links: dict[Topic, OrganisationLink] = Field(
        default_factory=dict, description="Its own provider links, by topic."
    )
    tips_signed_off: SignOff | None = Field(
        default=None, description="Who reviewed the tips; nobody until it is filled in."
    )
    may_embed: tuple[Https, ...] = Field(
        default=(), description="Sites that may show the interview in a frame."
    )

    def local(self, at: datetime) -> datetime:
        """Return a moment as the organisation's clocks show it."""
        return at.astimezone(ZoneInfo(self.time_zone))

    def words(self, text: Localised, language: str) -> str:
        """Return a text in the language asked for, else in the organisation's main language."""
        return text.get(language) or text.get(self.languages[0]) or next(iter(text.values()))
