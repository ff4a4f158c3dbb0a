"""`locales/<language>.yaml`: every text of the questionnaire in another language, by id."""

from enum import StrEnum

from pydantic import Field

from bot.questionnaire.model.primitives import Id, Language, Model, Text
from bot.questionnaire.model.questionnaire import ScaleWords


class LocaleStatus(StrEnum):
    """How far a translation can be trusted."""

    DRAFTED = "drafted, not reviewed"
    REVIEWED = "reviewed"


class ConsentText(Model):
    """The consent in another language."""

    lines: tuple[Text, ...] = Field(min_length=1, max_length=6, description="As in the questionnaire.")
    whole: Text = Field(description="As in the questionnaire.")


class AnswerText(Model):
    """A way to answer in another language."""

    prompt: Text | None = Field(default=None, description="As in the questionnaire.")
    choices: dict[Id, Text] = Field(
        default_factory=dict, description="Label by choice id, where there are labels."
    )


class ScaleText(Model):
    """A scale in another language."""

    name: Text = Field(description="As in the questionnaire.")
    words: ScaleWords | None = Field(default=None, description="As in the questionnaire.")


class SegmentText(Model):
    """A segment in another language."""

    name: Text = Field(description="As in the questionnaire.")
    said_as: Text = Field(description="As in the questionnaire.")
    bar: Text = Field(description="As in the questionnaire.")
    clinician: Text = Field(description="As in the questionnaire.")


class Locale(Model):
    """The whole of `locales/<language>.yaml`: every text of the questionnaire, by id."""

    language: Language = Field(description="The language of this file.")
    status: LocaleStatus = Field(description="`drafted, not reviewed`, or `reviewed`.")
    reviewed_by: Text = Field(
        default="none", description="Who reviewed the translation; `none` until somebody did."
    )
    title: Text = Field(description="As in the questionnaire.")
    summary: Text = Field(description="As in the questionnaire.")
    consent: ConsentText = Field(description="As in the questionnaire.")
    answers: dict[Id, AnswerText] = Field(description="By the id of the answer scale.")
    items: dict[Id, Text] = Field(description="Text by item id.")
    scales: dict[Id, ScaleText] = Field(default_factory=dict, description="By scale id.")
    segments: dict[Id, SegmentText] = Field(default_factory=dict, description="By segment id.")
    phrases: dict[str, Text] = Field(
        default_factory=dict, description="House-wide phrases that it words differently."
    )
