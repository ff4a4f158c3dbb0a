"""How good probabilities are, against what the long form said."""

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
    """Hold probabilities against the long form's verdicts.

    The people are resampled as numbers of copies of each, in order of their top probability, so that nothing
    has to be sorted again for the calibration error.
    """
    order = np.argsort(probabilities.max(1), kind="stable")
    sorted_ = _Sorted(probabilities[order], segments[order])
    chance = np.random.default_rng(_SEED)
    everybody = np.arange(len(segments))
    draws = [np.sort(chance.integers(0, len(segments), len(segments))) for _ in range(_DRAWS)]
    drawn = np.array([sorted_.figures(draw) for draw in draws])
    low, high = np.quantile(drawn, [0.025, 0.975], axis=0)
    right, beyond_chance, loss, gap = (
        Figure(value, min(float(lower), value), max(float(upper), value))
        for value, lower, upper in zip(sorted_.figures(everybody), low, high, strict=True)
    )
    return Quality(len(segments), right, beyond_chance, loss, gap, confusion(probabilities, segments))


class _Sorted:
    """People by their top probability, from low to high."""

    def __init__(self, probabilities: Floats, segments: Ints) -> None:
        self.count = probabilities.shape[1]
        self.top = probabilities.max(1)
        self.right = (probabilities.argmax(1) == segments).astype(np.float64)
        self.loss = _losses(probabilities, segments)
        self.cell = segments * self.count + probabilities.argmax(1)

    def figures(self, people: Ints) -> tuple[float, float, float, float]:
        """Return agreement, kappa, log loss and calibration error of some people, in their order."""
        right = self.right[people]
        table = np.bincount(self.cell[people], minlength=self.count**2).reshape(self.count, self.count)
        return (
            float(right.mean()),
            _kappa(table),
            float(self.loss[people].mean()),
            _ece(self.top[people], right),
        )


def agreement(probabilities: Floats, segments: Ints) -> float:
    """Return the share of people whose leading segment is the long form's."""
    return float((probabilities.argmax(1) == segments).mean())


def log_loss(probabilities: Floats, segments: Ints) -> float:
    """Return the mean of minus the logarithm of the long form's segment's probability."""
    return float(_losses(probabilities, segments).mean())


def ece(probabilities: Floats, segments: Ints) -> float:
    """Return the expected calibration error: ten bins of equal size over the top probability."""
    order = np.argsort(probabilities.max(1), kind="stable")
    right = (probabilities.argmax(1) == segments)[order].astype(np.float64)
    return _ece(probabilities.max(1)[order], right)


def kappa(probabilities: Floats, segments: Ints) -> float:
    """Return Cohen's kappa: agreement beyond what the shares alone would give."""
    return _kappa(confusion(probabilities, segments))


def _losses(probabilities: Floats, segments: Ints) -> Floats:
    of_truth = probabilities[np.arange(len(segments)), segments]
    return np.asarray(-np.log(np.maximum(of_truth, _LEAST)))


def _ece(top: Floats, right: Floats) -> float:
    starts = np.unique(np.arange(BINS) * len(top) // BINS)
    gaps = np.abs(np.add.reduceat(top - right, starts))
    return float(gaps.sum() / len(top))


def _kappa(table: Ints) -> float:
    shares = table / table.sum()
    by_chance = float(shares.sum(0) @ shares.sum(1))
    return float((np.trace(shares) - by_chance) / max(1 - by_chance, _LEAST))


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
