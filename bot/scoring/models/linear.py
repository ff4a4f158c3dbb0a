"""`linear`: a softmax of the linear scores, averaged over what the missing answers may be."""

import math
from operator import sub, truediv

from bot.questionnaire.model import Linear, Questionnaire
from bot.scoring.models.joint import Vector
from bot.scoring.models.joint_scorer import JointScorer


class LinearScorer(JointScorer):
    """A softmax of linear scores."""

    def __init__(self, questionnaire: Questionnaire, model: Linear) -> None:
        super().__init__(questionnaire, model)
        self._temperature = model.temperature

    def spread(self, answered: int, distance: float) -> float:  # noqa: ARG002 - the normal's own spread
        """Return 1: the missing answers are spread as the joint normal says."""
        return 1.0

    def shares(self, differences: list[Vector]) -> tuple[float, ...]:
        """Return the mean of the softmax over the points."""
        columns = [[one / self._temperature for one in column] for column in differences]
        columns.append([0.0] * len(columns[0]))
        highest = list(map(max, *columns))
        weights = [list(map(math.exp, map(sub, column, highest))) for column in columns]
        totals = list(map(sum, zip(*weights, strict=True)))
        shares = [math.fsum(map(truediv, weight, totals)) / len(totals) for weight in weights]
        total = math.fsum(shares)
        return tuple([share / total for share in shares])
