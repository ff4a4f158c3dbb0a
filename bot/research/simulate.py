"""How a segment model behaves on people who were made up, and on resampled real answers.

Law: no figure of this page is an accuracy, and the report says so first. People drawn from a model answer as
the model expects; real people don't, so such figures are some points too good.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from bot.questionnaire.model import AdaptiveRule, Quality, Questionnaire
from bot.research.fit.arrays import Flags, Floats, Ints
from bot.research.fit.asking import Course, Model, ask
from bot.research.fit.bank import Bank
from bot.research.fit.classes import Classes
from bot.research.fit.figures import agreement
from bot.research.fit.normal import Normal
from bot.research.fit.people import Columns, read_people
from bot.research.fit.pictures import Spec, axis
from bot.research.fit.pictures import drawn as drawn_svg
from bot.research.fit.reading import model_of
from bot.research.made_up import Crowd, agreeing, by_long_form, careless, drawn

CARELESS = (0.05, 0.10, 0.20)
ACQUIESCENCE = (0.5, 1.0)
_LONGEST = 16
_SEED = 20_240_601
NOT_AN_ACCURACY = (
    "NOT AN ACCURACY. Made-up people answer as a model expects, which may look 4 to 6 points better than\n"
    "real people are; resampled people are held against the model's own verdict on all their answers, of\n"
    "which the short form is a part. Only people who answered the long form tell what it is worth\n"
    "(attune fit)."
)


@dataclass(frozen=True, slots=True)
class Trial:
    """What one kind of people did to the model."""

    people: str
    careless: float
    acquiescence: float
    asked: float
    agreement: float
    """Of those who answered with care."""
    stated: float
    """The mean probability that the model gave its verdicts."""
    detected: float | None
    """The share of careless people who are marked."""
    false_alarms: float
    """The share of the others who are."""

    def as_json(self) -> dict[str, Any]:
        """Return the figures for a program."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Simulation:
    """Every trial, and agreement by number of questions for each kind of people."""

    questionnaire: str
    people: int
    trials: tuple[Trial, ...]
    curves: dict[str, tuple[float, ...]]


def trials(
    questionnaire: Questionnaire, data: Path | None, people: int, progress: Callable[[int, int], None]
) -> Simulation:
    """Try a questionnaire's own model on every kind of people."""
    bank, model = model_of(questionnaire)
    crowds = dict(_crowds(bank, model, data, people))
    each = 1 + len(CARELESS) + len(ACQUIESCENCE)
    found: list[Trial] = []
    for name, crowd in crowds.items():
        for trial in _trials(bank, model, name, crowd):
            found.append(trial)
            progress(len(found), each * len(crowds))
    longest = min(_LONGEST, len(bank.items))
    curves = {
        name: _curve(ask(model, bank.keyed(crowd.choices), longest), crowd) for name, crowd in crowds.items()
    }
    return Simulation(questionnaire.id, people, tuple(found), curves)


def report(found: Simulation) -> str:
    """Return the trials as a text."""
    lines = [
        NOT_AN_ACCURACY,
        "",
        f"{found.questionnaire}, {found.people} people of each kind",
        "people       careless agreeing  asked    agree  stated  marked falsely",
    ]
    lines += map(_line, found.trials)
    lines += [
        "",
        "model: drawn from the model. alike: answers on one scale move together more than it knows.",
        "real: people of --data, resampled. agree: careful people whose verdict is that of all their",
        "answers (of the class they were drawn from). stated: the mean probability of the verdicts. marked:",
        "careless people with a mark of quality (long strings, person fit); falsely: careful ones with one.",
    ]
    return "\n".join(lines)


def _line(one: Trial) -> str:
    shares = (one.careless, one.acquiescence, one.asked, one.agreement, one.stated)
    marked = "" if one.detected is None else f"{one.detected:.0%}"
    start = "{:<12}{:>9.0%}{:>+9g}{:>7.1f}{:>9.1%}{:>8.2f}".format(one.people, *shares)
    return f"{start}{marked:>8}{one.false_alarms:>8.0%}"


def picture(found: Simulation) -> str:
    """Return agreement by number of questions, for each kind of people, as SVG."""
    rows = [
        {"questions": number, "agreement": 100 * share, "people": name}
        for name, curve in found.curves.items()
        for number, share in enumerate(curve, 1)
    ]
    spec: Spec = {
        "title": [f"{found.questionnaire}: {found.people} people of each kind", "not an accuracy"],
        "data": {"values": rows},
        "mark": {"type": "line", "point": True},
        "encoding": {
            "x": axis("questions", "questions asked, each the most telling one"),
            "y": axis("agreement", "agreement with all answers, %"),
            "color": {"field": "people", "type": "nominal", "title": None},
            "strokeDash": {"field": "people", "type": "nominal", "title": None},
        },
    }
    return drawn_svg(spec)


def _crowds(bank: Bank, model: Model, data: Path | None, people: int) -> Iterator[tuple[str, Crowd]]:
    yield "model", drawn(bank, model, people, np.random.default_rng(_SEED), alike=False)
    yield "alike", drawn(bank, model, people, np.random.default_rng(_SEED + 1), alike=True)
    if data is not None:
        real = read_people(data, bank, Columns()).choices
        chosen = real[np.random.default_rng(_SEED + 2).integers(0, len(real), people)]
        yield "real", Crowd(chosen, by_long_form(bank, model, chosen))


def _trials(bank: Bank, model: Model, name: str, crowd: Crowd) -> Iterator[Trial]:
    nobody = np.zeros(len(crowd.truth), dtype=np.bool_)
    yield _trial(bank, model, name, crowd, _Given(crowd.choices, nobody))
    for share in CARELESS:
        chance = np.random.default_rng(_SEED + 3)
        choices, who = careless(bank, crowd.choices, share, chance)
        yield _trial(bank, model, name, crowd, _Given(choices, who, careless=share))
    for by in ACQUIESCENCE:
        choices = agreeing(bank, crowd.choices, by, np.random.default_rng(_SEED + 4))
        yield _trial(bank, model, name, crowd, _Given(choices, nobody, acquiescence=by))


@dataclass(frozen=True, slots=True, eq=False)
class _Given:
    """What a crowd answers in one trial."""

    choices: Ints
    without_reading: Flags
    careless: float = 0.0
    acquiescence: float = 0.0


def _trial(bank: Bank, model: Model, name: str, crowd: Crowd, given: _Given) -> Trial:
    who, keyed = given.without_reading, bank.keyed(given.choices)
    course, asked = _asked(bank, model, keyed)
    final = course.at(asked)
    marked = _marked(bank, model, given.choices, course, asked)
    return Trial(
        people=name,
        careless=given.careless,
        acquiescence=given.acquiescence,
        asked=float(asked.mean()),
        agreement=agreement(final[~who], crowd.truth[~who]),
        stated=float(final.max(1).mean()),
        detected=float(marked[who].mean()) if who.any() else None,
        false_alarms=float(marked[~who].mean()),
    )


def _asked(bank: Bank, model: Model, keyed: Floats) -> tuple[Course, Ints]:
    """Interview everybody: by the adaptive rule where there is one, else by the form that is asked."""
    questionnaire = bank.questionnaire
    rule = next((form.rule for form in questionnaire.forms if form.rule is not None), None)
    if rule is None:
        place = {item.id: number for number, item in enumerate(bank.items)}
        order = np.array([place[item] for item in questionnaire.form.items if item in place], dtype=np.intp)
        return ask(model, keyed, len(order), order=order), np.full(len(keyed), len(order))
    most = min(rule.max, len(bank.items))
    course = ask(model, keyed, most)
    return course, _stopped(course.top, rule, most)


def _stopped(top: Floats, rule: AdaptiveRule, most: int) -> Ints:
    numbers = np.full(top.shape[1], most)
    for number in range(most - 1, rule.min - 1, -1):
        numbers = np.where(top[number] >= rule.threshold(number), number, numbers)
    return numbers


def _curve(course: Course, crowd: Crowd) -> tuple[float, ...]:
    return tuple(agreement(each, crowd.truth) for each in course.probabilities[1:])


def _marked(bank: Bank, model: Model, choices: Ints, course: Course, asked: Ints) -> Flags:
    """Return who would be marked, by the questionnaire's own thresholds."""
    quality: Quality = bank.questionnaire.quality
    marked = np.zeros(len(asked), dtype=np.bool_)
    for person, number in enumerate(asked):
        items = course.items[:number, person]
        given = choices[person, items]
        if quality.long_string is not None:
            marked[person] |= _longest(given.tolist()) >= quality.long_string
        if quality.person_fit is not None:
            fit = _person_fit(bank, model, items, given, int(course.probabilities[number, person].argmax()))
            marked[person] |= fit < quality.person_fit
    return marked


def _longest(given: Sequence[int]) -> int:
    """Return how often the same choice was given in a row, at most."""
    longest = run = 0
    before: int | None = None
    for choice in given:
        run = run + 1 if choice == before else 1
        before, longest = choice, max(longest, run)
    return longest


def _person_fit(bank: Bank, model: Model, items: Ints, given: Ints, verdict: int) -> float:
    """Return how usual the answers are together, as a z value."""
    if isinstance(model, Classes):
        chances = model.chances[items, :, verdict]
        logs = np.log(np.maximum(chances, 1e-12))
        expected = (chances * logs).sum(1)
        spread = np.sqrt(((chances * logs**2).sum(1) - expected**2).sum())
        return float((logs[np.arange(len(items)), given] - expected).sum() / max(spread, 1e-9))
    assert isinstance(model, Normal)  # noqa: S101 - there are only two kinds
    away = bank.values[items, given] - model.mean[items]
    distance = away @ np.linalg.solve(model.covariance[np.ix_(items, items)], away)
    return float(-(distance - len(items)) / np.sqrt(2 * len(items)))
