"""When it is enough: a threshold that falls with the number of questions asked.

Late in an interview each further question gains less, so the tool is content with less. The threshold after
n questions is a - b n; a is set so that people are asked as many as wanted on average, b by log loss, both on
people whom the model has not seen.
"""

from dataclasses import dataclass

import numpy as np

from bot.research.fit.arrays import Floats, Ints
from bot.research.fit.asking import Course
from bot.research.fit.figures import log_loss

_SLOPES = (0.0, 0.008, 0.016, 0.024, 0.032)
_HALVINGS = 40
_NEVER = 0.9999


@dataclass(frozen=True, slots=True)
class Stopping:
    """At least and at most so many questions; in between, enough at a threshold."""

    least: int
    most: int
    start: float
    slope: float
    lowest: float
    """A threshold at or below 1 / segments would be reached at once."""

    def threshold(self, asked: int) -> float:
        """Return how probable a segment must be after so many questions, as it is written down."""
        return round(min(max(self.start - self.slope * asked, self.lowest), _NEVER), 4)

    @property
    def thresholds(self) -> tuple[float, ...]:
        """Return the threshold at each number from the least on; at the most it is over anyway."""
        last = max(self.most, self.least + 1)
        return tuple(self.threshold(asked) for asked in range(self.least, last))

    def asked(self, top: Floats) -> Ints:
        """Return how many questions each person is asked, from the highest probability after each."""
        numbers = np.full(top.shape[1], self.most)
        for number in range(self.most - 1, self.least - 1, -1):
            numbers = np.where(top[number] >= self.threshold(number), number, numbers)
        return numbers


def choose(course: Course, segments: Ints, wanted: float, least: int, most: int) -> Stopping:
    """Return the thresholds that ask so many on average with the least log loss."""
    lowest = 1 / course.probabilities.shape[2] + 0.01
    tried = [
        Stopping(least, most, _start(course.top, wanted, least, most, slope, lowest), slope, lowest)
        for slope in _SLOPES
    ]
    return min(tried, key=lambda one: log_loss(course.at(one.asked(course.top)), segments))


def _start(top: Floats, wanted: float, least: int, most: int, slope: float, lowest: float) -> float:
    low, high = 0.0, 1.0 + slope * most
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        if Stopping(least, most, middle, slope, lowest).asked(top).mean() > wanted:
            high = middle
        else:
            low = middle
    return low
