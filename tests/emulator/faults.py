"""What goes wrong on demand: refusals, slow and lost answers, broken lines, a number of times or for ever."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tests.emulator.refusals import Refusal, flood


@dataclass(frozen=True, slots=True)
class Refuse:
    """Answers with an error and does nothing; `raw` is sent instead of JSON, as a broken proxy would."""

    refusal: Refusal
    raw: bytes | None = None


@dataclass(frozen=True, slots=True)
class Slow:
    """Works, after so many real seconds."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Hang:
    """Never answers: the client runs into its timeout. The effect has taken place, or not."""

    after_effect: bool


@dataclass(frozen=True, slots=True)
class Drop:
    """Cuts the connection instead of answering. The effect has taken place, or not."""

    after_effect: bool


Fault = Refuse | Slow | Hang | Drop
ANY = "*"


def too_many_requests(retry_after: int) -> Refuse:
    """The 429 of Telegram."""
    return Refuse(flood(retry_after))


def server_error() -> Refuse:
    """A 500 as the official server words it."""
    return Refuse(Refusal(500, "Internal Server Error"))


def bad_gateway() -> Refuse:
    """A 502 with a page of a proxy instead of JSON."""
    return Refuse(Refusal(502, "Bad Gateway"), b"<html><body><h1>502 Bad Gateway</h1></body></html>")


@dataclass(slots=True)
class Rule:
    """One fault and when it strikes."""

    method: str
    fault: Fault
    left: int | None
    when: Callable[[dict[str, Any]], bool]
    struck: int = 0


class Faults:
    """All rules in force; the first that fits strikes."""

    def __init__(self) -> None:
        self.rules: list[Rule] = []

    def add(
        self,
        method: str,
        fault: Fault,
        *,
        times: int | None = 1,
        when: Callable[[dict[str, Any]], bool] = lambda _params: True,
    ) -> Rule:
        """Lets calls of `method` ("*" for any) suffer this fault: `times` times, or always with None."""
        rule = Rule(method.lower(), fault, times, when)
        self.rules.append(rule)
        return rule

    def clear(self) -> None:
        """Everything works again."""
        self.rules.clear()

    def strike(self, method: str, params: dict[str, Any]) -> Fault | None:
        """The fault that this call suffers, if any; it is used up."""
        for rule in self.rules:
            if rule.method in (ANY, method.lower()) and rule.when(params):
                rule.struck += 1
                if rule.left is not None:
                    rule.left -= 1
                    if rule.left == 0:
                        self.rules.remove(rule)
                return rule.fault
        return None
