"""Fixed forms: which items to ask if everybody is asked the same."""

import dataclasses

import numpy as np

from bot.research.fit.arrays import Floats, Ints
from bot.research.fit.asking import Model
from bot.research.fit.figures import log_loss
from bot.research.fit.normal import Normal

SIZES = (6, 8, 10, 12, 16, 20, 24)
_PEOPLE = 1_200  # enough to choose an item by; more only take longer
_POINTS = 64
_KEPT = 18  # an item that did badly three questions ago won't be the best now
_SETTLED = 3


def forward(model: Model, keyed: Floats, segments: Ints, most: int) -> Ints:
    """Return items in the order in which each lowers the log loss most beside the ones before."""
    if isinstance(model, Normal):
        model = dataclasses.replace(model, points=_POINTS)
    keyed, segments = keyed[:_PEOPLE], segments[:_PEOPLE]
    order: list[int] = []
    losses: dict[int, float] = dict.fromkeys(range(keyed.shape[1]), 0.0)
    while len(order) < most:
        tried = sorted(losses, key=lambda item: losses[item])
        for item in tried[: _KEPT if len(order) >= _SETTLED else None]:
            losses[item] = log_loss(model.fixed(keyed, np.array([*order, item])), segments)
        best = min(tried, key=lambda item: losses[item])
        order.append(best)
        del losses[best]
    return np.array(order, dtype=np.intp)
