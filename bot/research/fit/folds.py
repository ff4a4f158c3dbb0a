"""Everybody is judged by a model that was made without them."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

import numpy as np

from bot.research.fit.arrays import Flags, Ints

FOLDS = 5
_CORES = 2
T = TypeVar("T")


def folds(segments: Ints, seed: int) -> list[Flags]:
    """Return who is kept out of each fold's training; each fold has its part of every segment."""
    chance = np.random.default_rng(seed)
    place = np.empty(len(segments), dtype=np.intp)
    for segment in np.unique(segments):
        members = chance.permutation(np.flatnonzero(segments == segment))
        place[members] = np.arange(len(members)) % FOLDS
    return [place == fold for fold in range(FOLDS)]


def side_by_side(work: Callable[[Flags], T], parts: list[Flags]) -> Iterator[T]:
    """Do the work of each fold on two cores, and give the results in order."""
    with ThreadPoolExecutor(_CORES) as pool:
        yield from pool.map(work, parts)
