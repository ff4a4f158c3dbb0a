"""The numbers of a segment model: all there, each possible, and enough of the form's items to use them on.

`profiles` looks at what authors write (prototypes); here is what `attune fit` writes, so that a slip of
somebody who edits it is told at its line and never becomes a wrong probability.
"""

import math
from collections.abc import Iterator, Sequence

from bot.questionnaire.codes import told
from bot.questionnaire.model import JointNormal, LatentClass, Prototype, Questionnaire
from bot.questionnaire.profiles import shares
from bot.questionnaire.sources import File
from bot.questionnaire.structure import unknown
from bot.source import Problem, Route

Main = File[Questionnaire]
_SUM_SLACK = 0.001
_SINGULAR = 1e-9  # of an item's variance


def segment_numbers(main: Main) -> Iterator[Problem]:
    """Yield everything wrong with the numbers of a questionnaire's segment model."""
    model = main.value.model
    if model is None or not main.value.segments:
        return
    match model:
        case LatentClass():
            yield from shares(main, model.shares)
            yield from _latent_class(main, model)
        case JointNormal():
            yield from _joint(main, model)
        case Prototype():
            pass  # `profiles` looks at these
    yield from _min_answered(main)


def used_items(questionnaire: Questionnaire) -> frozenset[str]:
    """Return the items that the segment model can use."""
    match questionnaire.model:
        case LatentClass() as model:
            return frozenset(model.probabilities)
        case JointNormal() as model:
            return frozenset(model.items)
        case Prototype() as model:
            profiles = [set(profile) for profile in model.profiles.values()]
            profiled = set.intersection(*profiles) if profiles else set()
            return frozenset(
                item for scale in questionnaire.scales if scale.id in profiled for item in scale.items
            )
        case None:
            return frozenset()


def _min_answered(main: Main) -> Iterator[Problem]:
    model, form = main.value.model, main.value.form
    useful = used_items(main.value).intersection(form.items)
    most = min(len(useful), form.most)
    if model is not None and model.min_answered > most:
        message = f"the form `{form.id}` asks {most} items that count"
        yield told("min-answered", main.document, ("model", "min_answered"), message)


# ---------------------------------------------------------------- latent-class


def _latent_class(main: Main, model: LatentClass) -> Iterator[Problem]:
    segments = [segment.id for segment in main.value.segments]
    items = {item.id: item for item in main.value.items}
    for name, by_segment in model.probabilities.items():
        route: Route = ("model", "probabilities", name)
        yield from unknown(main, "item", route, name, items, at_key=True)
        if missing := [segment for segment in segments if segment not in by_segment]:
            message = f"`{name}` has none for {', '.join(missing)}"
            yield told("missing-numbers", main.document, route, message, at_key=True)
        scale = main.value.answers.get(items[name].answers) if name in items else None
        for segment, row in by_segment.items():
            yield from unknown(main, "segment", (*route, segment), segment, segments, at_key=True)
            if scale is not None:
                yield from _row(main, (*route, segment), row, len(scale.choices))


def _row(main: Main, route: Route, row: Sequence[float], choices: int) -> Iterator[Problem]:
    if len(row) != choices:
        message = f"{len(row)} probabilities for {choices} choices"
        yield told("wrong-count", main.document, route, message)
    elif min(row) <= 0:
        place = row.index(min(row))
        message = f"{row[place]:g} isn't above 0"
        yield told("choice-probabilities", main.document, (*route, place), message)
    elif abs(math.fsum(row) - 1) > _SUM_SLACK:
        yield told("choice-probabilities", main.document, route, f"they sum to {math.fsum(row):g}")


# ---------------------------------------------------------------- linear and gaussian


def _joint(main: Main, model: JointNormal) -> Iterator[Problem]:
    known = [item.id for item in main.value.items]
    for place, name in enumerate(model.items):
        yield from unknown(main, "item", ("model", "items", place), name, known)
        if name in model.items[:place]:
            message = f"`{name}` stands here twice"
            yield told("repeated-item", main.document, ("model", "items", place), message)
    size = len(model.items)
    yield from _count(main, ("model", "mean"), len(model.mean), size, "items")
    yield from _rules(main, model)
    yield from _covariance(main, model)


def _count(main: Main, route: Route, found: int, due: int, what: str) -> Iterator[Problem]:
    if found != due:
        message = f"{found} numbers for {due} {what}"
        yield told("wrong-count", main.document, route, message, at_key=True)


def _rules(main: Main, model: JointNormal) -> Iterator[Problem]:
    segments = [segment.id for segment in main.value.segments]
    if missing := [segment for segment in segments if segment not in model.rules]:
        message = f"no rule for {', '.join(missing)}"
        yield told("missing-numbers", main.document, ("model", "rules"), message, at_key=True)
    for name, rule in model.rules.items():
        route: Route = ("model", "rules", name)
        yield from unknown(main, "segment", route, name, segments, at_key=True)
        yield from _count(main, (*route, "weights"), len(rule.weights), len(model.items), "items")


def _covariance(main: Main, model: JointNormal) -> Iterator[Problem]:
    rows, route = model.covariance, ("model", "covariance")
    if len(rows) != len(model.items):
        yield from _count(main, route, len(rows), len(model.items), "items")
        return
    for place, row in enumerate(rows):
        if len(row) != place + 1:
            message = f"{len(row)} numbers in row {place + 1}, {place + 1} are due"
            yield told("wrong-count", main.document, (*route, place), message)
            return
    if (broken := _not_positive_definite(rows)) is not None:
        message = f"not positive definite: `{model.items[broken]}` can't vary so, given the items before it"
        yield told("covariance", main.document, (*route, broken), message)


def _not_positive_definite(rows: Sequence[Sequence[float]]) -> int | None:
    """Return the first row at which the Cholesky decomposition fails, if any."""
    factor: list[list[float]] = []
    for place, row in enumerate(rows):
        found: list[float] = []
        for column in range(place):
            value = row[column] - math.fsum(a * b for a, b in zip(found, factor[column], strict=False))
            found.append(value / factor[column][column])
        left = row[place] - math.fsum(value * value for value in found)
        if not left > _SINGULAR * abs(row[place]):
            return place
        factor.append([*found, math.sqrt(left)])
    return None
