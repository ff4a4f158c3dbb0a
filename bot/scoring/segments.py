"""From any subset of answers to probabilities of segments: pure arithmetic.

A skipped answer is missing, never a middle. The formula stands in `questionnaire.model.Prototype`.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass

from bot.questionnaire.model import Prototype, Questionnaire
from bot.scoring.scales import keyed


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the answers say: probabilities that sum to 1, and how sure that is."""

    probabilities: Mapping[str, float]  # in the questionnaire's order of segments
    segment: str
    runner_up: str | None
    unsure: bool
    weighed: tuple[str, ...]  # the items that weighed most for the segment against the runner-up

    @property
    def probability(self) -> float:
        """Return the probability of the segment."""
        return self.probabilities[self.segment]


def assign(
    questionnaire: Questionnaire, answers: Mapping[str, str | None], *, reasons: int = 3
) -> Verdict | None:
    """Return the verdict on the answers (item id to choice id, None for skipped).

    Or None where there are too few.
    """
    model = questionnaire.model
    if model is None or not questionnaire.segments:
        return None
    terms = _terms(questionnaire, model, answers)
    if len(terms) < model.min_answered:
        return None
    probabilities = _softmax(
        {
            segment.id: _prior(model, segment.id, len(questionnaire.segments))
            + math.fsum(term[segment.id] for term in terms.values())
            for segment in questionnaire.segments
        }
    )
    order = sorted(probabilities, key=lambda segment: -probabilities[segment])
    first, second = order[0], order[1] if len(order) > 1 else None
    return Verdict(
        probabilities=probabilities,
        segment=first,
        runner_up=second,
        unsure=second is not None and probabilities[first] - probabilities[second] < model.unsure_below,
        weighed=_weighed(terms, first, second, reasons),
    )


def _terms(
    questionnaire: Questionnaire, model: Prototype, answers: Mapping[str, str | None]
) -> dict[str, dict[str, float]]:
    """Return each answered item's log-likelihood under each segment."""
    items = {item.id: item for item in questionnaire.items}
    values: dict[str, tuple[str, float]] = {}
    counts: dict[str, int] = {}
    for scale in questionnaire.scales:
        for item_id in scale.items:
            choice = answers.get(item_id)
            if choice is not None:
                values[item_id] = (scale.id, keyed(questionnaire, items[item_id], choice))
                counts[scale.id] = counts.get(scale.id, 0) + 1
    weights = {scale: model.weight(count) for scale, count in counts.items()}
    return {
        item_id: {
            segment: -((value - profile[scale]) ** 2) * weights[scale] / (2 * model.sd**2)
            for segment, profile in model.profiles.items()
        }
        for item_id, (scale, value) in values.items()
        if all(scale in profile for profile in model.profiles.values())
    }


def _prior(model: Prototype, segment: str, segments: int) -> float:
    share = model.shares[segment] if model.shares else 1 / segments
    return math.log(share)


def _softmax(logs: Mapping[str, float]) -> dict[str, float]:
    top = max(logs.values())
    weights = {segment: math.exp(value - top) for segment, value in logs.items()}
    total = math.fsum(weights.values())
    return {segment: weight / total for segment, weight in weights.items()}


def _weighed(
    terms: Mapping[str, Mapping[str, float]], first: str, second: str | None, reasons: int
) -> tuple[str, ...]:
    """Return the items that spoke most for the first segment against the second."""
    if second is None:
        return ()
    gains = {item: term[first] - term[second] for item, term in terms.items()}
    speaking = [item for item in gains if gains[item] > 0]
    return tuple(sorted(speaking, key=lambda item: -gains[item])[:reasons])
