"""A joint normal under linear scores, for many people at once: the `gaussian` and the `linear` model.

The definition stands in `questionnaire.model.JointNormal`; the same arithmetic for one person, without numpy,
in `bot.scoring.models`. Beside the items each person's state holds the scores of the segments as further
variables of the same joint normal, so that one regression step updates both.
"""

from dataclasses import dataclass, field

import numpy as np

from bot.research.fit.arrays import Floats, Ints
from bot.scoring.models.points import normal_points

_TINY = 1e-9


@dataclass(frozen=True, slots=True, eq=False)
class Normal:
    """Mean and covariance of the keyed items, and one linear score for each segment."""

    mean: Floats
    covariance: Floats
    intercepts: Floats
    weights: Floats
    temperature: float | None = None
    """None: the highest score is the segment (`gaussian`); else a softmax (`linear`)."""
    tails: float | None = 20.0
    points: int = 256
    cloud: Floats = field(init=False)
    floor: float = field(init=False)
    """Spread below this is rounding."""

    def __post_init__(self) -> None:
        """Lay the points out once."""
        cloud = np.array(normal_points(len(self.intercepts) - 1, self.points)).T
        object.__setattr__(self, "cloud", cloud)
        spread = self.weights @ self.covariance @ self.weights.T
        object.__setattr__(self, "floor", _TINY * float(np.trace(spread)))

    def begin(self, people: int) -> "NormalBeliefs":
        """Return what is believed of so many people before they answer."""
        joint = np.vstack([np.eye(len(self.mean)), self.weights])
        return NormalBeliefs(
            model=self,
            mean=np.tile(
                np.concatenate([self.mean, self.intercepts + self.weights @ self.mean]), (people, 1)
            ),
            covariance=np.tile(joint @ self.covariance @ joint.T, (people, 1, 1)),
            surprise=np.zeros(people),
        )

    def fixed(self, keyed: Floats, items: Ints) -> Floats:
        """Return the probabilities once everybody has answered the same items."""
        part = self.covariance[np.ix_(items, items)]
        away = keyed[:, items] - self.mean[items]
        across = self.weights @ self.covariance[:, items]
        solved = np.linalg.solve(part, np.column_stack([away.T, across.T]))
        answers, slopes = solved[:, : len(keyed)], solved[:, len(keyed) :]
        means = self.intercepts + self.weights @ self.mean + away @ slopes
        spread = self.weights @ self.covariance @ self.weights.T - across @ slopes
        surprise = np.einsum("ni,in->n", away, answers)
        return self.shares(means, spread[None], surprise, len(items))

    def shares(self, means: Floats, spread: Floats, surprise: Floats, answered: int) -> Floats:
        """Return each segment's share of the plausible long forms, for scores of these means and spreads.

        Only differences from the last score matter, which leaves one dimension fewer.
        """
        ahead = means[:, :-1] - means[:, -1:]
        apart = spread[:, :-1, :-1] - spread[:, :-1, -1:] - spread[:, -1:, :-1] + spread[:, -1:, -1:]
        root = np.linalg.cholesky(apart + self.floor * np.eye(apart.shape[1]))
        wide = np.ones(len(means))
        if self.tails is not None and self.temperature is None:
            wide = np.sqrt((self.tails + surprise) / (self.tails + answered))
        deviations = np.matmul(self.cloud, root.transpose(0, 2, 1)) * wide[:, None, None]
        scores = ahead[:, None, :] + deviations
        return self._counted(scores) if self.temperature is None else self._softened(scores)

    def _counted(self, scores: Floats) -> Floats:
        count = len(self.intercepts)
        winner = np.where(scores.max(2) > 0, scores.argmax(2), count - 1)
        counts = np.stack([(winner == segment).sum(1) for segment in range(count)], axis=1)
        return np.asarray((counts + 0.5) / (self.points + count / 2))

    def _softened(self, scores: Floats) -> Floats:
        assert self.temperature is not None  # noqa: S101 - the caller asked
        heated = np.concatenate([scores, np.zeros((*scores.shape[:2], 1))], axis=2) / self.temperature
        heated = np.exp(heated - heated.max(2, keepdims=True))
        return np.asarray((heated / heated.sum(2, keepdims=True)).mean(1))


@dataclass(slots=True, eq=False)
class NormalBeliefs:
    """What is believed of each person's answers and scores; changes with every answer."""

    model: Normal
    mean: Floats
    covariance: Floats
    surprise: Floats
    answered: int = 0

    def hear(self, items: Ints, keyed: Floats) -> None:
        """Take one answer of each person: a regression step for everything not yet known."""
        everybody = np.arange(len(items))
        row = self.covariance[everybody, items]
        variance = np.maximum(row[everybody, items], _TINY)
        away = keyed - self.mean[everybody, items]
        slope = row / variance[:, None]
        self.mean += slope * away[:, None]
        self.covariance -= slope[:, :, None] * row[:, None, :]
        self.surprise += away**2 / variance
        self.answered += 1

    def probabilities(self) -> Floats:
        """Return each person's probabilities of the segments."""
        count = len(self.model.mean)
        return self.model.shares(
            self.mean[:, count:], self.covariance[:, count:, count:], self.surprise, self.answered
        )

    def gains(self, probabilities: Floats) -> Floats:
        """Return what each item would tell: the sum over pairs of p_k p_l r^2 (see `AdaptiveRule`)."""
        items, segments = len(self.model.mean), probabilities.shape[1]
        variance = np.maximum(np.einsum("nii->ni", self.covariance)[:, :items], _TINY)
        total = np.zeros((len(probabilities), items))
        for first in range(segments):
            for second in range(first):
                one, other = items + first, items + second
                across = self.covariance[:, :items, one] - self.covariance[:, :items, other]
                apart = (
                    self.covariance[:, one, one]
                    + self.covariance[:, other, other]
                    - 2 * self.covariance[:, one, other]
                )
                weight = probabilities[:, first] * probabilities[:, second] / np.maximum(apart, _TINY)
                total += weight[:, None] * across**2
        return np.asarray(total / variance)
