"""What the kinds of answers ask of a questionnaire.

Possible limits, columns with names of their own, and no words that nobody may write.
"""

from collections.abc import Iterator

from bot.questionnaire.codes import told
from bot.questionnaire.model import (
    AnyAnswers,
    DateAnswer,
    Item,
    NumberAnswer,
    Questionnaire,
    Recommendation,
    Sensitivity,
    SeveralChoices,
    TextAnswer,
)
from bot.questionnaire.segment_numbers import used_items
from bot.questionnaire.sources import File
from bot.questionnaire.structure import unknown
from bot.source import Problem, Route

Main = File[Questionnaire]
LONGEST_COLUMN = 32
NAMING = frozenset({Sensitivity.IDENTIFIER, Sensitivity.QUASI})
"""Words about these could name somebody: nobody can withhold a part of a sentence."""
GROUP = "group"
"""The column of a recommendation's group is `item__group`."""


def answer_kinds(main: Main) -> Iterator[Problem]:
    """Yield everything wrong with how items are answered."""
    for name, answers in main.value.answers.items():
        yield from _limits(main, ("answers", name), answers)
    yield from _columns(main)
    yield from _scored(main)
    yield from _words(main)


def columns_of(item: str, answers: AnyAnswers | None) -> tuple[str, ...]:
    """Return the columns that an item's answers have in an export beside, or in place of, its own."""
    match answers:
        case SeveralChoices():
            return tuple(f"{item}__{choice.id}" for choice in answers.choices)
        case Recommendation():
            return (f"{item}__{GROUP}",)
        case _:
            return ()


def _limits(main: Main, route: Route, answers: AnyAnswers) -> Iterator[Problem]:
    if (nothing := _nothing_within(answers)) is not None:
        yield told("empty-range", main.document, route, nothing, at_key=True)
    if isinstance(answers, SeveralChoices):
        ids = [choice.id for choice in answers.choices]
        for place, name in enumerate(answers.exclusive):
            yield from unknown(main, "choice", (*route, "exclusive", place), name, ids)
        if answers.least > len(ids) - len(answers.exclusive):
            message = f"`least` is {answers.least}, but there are {len(ids)} choices"
            yield told("empty-range", main.document, (*route, "least"), message)


def _nothing_within(answers: AnyAnswers) -> str | None:
    match answers:
        case NumberAnswer(min=low, max=high) if low > high:
            return f"no number is from {low:g} to {high:g}"
        case DateAnswer(min=first, max=last) if first is not None and last is not None and first > last:
            return f"no day is from {first} to {last}"
        case SeveralChoices(least=least, most=most) if most is not None and least > most:
            return f"nobody can tick {least} to {most}"
        case _:
            return None


def _columns(main: Main) -> Iterator[Problem]:
    ids = {item.id for item in main.value.items} | {scale.id for scale in main.value.scales}
    for index, item in enumerate(main.value.items):
        for name in columns_of(item.id, main.value.answers.get(item.answers)):
            if len(name) > LONGEST_COLUMN:
                message = f"the column `{name}` would have {len(name)} characters"
                yield told("long-column", main.document, ("items", index, "id"), message)
            if name in ids:
                message = f"the column `{name}` is also an item or scale"
                yield told("clashing-id", main.document, ("items", index, "id"), message)


def _scored(main: Main) -> Iterator[Problem]:
    items = {item.id: item for item in main.value.items}
    for index, scale in enumerate(main.value.scales):
        for place, name in enumerate(scale.items):
            if name in items and not _has_number(main.value, items[name]):
                message = f"`{name}` has no one number to score"
                yield told("unscorable-item", main.document, ("scales", index, "items", place), message)
    for index, item in enumerate(main.value.items):
        if item.id in used_items(main.value) and not _has_number(main.value, item):
            message = f"the segment model can't use `{item.id}`"
            yield told("unscorable-item", main.document, ("items", index, "answers"), message)


def _has_number(questionnaire: Questionnaire, item: Item) -> bool:
    answers = questionnaire.answers.get(item.answers)
    return answers is None or bool(answers.scored)


def _words(main: Main) -> Iterator[Problem]:
    texts = {name for name, answers in main.value.answers.items() if isinstance(answers, TextAnswer)}
    if main.value.free_text and not texts:
        message = "there is no item that is answered in own words"
        yield told("free-text", main.document, ("free_text",), message, at_key=True)
    for name in sorted(texts) if not main.value.free_text else ():
        message = f"`{name}` asks for words, but `free_text: true` isn't said"
        yield told("free-text", main.document, ("answers", name), message, at_key=True)
    for index, item in enumerate(main.value.items):
        if item.answers in texts and item.required:
            message = f"nobody must write: `{item.id}` can't be required"
            yield told("free-text", main.document, ("items", index, "required"), message)
        if _may_name(main.value.answers.get(item.answers), item):
            message = f"the words in `{item.id}` could name somebody, so they can't be exported"
            yield told("naming-words", main.document, ("items", index, "sensitivity"), message)


def _may_name(answers: AnyAnswers | None, item: Item) -> bool:
    return isinstance(answers, TextAnswer) and answers.exported and item.sensitivity in NAMING
