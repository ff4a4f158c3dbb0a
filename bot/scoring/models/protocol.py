"""What every segment model can say about answers."""

from collections.abc import Collection, Mapping
from typing import Protocol

Given = tuple[tuple[str, str], ...]
"""Answers that a model can use, as item and choice, in the model's own order of items; skips left out."""


class Scorer(Protocol):
    """A segment model, made ready for one questionnaire.

    Everything in the order of segments is in the questionnaire's.
    """

    @property
    def items(self) -> Collection[str]:
        """Return the items that it can use."""
        ...

    def given(self, answers: Mapping[str, str | None]) -> Given:
        """Return those of the answers that it can use, in its own order."""
        ...

    def probabilities(self, given: Given) -> tuple[float, ...]:
        """Return the probability of each segment; they sum to 1."""
        ...

    def spoken(self, given: Given) -> dict[str, tuple[float, ...]]:
        """Return how much each answer spoke for each segment: only differences between segments count."""
        ...

    def ranked(self, given: Given, shares: tuple[float, ...]) -> tuple[str, ...]:
        """Return every other item, the one first that is expected to tell most about the segment.

        `shares` are the probabilities that the answers give.
        """
        ...

    def person_fit(self, given: Given) -> float | None:
        """Return how usual the answers are together: a z value, low where they don't belong together."""
        ...
