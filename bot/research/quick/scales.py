"""Scale scores as texts, remembered by the answers that they rest on: few answer like nobody before."""

import math
from collections.abc import Callable, Collection, Mapping
from operator import itemgetter
from typing import Any, NamedTuple

from bot.questionnaire.model import Questionnaire, Scale
from bot.scoring.scales import NOT_ASKED, TOO_FEW, keyed_values

Choices = Mapping[str, str | None]
MOST = 10_000  # remembered for each scale
_UNREACHED = ""  # no choice has an empty id


class Score(NamedTuple):
    """A scale's value and T score as texts, why there is none (or 0), and the items behind it."""

    value: str
    t: str
    missing: int
    answered: int
    asked: int


Scorer = Callable[[Choices], Score]


def scorers(questionnaire: Questionnaire, asked: Collection[str]) -> list[Scorer]:
    """Return what scores each scale where these items are asked."""
    return [_scorer(scale, questionnaire, frozenset(asked)) for scale in questionnaire.scales]


def _scorer(scale: Scale, questionnaire: Questionnaire, asked: frozenset[str]) -> Scorer:
    numbers = keyed_values(questionnaire)
    due = [item for item in scale.items if item in asked]
    keyed = [numbers[item] for item in due]
    known: dict[Any, Score] = {}
    pick = itemgetter(*due) if due else None

    def score(choices: Choices) -> Score:
        try:
            key = pick(choices) if pick else ()
        except KeyError:
            key = tuple([choices.get(item, _UNREACHED) for item in due])
        found = known.get(key)
        if found is None:
            given = (key,) if len(due) == 1 and not isinstance(key, tuple) else key
            found = _score(scale, keyed, given)
            if len(known) < MOST:
                known[key] = found
        return found

    return score


def _score(scale: Scale, keyed: list[dict[str, float]], given: tuple[str | None, ...]) -> Score:
    reached = [
        (numbers, choice) for numbers, choice in zip(keyed, given, strict=True) if choice != _UNREACHED
    ]
    values = [numbers[choice] for numbers, choice in reached if choice is not None]
    due = len(given)
    if not reached:
        return _none(NOT_ASKED, 0, due)
    if not values or len(values) < scale.min_share * due - 1e-9:
        return _none(TOO_FEW, len(values), due)
    total = math.fsum(values)
    value = total / len(values) if scale.method == "mean" else total
    norms = scale.norms
    t = str(NOT_ASKED) if norms is None else repr(50 + 10 * (value - norms.mean) / norms.sd)
    return Score(repr(value), t, 0, len(values), due)


def _none(code: int, answered: int, due: int) -> Score:
    return Score(str(code), str(code), code, answered, due)
