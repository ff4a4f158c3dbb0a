"""The pieces that checks are made of: one closure for a scalar, an array, a union, a length, a fixed value.

A check raises `Mismatch`; the way to the wrong value is collected from the inside out, so a good value costs
nothing.
"""

import re
from collections.abc import Callable
from typing import Any

import orjson

from tests.emulator.people import Upload
from tests.emulator.refusals import BUTTON_DATA, Refusal, bad_request

Check = Callable[[Any], None]
Reader = Callable[[Any], Any]

LENGTH = re.compile(r"(\d+)-(\d+) (characters|bytes)$")

# Where Telegram has its own sentence for a breach that the schema finds.
LENGTHS = {
    ("InlineKeyboardButton", "callback_data"): BUTTON_DATA,
    ("answerCallbackQuery", "text"): bad_request("MESSAGE_TOO_LONG"),
    ("BotCommand", "command"): bad_request("BOT_COMMAND_INVALID"),
    ("BotCommand", "description"): bad_request("BOT_COMMAND_DESCRIPTION_INVALID"),
}


class Mismatch(Exception):
    """A value that isn't what the schema says, with the way to it (collected from the inside out)."""

    def __init__(self, problem: str, refusal: Refusal | None = None) -> None:
        super().__init__(problem)
        self.problem = problem
        self.refusal = refusal
        self.steps: list[str] = []

    def at(self, step: str) -> "Mismatch":
        """The same one, seen from one level further out."""
        self.steps.append(step)
        return self

    def __str__(self) -> str:
        return "".join(reversed(self.steps)).lstrip(".") + " " + self.problem


def reader_for(expression: str) -> Reader:
    """How a top-level parameter of this type is read from a form, where everything is text."""
    return READERS.get(expression, _from_json)


def _integer(value: Any) -> Any:
    return int(value) if isinstance(value, str) else value


def _float(value: Any) -> Any:
    return float(value) if isinstance(value, str) else value


def _boolean(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    return {"true": True, "false": False, "1": True, "0": False}.get(value.lower(), value)


def _chat_id(value: Any) -> Any:
    return int(value) if isinstance(value, str) and value.lstrip("-").isdigit() else value


def _as_is(value: Any) -> Any:
    return value


def _from_json(value: Any) -> Any:
    return orjson.loads(value) if isinstance(value, str) else value


READERS: dict[str, Reader] = {
    "Integer": _integer,
    "Float": _float,
    "Boolean": _boolean,
    "Integer or String": _chat_id,
    "String": _as_is,
    "InputFile": _as_is,
    "InputFile or String": _as_is,
}


def _scalar(name: str, kinds: tuple[type, ...]) -> Check:
    def check(value: Any) -> None:
        if type(value) not in kinds:
            raise Mismatch(f"must be {name}")

    return check


def _true(value: Any) -> None:
    if value is not True:
        raise Mismatch("must be true")


def _file(value: Any) -> None:
    if type(value) is not Upload:
        raise Mismatch("must be an uploaded file")


SCALARS: dict[str, Check] = {
    "Integer": _scalar("Integer", (int,)),
    "Float": _scalar("Float", (float, int)),
    "String": _scalar("String", (str,)),
    "Boolean": _scalar("Boolean", (bool,)),
    "True": _true,
    "InputFile": _file,
}


def array_of(item_check: Check) -> Check:
    def check(value: Any) -> None:
        if type(value) is not list:
            raise Mismatch("must be an array")
        for index, item in enumerate(value):
            try:
                item_check(item)
            except Mismatch as mismatch:
                raise mismatch.at(f"[{index}]") from None

    return check


def one_of(checks: list[Check]) -> Check:
    def check(value: Any) -> None:
        closest: Mismatch | None = None
        for fits in checks:
            try:
                return fits(value)
            except Mismatch as mismatch:  # the member that got furthest is the one that was meant
                if closest is None or len(mismatch.steps) > len(closest.steps):
                    closest = mismatch
        raise closest or Mismatch("is of no known type")

    return check


def fixed_value(field: dict[str, Any]) -> Check | None:
    if (fixed := field.get("fixed")) is None:
        return None

    def check(value: Any) -> None:
        if value != fixed:
            raise Mismatch(f'must be "{fixed}"')

    return check


def length_within(owner: str, field: dict[str, Any]) -> Check | None:
    # Lengths "after entities parsing" are measured by the methods, which parse.
    if field["type"] != "String" or not (parts := LENGTH.match(field.get("length", ""))):
        return None
    low, high, unit = int(parts[1]), int(parts[2]), parts[3]
    refusal = LENGTHS.get((owner, field["name"]))

    def check(value: str) -> None:
        size = len(value.encode()) if unit == "bytes" else len(value)
        if not low <= size <= high:
            raise Mismatch(f"must have {low}-{high} {unit}", refusal)

    return check
