"""The table of methods that are served: name, function, and what to know about it."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from inspect import iscoroutinefunction
from typing import Any, TypeVar

from tests.emulator.world import World

Params = dict[str, Any]
Serve = Callable[[World, Params], Any | Awaitable[Any]]
Serving = TypeVar("Serving", bound=Serve)


@dataclass(frozen=True, slots=True)
class Served:
    """One method; its remark goes into the README."""

    name: str
    serve: Serve
    remark: str
    waits: bool


SERVED: dict[str, Served] = {}


def table() -> str:
    """The methods that are served, as the README lists them."""
    rows = [f"| `{name}` | {served.remark} |" for name, served in sorted(SERVED.items())]
    return "\n".join(["| method | remark |", "| --- | --- |", *rows])


def serves(name: str, remark: str = "") -> Callable[[Serving], Serving]:
    """Registers the function under the method's documented name."""

    def register(serve: Serving) -> Serving:
        SERVED[name] = Served(name, serve, remark, iscoroutinefunction(serve))
        return serve

    return register
