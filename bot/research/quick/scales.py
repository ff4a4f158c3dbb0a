"""A way through a form, with its scale scores as texts: remembered by the answers that they rest on."""

import math
from collections.abc import Callable, Sequence
from operator import itemgetter
from typing import Any, NamedTuple

from bot.questionnaire.model import Questionnaire, Scale
from bot.scoring.scales import NOT_ASKED, TOO_FEW, keyed_values

OPEN, DECLINES, UNREACHED = "?", "!", ""
"""What stands in the place of a choice: on the screen, declined, or not reached. None of them is an id."""

Values = Sequence[str | None]
Known = tuple[Callable[[Values], Values], dict[Values, str]]
"""What picks some of a route's values, and the text of each combination of them."""

_MOST = 10_000  # combinations of answers remembered for each scale


class Score(NamedTuple):
    """A scale's value and T score as texts, why there is none (or 0), and the items behind it."""

    value: str
    t: str
    missing: int
    answered: int
    asked: int


class Route:
    """The items that some people are asked, in order."""

    def __init__(self, questionnaire: Questionnaire, items: tuple[str, ...]) -> None:
        self.items = items
        self.prepared: dict[object, Any] = {}  # what the tables work out for this route
        places = {item: place for place, item in enumerate(items)}
        self._scales = [_Scale(scale, questionnaire, places) for scale in questionnaire.scales]
        self.score_texts: list[Known] = [(scale.pick, _Texts(scale)) for scale in self._scales]
        """The value of each scale, with a comma behind it."""

    def scores(self, values: Values) -> list[Score]:
        """Return the score of each scale."""
        return [scale.score(scale.pick(values)) for scale in self._scales]


class _Texts(dict[Values, str]):
    """The texts of a scale's values; what isn't known is worked out, and remembered while they are few."""

    def __init__(self, scale: "_Scale") -> None:
        super().__init__()
        self._scale = scale

    def __missing__(self, given: Values) -> str:
        text = f"{self._scale.score(given).value},"
        if len(self) < _MOST:
            self[given] = text
        return text


class _Scale:
    """One scale over one route."""

    def __init__(self, scale: Scale, questionnaire: Questionnaire, places: dict[str, int]) -> None:
        numbers = keyed_values(questionnaire)
        due = [item for item in scale.items if item in places]
        self._scale = scale
        self._keyed = [numbers[item] for item in due]
        self._known: dict[Values, Score] = {}
        self.pick = picking([places[item] for item in due])

    def score(self, given: Values) -> Score:
        """Score a combination of answers, and remember it."""
        found = self._known.get(given)
        if found is None:
            found = self._score(given)
            if len(self._known) < _MOST:
                self._known[given] = found
        return found

    def _score(self, given: Values) -> Score:
        pairs = list(zip(self._keyed, given, strict=True))
        reached = [pair for pair in pairs if pair[1] not in {OPEN, UNREACHED}]
        values = [numbers[choice] for numbers, choice in reached if choice not in {None, DECLINES}]
        due, scale = len(given), self._scale
        if not reached:
            return _none(NOT_ASKED, 0, due)
        if not values or len(values) < scale.min_share * due - 1e-9:
            return _none(TOO_FEW, len(values), due)
        total = math.fsum(values)
        value = total / len(values) if scale.method == "mean" else total
        norms = scale.norms
        t = str(NOT_ASKED) if norms is None else repr(50 + 10 * (value - norms.mean) / norms.sd)
        return Score(repr(value), t, 0, len(values), due)


def picking(places: Sequence[int]) -> Callable[[Values], Values]:
    """Return what picks the values at these places."""
    if not places:
        return lambda _values: ()
    if len(places) == 1:
        return lambda values: (values[places[0]],)
    return itemgetter(*places)


def _none(code: int, answered: int, due: int) -> Score:
    return Score(str(code), str(code), code, answered, due)
