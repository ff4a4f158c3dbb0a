"""`questionnaire.yaml`: what is asked, how it is scored, how answers become a segment."""

import operator
from datetime import date
from enum import StrEnum
from functools import cached_property
from typing import Literal

from pydantic import Field

from bot.questionnaire.model.answers import AnyAnswers, Choice
from bot.questionnaire.model.forms import Form, Quality, Retest
from bot.questionnaire.model.primitives import FolderId, Id, Language, Model, Text
from bot.questionnaire.model.segment_models import AnyModel


class Status(StrEnum):
    """How far the segment model can be trusted."""

    PROVISIONAL = "provisional"
    CALIBRATED = "calibrated"


class Change(Model):
    """One line of a questionnaire's own history: it is an instrument too."""

    version: Text = Field(description="The version that brought the change.")
    on: date = Field(description="The day of the change, as 2026-11-24.")
    what: Text = Field(description="What changed, in one sentence.")


class Review(Model):
    """Who has looked at the words, and when they should be looked at again."""

    reviewed_by: Text = Field(default="none", description="Who reviewed it; `none` until somebody did.")
    review_by: date = Field(description="The day by which it must be reviewed (again).")


class Consent(Model):
    """What a person agrees to before the first question."""

    minimum_age: int = Field(default=18, ge=18, description="Nobody younger is asked.")
    lines: tuple[Text, ...] = Field(
        min_length=1, max_length=6, description="What is kept, what isn't, who sees what, how to leave."
    )
    whole: Text = Field(description="The whole text, shown on demand; its digest is stored with the consent.")


class ShowIf(Model):
    """A condition on an earlier item."""

    item: Id = Field(description="An item asked earlier in the form.")
    any_of: tuple[Id, ...] = Field(
        min_length=1, description="The item is asked if one of these choices was given or ticked."
    )


class Sensitivity(StrEnum):
    """What an answer could give away about who the person is."""

    NONE = "none"
    QUASI = "quasi"
    SENSITIVE = "sensitive"
    IDENTIFIER = "identifier"


class Item(Model):
    """One question."""

    id: Id = Field(description="Names the item in every export.")
    text: Text = Field(description="What the person reads.")
    answers: Id = Field(description="The named answer scale.")
    reverse: bool = Field(default=False, description="Scored as min + max - x.")
    required: bool = Field(default=False, description="Can't be skipped.")
    prefer_not_to_say: bool = Field(
        default=False,
        exclude_if=operator.not_,
        description="Offers that as a last button; exported as -98, declined.",
    )
    show_if: ShowIf | None = Field(default=None, description="Asked only under this condition.")
    sensitivity: Sensitivity = Field(
        default=Sensitivity.NONE, description="none, quasi, sensitive or identifier."
    )
    source: Text = Field(default="own", description="Where the wording comes from; `own` for our own.")
    licence: Text | None = Field(
        default=None, description="The item's own licence, where it isn't the questionnaire's."
    )


class Norms(Model):
    """Mean and standard deviation of a reference group; gives T = 50 + 10 (x - mean) / sd."""

    mean: float = Field(description="The group's mean on this scale.")
    sd: float = Field(gt=0, description="The group's standard deviation.")
    group: Text = Field(description="Who the group is, and where the figures come from.")


class ScaleWords(Model):
    """A scale's result in words, for questionnaires that end without segments."""

    low: Text = Field(description="Said below the first cut.")
    middle: Text = Field(description="Said between the cuts.")
    high: Text = Field(description="Said above the second cut.")


class Scale(Model):
    """Items that measure one thing."""

    id: Id = Field(description="Names the scale in every export.")
    name: Text = Field(description="What it is called.")
    items: tuple[Id, ...] = Field(
        min_length=1, description="Its items; reversed ones are marked at the item."
    )
    method: Literal["mean", "sum"] = Field(default="mean", description="mean or sum of the answered items.")
    min_share: float = Field(
        default=0.8,
        gt=0,
        le=1,
        description="Missing rule: scored when at least this share of its asked items is answered.",
    )
    norms: Norms | None = Field(default=None, description="A reference group, for T scores.")
    cuts: tuple[float, float] | None = Field(
        default=None, description="Two cuts between low, middle and high."
    )
    words: ScaleWords | None = Field(default=None, description="The result in words; needs cuts.")


class Segment(Model):
    """A group of people moved by the same things."""

    id: Id = Field(description="Names the segment in every export.")
    name: Text = Field(description="The researchers' name; the person reads it only under 'How it works'.")
    said_as: Text = Field(description="The sentence that the person reads: what moves them.")
    bar: Text = Field(description="Two or three words for the bar of its probability.")
    clinician: Text = Field(
        description="The line that a person may copy for their clinician, in the first person."
    )


class SecondPart(Model):
    """An optional questionnaire of its own, offered before or after the result by a stored random arm."""

    questionnaire: FolderId = Field(description="Its id.")
    offer: tuple[Literal["before", "after"], ...] = Field(
        default=("before", "after"), min_length=1, description="The arms to draw from."
    )


class Experiment(Model):
    """Whether words made for a segment do more: chance gives some people the same tips in neutral words.

    Only people who allow research before their result are in it, and the page that asks them says so.
    """

    neutral_voice: float = Field(
        gt=0, lt=1, description="The share of them who get the neutral voice, such as 0.2."
    )


class Evidence(Model):
    """What `fit` found; written by it, never by hand."""

    people: int = Field(ge=400, description="Adults who answered the long form.")
    languages: tuple[Language, ...] = Field(min_length=1, description="The languages it holds for.")
    agreement: float = Field(ge=0, le=1, description="Out-of-fold agreement with the long form.")
    ece: float = Field(ge=0, le=1, description="Out-of-fold expected calibration error.")
    ece_upper: float = Field(ge=0, le=0.06, description="Upper 95 % limit of it.")
    on: date = Field(description="When it was fitted.")
    data_sha256: Text = Field(description="The digest of the data.")


class Questionnaire(Model):
    """The whole of `questionnaire.yaml`."""

    id: FolderId = Field(description="The name of the folder.")
    version: Text = Field(
        description='Quoted, such as "1.0.0"; raise it with every change that people can notice.'
    )
    status: Status = Field(
        default=Status.PROVISIONAL, description="provisional, or calibrated (only `attune fit` writes that)."
    )
    evidence: Evidence | None = Field(default=None, description="Written by `attune fit`.")
    title: Text = Field(description="What it is called.")
    summary: Text = Field(description="One or two sentences that a person reads before they begin.")
    languages: tuple[Language, ...] = Field(
        min_length=1, description="The first is the language of this file."
    )
    licence: Text = Field(description="Of the items and texts.")
    source: Text = Field(description="Where the items come from.")
    citation: Text | None = Field(default=None, description="How to cite it.")
    review: Review = Field(description="Who reviewed the items, and when again.")
    changes: tuple[Change, ...] = Field(min_length=1, description="Its history, newest first.")
    consent: Consent = Field(description="What a person agrees to.")
    free_text: bool = Field(
        default=False,
        exclude_if=operator.not_,
        description="Has items answered in own words; the operator must allow it too (FREE_TEXT).",
    )
    answers: dict[Id, AnyAnswers] = Field(min_length=1, description="Named ways to answer.")
    items: tuple[Item, ...] = Field(min_length=1, description="The bank of items.")
    scales: tuple[Scale, ...] = Field(default=(), description="What is measured.")
    forms: tuple[Form, ...] = Field(min_length=1, description="What can be asked.")
    asked: tuple[Id, ...] = Field(
        default=(),
        description="The form that is asked; of several, each session draws one. The first form if left out.",
    )
    longer_form: Id | None = Field(
        default=None,
        exclude_if=operator.not_,
        description="Its rest is offered once after the result, to people who allow research, so that "
        "`attune fit` gets whole answers. It has a fixed order and every item of the forms asked.",
    )
    retest: Retest | None = Field(
        default=None,
        exclude_if=operator.not_,
        description="Offered once after the result, to people who allow research: to be asked again.",
    )
    segments: tuple[Segment, ...] = Field(default=(), description="None: it ends with its scales in words.")
    model: AnyModel | None = Field(default=None, description="How answers become a segment; needs segments.")
    quality: Quality = Field(default=Quality(), description="When a response is marked as odd.")
    topics: tuple[Id, ...] = Field(default=(), description="The topics of tips, in the order offered.")
    second_part: SecondPart | None = Field(default=None, description="An optional second part.")
    experiment: Experiment | None = Field(
        default=None,
        exclude_if=operator.not_,
        description="A random arm that gets its tips in neutral words; none if left out.",
    )
    phrases: dict[str, Text] = Field(
        default_factory=dict, description="House-wide phrases that it words differently."
    )

    def item(self, item_id: str) -> Item:
        """Return an item by its id."""
        return self.items_by_id[item_id]

    @cached_property
    def items_by_id(self) -> dict[str, Item]:
        """Return all items by their ids: they are looked up several times for every page."""
        return {item.id: item for item in self.items}

    def answered(self, item_id: str) -> AnyAnswers:
        """Return how an item is answered."""
        return self.answers[self.item(item_id).answers]

    def choices(self, item_id: str) -> tuple[Choice, ...]:
        """Return the choices of an item, from low to high."""
        return self.answered(item_id).choices

    @property
    def form(self) -> Form:
        """Return the form that is asked; the first, where sessions draw one of several."""
        return self.form_named(self.asked[0]) if self.asked else self.forms[0]

    @property
    def forms_in_use(self) -> tuple[Form, ...]:
        """Return every form that somebody may be asked."""
        also = (self.longer_form, self.retest.form if self.retest else None)
        named = dict.fromkeys((*(self.asked or (self.form.id,)), *filter(None, also)))
        return tuple(self.form_named(form) for form in named)

    def form_named(self, form_id: str | None) -> Form:
        """Return a form by its id; the first form for any other name."""
        return next((form for form in self.forms if form.id == form_id), self.forms[0])
