"""`latent-class`: how often people of each segment give each answer."""

import math
from collections.abc import Iterator

from bot.questionnaire.model import LatentClass, Questionnaire
from bot.scoring.models.tables import Table, TableScorer


def latent_class(questionnaire: Questionnaire, model: LatentClass) -> TableScorer:
    """Return the model at work."""
    log_shares = [math.log(model.shares[segment.id]) for segment in questionnaire.segments]
    return TableScorer(log_shares, _tables(questionnaire, model), model.damping)


def _tables(questionnaire: Questionnaire, model: LatentClass) -> Iterator[Table]:
    scale_of = {item: scale.id for scale in reversed(questionnaire.scales) for item in scale.items}
    for item, by_segment in model.probabilities.items():
        rows = [[math.log(share) for share in by_segment[segment.id]] for segment in questionnaire.segments]
        choices = [choice.id for choice in questionnaire.choices(item)]
        logs = dict(zip(choices, zip(*rows, strict=True), strict=True))
        yield Table(item, scale_of.get(item), logs)
