"""Which phrases the code says, and with which values: read from its syntax tree."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

HOUSE = {"organisation", "emergency", "count", "age", "answer", "sign_off"}  # filled everywhere, by `Scene`
METHODS = {"say": "", "button": "button.", "has": ""}


@dataclass(frozen=True, slots=True)
class Said:
    """One place that says a phrase: its key, or how its key begins, and the values it fills in."""

    where: str
    key: str
    family: bool  # the key is only how it begins
    values: frozenset[str]


def said(*folders: Path) -> list[Said]:
    """Return every place in the code of some folders that says a phrase."""
    return [one for folder in folders for path in sorted(folder.rglob("*.py")) for one in _said_in(path)]


def _said_in(path: Path) -> Iterator[Said]:
    tree = ast.parse(path.read_text("utf-8"))
    for scope in ast.walk(tree):
        if isinstance(scope, ast.FunctionDef | ast.AsyncFunctionDef):
            named = _constants_by_name(scope)
            for node in ast.walk(scope):
                if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                    yield from _called(path, node, node.func.attr, named)


def _called(path: Path, call: ast.Call, method: str, named: dict[str, list[ast.expr]]) -> Iterator[Said]:
    passed_on = any(keyword.arg is None for keyword in call.keywords)  # `**values`: whoever calls it says it
    if method not in METHODS or not call.args or passed_on:
        return
    values = frozenset(keyword.arg for keyword in call.keywords if keyword.arg)
    on_the_book = method in {"say", "has"} and len(call.args) > 1
    for key, family in _keys(call.args[1 if on_the_book else 0], named):
        yield Said(f"{path.name}:{call.lineno}", METHODS[method] + key, family, values)


def _keys(argument: ast.expr, named: dict[str, list[ast.expr]]) -> Iterator[tuple[str, bool]]:
    match argument:
        case ast.Constant(value=str(key)):
            yield key, False
        case ast.JoinedStr(values=[ast.Constant(value=str(beginning)), *_]):
            yield beginning, True
        case ast.IfExp():
            yield from _keys(argument.body, named)
            yield from _keys(argument.orelse, named)
        case ast.Name():
            for value in named.get(argument.id, []):
                yield from _keys(value, {})
        case _:
            pass


def _constants_by_name(scope: ast.AST) -> dict[str, list[ast.expr]]:
    """Return what is assigned to each name in a function, also where two names are assigned at once."""
    named: dict[str, list[ast.expr]] = {}
    for node in ast.walk(scope):
        if isinstance(node, ast.Assign):
            for target in node.targets:
                for name, value in _pairs(target, node.value):
                    named.setdefault(name, []).append(value)
    return named


def _pairs(target: ast.expr, value: ast.expr) -> Iterator[tuple[str, ast.expr]]:
    if isinstance(value, ast.IfExp) and isinstance(target, ast.Tuple):
        yield from _pairs(target, value.body)
        yield from _pairs(target, value.orelse)
    elif isinstance(target, ast.Name):
        yield target.id, value
    elif isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple):
        for one, its in zip(target.elts, value.elts, strict=True):
            yield from _pairs(one, its)
