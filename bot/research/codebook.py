"""`codebook.csv`: what every column of the other files means, item texts and labels in every language."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from bot.questionnaire.model import DateAnswer, Edition, Item, NumberAnswer, Questionnaire
from bot.research.columns import MISSING, SEPARATOR, Column, Table, Type, Value
from bot.research.crosswalk import FILE as CROSSWALK_FILE
from bot.research.crosswalk import LABELS as CROSSWALK
from bot.research.layout import Layout
from bot.research.variables import variable

FILE = "codebook.csv"
OUR_LANGUAGE = "en"


@dataclass(frozen=True, slots=True)
class Entry:
    """One column in one language."""

    variable: str
    file: str
    label: str
    language: str
    type: str
    values: str = ""
    missing: str = ""
    scale: str = ""
    reverse: Value = ""
    universe: str = ""
    source: str = ""
    licence: str = ""


HEADER = tuple(Entry.__dataclass_fields__)


def entries(layout: Layout, tables: tuple[Table[Any], ...]) -> Iterator[Entry]:
    """Yield the codebook: each column of each table, in each language that has words for it."""
    for table in tables:
        for column in table.columns:
            yield from _entries(layout, table.file, column)
    for name, label in CROSSWALK.items():
        yield Entry(name, CROSSWALK_FILE, label, OUR_LANGUAGE, Type.STRING)
    for name, label in _OURS.items():
        yield Entry(name, FILE, label, OUR_LANGUAGE, Type.INTEGER if name == "reverse" else Type.STRING)


_OURS = {
    "variable": "The name of a column.",
    "file": "The file that it is in.",
    "label": "What it means: for an item, its text; for a scale or segment, its name.",
    "language": "The language of `label` and `values`.",
    "type": "string, integer, number, date or datetime.",
    "values": "The values that it can have, as value=label, joined by ' | '; for a scale, how it is made.",
    "missing": "The missing codes that can stand in it, as code=reason, joined by ' | '.",
    "scale": "The scales that an item belongs to, joined by ' | '; for a scale, its id.",
    "reverse": "For an item, 1 where scales take it as min + max - x, else 0; empty for other columns.",
    "universe": "Who is asked an item, as item in (values); empty: everybody.",
    "source": "Where the wording comes from.",
    "licence": "Under which licence the wording stands.",
}


def _entries(layout: Layout, file: str, column: Column[Any]) -> Iterator[Entry]:
    if column.item is not None:
        yield from _item(layout, file, column, column.item)
    elif column.scale is not None:
        yield from _scale(layout, file, column, column.scale)
    elif column.segment is not None:
        yield from _segment(layout, file, column, column.segment)
    else:
        yield _plain(file, column, column.label, OUR_LANGUAGE)


def _plain(file: str, column: Column[Any], label: str, language: str) -> Entry:
    return Entry(
        column.name,
        file,
        label,
        language,
        column.type,
        SEPARATOR.join(f"{value}={words}" for value, words in column.values),
        _missing(column),
    )


def _missing(column: Column[Any]) -> str:
    return SEPARATOR.join(f"{code}={why}" for code, why in MISSING.items() if code in column.missing)


def _item(layout: Layout, file: str, column: Column[Any], item_id: str) -> Iterator[Entry]:
    edition, item = layout.items[item_id], layout.item(item_id)
    questionnaire = edition.questionnaire
    own = column.name == item_id
    scales = [scale.id for scale in questionnaire.scales if own and item_id in scale.items]
    described = variable(layout, column)
    for language in edition.languages:
        values = column.values or described.values_in(language)
        yield Entry(
            column.name,
            file,
            described.label(language),
            language,
            column.type,
            SEPARATOR.join(f"{value}={label}" for value, label in values) or _range(edition, item),
            _missing(column),
            SEPARATOR.join(scales),
            int(item.reverse),
            _universe(questionnaire, item),
            item.source,
            item.licence or questionnaire.licence,
        )


def _range(edition: Edition, item: Item) -> str:
    """Return what can be typed, as the newest edition has it."""
    match edition.questionnaire.answered(item.id):
        case NumberAnswer(min=low, max=high):
            return f"{low:g} to {high:g}"
        case DateAnswer(min=low, max=high) if low or high:
            return f"{low or ''} to {high or ''}".strip()
        case _:
            return ""


def _universe(questionnaire: Questionnaire, item: Item) -> str:
    if not any(item.id in form.items for form in questionnaire.forms_in_use):
        return "nobody: not in a form that is asked"
    if item.show_if is None:
        return ""
    values = {choice.id: choice.value for choice in questionnaire.choices(item.show_if.item)}
    return f"{item.show_if.item} in ({', '.join(str(values[choice]) for choice in item.show_if.any_of)})"


def _scale(layout: Layout, file: str, column: Column[Any], scale_id: str) -> Iterator[Entry]:
    edition, scale = layout.scales[scale_id], layout.scale(scale_id)
    questionnaire = edition.questionnaire
    how = f"{scale.method} of {', '.join(scale.items)}; at least {scale.min_share!r} of those asked answered"
    for language in edition.languages:
        label = edition.texts[language].scales[scale_id].name
        yield Entry(
            column.name,
            file,
            label,
            language,
            column.type,
            values=how,
            missing=_missing(column),
            scale=scale_id,
            source=questionnaire.source,
            licence=questionnaire.licence,
        )


def _segment(layout: Layout, file: str, column: Column[Any], segment_id: str) -> Iterator[Entry]:
    edition = layout.segments[segment_id]
    for language in edition.languages:
        name = edition.texts[language].segments[segment_id].name
        yield _plain(file, column, f"P({name})", language)
