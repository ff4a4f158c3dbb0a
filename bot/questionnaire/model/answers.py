"""Ways to answer: what `answers` in a questionnaire can hold, told apart by `kind`.

Law: an answer is stored as one text, in the one writing that its kind has: the id of a choice; ids joined by
`|` in the order of the file; a number with a point and no needless zero; a day as 2026-11-24. So sessions,
logs and exports treat all kinds alike, and two equal answers are equal texts. Words are stored sealed.
"""

import operator
from collections.abc import Collection, Mapping
from datetime import date
from typing import Annotated, ClassVar, Literal

from pydantic import Discriminator, Field, Tag

from bot.questionnaire.model.primitives import Id, Model, Text

SEVERAL = "|"
"""Stands between the choices of an answer that has several; no id holds it."""

LEAST_NUMBER = -90
"""Below this are the missing codes of exports."""


class Choice(Model):
    """One answer that can be tapped."""

    id: Id = Field(description="What is stored; never changes once people have answered.")
    value: int = Field(ge=LEAST_NUMBER, le=999, description="The number used in scoring and exports.")
    label: Text = Field(description="What the person taps.")


class _Answers(Model):
    prompt: Text | None = Field(
        default=None, description="The line below the item, such as 'How well does this fit you?'"
    )

    @property
    def scored(self) -> tuple[Choice, ...]:
        """Return the choices of which exactly one is given: only these have a number to score."""
        return ()


class AnswerScale(_Answers):
    """A named set of choices that many items share: one of them is tapped."""

    kind: Literal["choice"] = Field(
        default="choice", exclude_if=lambda kind: kind == "choice", description="choice; may be left out."
    )
    choices: tuple[Choice, ...] = Field(min_length=2, max_length=8, description="From low to high.")

    @property
    def scored(self) -> tuple[Choice, ...]:
        """Return the choices."""
        return self.choices


class SeveralChoices(_Answers):
    """Choices of which several can be ticked; exported as one 0/1 column each, `item__choice`."""

    kind: Literal["choices"] = Field(description="choices.")
    choices: tuple[Choice, ...] = Field(min_length=2, max_length=20, description="In the order shown.")
    least: int = Field(
        default=1,
        ge=1,
        description="At least so many are ticked; for none at all, offer a choice that says so.",
    )
    most: int | None = Field(
        default=None, ge=1, description="At most so many are ticked; any number if left out."
    )
    exclusive: tuple[Id, ...] = Field(
        default=(),
        description="Choices that stand alone, such as none of these: ticking one unticks the others.",
    )

    def takes(self, chosen: Collection[str]) -> bool:
        """Tell whether what is ticked is an answer."""
        alone = any(choice in self.exclusive for choice in chosen)
        return alone or self.least <= len(chosen) <= (self.most or len(chosen))


class Recommendation(_Answers):
    """How likely a person is to recommend, 0 to 10 (NPS); exported with its group beside it."""

    kind: Literal["nps"] = Field(description="nps.")

    choices: ClassVar[tuple[Choice, ...]] = tuple(
        Choice(id=f"n{number}", value=number, label=str(number)) for number in range(11)
    )

    @property
    def scored(self) -> tuple[Choice, ...]:
        """Return the numbers 0 to 10."""
        return self.choices


class NumberAnswer(_Answers):
    """A number that is typed."""

    kind: Literal["number"] = Field(description="number.")
    min: float = Field(ge=LEAST_NUMBER, description="The lowest number taken; -90 or more.")
    max: float = Field(le=1e9, description="The highest number taken.")
    decimals: int = Field(
        default=0, ge=0, le=2, description="At most so many; with three, nobody could tell what 1,000 means."
    )
    is_age: bool = Field(
        default=False,
        exclude_if=operator.not_,
        description="It is an age in years: Safe Harbor puts everybody of 90 or older together.",
    )

    choices: ClassVar[tuple[Choice, ...]] = ()


class DateAnswer(_Answers):
    """A day, or a month, that is typed."""

    kind: Literal["date"] = Field(description="date.")
    precision: Literal["day", "month"] = Field(
        default="day", description="day (2026-11-24) or month (2026-11)."
    )
    min: date | None = Field(default=None, description="The first day taken.")
    max: date | None = Field(default=None, description="The last day taken.")

    choices: ClassVar[tuple[Choice, ...]] = ()


class TextAnswer(_Answers):
    """The person's own words; asked only with `free_text: true` and where the operator allows it."""

    kind: Literal["text"] = Field(description="text.")
    max_length: int = Field(default=500, ge=1, le=2000, description="At most so many characters.")
    exported: bool = Field(
        default=False,
        exclude_if=operator.not_,
        description="Researchers may take the words out, of people who allow research; people are told so.",
    )

    choices: ClassVar[tuple[Choice, ...]] = ()


def kind(value: object) -> str:
    """Return the kind that an entry under `answers` says it has; one that says nothing has choices."""
    if isinstance(value, Mapping):
        return str(value.get("kind", "choice"))
    return str(getattr(value, "kind", "choice"))


AnyAnswers = Annotated[
    Annotated[AnswerScale, Tag("choice")]
    | Annotated[SeveralChoices, Tag("choices")]
    | Annotated[Recommendation, Tag("nps")]
    | Annotated[NumberAnswer, Tag("number")]
    | Annotated[DateAnswer, Tag("date")]
    | Annotated[TextAnswer, Tag("text")],
    Discriminator(kind),
]


def ticked(said: str | None) -> tuple[str, ...]:
    """Return the choices that an answer consists of; none of a skipped one."""
    return tuple(said.split(SEVERAL)) if said else ()
