"""Classes with their own habits of answering, for many people at once: `latent-class` and `prototype`.

The definitions stand in `questionnaire.model`. Answers on one scale repeat each other, so they are damped:
each of n answers on a scale weighs the mean of 1 / (1 + damping x number before it).
"""

from dataclasses import dataclass

import numpy as np

from bot.questionnaire.model.segment_models import mean_weight
from bot.research.fit.arrays import MISSING, Floats, Ints


@dataclass(frozen=True, slots=True, eq=False)
class Classes:
    """How each class answers each item."""

    shares: Floats
    logs: Floats
    """Item x choice x class: what an answer adds to the logarithm of a class's probability."""
    chances: Floats
    """Item x choice x class: how often a class gives an answer; sums to 1 over the choices."""
    values: Floats
    """Item x choice: the keyed value of a choice, by which an answer is recognised."""
    scale: Ints
    damping: float

    def begin(self, people: int) -> "ClassBeliefs":
        """Return what is believed of so many people before they answer."""
        groups = self.groups
        heard = np.zeros((people, int(groups.max()) + 1, len(self.shares)))
        return ClassBeliefs(self, groups, heard, np.zeros(heard.shape[:2], dtype=np.intp))

    @property
    def groups(self) -> Ints:
        """Return which items repeat each other; an item on no scale stands alone."""
        alone = np.arange(len(self.scale)) + self.scale.max() + 1
        return np.where(self.scale == MISSING, alone, self.scale)

    def fixed(self, keyed: Floats, items: Ints) -> Floats:
        """Return the probabilities once everybody has answered the same items."""
        beliefs = self.begin(len(keyed))
        for item in items:
            beliefs.hear(np.full(len(keyed), item), keyed[:, item])
        return beliefs.probabilities()

    def weights(self, most: int) -> Floats:
        """Return what each answer weighs where there are 0, 1, 2 … on its scale."""
        return np.array([1.0, *(mean_weight(self.damping, number) for number in range(1, most + 1))])


@dataclass(slots=True, eq=False)
class ClassBeliefs:
    """What each person's answers have said of the classes, scale by scale."""

    model: Classes
    groups: Ints
    heard: Floats
    numbers: Ints

    def hear(self, items: Ints, keyed: Floats) -> None:
        """Take one answer of each person."""
        everybody = np.arange(len(items))
        choice = np.nanargmin(np.abs(self.model.values[items] - keyed[:, None]), axis=1)
        self.heard[everybody, self.groups[items]] += self.model.logs[items, choice]
        self.numbers[everybody, self.groups[items]] += 1

    def probabilities(self) -> Floats:
        """Return each person's probabilities of the classes."""
        return _softmax(self._logs())

    def gains(self, probabilities: Floats) -> Floats:
        """Return the expected fall in uncertainty about the class, for each item."""
        weights = self.model.weights(len(self.groups) + 1)
        logs, now = self._logs(), _entropy(probabilities)
        total = np.zeros((len(probabilities), len(self.groups)))
        for item, group in enumerate(self.groups):
            number, heard = self.numbers[:, group], self.heard[:, group]
            rest = logs - weights[number][:, None] * heard
            after = heard[:, None, :] + np.nan_to_num(self.model.logs[item])[None]
            posterior = _softmax(rest[:, None, :] + weights[number + 1][:, None, None] * after)
            chance = probabilities @ np.nan_to_num(self.model.chances[item]).T
            total[:, item] = now - (chance * _entropy(posterior)).sum(1)
        return total

    def _logs(self) -> Floats:
        weights = self.model.weights(len(self.groups) + 1)[self.numbers]
        return np.asarray(np.log(self.model.shares) + (weights[:, :, None] * self.heard).sum(1))


def _softmax(logs: Floats) -> Floats:
    raised = np.exp(logs - logs.max(-1, keepdims=True))
    return np.asarray(raised / raised.sum(-1, keepdims=True))


def _entropy(probabilities: Floats) -> Floats:
    return np.asarray(-(probabilities * np.log(np.maximum(probabilities, 1e-300))).sum(-1))
