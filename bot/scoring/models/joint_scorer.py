"""What both models of a joint normal share; how scores become probabilities is each one's own."""

import math
from collections.abc import Collection, Mapping, Sequence

from bot.questionnaire.model import JointNormal, Questionnaire
from bot.scoring.models.joint import Joint, Known, Vector
from bot.scoring.models.points import normal_points
from bot.scoring.models.protocol import Given
from bot.scoring.scales import keyed_values


class JointScorer:
    """A joint normal of the items under a linear score for each segment."""

    def __init__(self, questionnaire: Questionnaire, model: JointNormal) -> None:
        segments = [segment.id for segment in questionnaire.segments]
        self._joint = Joint(model, segments)
        self._items = model.items
        self._places = {item: place for place, item in enumerate(model.items)}
        numbers = keyed_values(questionnaire)
        self._numbers = [numbers[item] for item in model.items]
        points = normal_points(len(segments) - 1, model.points) if len(segments) > 1 else ()
        self._half = tuple(column[: len(column) // 2] for column in points)  # the other half mirrors it

    @property
    def items(self) -> Collection[str]:
        """Return the items that it can use."""
        return self._items

    def given(self, answers: Mapping[str, str | None]) -> Given:
        """Return those of the answers that it can use, in its own order."""
        return tuple([(item, choice) for item in self._items if (choice := answers.get(item)) is not None])

    def probabilities(self, given: Given) -> tuple[float, ...]:
        """Return the probability of each segment."""
        if not self._half:
            return (1.0,)
        known, values = self._read(given)
        surprises = self._joint.surprises(known, values)
        scores = self._joint.scores(known, surprises)
        centre = [score - scores[-1] for score in scores[:-1]]
        spread = self.spread(len(given), sum([one * one for one in surprises]))
        return self.shares(self._plausible(centre, self._joint.factor(known.items), spread))

    def spread(self, answered: int, distance: float) -> float:
        """Return what the spread around the expected scores is multiplied by."""
        raise NotImplementedError

    def shares(self, differences: list[Vector]) -> tuple[float, ...]:
        """Return the probabilities, given the scores at each point less the last segment's score."""
        raise NotImplementedError

    def _plausible(self, centre: Sequence[float], factor: Sequence[Vector], spread: float) -> list[Vector]:
        """Return the scores at each point less the last one, segment by segment.

        One point stands for all where nothing is open any more.
        """
        if not any(any(row) for row in factor):
            return [[middle] for middle in centre]
        found = []
        for middle, row in zip(centre, factor, strict=True):
            away = [0.0] * len(self._half[0])
            for by, points in zip(row, self._half, strict=False):
                if by:
                    by_spread = by * spread
                    away = [value + by_spread * point for value, point in zip(away, points, strict=True)]
            found.append([middle + one for one in away] + [middle - one for one in away])
        return found

    def spoken(self, given: Given) -> dict[str, tuple[float, ...]]:
        """Return what each answer added to each segment's expected score."""
        known, values = self._read(given)
        added = self._joint.contributions(known, values)
        return {item: one for (item, _), one in zip(given, added, strict=True)}

    def ranked(self, given: Given, shares: tuple[float, ...]) -> tuple[str, ...]:
        """Return every other item, the one first that best separates the segments in question.

        For each pair of segments what it tells of the difference of their scores counts as much as both are
        probable.
        """
        known, _ = self._read(given)
        total = [0.0] * len(self._items)
        for first, second, tells in self._joint.telling(known):
            weight = shares[first] * shares[second]
            total = [value + weight * one for value, one in zip(total, tells, strict=True)]
        left = set(range(len(total))).difference(known.items)
        return tuple([self._items[place] for place in sorted(left, key=lambda place: (-total[place], place))])

    def person_fit(self, given: Given) -> float | None:
        """Return how usual the answers are: their squared distance from what is expected, as a z value."""
        if not given:
            return None
        known, values = self._read(given)
        distance = math.fsum(one * one for one in self._joint.surprises(known, values))
        return -(distance - len(given)) / math.sqrt(2 * len(given))

    def _read(self, given: Given) -> tuple[Known, list[float]]:
        places = tuple([self._places[item] for item, _ in given])
        values = [self._numbers[place][choice] for place, (_, choice) in zip(places, given, strict=True)]
        return self._joint.known(places), values
