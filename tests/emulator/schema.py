"""Bot API 10.3 as checks: what a method may be called with, and what an object we send may look like.

Law: nothing unknown passes. Telegram ignores a misspelt parameter and the bot's author never learns of it;
here it is refused. Each check is compiled once into closures, so that a call costs a few microseconds.
"""

import re
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import orjson

from tests.emulator.checks import (
    SCALARS,
    Check,
    Mismatch,
    Reader,
    array_of,
    fixed_value,
    length_within,
    one_of,
    reader_for,
)
from tests.emulator.refusals import CHAT_ID_EMPTY, TEXT_EMPTY, Refused, bad_request, ours

Params = dict[str, Any]

SOURCE = Path(__file__).with_name("schema-10.3.json")

# Where Telegram has its own sentence for a breach that the schema finds.
MISSING = {"chat_id": CHAT_ID_EMPTY, "text": TEXT_EMPTY}


class Schema:
    """All methods and types, each compiled at its first use."""

    def __init__(self, source: Path = SOURCE) -> None:
        description = orjson.loads(source.read_bytes())
        self.version: str = description["version"]
        self.types: dict[str, Any] = description["types"]
        self.methods: dict[str, Any] = description["methods"]
        self._names = {name.lower(): name for name in self.methods}
        self._checks: dict[str, Check] = {}
        self._calls: dict[str, Callable[[Mapping[str, Any], bool], Params]] = {}

    def canonical(self, method: str) -> str | None:
        """The name as documented; Telegram takes any case."""
        return self._names.get(method.lower())

    def read(self, method: str, raw: Mapping[str, Any], *, strict: bool) -> Params:
        """The parameters as values of their types.

        Raises:
            Refused: where one can't be read or, if `strict`, is unknown, missing or of another form.
        """
        call = self._calls.get(method)
        if call is None:
            call = self._calls[method] = self._compile_call(method)
        return call(raw, strict)

    def check(self, expression: str) -> Check:
        """A function that raises `Mismatch` for a value that isn't of this type."""
        found = self._checks.get(expression)
        if found is None:
            found = self._checks[expression] = self._compile(expression)
        return found

    def verify(self, value: Any, expressions: list[str]) -> None:
        """Fails where a value that we are about to send is none of these types: a mistake of the emulator."""
        try:
            one_of([self.check(expression) for expression in expressions])(value)
        except Mismatch as mismatch:
            raise AssertionError(f"the emulator made a bad {expressions}: {mismatch}") from mismatch

    def _compile_call(self, method: str) -> Callable[[Mapping[str, Any], bool], Params]:
        fields = self.methods[method]["fields"]
        readers = {f["name"]: reader_for(f["type"]) for f in fields}
        checks = {f["name"]: self._field_check(method, f) for f in fields}
        required = [f["name"] for f in fields if f.get("required")]

        def call(raw: Mapping[str, Any], strict: bool) -> Params:
            params: Params = {}
            for name, value in raw.items():
                if value is None:
                    continue
                reader = readers.get(name)
                if reader is not None:
                    params[name] = _read(name, value, reader)
                elif strict:
                    raise Refused(ours(f'unknown parameter "{name}" of {method}'))
            if strict:
                _check_params(params, checks, required)
            return params

        return call

    def _compile(self, expression: str) -> Check:
        if expression in SCALARS:
            return SCALARS[expression]
        if expression.startswith("Array of "):
            return array_of(self._lazily(expression.removeprefix("Array of ")))
        members = members_of(expression) or self.types[expression].get("union", [])
        if members:
            return one_of([self._lazily(member) for member in members])
        return self._object(expression)

    def _object(self, name: str) -> Check:
        fields = self.types[name]["fields"]
        checks = {field["name"]: self._field_check(name, field) for field in fields}
        required = [field["name"] for field in fields if field.get("required")]

        def check(value: Any) -> None:
            if type(value) is not dict:
                raise Mismatch(f"must be a {name}")
            for key, item in value.items():
                known = checks.get(key)
                if known is None:
                    raise Mismatch(f'has the unknown field "{key}"')
                try:
                    known(item)
                except Mismatch as mismatch:
                    raise mismatch.at(f".{key}") from None
            for key in required:
                if key not in value:
                    raise Mismatch(f'lacks the field "{key}"')

        return check

    def _field_check(self, owner: str, field: dict[str, Any]) -> Check:
        of_type = self._lazily(field["type"])
        rules = [rule for rule in (fixed_value(field), length_within(owner, field)) if rule]
        if not rules:
            return of_type

        def check(value: Any) -> None:
            of_type(value)
            for rule in rules:
                rule(value)

        return check

    def _lazily(self, expression: str) -> Check:
        if expression in SCALARS:
            return SCALARS[expression]
        return lambda value: self.check(expression)(value)  # noqa: PLW0108 - types refer to each other


@cache
def load() -> Schema:
    """The schema, read and compiled once for all emulators of a test run."""
    return Schema()


def members_of(expression: str) -> list[str]:
    """The types of an expression such as `A or B` or `A, B and C`; none for a single name."""
    members = re.split(r", | or | and ", expression)
    return members if len(members) > 1 else []


def _check_params(params: Params, checks: Mapping[str, Check], required: list[str]) -> None:
    for name in required:
        if name not in params:
            raise Refused(MISSING.get(name) or ours(f'parameter "{name}" is missing'))
    for name, value in params.items():
        try:
            checks[name](value)
        except Mismatch as mismatch:
            raise Refused(mismatch.refusal or ours(str(mismatch.at(name)))) from None


def _read(name: str, value: Any, reader: Reader) -> Any:
    try:
        return reader(value)
    except ValueError:
        if name == "reply_markup":
            raise Refused(bad_request("can't parse reply keyboard markup JSON object")) from None
        raise Refused(ours(f'can\'t parse parameter "{name}"')) from None
