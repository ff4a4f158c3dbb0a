"""Which file is at work for which kind of model."""

from bot.questionnaire.model import Gaussian, LatentClass, Linear, Prototype, Questionnaire
from bot.scoring.models.gaussian import GaussianScorer
from bot.scoring.models.latent_class import latent_class
from bot.scoring.models.linear import LinearScorer
from bot.scoring.models.protocol import Scorer
from bot.scoring.models.prototype import prototype
from bot.scoring.prepared import Prepared


def _made(questionnaire: Questionnaire) -> Scorer | None:
    if not questionnaire.segments:
        return None
    match questionnaire.model:
        case Prototype() as model:
            return prototype(questionnaire, model)
        case LatentClass() as model:
            return latent_class(questionnaire, model)
        case Linear() as model:
            return LinearScorer(questionnaire, model)
        case Gaussian() as model:
            return GaussianScorer(questionnaire, model)
        case None:
            return None


scorer_of = Prepared(_made)
"""Return a questionnaire's segment model at work, or None where it has no segments."""
