"""`datapackage.json`: a Frictionless Data Package: types, keys, values and missing codes for programs.

`missingValues` are plain strings, which every reader takes; their reasons stand in `x-missingLabels`.
"""

import json
from collections.abc import Mapping
from typing import Any

from bot.research.codebook import FILE as CODEBOOK
from bot.research.codebook import HEADER
from bot.research.columns import MISSING, Type
from bot.research.draft import Draft
from bot.research.long import ANSWERS, EVENTS
from bot.research.own_words import FILE as OWN_WORDS
from bot.research.scores import SCORES
from bot.research.variables import Variable, languages
from bot.research.wide import FILE as WIDE

FILE = "datapackage.json"
_KEYS: Mapping[str, list[str]] = {
    WIDE: ["response_id"],
    ANSWERS.file: ["response_id", "item_id"],
    EVENTS.file: ["response_id", "turn"],
    SCORES.file: ["response_id", "kind", "measure"],
    OWN_WORDS: ["response_id", "item_id"],
}


def write(draft: Draft) -> str:
    """Write the file and return its name."""
    newest = draft.layout.editions[0].questionnaire if draft.layout.editions else None
    said = {
        "profile": "tabular-data-package",
        "name": f"attune-{draft.layout.questionnaire}",
        "id": f"attune-{draft.layout.questionnaire}-{draft.said['as_of']}",
        "title": newest.title if newest else draft.layout.questionnaire,
        "resources": [*(_resource(draft, file) for file in draft.tables), _codebook()],
    }
    text = json.dumps(said, ensure_ascii=False, indent=2) + "\n"
    (draft.folder / FILE).write_text(text, "utf-8", newline="\n")
    return FILE


def _resource(draft: Draft, file: str) -> dict[str, Any]:
    language = languages(draft.layout)[0]
    links = [] if file == WIDE else [_to_the_wide_table()]
    schema = {
        "fields": [_field(variable, language) for variable in draft.tables[file]],
        "missingValues": ["", *(str(code) for code in MISSING)],
        "x-missingLabels": {str(code): why for code, why in MISSING.items()},
        "primaryKey": _KEYS[file],
        **({"foreignKeys": links} if links else {}),
    }
    return _described(file, schema)


def _described(file: str, schema: dict[str, Any]) -> dict[str, Any]:
    return {
        "name": file.removesuffix(".csv").replace("_", "-"),
        "path": file,
        "profile": "tabular-data-resource",
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "dialect": {"delimiter": ",", "lineTerminator": "\n", "quoteChar": '"', "doubleQuote": True},
        "schema": schema,
    }


def _to_the_wide_table() -> dict[str, Any]:
    reference = {"resource": WIDE.removesuffix(".csv").replace("_", "-"), "fields": ["response_id"]}
    return {"fields": ["response_id"], "reference": reference}


def _field(variable: Variable, language: str) -> dict[str, Any]:
    values = variable.values_in(language)
    whole = variable.type is Type.INTEGER or variable.type is Type.STRING
    gone = [{"value": str(code), "label": why} for code, why in variable.missing]
    return {
        "name": variable.name,
        "type": variable.type.value,
        "title": variable.label(language),
        **({"format": "any"} if variable.type is Type.DATETIME else {}),
        **({"constraints": {"enum": [value for value, _ in values]}} if values and whole else {}),
        **({"categories": [{"value": value, "label": label} for value, label in values]} if values else {}),
        **({"x-missing": gone} if gone else {}),
        **({"x-labels": dict(variable.labels)} if len(variable.labels) > 1 else {}),
    }


def _codebook() -> dict[str, Any]:
    fields = [{"name": name, "type": "integer" if name == "reverse" else "string"} for name in HEADER]
    return _described(CODEBOOK, {"fields": fields})
