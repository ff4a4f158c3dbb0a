"""Places where somebody can stand in an interview with `ways`, and how they came there."""

from collections.abc import Callable

from bot.conversation.session import Step, drawn
from tests.conversation.world import Person

BACK = "\u2039 Back"
SURE = ("Just like me", "Not me", "No", "A little", "Mostly")  # a plan moves them
BETWEEN = ("Mostly", "A little", "No", "Mostly", "A little")  # as near to one as to another


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


def seed_of(arm: str) -> str:
    """Return a seed whose interview draws this arm for its second part."""
    seeds = (f"seed-{number}" for number in range(100))
    return next(seed for seed in seeds if drawn(seed, "second_part", ("before", "after")) == arm)


def begins_the_second(ana: Person, arm: str) -> str:
    """Go to the first question of the second part; return the id of the first."""
    ana.seed = seed_of(arm)
    ana.agrees(research=True)
    if arm == "after":
        ana.finishes(*SURE)
    else:
        for label in SURE:
            ana.taps(label)
    first = ana.interview
    ana.taps("2 more questions")
    assert ana.interview.follows == first.id
    return first.id
