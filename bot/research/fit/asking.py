"""Whole interviews of many people at once: who is asked what, and what is believed after each answer."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from bot.research.fit.arrays import Flags, Floats, Ints

_AT_ONCE = 400  # people whose states fit into a processor's cache together


class Beliefs(Protocol):
    """What a model believes of many people; changes with every answer."""

    def hear(self, items: Ints, keyed: Floats) -> None:
        """Take one answer of each person."""

    def probabilities(self) -> Floats:
        """Return each person's probabilities of the segments."""

    def gains(self, probabilities: Floats) -> Floats:
        """Return what each item would tell about the segment."""


class Model(Protocol):
    """A segment model that can take many people through an interview."""

    def begin(self, people: int) -> Beliefs:
        """Return what is believed of so many people before they answer."""

    def fixed(self, keyed: Floats, items: Ints) -> Floats:
        """Return the probabilities once everybody has answered the same items."""


@dataclass(frozen=True, slots=True, eq=False)
class Course:
    """The interviews of many people: probabilities after 0, 1, 2 … answers, and the items in their order."""

    probabilities: Floats
    """Answers x people x segments."""
    items: Ints
    """Answers x people."""

    @property
    def top(self) -> Floats:
        """Return the highest probability after each number of answers."""
        return np.asarray(self.probabilities.max(2))

    @property
    def verdicts(self) -> Ints:
        """Return the leading segment after each number of answers."""
        return np.asarray(self.probabilities.argmax(2))

    def at(self, asked: Ints) -> Floats:
        """Return each person's probabilities after as many answers as that person gave."""
        return np.asarray(self.probabilities[asked, np.arange(len(asked))])


def ask(model: Model, keyed: Floats, most: int, *, order: Ints | None = None) -> Course:
    """Ask everybody so many items without stopping, each the most telling one or in a fixed order."""
    return joined(
        [
            _ask(model, keyed[start : start + _AT_ONCE], most, order)
            for start in range(0, len(keyed), _AT_ONCE)
        ]
    )


def joined(courses: list[Course]) -> Course:
    """Put the interviews of several groups of people together, in their order."""
    return Course(
        np.concatenate([course.probabilities for course in courses], axis=1),
        np.concatenate([course.items for course in courses], axis=1),
    )


def scattered(courses: list[Course], members: list[Flags]) -> Course:
    """Put the interviews of several groups back where the people of each group stand."""
    together = joined(courses)
    place = np.argsort(np.concatenate([np.flatnonzero(group) for group in members]))
    return Course(together.probabilities[:, place], together.items[:, place])


def _ask(model: Model, keyed: Floats, most: int, order: Ints | None) -> Course:
    beliefs, everybody = model.begin(len(keyed)), np.arange(len(keyed))
    asked = np.zeros(keyed.shape, dtype=np.bool_)
    probabilities, items = [beliefs.probabilities()], []
    for item in _next(beliefs, asked, probabilities, most, order):
        beliefs.hear(item, keyed[everybody, item])
        asked[everybody, item] = True
        items.append(item)
        probabilities.append(beliefs.probabilities())
    return Course(np.stack(probabilities), np.stack(items))


def _next(
    beliefs: Beliefs, asked: Flags, probabilities: list[Floats], most: int, order: Ints | None
) -> Iterator[Ints]:
    for number in range(most):
        if order is not None:
            yield np.full(len(asked), order[number])
        else:
            yield np.where(asked, -1.0, beliefs.gains(probabilities[-1])).argmax(1)
