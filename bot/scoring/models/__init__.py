"""Segment models at work: from any subset of answers to probabilities, one file for each kind.

Law: a skipped answer is missing, never a middle; the same answers give the same probabilities, in whatever
order they were given.
"""

from bot.scoring.models.protocol import Given, Scorer
from bot.scoring.models.scorers import scorer_of

__all__ = ["Given", "Scorer", "scorer_of"]
