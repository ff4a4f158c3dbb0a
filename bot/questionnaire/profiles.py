"""The authors' profiles: complete, within reach, and each segment possible.

Whether a segment can win is found out with its own best answers: for every item of the form the choice that
is nearest to the segment's profile and farthest from its rivals'. The arithmetic repeats the definition in
`model.Prototype` for this one question, because the room that scores stands above this one.
"""

import math
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from bot.questionnaire.codes import told
from bot.questionnaire.model import Prototype, Questionnaire
from bot.questionnaire.sources import File
from bot.questionnaire.structure import bounds, scale_bounds, unknown
from bot.source import Problem, Route

Main = File[Questionnaire]
_SUM_SLACK = 0.001


class _Asked(NamedTuple):
    """One answerable value of the form: its scale and the values it can take."""

    scale: str
    values: tuple[int, ...]


def profiles(main: Main) -> Iterator[Problem]:
    """Yield everything wrong with a questionnaire's segment model."""
    questionnaire, model = main.value, main.value.model
    if (model is None) != (not questionnaire.segments):
        missing, present = ("segments", "model") if model else ("model", "segments")
        message = f"there is a `{present}`, but no `{missing}`"
        yield told("model-without-segments", main.document, (present,), message, at_key=True)
    if not isinstance(model, Prototype) or not questionnaire.segments:
        return
    broken = [*_profiles(main, model), *shares(main, model.shares)]
    yield from broken
    if not broken:
        yield from _unreachable(main, model)


def _profiles(main: Main, model: Prototype) -> Iterator[Problem]:
    scales = {scale.id: scale for scale in main.value.scales}
    wanted = [
        scale.id
        for scale in main.value.scales
        if any(scale.id in profile for profile in model.profiles.values())
    ]
    for index, segment in enumerate(main.value.segments):
        if segment.id not in model.profiles:
            message = f"`{segment.id}` has no profile"
            yield told("missing-profile", main.document, ("segments", index, "id"), message)
    segments = [segment.id for segment in main.value.segments]
    for name, profile in model.profiles.items():
        route: Route = ("model", "profiles", name)
        yield from unknown(main, "segment", route, name, segments, at_key=True)
        for scale_id, value in profile.items():
            yield from unknown(main, "scale", (*route, scale_id), scale_id, scales, at_key=True)
            if scale_id not in scales:
                continue
            if (reach := scale_bounds(main.value, scales[scale_id])) and not reach[0] <= value <= reach[1]:
                message = f"{value:g} is outside of {reach[0]} to {reach[1]}"
                yield told("profile-range", main.document, (*route, scale_id), message)
        for scale_id in wanted:
            if scale_id not in profile:
                message = f"the profile of `{name}` has no `{scale_id}`"
                yield told("missing-profile", main.document, route, message, at_key=True)


def shares(main: Main, given: Mapping[str, float] | None) -> Iterator[Problem]:
    """Yield what is wrong with the shares of the segments."""
    if given is None:
        return
    segments = [segment.id for segment in main.value.segments]
    for name, share in given.items():
        route: Route = ("model", "shares", name)
        yield from unknown(main, "segment", route, name, segments, at_key=True)
        if share <= 0:
            yield told("shares", main.document, route, f"the share of `{name}` isn't above 0")
    total = sum(given.values())
    if missing := sorted(set(segments).difference(given)):
        message = f"no share for {', '.join(missing)}"
        yield told("shares", main.document, ("model", "shares"), message, at_key=True)
    elif abs(total - 1) > _SUM_SLACK:
        yield told("shares", main.document, ("model", "shares"), f"the shares sum to {total:g}", at_key=True)


def _unreachable(main: Main, model: Prototype) -> Iterator[Problem]:
    asked = _asked(main.value, model)
    for index, segment in enumerate(main.value.segments):
        if not any(
            _winner(model, asked, answers) == segment.id
            for answers in _best_answers(model, asked, segment.id)
        ):
            message = f"no answers to the form `{main.value.form.id}` make `{segment.id}` win"
            yield told("unreachable-segment", main.document, ("segments", index, "id"), message)


def _asked(questionnaire: Questionnaire, model: Prototype) -> tuple[_Asked, ...]:
    """Return what the default form asks, reversed items already turned round."""
    items = {item.id: item for item in questionnaire.items}
    used = {name for profile in model.profiles.values() for name in profile}
    found = []
    for scale in questionnaire.scales:
        for name in questionnaire.form.items:
            item = items.get(name)
            if scale.id not in used or item is None or name not in scale.items:
                continue
            reach = bounds(questionnaire, item)
            if reach is not None:
                values = (choice.value for choice in questionnaire.answers[item.answers].scored)
                found.append(
                    _Asked(scale.id, tuple(sum(reach) - value if item.reverse else value for value in values))
                )
    return tuple(found)


def _best_answers(model: Prototype, asked: tuple[_Asked, ...], segment: str) -> Iterator[tuple[int, ...]]:
    """Yield the answers nearest to a segment's profile, then those that set it off from each rival."""
    own = model.profiles[segment]
    yield tuple(_nearest(item.values, own[item.scale]) for item in asked)
    for name, rival in model.profiles.items():
        if name != segment:
            yield tuple(_telling(item.values, own[item.scale], rival[item.scale]) for item in asked)


def _nearest(values: tuple[int, ...], own: float) -> int:
    return min(values, key=lambda value: abs(value - own))


def _telling(values: tuple[int, ...], own: float, rival: float) -> int:
    return min(values, key=lambda value: ((value - own) ** 2 - (value - rival) ** 2, abs(value - own)))


def _winner(model: Prototype, asked: tuple[_Asked, ...], answers: tuple[int, ...]) -> str:
    count = {item.scale: sum(other.scale == item.scale for other in asked) for item in asked}
    scores = {name: _log_share(model.shares, name) for name in model.profiles}
    for item, value in zip(asked, answers, strict=True):
        spread = 2 * model.sd**2 / model.weight(count[item.scale])
        for name, profile in model.profiles.items():
            scores[name] -= (value - profile[item.scale]) ** 2 / spread
    best = max(scores.values())
    winners = [name for name, score in scores.items() if math.isclose(score, best, abs_tol=1e-9)]
    return winners[0] if len(winners) == 1 else ""


def _log_share(shares: Mapping[str, float] | None, name: str) -> float:
    return math.log(shares[name]) if shares else 0.0
