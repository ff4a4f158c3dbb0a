"""From any subset of answers to a verdict: probabilities of segments, and what they rest on. Pure arithmetic.

A skipped answer is missing, never a middle. The formulas stand in `questionnaire.model.segment_models`.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from bot.questionnaire.model import Questionnaire, SegmentModel, Status
from bot.scoring.models import Given, Scorer, scorer_of

REASONS = 3


@dataclass(frozen=True, slots=True)
class Change:
    """Another answer to one item that would have made another segment the most probable one."""

    item: str
    choice: str
    segment: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the answers say: probabilities that sum to 1, and how sure that is."""

    probabilities: Mapping[str, float]  # in the questionnaire's order of segments
    segment: str
    runner_up: str | None
    unsure: bool
    weighed: tuple[str, ...]  # the items that weighed most for the segment against the runner-up
    change: Change | None = None  # the smallest one; looked for in calibrated models only

    @property
    def probability(self) -> float:
        """Return the probability of the segment."""
        return self.probabilities[self.segment]


def assign(
    questionnaire: Questionnaire, answers: Mapping[str, str | None], *, reasons: int = REASONS
) -> Verdict | None:
    """Return the verdict on the answers (item id to choice id, None for skipped).

    Or None where there are too few. Without `reasons` it is quicker: what weighed isn't worked out.
    """
    model, scorer = questionnaire.model, scorer_of(questionnaire)
    if model is None or scorer is None:
        return None
    given = scorer.given(answers)
    if len(given) < model.min_answered:
        return None
    verdict = decided(questionnaire, model, scorer.probabilities(given))
    if not reasons:
        return verdict
    return _explained(questionnaire, scorer, given, verdict, reasons)


def decided(questionnaire: Questionnaire, model: SegmentModel, shares: Sequence[float]) -> Verdict:
    """Return the verdict that probabilities amount to, without its reasons."""
    probabilities = {segment.id: share for segment, share in zip(questionnaire.segments, shares, strict=True)}
    order = sorted(probabilities, key=lambda segment: -probabilities[segment])
    first, second = order[0], order[1] if len(order) > 1 else None
    return Verdict(
        probabilities=probabilities,
        segment=first,
        runner_up=second,
        unsure=second is not None and probabilities[first] - probabilities[second] < model.unsure_below,
        weighed=(),
    )


def _explained(
    questionnaire: Questionnaire, scorer: Scorer, given: Given, verdict: Verdict, reasons: int
) -> Verdict:
    calibrated = questionnaire.status is Status.CALIBRATED
    return Verdict(
        verdict.probabilities,
        verdict.segment,
        verdict.runner_up,
        verdict.unsure,
        _weighed(questionnaire, scorer, given, verdict, reasons),
        _smallest_change(questionnaire, scorer, given, verdict.segment) if calibrated else None,
    )


def _weighed(
    questionnaire: Questionnaire, scorer: Scorer, given: Given, verdict: Verdict, reasons: int
) -> tuple[str, ...]:
    """Return the items that spoke most for the first segment against the second."""
    if verdict.runner_up is None:
        return ()
    places = {segment.id: place for place, segment in enumerate(questionnaire.segments)}
    first, second = places[verdict.segment], places[verdict.runner_up]
    gains = {item: spoken[first] - spoken[second] for item, spoken in scorer.spoken(given).items()}
    speaking = [item for item in gains if gains[item] > 0]
    return tuple(sorted(speaking, key=lambda item: -gains[item])[:reasons])


def _smallest_change(
    questionnaire: Questionnaire, scorer: Scorer, given: Given, segment: str
) -> Change | None:
    """Return the other answer nearest to the one given that leads elsewhere; the surest of the nearest."""
    segments = [one.id for one in questionnaire.segments]
    best: tuple[int, float, Change] | None = None
    for distance, item, choice in sorted(_others(questionnaire, given)):
        if best is not None and distance > best[0]:
            break
        changed = tuple([(one, choice if one == item else said) for one, said in given])
        shares = scorer.probabilities(changed)
        highest = max(shares)
        winner = segments[shares.index(highest)]
        if winner != segment and (best is None or highest > best[1]):
            best = (distance, highest, Change(item, choice, winner))
    return best[2] if best else None


def _others(questionnaire: Questionnaire, given: Given) -> Iterator[tuple[int, str, str]]:
    """Yield every other answer that could have been given, with how many choices away it is."""
    for item, said in given:
        choices = [choice.id for choice in questionnaire.choices(item)]
        here = choices.index(said)
        for place, choice in enumerate(choices):
            if place != here:
                yield abs(place - here), item, choice
