"""What is asked in which order, and when a response is odd: forms, the adaptive rule, marks of quality."""

from typing import Literal

from pydantic import Field

from bot.questionnaire.model.primitives import Id, Model


class AdaptiveRule(Model):
    """Which item comes next, and when it is enough.

    The next item is the one that is expected to tell most about the *segment*: the mutual information of its
    answer and the segment. In a joint normal (gaussian, linear) it is the sum over pairs of segments k, l of
    p_k p_l r^2, where r is the correlation, given the answers so far, of the item with the difference of the
    two scores: on real people half a point better than looking at the two likeliest segments alone
    (`docs/typing-tool.md`). The same answers and the same seed always lead the same way.
    """

    first: tuple[Id, ...] = Field(default=(), description="Asked first, in this order, of everybody.")
    min: int = Field(ge=1, description="At least so many items are asked; a skipped one counts.")
    max: int = Field(ge=1, description="At most so many.")
    stop_at: float | tuple[float, ...] = Field(
        description="It is enough when one segment is at least this probable. A list may fall with the "
        "number asked: its first threshold holds at `min` items, its last from there on."
    )
    select: Literal["information"] = Field(
        default="information", description="information: by the expected gain about the segment."
    )
    exposure: float = Field(
        default=1.0,
        gt=0,
        le=1,
        description="The share of the people whom an item may be asked of (those of `first` of everybody).",
    )
    random_share: float = Field(
        default=0.0,
        ge=0,
        lt=1,
        description="The share of the questions that are drawn at random, so that the model can be fitted "
        "again without bias.",
    )

    def threshold(self, asked: int) -> float:
        """Return how probable a segment must be after so many items for it to be enough."""
        if isinstance(self.stop_at, float):
            return self.stop_at
        return self.stop_at[min(max(asked - self.min, 0), len(self.stop_at) - 1)]


class Form(Model):
    """Which items are asked, in which order."""

    id: Id = Field(description="Names the form.")
    items: tuple[Id, ...] = Field(
        min_length=1, description="In the order they are asked; an adaptive form chooses among them."
    )
    order: Literal["fixed", "adaptive"] = Field(
        default="fixed",
        description="fixed: always all of them in this order; adaptive: one by one, by the rule below.",
    )
    adaptive: AdaptiveRule | None = Field(
        default=None, description="The rule of an adaptive form; a fixed one may have it ready."
    )

    @property
    def rule(self) -> AdaptiveRule | None:
        """Return the adaptive rule where it is in force."""
        return self.adaptive if self.order == "adaptive" else None

    @property
    def most(self) -> int:
        """Return how many items are asked at most."""
        return self.rule.max if self.rule else len(self.items)


class Retest(Model):
    """The same questions once more, weeks later: how often a person comes out the same is measured so.

    Asked only of people who said yes to it; one message at most.
    """

    form: Id = Field(description="The form that is asked the second time.")
    from_day: int = Field(default=14, ge=1, description="Not sooner than so many days after the result.")
    to_day: int = Field(default=28, ge=1, description="Not proposed any more after so many days.")


class Quality(Model):
    """When a response is marked as odd; a mark never changes what the person sees."""

    long_string: int | None = Field(
        default=8, ge=2, description="Marked when the same choice was given so often in a row."
    )
    min_seconds: float | None = Field(
        default=1.0, gt=0, description="Marked when the median time between answers is below this."
    )
    person_fit: float | None = Field(
        default=-2.0,
        description="Marked when the answers together are this much less likely than usual (a z value).",
    )
