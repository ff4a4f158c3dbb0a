"""The joint normal of the items, conditioned answer by answer: what is still open about the linear scores.

Each answer takes one step of a Cholesky decomposition (a Kalman update). Everything about spread depends only
on *which* items are answered, so it is kept by them and shared by all people; what they answered only moves
the expected scores. An answer that the ones before already determine adds nothing.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from bot.questionnaire.model import JointNormal

KEPT = 512  # states of knowledge kept at once; some 20 kB each for 40 items
DETERMINED = 1e-9  # of an item's variance; what is below is rounding

Vector = list[float]


@dataclass(frozen=True, slots=True)
class Known:
    """What is settled once certain items are answered, whatever the answers."""

    items: tuple[int, ...]
    steps: tuple[Vector, ...]  # of each answer: how it moves every item, for one unit of surprise
    rows: tuple[tuple[float, ...], ...]  # of each answer: how the surprises before moved its own item
    spreads: tuple[float, ...]  # of each answer: the sd of its item before it was given; 0 if determined
    moves: tuple[Vector, ...]  # of each answer: how it moves each score, for one unit of surprise
    variances: Vector  # what is left of each item's variance
    covariances: list[Vector]  # of each score with each item
    scores: list[Vector]  # covariance of the scores
    tells: list[tuple[int, int, Vector]] = field(default_factory=list)  # worked out at the first use


class Joint:
    """A joint normal with linear scores."""

    def __init__(self, model: JointNormal, segments: Sequence[str]) -> None:
        self.mean = list(model.mean)
        rules = [model.rules[segment] for segment in segments]
        size = len(model.items)
        self._covariance = [
            [model.covariance[max(row, column)][min(row, column)] for column in range(size)]
            for row in range(size)
        ]
        self.expected = [rule.intercept + _dot(rule.weights, self.mean) for rule in rules]
        self._least = [DETERMINED * self._covariance[place][place] for place in range(size)]
        covariances = [[_dot(rule.weights, row) for row in self._covariance] for rule in rules]
        scores = [[_dot(rule.weights, row) for rule in rules] for row in covariances]
        variances = [self._covariance[place][place] for place in range(size)]
        self._nothing = Known((), (), (), (), (), variances, covariances, scores)
        self.known = lru_cache(maxsize=KEPT)(self._known)
        self.factor = lru_cache(maxsize=KEPT)(self._factor)

    def _known(self, items: tuple[int, ...]) -> Known:
        """Return what is settled once these items are answered."""
        if not items:
            return self._nothing
        before, place = self.known(items[:-1]), items[-1]
        row = tuple([step[place] for step in before.steps])
        left = before.variances[place]
        spread = math.sqrt(left) if left > self._least[place] else 0.0
        step = self._step(before, place, row, spread)
        move = [one[place] / spread if spread else 0.0 for one in before.covariances]
        return Known(
            items,
            (*before.steps, step),
            (*before.rows, row),
            (*before.spreads, spread),
            (*before.moves, move),
            [variance - one * one for variance, one in zip(before.variances, step, strict=True)],
            [
                [value - by * one for value, one in zip(values, step, strict=True)] if by else values
                for values, by in zip(before.covariances, move, strict=True)
            ],
            [
                [value - by * one for value, one in zip(values, move, strict=True)]
                for values, by in zip(before.scores, move, strict=True)
            ],
        )

    def _step(self, before: Known, place: int, row: Sequence[float], spread: float) -> Vector:
        if not spread:
            return [0.0] * len(self.mean)
        column = self._covariance[place]
        for step, by in zip(before.steps, row, strict=True):
            column = [value - by * one for value, one in zip(column, step, strict=True)]
        return [value / spread for value in column]

    def _factor(self, items: tuple[int, ...]) -> list[Vector]:
        """Return the lower Cholesky factor of the scores' differences from the last score."""
        left, least = _differences(self.known(items).scores), _differences(self._nothing.scores)
        factor: list[Vector] = []
        for row, values in enumerate(left):
            found: Vector = []
            for column, value in enumerate(values[:row]):
                pivot = factor[column][column]
                found.append((value - _dot(found, factor[column][:column])) / pivot if pivot else 0.0)
            rest = values[row] - _dot(found, found)
            found.append(math.sqrt(rest) if rest > DETERMINED * least[row][row] else 0.0)
            factor.append(found)
        return factor

    def surprises(self, known: Known, values: Sequence[float]) -> Vector:
        """Return how far each answer lies from what the ones before it let expect, in standard deviations."""
        found: Vector = []
        for place, value, row, spread in zip(known.items, values, known.rows, known.spreads, strict=True):
            away = value - self.mean[place] - _dot(row, found)
            found.append(away / spread if spread else 0.0)
        return found

    def scores(self, known: Known, surprises: Sequence[float]) -> Vector:
        """Return the expected scores."""
        found = self.expected
        for move, by in zip(known.moves, surprises, strict=True):
            found = [value + by * one for value, one in zip(found, move, strict=True)]
        return found

    def contributions(self, known: Known, values: Sequence[float]) -> list[tuple[float, ...]]:
        """Return what each answer added to each expected score: its regression weight times its distance."""
        weights: list[Vector] = []  # from the last answer back to the first
        for number in reversed(range(len(known.items))):
            later = [known.rows[other][number] for other in range(len(known.items) - 1, number, -1)]
            spread = known.spreads[number]
            weights.append(
                [
                    (move - _dot(later, [one[score] for one in weights])) / spread if spread else 0.0
                    for score, move in enumerate(known.moves[number])
                ]
            )
        distances = [value - self.mean[place] for place, value in zip(known.items, values, strict=True)]
        pairs = zip(reversed(weights), distances, strict=True)
        return [tuple([one * distance for one in weight]) for weight, distance in pairs]

    def telling(self, known: Known) -> Sequence[tuple[int, int, Vector]]:
        """Return for each pair of segments how well each item predicts the difference of their scores.

        That is their squared correlation given the answers: it rises and falls with their mutual
        information, -log(1 - r^2) / 2.
        """
        if not known.tells:
            segments = range(len(known.scores))
            pairs = ((first, second) for first in segments for second in segments if first < second)
            known.tells.extend((first, second, self._tells(known, first, second)) for first, second in pairs)
        return known.tells

    def _tells(self, known: Known, first: int, second: int) -> Vector:
        scores = known.scores
        open_ = scores[first][first] + scores[second][second] - 2 * scores[first][second]
        least = DETERMINED * (self._nothing.scores[first][first] + self._nothing.scores[second][second])
        if open_ <= least:
            return [0.0] * len(known.variances)
        difference = zip(known.covariances[first], known.covariances[second], strict=True)
        return [
            (one - other) ** 2 / (variance * open_) if variance > floor else 0.0
            for (one, other), variance, floor in zip(difference, known.variances, self._least, strict=True)
        ]


def _dot(one: Sequence[float], other: Sequence[float]) -> float:
    return sum([a * b for a, b in zip(one, other, strict=True)])


def _differences(scores: Sequence[Vector]) -> list[Vector]:
    """Return the covariance of all scores but the last, each less the last one."""
    *others, edge = scores
    return [
        [value - edge[row] - by + edge[-1] for value, by in zip(values[:-1], edge, strict=False)]
        for row, values in enumerate(others)
    ]
