"""What the columns of a table mean, free of any file format: labels and values in every language."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from bot.questionnaire.model import SeveralChoices, TextAnswer
from bot.research.columns import MISSING, Column, Table, Type, Value
from bot.research.layout import Layout
from bot.research.parts import having

OUR_LANGUAGE = "en"
"""The language of the words that are ours and not a questionnaire's."""


class Measure(StrEnum):
    """How the values of a variable may be compared, named as in SPSS."""

    NOMINAL = "nominal"
    ORDINAL = "ordinal"
    SCALE = "scale"


@dataclass(frozen=True, slots=True)
class Variable:
    """One column: its name, its type, and its words by language."""

    name: str
    type: Type
    measure: Measure
    labels: Mapping[str, str]
    values: Mapping[str, tuple[tuple[Value, str], ...]]
    missing: tuple[tuple[int, str], ...]  # each code with its reason
    item: str | None = None
    scale: str | None = None
    choice: str | None = None  # of an item with several, the one that it is about

    def label(self, language: str) -> str:
        """Return its label in a language, or in the first one that has words for it."""
        return self.labels.get(language) or next(iter(self.labels.values()))

    def values_in(self, language: str) -> tuple[tuple[Value, str], ...]:
        """Return its values and their labels in a language, or in the first one that has words for them."""
        return self.values.get(language) or next(iter(self.values.values()), ())


def variables(layout: Layout, table: Table[Any]) -> tuple[Variable, ...]:
    """Return what the columns of a table mean."""
    return tuple(variable(layout, column) for column in table.columns)


def languages(layout: Layout) -> tuple[str, ...]:
    """Return every language of the editions met, the newest edition's own first."""
    met = (language for edition in layout.editions for language in edition.languages)
    return tuple(dict.fromkeys(met)) or (OUR_LANGUAGE,)


def variable(layout: Layout, column: Column[Any]) -> Variable:
    """Return what a column means."""
    labels: Mapping[str, str] = {OUR_LANGUAGE: column.label}
    values: Mapping[str, tuple[tuple[Value, str], ...]] = (
        {OUR_LANGUAGE: column.values} if column.values else {}
    )
    if column.item is not None:
        labels = _item_labels(layout, column.item, column.choice)
        values = values or _item_values(layout, column.item)
    elif column.scale is not None:
        edition = layout.scales[column.scale]
        labels = {each: edition.texts[each].scales[column.scale].name for each in edition.languages}
    elif column.segment is not None:
        edition = layout.segments[column.segment]
        labels = {
            each: f"P({edition.texts[each].segments[column.segment].name})" for each in edition.languages
        }
    missing = tuple((code, why) for code, why in MISSING.items() if code in column.missing)
    return Variable(
        column.name,
        column.type,
        _measure(column, labelled=bool(values)),
        labels,
        values,
        missing,
        column.item,
        column.scale,
        column.choice,
    )


def _measure(column: Column[Any], *, labelled: bool) -> Measure:
    if column.item is not None and labelled and column.choice is None:
        return Measure.ORDINAL
    return Measure.NOMINAL if column.type is Type.STRING or labelled else Measure.SCALE


def _item_labels(layout: Layout, item: str, choice: str | None) -> dict[str, str]:
    """Return an item's words, with those of a choice where the column is about one.

    They are the newest edition's that has them; other languages are from the newest that speaks them.
    """
    labels: dict[str, str] = {}
    for edition in having(layout, item):
        answers = edition.questionnaire.item(item).answers
        for language, texts in edition.texts.items():
            if choice is None:
                labels.setdefault(language, texts.items[item])
            elif choice in texts.labels[answers]:
                labels.setdefault(language, f"{texts.items[item]} [{texts.labels[answers][choice]}]")
    return labels


def _item_values(layout: Layout, item: str) -> dict[str, tuple[tuple[Value, str], ...]]:
    """Return the labels of its numbers: a number that only an older edition has keeps its label.

    There are none where some edition has it answered otherwise: a label would stand beside other numbers.
    """
    met = [edition.questionnaire.answered(item) for edition in having(layout, item)]
    if not all(answers.scored for answers in met if not isinstance(answers, SeveralChoices | TextAnswer)):
        return {}
    found: dict[str, dict[Value, str]] = {}
    for edition in having(layout, item):
        answers = edition.questionnaire.item(item).answers
        for language in edition.languages:
            labels = edition.texts[language].labels[answers]
            for choice in edition.questionnaire.answered(item).scored:
                found.setdefault(language, {}).setdefault(choice.value, labels[choice.id])
    return {language: tuple(sorted(values.items())) for language, values in found.items()}
