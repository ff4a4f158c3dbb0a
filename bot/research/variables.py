"""What the columns of a table mean, free of any file format: labels and values in every language."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from bot.questionnaire.model import Edition
from bot.research.columns import MISSING, Column, Table, Type, Value
from bot.research.layout import Layout

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

    def label(self, language: str) -> str:
        """Return its label in a language, or in the first one that has words for it."""
        return self.labels.get(language) or next(iter(self.labels.values()))

    def values_in(self, language: str) -> tuple[tuple[Value, str], ...]:
        """Return its values and their labels in a language, or in the first one that has words for them."""
        return self.values.get(language) or next(iter(self.values.values()), ())


def variables(layout: Layout, table: Table[Any]) -> tuple[Variable, ...]:
    """Return what the columns of a table mean."""
    return tuple(_variable(layout, column) for column in table.columns)


def languages(layout: Layout) -> tuple[str, ...]:
    """Return every language of the editions met, the newest edition's own first."""
    met = (language for edition in layout.editions for language in edition.languages)
    return tuple(dict.fromkeys(met)) or (OUR_LANGUAGE,)


def _variable(layout: Layout, column: Column[Any]) -> Variable:
    labels: Mapping[str, str] = {OUR_LANGUAGE: column.label}
    values: Mapping[str, tuple[tuple[Value, str], ...]] = (
        {OUR_LANGUAGE: column.values} if column.values else {}
    )
    if column.item is not None:
        labels, values = _item_labels(layout, column.item), _item_values(layout, column.item)
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
        column.name, column.type, _measure(column), labels, values, missing, column.item, column.scale
    )


def _measure(column: Column[Any]) -> Measure:
    if column.item is not None:
        return Measure.ORDINAL
    return Measure.NOMINAL if column.type is Type.STRING or column.values else Measure.SCALE


def _item_labels(layout: Layout, item: str) -> dict[str, str]:
    """Return an item's words: the newest edition's, and other languages from the newest that has them."""
    labels: dict[str, str] = {}
    for edition in _having(layout, item):
        for language in edition.languages:
            labels.setdefault(language, edition.texts[language].items[item])
    return labels


def _item_values(layout: Layout, item: str) -> dict[str, tuple[tuple[Value, str], ...]]:
    """Return the labels of its numbers: a number that only an older edition has keeps its label."""
    found: dict[str, dict[Value, str]] = {}
    for edition in _having(layout, item):
        answers = edition.questionnaire.item(item).answers
        for language in edition.languages:
            labels = edition.texts[language].labels[answers]
            for choice in edition.questionnaire.choices(item):
                found.setdefault(language, {}).setdefault(choice.value, labels[choice.id])
    return {language: tuple(sorted(values.items())) for language, values in found.items()}


def _having(layout: Layout, item: str) -> list[Edition]:
    return [
        edition for edition in layout.editions if any(one.id == item for one in edition.questionnaire.items)
    ]
