"""`gaussian`: the share of the plausible long forms at which a segment has the highest score."""

import math

from bot.questionnaire.model import Gaussian, Questionnaire
from bot.scoring.models.joint import Vector
from bot.scoring.models.joint_scorer import JointScorer


class GaussianScorer(JointScorer):
    """The long form's own rule under a joint normal."""

    def __init__(self, questionnaire: Questionnaire, model: Gaussian) -> None:
        super().__init__(questionnaire, model)
        self._tails = model.tails
        self._points = model.points

    def spread(self, answered: int, distance: float) -> float:
        """Return more than 1 where the answers are more surprising than usual, less where they are less."""
        if self._tails is None:
            return 1.0
        return math.sqrt((self._tails + distance) / (self._tails + answered))

    def shares(self, differences: list[Vector]) -> tuple[float, ...]:
        """Return (count + 1/2) / (points + K/2)."""
        segments = len(differences) + 1
        counts = [0] * segments
        for point in zip(*differences, strict=True):
            highest = max(point)
            counts[point.index(highest) if highest > 0 else -1] += 1
        if len(differences[0]) == 1:
            counts = [self._points * count for count in counts]
        return tuple([(count + 0.5) / (self._points + segments / 2) for count in counts])
