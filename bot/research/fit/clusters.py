"""Segments found in the answers themselves: k-means on standardised scale scores, as the industry does it."""

import numpy as np

from bot.errors import OperatorError
from bot.research.fit.arrays import Floats, Ints
from bot.research.fit.bank import Bank
from bot.research.fit.figures import adjusted_rand
from bot.research.fit.rules import profiles

_STARTS = 20
_HALVINGS = 5


def cluster(bank: Bank, choices: Ints, count: int, seed: int) -> Ints:
    """Return everybody's cluster, each under the segment whose profile is nearest to its centre.

    Where the file has no profiles, the largest cluster goes by the first segment, and so on.
    """
    if count != len(bank.segments):
        raise OperatorError(
            f"{bank.questionnaire.id} has words for {len(bank.segments)} segments, not for {count}.",
            remedy=f"Write {count} under `segments:` first, or say --segments {len(bank.segments)}.",
        )
    scores = bank.scores(bank.keyed(choices))
    found, _ = _clusters(_standardised(scores, scores), count, seed)
    return _named(bank, scores, found)


def cluster_stability(bank: Bank, choices: Ints, count: int, seed: int) -> float:
    """Return how far centres from two halves sort everybody alike: the mean over five halvings."""
    scores = bank.scores(bank.keyed(choices))
    scores = _standardised(scores, scores)
    agreements = []
    for draw in range(_HALVINGS):
        order = np.random.default_rng(seed + draw).permutation(len(scores))
        centres = [_clusters(scores[half], count, seed)[1] for half in np.array_split(order, 2)]
        one, other = (_nearest(scores, centre) for centre in centres)
        agreements.append(adjusted_rand(one, other))
    return float(np.mean(agreements))


def _clusters(scores: Floats, count: int, seed: int) -> tuple[Ints, Floats]:
    from sklearn.cluster import KMeans  # noqa: PLC0415 - slow to import

    found = KMeans(count, n_init=_STARTS, random_state=seed).fit(scores)
    return np.asarray(found.labels_, dtype=np.intp), np.asarray(found.cluster_centers_)


def _nearest(scores: Floats, centres: Floats) -> Ints:
    return np.asarray(((scores[:, None, :] - centres[None]) ** 2).sum(2).argmin(1), dtype=np.intp)


def _standardised(scores: Floats, reference: Floats) -> Floats:
    return np.asarray((scores - reference.mean(0)) / np.maximum(reference.std(0), 1e-6))


def _named(bank: Bank, scores: Floats, found: Ints) -> Ints:
    """Give each cluster the place of a segment."""
    count = len(bank.segments)
    expert = profiles(bank)
    if expert is None:
        rank = np.argsort(np.argsort(-np.bincount(found, minlength=count), kind="stable"))
        return np.asarray(rank[found], dtype=np.intp)
    centres = np.array([scores[found == place].mean(0) for place in range(count)])
    away = ((_standardised(centres, scores)[:, None] - _standardised(expert, scores)[None]) ** 2).sum(2)
    return _matched(away)[found]


def _matched(away: Floats) -> Ints:
    """Return the segment of each cluster: the nearest pair first, then the nearest of those left."""
    left = away.copy()
    names = np.zeros(len(away), dtype=np.intp)
    for _ in range(len(away)):
        cluster_, segment = np.unravel_index(int(left.argmin()), left.shape)
        names[cluster_] = segment
        left[cluster_, :] = left[:, segment] = np.inf
    return names
