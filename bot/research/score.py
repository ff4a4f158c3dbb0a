"""Scores people who answered elsewhere: one row in, one row out, in the memory of one row.

Law: what a person gets here is exactly what the bot would have shown: the same functions decide which items
apply, which comes next, what they score and which segment it is. An existing file is never overwritten
unless that was asked for, and a file that couldn't be finished is not left behind.
"""

import csv
import gzip
import io
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from bot.conversation.route import applying, closed_items
from bot.errors import OperatorError
from bot.questionnaire.model import AdaptiveRule, Form, Questionnaire
from bot.questionnaire.structure import FLAG_PREFIX, OUR_PREFIX
from bot.research.sheet import Row, Sheet, few, open_sheet
from bot.scoring.adaptive import next_item
from bot.scoring.quality import LONG_STRING, PERSON_FIT, marks
from bot.scoring.scales import NOT_ASKED, TOO_FEW, score
from bot.scoring.segments import assign

Cell = str | int | float
Progress = Callable[[int, int], None]
TOLD_EVERY = 256  # rows
INPUT_PREFIX = "in_"
MARKED = (LONG_STRING, PERSON_FIT)  # a file of answers has no times, so nobody is too fast in it


@dataclass(frozen=True, slots=True)
class Plan:
    """How people are scored: which form, and by which rule where it is asked adaptively."""

    questionnaire: Questionnaire
    form: Form
    rule: AdaptiveRule | None = None
    keep: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Scored:
    """What was done."""

    people: int
    asked: int  # questions in all
    ignored: tuple[str, ...]  # columns that are neither items nor kept
    absent: tuple[str, ...]  # items of the form without a column


def plan(
    questionnaire: Questionnaire,
    *,
    form: str | None = None,
    adaptive: bool = False,
    most: int | None = None,
    stop: bool = True,
    keep: Sequence[str] = (),
) -> Plan:
    """Return how people are scored, or say which form isn't there.

    Adaptively, the form is the one asked, if it has a rule, else the first one that has.
    """
    known = {one.id: one for one in questionnaire.forms}
    if form is not None and form not in known:
        raise OperatorError(
            f"{questionnaire.id} has no form {form}.", remedy=f"Its forms are {few(list(known))}."
        )
    chosen = known[form] if form is not None else questionnaire.form
    if not adaptive:
        return Plan(questionnaire, chosen, keep=tuple(keep))
    if form is None and chosen.adaptive is None:
        chosen = next((one for one in questionnaire.forms if one.adaptive), chosen)
    return Plan(questionnaire, chosen, _rule(questionnaire, chosen, most, stop=stop), tuple(keep))


def _rule(questionnaire: Questionnaire, form: Form, most: int | None, *, stop: bool) -> AdaptiveRule:
    rule = form.adaptive
    if rule is None or questionnaire.model is None:
        raise OperatorError(
            f"The form {form.id} of {questionnaire.id} has no adaptive rule.",
            remedy="Name one that has with --form, or let `attune fit` write one.",
        )
    most = rule.max if most is None else most
    least = min(rule.min, most) if stop else most
    return rule.model_copy(update={"min": least, "max": most})


def score_file(plan: Plan, data: Path, out: Path, progress: Progress, *, force: bool = False) -> Scored:
    """Score everybody in a file and write a new one."""
    if out.exists() and not force:
        raise OperatorError(f"{out} is there already.", remedy="Name another file, or say --force.")
    if out.exists() and out.samefile(data):
        raise OperatorError(f"{out} is the file of answers itself.", remedy="Name another one with --out.")
    with open_sheet(data, plan.questionnaire, plan.keep) as (sheet, reading), _new(out) as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header(plan, sheet.kept))
        people = asked = 0
        for line, n_asked in _lines(plan, sheet):
            writer.writerow(line)
            people, asked = people + 1, asked + n_asked
            if people % TOLD_EVERY == 0:
                progress(reading.done(), reading.size)
        absent = tuple(item for item in plan.form.items if item not in sheet.items)
        return Scored(people, asked, sheet.ignored, absent)


def header(plan: Plan, kept: Sequence[str]) -> list[str]:
    """Return the names of the columns that are written."""
    questionnaire = plan.questionnaire
    segments = [segment.id for segment in questionnaire.segments]
    found = ["segment", *(f"{OUR_PREFIX}{segment}" for segment in segments), "runner_up"] if segments else []
    return [
        "row",
        *found,
        "n_asked",
        "asked",
        *(scale.id for scale in questionnaire.scales),
        *(f"{FLAG_PREFIX}{flag}" for flag in MARKED),
        *(f"{INPUT_PREFIX}{name}" for name in kept),
    ]


def _lines(plan: Plan, sheet: Sheet) -> Iterator[tuple[list[Cell], int]]:
    bank = tuple(item for item in plan.form.items if item in sheet.items)
    form = plan.form.model_copy(update={"items": bank})
    without_column = frozenset(item.id for item in plan.questionnaire.items).difference(bank)
    for row in sheet.rows():
        if plan.rule is None:
            asked = applying(plan.questionnaire, bank, row.choices)
            choices = {item: row.choices[item] for item in asked}
        else:
            choices = _interview(plan.questionnaire, form, plan.rule, row, without_column)
        yield _line(plan, row, choices), len(choices)


def _interview(
    questionnaire: Questionnaire,
    form: Form,
    rule: AdaptiveRule,
    row: Row,
    without_column: frozenset[str],
) -> dict[str, str | None]:
    """Ask somebody adaptively whose answers are all there: item to choice, in the order asked."""
    choices: dict[str, str | None] = {}
    seed = f"row:{row.number}"
    while True:
        closed = closed_items(questionnaire, choices) | without_column
        upcoming = next_item(questionnaire, form, rule, choices, seed, closed)
        if upcoming is None:
            return choices
        choices[upcoming.item] = row.choices[upcoming.item]


def _line(plan: Plan, row: Row, choices: Mapping[str, str | None]) -> list[Cell]:
    scores = score(plan.questionnaire, choices.keys(), choices).values()
    return [
        row.number,
        *_segment(plan.questionnaire, choices),
        len(choices),
        "|".join(choices),
        *(one.value if one.value is not None else one.missing or NOT_ASKED for one in scores),
        *_flags(plan.questionnaire, choices),
        *row.kept,
    ]


def _segment(questionnaire: Questionnaire, choices: Mapping[str, str | None]) -> list[Cell]:
    if not questionnaire.segments:
        return []
    verdict = assign(questionnaire, choices, reasons=0)
    if verdict is None:
        return [TOO_FEW] * (len(questionnaire.segments) + 2)
    return [verdict.segment, *verdict.probabilities.values(), verdict.runner_up or NOT_ASKED]


def _flags(questionnaire: Questionnaire, choices: Mapping[str, str | None]) -> list[Cell]:
    found = marks(questionnaire, choices)
    unknown = {PERSON_FIT} if found.person_fit is None else set()
    return [NOT_ASKED if flag in unknown else int(flag in found.flags) for flag in MARKED]


@contextmanager
def _new(out: Path) -> Iterator[io.TextIOBase]:
    """Open a file that takes its name once it is complete."""
    draft = out.with_name(f".{out.name}.part")
    try:
        with draft.open("wb") as raw:
            packed = out.suffix.lower() == ".gz"
            plain = gzip.GzipFile("", "wb", fileobj=raw, mtime=0) if packed else raw
            with io.TextIOWrapper(plain, encoding="utf-8", newline="") as text:
                yield text
        draft.replace(out)
    except OSError as error:
        if error.filename not in {str(draft), draft}:
            raise
        raise OperatorError(f"{out} can't be written: {error.strerror}.") from None
    finally:
        draft.unlink(missing_ok=True)
