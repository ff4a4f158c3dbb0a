"""What the parts of one questionnaire say about each other: ids, forms, conditions, scales.

Every function takes the questionnaire's file and yields problems; none of them reads a text for its words.
"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain

from bot.questionnaire.codes import told
from bot.questionnaire.model import Item, Questionnaire, Scale, Status
from bot.questionnaire.sources import File
from bot.source import Problem, Route, did_you_mean

Main = File[Questionnaire]

_SPSS = ("all", "and", "by", "eq", "ge", "gt", "le", "lt", "ne", "not", "or", "to", "with")
_OUR_IDS = ("person_id", "response_id", "row", "session_id", "follows", "invite", "organisation", "channel")
_OUR_EDITIONS = ("questionnaire_id", "questionnaire_version", "edition_sha256", "language", "arm")
_OUR_CONSENT = ("consent_sha256", "consent_language", "consented_at", "research_at")
_OUR_TIMES = ("started_at", "completed_at", "duration_s", "status")
_OUR_COUNTS = ("asked", "n_answered", "n_asked", "n_edits", "n_skipped")
_OUR_RESULT = ("segment", "runner_up", "unsure", "correction")
RESERVED = frozenset(_SPSS + _OUR_IDS + _OUR_EDITIONS + _OUR_CONSENT + _OUR_TIMES + _OUR_COUNTS + _OUR_RESULT)
"""Words that SPSS refuses as names of variables, and the columns of our own exports."""

OUR_PREFIX = "p_"
FLAG_PREFIX = "flag_"  # of the columns with marks of quality
_SPOKEN = {"answers": "answer scale"}
LONGEST_SEGMENT = 30
FITTED = "evidence/fit.json"
"""What `attune fit` leaves in a folder, which takes its name only when it is put beside others."""


def structure(main: Main) -> Iterator[Problem]:
    """Yield everything wrong with how a questionnaire's parts refer to each other."""
    for part in (
        _folder,
        _status,
        _ids,
        _reserved,
        _answers,
        _items,
        _forms,
        _show_if,
        _scales,
        _second_part,
        _experiment,
    ):
        yield from part(main)


def bounds(questionnaire: Questionnaire, item: Item) -> tuple[int, int] | None:
    """Return the lowest and the highest value that an item's answers can have."""
    scale = questionnaire.answers.get(item.answers)
    values = [choice.value for choice in scale.scored] if scale else []
    return (min(values), max(values)) if values else None


def scale_bounds(questionnaire: Questionnaire, scale: Scale) -> tuple[int, int] | None:
    """Return the range that a scale's items share; nothing where they don't share one."""
    wanted = set(scale.items)
    found = {bounds(questionnaire, item) for item in questionnaire.items if item.id in wanted}
    return found.pop() if len(found) == 1 else None


def off_the_shelf(main: Main) -> bool:
    """Return whether `attune fit` wrote it under another name, for now beside no other questionnaire."""
    folder = main.document.path.resolve().parent
    return main.value.id != folder.name and (folder / FITTED).exists()


def _folder(main: Main) -> Iterator[Problem]:
    name = main.document.path.resolve().parent.name
    if main.value.id != name and not off_the_shelf(main):
        yield told(
            "folder-id", main.document, ("id",), f"`{main.value.id}` isn't the folder's name, `{name}`"
        )


def _status(main: Main) -> Iterator[Problem]:
    if main.value.status is Status.CALIBRATED and main.value.evidence is None:
        yield told("no-evidence", main.document, ("status",), "calibrated, without evidence")


def _ids(main: Main) -> Iterator[Problem]:
    questionnaire = main.value
    lists: dict[str, Sequence[str]] = {
        "items": [item.id for item in questionnaire.items],
        "scales": [scale.id for scale in questionnaire.scales],
        "forms": [form.id for form in questionnaire.forms],
        "segments": [segment.id for segment in questionnaire.segments],
    }
    for kind, ids in lists.items():
        yield from _twice(main, "duplicate-id", (kind,), ids, "id")
    for name in ("topics", "languages"):
        yield from _twice(main, "duplicate-id", (name,), getattr(questionnaire, name))
    seen: dict[str, str] = {}
    for kind in ("items", "scales", "segments"):
        for index, name in enumerate(lists[kind]):
            if seen.setdefault(name, kind) != kind:
                message = f"`{name}` is also one of the {seen[name]}"
                yield told("clashing-id", main.document, (kind, index, "id"), message)


def _twice(main: Main, code: str, route: Route, values: Iterable[object], *rest: str) -> Iterator[Problem]:
    seen: set[object] = set()
    for index, value in enumerate(values):
        if value in seen:
            yield told(code, main.document, (*route, index, *rest), f"`{value}` stands here twice")
        seen.add(value)


def _reserved(main: Main) -> Iterator[Problem]:
    columns: dict[str, Sequence[str]] = {
        "items": [item.id for item in main.value.items],
        "scales": [scale.id for scale in main.value.scales],
        "segments": [segment.id for segment in main.value.segments],
    }
    for kind, names in columns.items():
        for index, name in enumerate(names):
            if name in RESERVED or name.startswith((OUR_PREFIX, FLAG_PREFIX)):
                yield told("reserved-name", main.document, (kind, index, "id"), f"`{name}` is taken")
    for index, segment in enumerate(main.value.segments):
        if len(segment.id) > LONGEST_SEGMENT:
            message = f"the column `{OUR_PREFIX}{segment.id}` would be too long"
            yield told("long-id", main.document, ("segments", index, "id"), message)


def _answers(main: Main) -> Iterator[Problem]:
    used = {item.answers for item in main.value.items}
    for name, scale in main.value.answers.items():
        route: Route = ("answers", name, "choices")
        yield from _twice(main, "duplicate-id", route, (choice.id for choice in scale.choices), "id")
        yield from _twice(main, "duplicate-value", route, (choice.value for choice in scale.choices), "value")
        yield from _twice(main, "duplicate-label", route, (choice.label for choice in scale.choices), "label")
        if name not in used:
            yield told(
                "unused-answers", main.document, ("answers", name), f"no item uses `{name}`", at_key=True
            )


def _items(main: Main) -> Iterator[Problem]:
    asked = set(chain.from_iterable(form.items for form in main.value.forms))
    for index, item in enumerate(main.value.items):
        yield from unknown(main, "answers", ("items", index, "answers"), item.answers, main.value.answers)
        if item.id not in asked:
            yield told("unreachable-item", main.document, ("items", index, "id"), f"no form asks `{item.id}`")


def _forms(main: Main) -> Iterator[Problem]:
    known = [item.id for item in main.value.items]
    for index, form in enumerate(main.value.forms):
        route: Route = ("forms", index, "items")
        yield from _twice(main, "repeated-item", route, form.items)
        for place, name in enumerate(form.items):
            yield from unknown(main, "item", (*route, place), name, known)


def unknown(
    main: Main, kind: str, route: Route, name: str, known: Iterable[str], *, at_key: bool = False
) -> Iterator[Problem]:
    """Yield that nothing of a kind has this name, if so, with the nearest name that exists."""
    names = list(known)
    if name not in names:
        message = f"no {_SPOKEN.get(kind, kind)} is called `{name}`"
        hint = did_you_mean(name, names)
        yield told(f"unknown-{kind}", main.document, route, message, hint, at_key=at_key)


def _show_if(main: Main) -> Iterator[Problem]:
    items = {item.id: item for item in main.value.items}
    for index, item in enumerate(main.value.items):
        if item.show_if is None:
            continue
        route: Route = ("items", index, "show_if")
        yield from unknown(main, "item", (*route, "item"), item.show_if.item, items)
        if (earlier := items.get(item.show_if.item)) is None:
            continue
        scale = main.value.answers.get(earlier.answers)
        choices = [choice.id for choice in scale.choices] if scale else item.show_if.any_of
        for place, choice in enumerate(item.show_if.any_of):
            yield from unknown(main, "choice", (*route, "any_of", place), choice, choices)
        yield from _order(main, item, item.show_if.item, (*route, "item"))


def _order(main: Main, item: Item, earlier: str, route: Route) -> Iterator[Problem]:
    for form in main.value.forms:
        if item.id in form.items and earlier not in form.items[: form.items.index(item.id)]:
            message = f"the form `{form.id}` doesn't ask `{earlier}` before `{item.id}`"
            yield told("show-if-order", main.document, route, message)


def _scales(main: Main) -> Iterator[Problem]:
    known = [item.id for item in main.value.items]
    for index, scale in enumerate(main.value.scales):
        route: Route = ("scales", index, "items")
        yield from _twice(main, "repeated-item", route, scale.items)
        for place, name in enumerate(scale.items):
            yield from unknown(main, "item", (*route, place), name, known)
        if set(scale.items).issubset(known):
            yield from _reach(main, index, scale)
        if scale.words is not None and scale.cuts is None:
            message = f"`{scale.id}` has words, but no cuts"
            yield told("words-without-cuts", main.document, ("scales", index, "words"), message, at_key=True)


def _reach(main: Main, index: int, scale: Scale) -> Iterator[Problem]:
    by_id = {item.id: item for item in main.value.items}
    first = bounds(main.value, by_id[scale.items[0]])
    for place, name in enumerate(scale.items):
        if (reach := bounds(main.value, by_id[name])) is not None and first is not None and reach != first:
            message = f"`{name}` has {reach[0]} to {reach[1]}, the first item {first[0]} to {first[1]}"
            yield told("mixed-answers", main.document, ("scales", index, "items", place), message)
            return
    if scale.cuts is None or first is None:
        return
    times = len(scale.items) if scale.method == "sum" else 1
    low, high = first[0] * times, first[1] * times
    if not low <= scale.cuts[0] <= scale.cuts[1] <= high:
        message = f"the cuts must rise within {low} and {high}"
        yield told("cuts-order", main.document, ("scales", index, "cuts"), message)


def _second_part(main: Main) -> Iterator[Problem]:
    second = main.value.second_part
    if second is not None and second.questionnaire == main.value.id:
        message = f"`{second.questionnaire}` would follow itself"
        yield told("endless-second-part", main.document, ("second_part", "questionnaire"), message)


def _experiment(main: Main) -> Iterator[Problem]:
    if main.value.experiment is not None and not (main.value.segments and main.value.topics):
        message = "there are no tips in the words of segments to compare neutral ones with"
        yield told("idle-experiment", main.document, ("experiment",), message)
