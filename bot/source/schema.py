"""A document held against a pydantic model: each disagreement becomes a problem with place and hint."""

import json
from collections.abc import Iterator, Mapping
from contextlib import suppress
from functools import reduce
from types import UnionType
from typing import Annotated, Any, TypeVar, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails

from bot.source.builder import Route
from bot.source.document import Document
from bot.source.problem import Problem, did_you_mean

M = TypeVar("M", bound=BaseModel)

_CODES = {
    "missing": "missing-key",
    "extra_forbidden": "unknown-key",
    "literal_error": "unknown-value",
    "enum": "unknown-value",
    "string_pattern_mismatch": "wrong-form",
    "date_from_datetime_parsing": "wrong-form",
    "date_parsing": "wrong-form",
}
_SIZES = ("too_short", "too_long", "greater_than", "less_than")


def validate(document: Document, model: type[M]) -> tuple[M | None, tuple[Problem, ...]]:
    """Return the value if the document agrees with the model, and every place where it doesn't.

    Types are strict (as in JSON: a number isn't a text, "yes" isn't true). A document whose only fault is
    keys that nobody knows still gives a value, so that later checks can say in the same run what they see.
    """
    if not isinstance(document.value, dict):
        return None, ()
    try:
        return _made(document.value, model), ()
    except ValidationError as error:
        details = [_at_its_key(detail) for detail in error.errors(include_url=False)]
    found = tuple(_without_echoes(document, _problems(document, model, details)))
    if any(detail["type"] != "extra_forbidden" for detail in details):
        return None, found
    unknown = {_known(document, tuple(detail["loc"])) for detail in details}
    with suppress(ValidationError):  # a union may have judged the keys of a branch that wasn't meant
        return _made(_pruned(document.value, unknown), model), found
    return None, found


def field_at(model: type[BaseModel], route: Route) -> FieldInfo | None:
    """Return the model's field that a route leads to or through last, or nothing where it leads nowhere."""
    found: FieldInfo | None = None
    kind: Any = model
    for step in route:
        fields = _fields(kind)
        if fields and (found := fields.get(str(step))) is None:
            return None
        kind = _inside(kind, step)
    return found


def _made(value: Any, model: type[M]) -> M:
    return model.model_validate_json(json.dumps(value), strict=True)


def _problems(document: Document, model: type[BaseModel], details: list[ErrorDetails]) -> Iterator[Problem]:
    routes = [_known(document, tuple(detail["loc"])) for detail in details]
    seen: set[tuple[Route, str]] = set()
    for detail, route in zip(details, routes, strict=True):
        code, name = _code(detail["type"]), str(detail["loc"][-1])
        said = (route, name if code == "missing-key" else "")
        if said in seen or (_judges_the_whole(detail) and any(_below(other, route) for other in routes)):
            continue  # another branch of a union, or another sentence about the same entries
        seen.add(said)
        message, hint = _words(model, route, detail)
        yield document.problem(route, code, message, hint, at_key=code == "unknown-key" or name == "[key]")


def _at_its_key(detail: ErrorDetails) -> ErrorDetails:
    """Return what is wrong with the key that tells the kinds of a part apart as said about that key."""
    context = detail.get("ctx") or {}
    key = str(context.get("discriminator", "")).strip("'()")  # a field's name, or a function's
    if detail["type"] == "union_tag_not_found":
        return {**detail, "type": "missing", "loc": (*detail["loc"], key)}
    if detail["type"] == "union_tag_invalid":
        said = {"input": context["tag"], "ctx": {"expected": context["expected_tags"]}}
        return {**detail, **said, "type": "literal_error", "loc": (*detail["loc"], key)}  # type: ignore[typeddict-item] # keys of its own
    return detail


def _judges_the_whole(detail: ErrorDetails) -> bool:
    """Return whether it only counts the entries that are right, or is a union's branch that wasn't meant."""
    return detail["type"] in {"too_short", "literal_error"}


def _below(route: Route, other: Route) -> bool:
    return len(route) > len(other) and route[: len(other)] == other


def _code(kind: str) -> str:
    if kind.endswith(("_type", "_parsing")) and kind not in _CODES:
        return "wrong-type"
    if any(size in kind for size in _SIZES):
        return "out-of-range"
    return _CODES.get(kind, "wrong-value")


def _known(document: Document, route: Route) -> Route:
    """Return the steps of pydantic's way that lead to a node (the others name branches of unions)."""
    known: Route = ()
    for step in route:
        if (*known, step) in document.places:
            known = (*known, step)
    return known


def _words(model: type[BaseModel], route: Route, detail: ErrorDetails) -> tuple[str, str]:
    name = str(detail["loc"][-1])
    described = field_at(model, route)
    meaning = described.description or "" if described else ""
    match _code(detail["type"]):
        case "missing-key":
            missing = field_at(model, (*route, name))
            return f"`{name}` is missing", missing.description or "" if missing else ""
        case "unknown-key":
            known = _fields(reduce(_inside, route[:-1], model)).keys() - {name}
            return f"nobody knows the key `{name}`", did_you_mean(name, sorted(known))
        case "wrong-form" if name == "[key]":
            return f"`{route[-1]}` can't be a name here", _form(detail)
        case "unknown-value":
            allowed = str((detail.get("ctx") or {}).get("expected", ""))
            in_union = meaning if len(detail["loc"]) > len(route) else ""
            message = f"{_shown(detail['input'])} isn't one of the values allowed here"
            return message, f"Allowed: {allowed}. {in_union}".strip()
        case "wrong-form":
            return f"{_shown(detail['input'])} doesn't have the right form", _form(detail)
        case _:
            return _plainly(detail), _quoted(detail) or meaning


def _form(detail: ErrorDetails) -> str:
    pattern = str((detail.get("ctx") or {}).get("pattern", ""))
    return _FORMS.get(pattern, f"It must match {pattern}." if pattern else "Write a day as 2026-11-24.")


_FORMS = {
    r"^[a-z][a-z0-9_]{0,31}$": "Small letters, digits and `_`, a letter first, 32 characters at most.",
    r"^[a-z][a-z0-9-]{0,31}$": "Small letters, digits and `-`, a letter first, 32 characters at most.",
    r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8})?$": "A language tag, such as en, es or pt-BR.",
    r"^https://[^\s/@]+(/\S*)?$": "An address that begins with https:// and has no spaces.",
    r"^#[0-9a-fA-F]{6}$": "A colour, such as #1f4e79, in quotes.",
}


def _quoted(detail: ErrorDetails) -> str:
    given = detail["input"]
    if detail["type"] == "string_type" and isinstance(given, int | float | bool):
        return f'Quote it: "{json.dumps(given)}".'
    if detail["type"] == "bool_type":
        return "Write true or false."
    return ""


def _shown(given: Any) -> str:
    text = given if isinstance(given, str) else type(given).__name__
    return f"`{text}`" if len(text) <= 40 else f"`{text[:40]}…`"  # noqa: PLR2004 - what fits on a line


def _plainly(detail: ErrorDetails) -> str:
    """Return pydantic's sentence in an author's words."""
    sentence = _SENTENCES.get(detail["type"])
    if sentence is None:
        return detail["msg"][:1].lower() + detail["msg"][1:]
    return sentence.format(**(detail.get("ctx") or {}))


_SENTENCES = {
    "string_type": "this must be a text",
    "int_type": "this must be a whole number",
    "int_from_float": "this must be a whole number",
    "float_type": "this must be a number",
    "bool_type": "this must be true or false",
    "tuple_type": "this must be a list",
    "list_type": "this must be a list",
    "dict_type": "this must hold keys of its own",
    "model_type": "this must hold keys of its own",
    "date_type": "this must be a day",
    "string_too_short": "this may not be empty",
    "string_too_long": "longer than {max_length} characters",
    "too_short": "{actual_length} entries; {min_length} is the least",
    "too_long": "{actual_length} entries; {max_length} is the most",
    "greater_than_equal": "this must be {ge} or more",
    "greater_than": "this must be above {gt}",
    "less_than_equal": "this must be {le} or less",
    "less_than": "this must be below {lt}",
}


def _fields(kind: Any) -> Mapping[str, FieldInfo]:
    """Return the fields of a model's type, or of every model in a union; none of any other type."""
    models = [each for each in _kinds(kind) if isinstance(each, type) and issubclass(each, BaseModel)]
    return {name: field for model in reversed(models) for name, field in model.model_fields.items()}


def _inside(kind: Any, step: str | int) -> Any:
    """Return the type one step further: of a model's field, of a list's entries, of a mapping's values."""
    if fields := _fields(kind):
        return fields[str(step)].annotation if str(step) in fields else None
    containers = [each for each in _kinds(kind) if get_origin(each) in {dict, list, tuple}]
    inner = [argument for each in containers for argument in get_args(each) if argument is not Ellipsis]
    return inner[-1] if inner else None


def _kinds(kind: Any) -> list[Any]:
    """Return the types of a union, or the type within `Annotated`."""
    if get_origin(kind) is Annotated:
        return _kinds(get_args(kind)[0])
    if get_origin(kind) in {Union, UnionType}:
        return [inner for argument in get_args(kind) for inner in _kinds(argument)]
    return [kind]


def _without_echoes(document: Document, found: Iterator[Problem]) -> Iterator[Problem]:
    """Leave out what only repeats that a value could not be read."""
    told = {(problem.line, problem.column) for problem in document.problems}
    return (problem for problem in found if (problem.line, problem.column) not in told)


def _pruned(value: Any, unwanted: set[Route], here: Route = ()) -> Any:
    if isinstance(value, dict):
        return {k: _pruned(v, unwanted, (*here, k)) for k, v in value.items() if (*here, k) not in unwanted}
    if isinstance(value, list):
        return [_pruned(v, unwanted, (*here, n)) for n, v in enumerate(value)]
    return value
