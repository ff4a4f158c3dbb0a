"""How good probabilities are, against what the long form said."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from bot.research.fit.arrays import Floats, Ints

BINS = 10
_DRAWS = 400
_SEED = 20_240_601
_LEAST = 1e-12


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure with its 95 % interval over resampled people.

    Resampling adds noise of its own, so the limits of a calibration error lie high, never low.
    """

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True, eq=False)
class Quality:
    """How well verdicts agree with the long form's, and how honest their probabilities are."""

    people: int
    agreement: Figure
    kappa: Figure
    log_loss: Figure
    ece: Figure
    confusion: Ints
    """Long form's segment x verdict."""

    @property
    def recall(self) -> tuple[float, ...]:
        """Return which share of each segment's people is found."""
        sums = self.confusion.sum(1)
        return tuple(float(row[place] / max(sums[place], 1)) for place, row in enumerate(self.confusion))


def quality(probabilities: Floats, segments: Ints) -> Quality:
    """Hold probabilities against the long form's verdicts."""
    draws = np.random.default_rng(_SEED).integers(0, len(segments), (_DRAWS, len(segments)))

    def figure(measure: Callable[[Floats, Ints], float]) -> Figure:
        drawn = [measure(probabilities[draw], segments[draw]) for draw in draws]
        low, high = np.quantile(drawn, [0.025, 0.975])
        value = measure(probabilities, segments)
        return Figure(value, min(float(low), value), max(float(high), value))

    return Quality(
        people=len(segments),
        agreement=figure(agreement),
        kappa=figure(kappa),
        log_loss=figure(log_loss),
        ece=figure(ece),
        confusion=confusion(probabilities, segments),
    )


def agreement(probabilities: Floats, segments: Ints) -> float:
    """Return the share of people whose leading segment is the long form's."""
    return float((probabilities.argmax(1) == segments).mean())


def log_loss(probabilities: Floats, segments: Ints) -> float:
    """Return the mean of minus the logarithm of the long form's segment's probability."""
    of_truth = probabilities[np.arange(len(segments)), segments]
    return float(-np.log(np.maximum(of_truth, _LEAST)).mean())


def ece(probabilities: Floats, segments: Ints) -> float:
    """Return the expected calibration error: ten bins of equal size over the top probability."""
    order = np.argsort(probabilities.max(1), kind="stable")
    top, right = probabilities.max(1)[order], (probabilities.argmax(1) == segments)[order]
    gaps = [
        abs(part.mean() - hits.mean()) * len(part)
        for part, hits in zip(np.array_split(top, BINS), np.array_split(right, BINS), strict=True)
        if len(part)
    ]
    return float(sum(gaps) / len(segments))


def kappa(probabilities: Floats, segments: Ints) -> float:
    """Return Cohen's kappa: agreement beyond what the shares alone would give."""
    table = confusion(probabilities, segments) / len(segments)
    by_chance = float(table.sum(0) @ table.sum(1))
    return float((np.trace(table) - by_chance) / max(1 - by_chance, _LEAST))


def confusion(probabilities: Floats, segments: Ints) -> Ints:
    """Return how many people of each segment got which verdict."""
    count = probabilities.shape[1]
    flat = np.bincount(segments * count + probabilities.argmax(1), minlength=count**2)
    return np.asarray(flat.reshape(count, count), dtype=np.intp)


def adjusted_rand(one: Ints, other: Ints) -> float:
    """Return how far two ways to sort the same people agree: 1 the same, 0 as by chance."""
    from sklearn.metrics import adjusted_rand_score  # noqa: PLC0415 - slow to import

    return float(adjusted_rand_score(one, other))


def information(choices: Ints, segments: Ints) -> float:
    """Return how many bits one item's answer tells about the segment."""
    table = np.zeros((int(choices.max()) + 1, int(segments.max()) + 1))
    np.add.at(table, (choices, segments), 1 / len(segments))
    expected = np.outer(table.sum(1), table.sum(0))
    seen = table > 0
    return float((table[seen] * np.log2(table[seen] / expected[seen])).sum())
