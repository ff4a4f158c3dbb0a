"""Places where somebody can stand in an interview with `ways`, and how they came there."""

from collections.abc import Callable

from bot.conversation.session import Step
from tests.conversation.world import Person

BACK = "\u2039 Back"


def at_consent(ana: Person) -> None:
    ana.starts()
    ana.taps("Let's begin")


def at_a_question(ana: Person) -> None:
    ana.agrees()
    ana.taps("Mostly")


def at_the_end(ana: Person) -> None:
    ana.agrees()
    for _ in range(5):
        ana.taps(ana.labels[0])
    assert ana.interview.step is Step.READY


def paused(ana: Person) -> None:
    at_a_question(ana)
    ana.taps("Pause")


def stopped(ana: Person) -> None:
    at_a_question(ana)
    ana.types("/stop")


def with_a_result(ana: Person) -> None:
    ana.agrees()
    ana.finishes()


def checking(ana: Person) -> None:
    at_the_end(ana)
    ana.taps("Check my answers")


def editing(ana: Person) -> None:
    checking(ana)
    ana.taps("Change 2")


PLACES: list[Callable[[Person], object]] = [
    lambda ana: ana.starts(),
    at_consent,
    at_a_question,
    at_the_end,
    checking,
    editing,
    paused,
    stopped,
    with_a_result,
]
