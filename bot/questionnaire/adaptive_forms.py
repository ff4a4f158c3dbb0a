"""Forms, the rules by which they choose, and those asked of people who consent to more."""

from collections.abc import Iterator

from bot.questionnaire.codes import told
from bot.questionnaire.model import AdaptiveRule, Form, Questionnaire
from bot.questionnaire.segment_numbers import used_items
from bot.questionnaire.sources import File
from bot.questionnaire.structure import unknown
from bot.source import Problem, Route

Main = File[Questionnaire]


def adaptive_forms(main: Main) -> Iterator[Problem]:
    """Yield everything wrong with which form is asked, and with the rules of adaptive ones."""
    known = [form.id for form in main.value.forms]
    for place, name in enumerate(main.value.asked):
        yield from unknown(main, "form", ("asked", place), name, known)
        if name in main.value.asked[:place]:
            yield told("duplicate-id", main.document, ("asked", place), f"`{name}` stands here twice")
    yield from _longer(main, known)
    yield from _retest(main, known)
    for index, form in enumerate(main.value.forms):
        route: Route = ("forms", index)
        if form.order == "adaptive" and (form.adaptive is None or main.value.model is None):
            missing = "rule under `adaptive`" if form.adaptive is None else "segment model"
            message = f"the adaptive form `{form.id}` needs a {missing}"
            yield told("adaptive-rule", main.document, (*route, "order"), message)
        if form.adaptive is not None:
            yield from _rule(main, (*route, "adaptive"), form, form.adaptive)
        if form.rule is not None and main.value.model is not None:
            yield from _unvalued(main, (*route, "items"), form)


def _longer(main: Main, known: list[str]) -> Iterator[Problem]:
    questionnaire, name = main.value, main.value.longer_form
    if name is None:
        return
    yield from unknown(main, "form", ("longer_form",), name, known)
    if name not in known:
        return
    longer = questionnaire.form_named(name)
    asked = [questionnaire.form_named(one) for one in questionnaire.asked or (questionnaire.form.id,)]
    left_out = [item for form in asked for item in form.items if item not in longer.items]
    message = ""
    if longer.rule is not None:
        message = f"`{name}` is adaptive"
    elif left_out:
        message = f"`{name}` leaves out `{left_out[0]}`, which people were asked"
    elif longer in asked:
        message = f"`{name}` is asked already"
    if message:
        yield told("longer-form", main.document, ("longer_form",), message)


def _retest(main: Main, known: list[str]) -> Iterator[Problem]:
    retest = main.value.retest
    if retest is None:
        return
    yield from unknown(main, "form", ("retest", "form"), retest.form, known)
    if retest.to_day < retest.from_day:
        message = f"it would end on day {retest.to_day}, before day {retest.from_day}"
        yield told("retest-days", main.document, ("retest",), message, at_key=True)


def _rule(main: Main, route: Route, form: Form, rule: AdaptiveRule) -> Iterator[Problem]:
    for place, name in enumerate(rule.first):
        yield from unknown(main, "item", (*route, "first", place), name, form.items)
        if name in rule.first[:place]:
            message = f"`{name}` stands here twice"
            yield told("repeated-item", main.document, (*route, "first", place), message)
    if rule.max > len(form.items):
        message = f"`max` is {rule.max}, but the form has {len(form.items)} items"
        yield told("adaptive-rule", main.document, (*route, "max"), message)
    if rule.min > rule.max:
        message = f"`min` is {rule.min}, above `max`, {rule.max}"
        yield told("adaptive-rule", main.document, (*route, "min"), message)
    elif len(rule.first) > rule.max:
        message = f"{len(rule.first)} items come first, but at most {rule.max} are asked"
        yield told("adaptive-rule", main.document, (*route, "first"), message)
    yield from _stop(main, route, rule)


def _stop(main: Main, route: Route, rule: AdaptiveRule) -> Iterator[Problem]:
    segments = len(main.value.segments)
    least = 1 / segments if segments else 0.0
    listed = isinstance(rule.stop_at, tuple)
    thresholds = rule.stop_at if isinstance(rule.stop_at, tuple) else (rule.stop_at,)
    for place, threshold in enumerate(thresholds):
        if not least < threshold < 1:
            where: Route = (*route, "stop_at", place) if listed else (*route, "stop_at")
            yield told("stop-range", main.document, where, f"{threshold:g} isn't within {least:g} and 1")
    if not thresholds or len(thresholds) > max(rule.max - rule.min + 1, 1):
        message = f"{len(thresholds)} thresholds for {rule.min} to {rule.max} items"
        yield told("wrong-count", main.document, (*route, "stop_at"), message, at_key=True)


def _unvalued(main: Main, route: Route, form: Form) -> Iterator[Problem]:
    used = used_items(main.value)
    known = {item.id for item in main.value.items}
    for place, name in enumerate(form.items):
        if name in known and name not in used:
            message = f"the model has no numbers for `{name}`"
            yield told("unvalued-item", main.document, (*route, place), message)
