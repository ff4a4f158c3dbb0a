"""Journeys as files: what a person does and sees, and what is stored; golden tests that authors own.

A journey is a list of steps, each a verb with its argument. Whoever plays it (the rehearsal of `attune
check`, the tests over Telegram, web or terminal) gives each verb its meaning there.
"""

from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from bot.source import Problem, read_yaml, validate

Verb = Literal[
    "starts",
    "sees",
    "sees_not",
    "taps",
    "taps_again",
    "taps_old",
    "answers",
    "types",
    "sends",
    "restarts",
    "waits",
    "segment",
    "stored",
    "gone",
]


DECLINED = "declines"
"""What stands for 'I prefer not to say' where a journey answers."""


class Step(BaseModel):
    """One step of a journey: exactly one verb."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    starts: str | None = Field(
        default=None, description="The person presses Start, maybe with an invite code."
    )
    sees: str | None = Field(default=None, description="These words stand on the newest page.")
    sees_not: str | None = Field(default=None, description="These words don't stand on the newest page.")
    taps: str | None = Field(default=None, description="The person taps the button with this label.")
    taps_again: str | None = Field(default=None, description="The very same tap once more.")
    taps_old: str | None = Field(default=None, description="A button of an earlier page, by its label.")
    answers: dict[str, str | None] | None = Field(
        default=None,
        description="Item id to choice id, in the order asked; nothing after the colon skips the item, "
        "`declines` prefers not to say. Several choices are joined by |; what is typed is written in quotes.",
    )
    types: str | None = Field(default=None, description="The person types this.")
    sends: Literal["sticker", "photo", "voice"] | None = Field(
        default=None, description="The person sends something that isn't text."
    )
    restarts: str | None = Field(default=None, description="The program is stopped and started again.")
    waits: int | None = Field(default=None, ge=1, description="So many days go by; the program starts anew.")
    segment: str | None = Field(
        default=None, description="The id of the segment found; `unsure` for not sure."
    )
    stored: dict[Literal["answers", "skipped", "declined", "sessions"], int] | None = Field(
        default=None, description="What is stored of this person."
    )
    gone: str | None = Field(default=None, description="Nothing is stored of this person.")

    @model_validator(mode="after")
    def _one_verb(self) -> "Step":
        if len(self.model_fields_set) != 1:
            raise ValueError("a step has exactly one verb")
        return self

    @property
    def verb(self) -> str:
        """Return the verb."""
        return next(iter(self.model_fields_set))

    @property
    def argument(self) -> Any:
        """Return what the verb is about."""
        return getattr(self, self.verb)


class Journey(BaseModel):
    """One journey file."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str = Field(description="What happens, in one sentence.")
    language: str = Field(default="en", description="The language that the person's phone reports.")
    organisation: str | None = Field(
        default=None, description="Who asks; the default organisation where left out."
    )
    second_part: Literal["before", "after"] | None = Field(
        default=None, description="The arm that the session must have drawn; seeds are tried until it has."
    )
    steps: tuple[Step, ...] = Field(min_length=1, description="In order.")


def read_journey(path: Path, root: Path) -> tuple[Journey | None, tuple[Problem, ...]]:
    """Return a journey, or every problem of its file."""
    document = read_yaml(path, root)
    journey, found = validate(document, Journey)
    return journey, (*document.problems, *found)


def journey_files(folder: Path) -> list[Path]:
    """Return the journey files of a questionnaire's folder, in order."""
    return sorted((folder / "journeys").glob("*.yaml"))
