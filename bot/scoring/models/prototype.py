"""`prototype`: how near each answer is to the authors' profile of each segment."""

import math
from collections.abc import Iterator

from bot.questionnaire.model import Prototype, Questionnaire
from bot.scoring.models.tables import Table, TableScorer
from bot.scoring.scales import keyed_values


def prototype(questionnaire: Questionnaire, model: Prototype) -> TableScorer:
    """Return the model at work; what an item would tell treats the profile as a normal cut into choices."""
    segments = [segment.id for segment in questionnaire.segments]
    equal = 1 / len(segments)
    log_shares = [math.log(model.shares[segment] if model.shares else equal) for segment in segments]
    return TableScorer(log_shares, _tables(questionnaire, model), model.damping)


def _tables(questionnaire: Questionnaire, model: Prototype) -> Iterator[Table]:
    """Yield each item once, on the first scale that every profile has."""
    values = keyed_values(questionnaire)
    profiles = [model.profiles[segment.id] for segment in questionnaire.segments]
    seen: set[str] = set()
    for scale in questionnaire.scales:
        if not all(scale.id in profile for profile in profiles):
            continue
        for item in scale.items:
            if item in seen:
                continue
            seen.add(item)
            logs = {
                choice: tuple(-((value - profile[scale.id]) ** 2) / (2 * model.sd**2) for profile in profiles)
                for choice, value in values[item].items()
            }
            yield Table(item, scale.id, logs)
