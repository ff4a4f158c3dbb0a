"""A questionnaire as arrays: which items, what their choices are worth, which scale they belong to."""

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np

from bot.errors import AuthorError
from bot.questionnaire.model import Choice, Item, Questionnaire, Scale
from bot.research.fit.arrays import MISSING, Floats, Ints


@dataclass(frozen=True, slots=True, eq=False)
class Bank:
    """The items that are on a scale (all, where there are no scales), in the questionnaire's order."""

    questionnaire: Questionnaire
    items: tuple[Item, ...]
    segments: tuple[str, ...]
    scale: Ints
    """The first scale that names each item; `MISSING` where none does."""
    values: Floats
    """What each choice of each item counts, reversed where the item is; NaN beyond its last choice."""
    scoring: Floats
    """For each scale, what each item's value adds to its score."""

    def keyed(self, choices: Ints) -> Floats:
        """Return what people's choices count; NaN where there is none."""
        found = self.values[np.arange(len(self.items)), choices]
        return np.where(choices == MISSING, np.nan, found)

    def choices(self, item: int) -> tuple[Choice, ...]:
        """Return an item's choices, in the order of its answer scale."""
        return self.questionnaire.answers[self.items[item].answers].choices

    def scores(self, keyed: Floats) -> Floats:
        """Return people's scale scores from complete answers."""
        return keyed @ self.scoring.T

    @property
    def choice_counts(self) -> Ints:
        """Return how many choices each item has."""
        return np.asarray((~np.isnan(self.values)).sum(1), dtype=np.intp)


def bank(questionnaire: Questionnaire, only: Collection[str] | None = None) -> Bank:
    """Put the arrays of a questionnaire together (or of some of its items), or say why it can't be done."""
    if len(questionnaire.segments) < 2:  # noqa: PLR2004 - there must be something to tell apart
        raise AuthorError(
            f"{questionnaire.id} has no segments to tell apart.",
            remedy="Write at least two under `segments:`, with their words and a prototype for a start.",
        )
    scaled = {item for scale in questionnaire.scales for item in scale.items}
    wanted = scaled if only is None else only
    scored = [item for item in questionnaire.items if questionnaire.answered(item.id).scored]
    items = tuple(item for item in scored if item.id in wanted or not wanted)
    return Bank(
        questionnaire=questionnaire,
        items=items,
        segments=tuple(segment.id for segment in questionnaire.segments),
        scale=np.array([_first_scale(questionnaire.scales, item.id) for item in items], dtype=np.intp),
        values=_values(questionnaire, items),
        scoring=np.array([_parts(scale, items) for scale in questionnaire.scales] or np.eye(len(items))),
    )


def _first_scale(scales: tuple[Scale, ...], item: str) -> int:
    return next((index for index, scale in enumerate(scales) if item in scale.items), MISSING)


def _values(questionnaire: Questionnaire, items: tuple[Item, ...]) -> Floats:
    most = max(len(scale.choices) for scale in questionnaire.answers.values())
    table = np.full((len(items), most), np.nan)
    for row, item in enumerate(items):
        worth = [float(choice.value) for choice in questionnaire.answers[item.answers].choices]
        ends = min(worth) + max(worth)
        table[row, : len(worth)] = [ends - value if item.reverse else value for value in worth]
    return table


def _parts(scale: Scale, items: tuple[Item, ...]) -> list[float]:
    each = 1 / len(scale.items) if scale.method == "mean" else 1.0
    return [each if item.id in scale.items else 0.0 for item in items]
