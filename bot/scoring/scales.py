"""Scale scores from any answers: pure arithmetic.

A score is the mean (or sum) of the answered items, reversed ones taken as min + max - x, when at least the
share in the scale's missing rule is answered; otherwise it is missing with its reason. Nothing is imputed.
"""

import math
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from bot.questionnaire.model import Item, Questionnaire, Scale
from bot.scoring.prepared import Prepared

NOT_ASKED = -97
DECLINED = -98
TOO_FEW = -99
SKIPPED = -99
WITHHELD = -96


@dataclass(frozen=True, slots=True)
class ScaleScore:
    """A scale's value, or why there is none; `t` is 50 + 10 (value - mean) / sd where norms exist."""

    value: float | None
    missing: int | None
    answered: int
    asked: int
    t: float | None = None


def _keyed_values(questionnaire: Questionnaire) -> dict[str, dict[str, float]]:
    values: dict[str, dict[str, float]] = {}
    for item in questionnaire.items:
        plain = {choice.id: choice.value for choice in questionnaire.answers[item.answers].scored}
        if not plain:
            continue  # a number, a day, several choices: nothing to score
        both = min(plain.values()) + max(plain.values())
        values[item.id] = {
            choice: float(both - value if item.reverse else value) for choice, value in plain.items()
        }
    return values


keyed_values = Prepared(_keyed_values)
"""Return the number of each choice of each item, reversed where the item is: min + max - x."""


def keyed(questionnaire: Questionnaire, item: Item, choice_id: str) -> float:
    """Return the number of a choice, reversed where the item is: min + max - x."""
    return keyed_values(questionnaire)[item.id][choice_id]


def score(
    questionnaire: Questionnaire, asked: Collection[str], answers: Mapping[str, str | None]
) -> dict[str, ScaleScore]:
    """Score every scale.

    `asked` are the ids of the items that the form would ask of this person; `answers` maps an item id to a
    choice id, or to None where it was skipped. Items outside `asked` don't count.
    """
    numbers = keyed_values(questionnaire)
    return {scale.id: _score(scale, numbers, asked, answers) for scale in questionnaire.scales}


def _score(
    scale: Scale,
    numbers: Mapping[str, Mapping[str, float]],
    asked: Collection[str],
    answers: Mapping[str, str | None],
) -> ScaleScore:
    due = [item for item in scale.items if item in asked]
    reached = [item for item in due if item in answers]
    values = [numbers[item][choice] for item in due if (choice := answers.get(item)) is not None]
    if not reached:
        return ScaleScore(None, NOT_ASKED, 0, len(due))
    if not values or len(values) < scale.min_share * len(due) - 1e-9:
        return ScaleScore(None, TOO_FEW, len(values), len(due))
    total = math.fsum(values)
    value = total / len(values) if scale.method == "mean" else total
    norms = scale.norms
    t = 50 + 10 * (value - norms.mean) / norms.sd if norms else None
    return ScaleScore(value, None, len(values), len(due), t)
