"""What a researcher should know before believing a fit."""

from collections.abc import Iterator

import numpy as np

from bot.research.fit.findings import Findings

_SMALL = 100
_LEAST_RECALL = 0.6
_HIGHEST_ECE = 0.05
_STABLE = 0.6


def warnings(found: Findings) -> Iterator[str]:
    """Yield every warning, the one that always holds first."""
    yield (
        "Part-whole: the short form's answers are part of the long form that they are held against. "
        f"Two halves of the items, each without the other, agree on {100 * found.disjoint:.0f} % of people."
    )
    numbers = np.bincount(found.segments, minlength=len(found.bank.segments))
    for segment, number in zip(found.bank.segments, numbers, strict=True):
        if number < _SMALL:
            yield f"Segment `{segment}` has {number} people, fewer than {_SMALL}."
    for segment, recall in zip(found.bank.segments, found.adaptive.quality.recall, strict=True):
        if recall < _LEAST_RECALL:
            yield f"Of the people in `{segment}` only {100 * recall:.0f} % are found."
    if found.adaptive.quality.ece.value > _HIGHEST_ECE:
        yield f"The calibration error is {found.adaptive.quality.ece.value:.3f}, above {_HIGHEST_ECE}."
    if found.split_half < _STABLE:
        yield f"The segments are not stable: two halves of the people give ARI {found.split_half:.2f}."
    if found.own_segments:
        yield "The segments were cut out of these very answers, so every figure is somewhat too good."
