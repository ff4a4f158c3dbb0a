"""The reference page of a kind of file, written from its models and its table of codes.

What an author reads there is what the loader enforces and what an editor shows: all three come from the
models' JSON Schema.
"""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import BaseModel

from bot.source.codes import Code

Schema = Mapping[str, Any]

_FORMS = {
    r"^[a-z][a-z0-9_]{0,31}$": "id",
    r"^[a-z][a-z0-9-]{0,31}$": "folder id",
    r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8})?$": "language",
    r"^https://[^\s/@]+(/\S*)?$": "https address",
    r"^#[0-9a-fA-F]{6}$": "colour",
}
_PLAIN = {"string": "text", "integer": "whole number", "number": "number", "boolean": "true or false"}


def model_reference(model: type[BaseModel], place: str) -> str:
    """Return the sections about one file: its own keys, then those of every part."""
    schema = model.model_json_schema()
    parts = [f"### {place}", *_section(schema, schema)]
    for name, part in schema.get("$defs", {}).items():
        if "properties" in part:
            parts += [f"#### {name}", *_section(part, schema)]
    return "\n\n".join(parts)


def code_table(rows: Mapping[str, Code]) -> str:
    """Return the table of what `attune check` says."""
    lines = ["| code | what is wrong | what to do | stops |", "| --- | --- | --- | --- |"]
    lines += [
        f"| `{name}` | {_cell(row.what)} | {_cell(row.hint)} | {'yes' if row.stops else 'no'} |"
        for name, row in rows.items()
    ]
    return "\n".join(lines)


def _section(part: Schema, whole: Schema) -> Iterator[str]:
    yield " ".join(str(part.get("description", "")).split("\n\n")[0].split())
    required = part.get("required", [])
    lines = ["| key | what it holds | if left out | what it is for |", "| --- | --- | --- | --- |"]
    for key, field in part["properties"].items():
        left_out = "must be there" if key in required else _default(field.get("default"))
        lines.append(f"| `{key}` | {_holds(field, whole)} | {left_out} | {_cell(_purpose(field, whole))} |")
    yield "\n".join(lines)


def _purpose(field: Schema, whole: Schema) -> str:
    """Return a key's description; the schema leaves it out where the part's own says the same."""
    part = whole["$defs"][field["$ref"].rsplit("/", 1)[1]] if "$ref" in field else {}
    return str(field.get("description") or part.get("description", ""))


def _default(value: Any) -> str:
    return "nothing" if value in (None, [], {}) else f"`{json.dumps(value)}`"


def _holds(field: Schema, whole: Schema) -> str:
    """Return in words what a key holds."""
    if "$ref" in field:
        name = field["$ref"].rsplit("/", 1)[1]
        part = whole["$defs"][name]
        return _holds(part, whole) if "enum" in part or "const" in part else f"[{name}](#{name.lower()})"
    if branches := field.get("anyOf", field.get("oneOf")):
        kinds = [_holds(kind, whole) for kind in branches if kind.get("type") != "null"]
        return " or ".join(dict.fromkeys(kinds))
    if "const" in field or "enum" in field:
        return " or ".join(f"`{value}`" for value in field.get("enum", [field.get("const")]))
    match field.get("type"):
        case "array":
            return f"list of {_inside_list(field, whole)}{_size(field, 'minItems', 'maxItems')}"
        case "object":
            return _by_name(field, whole)
        case kind:
            return _plain(field, str(kind))


def _inside_list(field: Schema, whole: Schema) -> str:
    if "items" in field:
        return _holds(field["items"], whole)
    return _holds(field["prefixItems"][0], whole)


def _by_name(field: Schema, whole: Schema) -> str:
    for pattern, inner in field.get("patternProperties", {}).items():
        return f"{_holds(inner, whole)} by {_FORMS.get(pattern, 'name')}"
    return f"{_holds(field['additionalProperties'], whole)} by name"


def _plain(field: Schema, kind: str) -> str:
    if field.get("format") == "date":
        return "day, such as 2026-11-24"
    if "pattern" in field:
        return _FORMS.get(field["pattern"], f"text of the form `{_cell(field['pattern'])}`")
    limits = _size(field, "minimum", "maximum") or _size(field, "exclusiveMinimum", "exclusiveMaximum")
    return _PLAIN[kind] + limits


def _size(field: Schema, least: str, most: str) -> str:
    low, high = field.get(least), field.get(most)
    if low is not None and high is not None:
        return f" ({low} to {high})" if low != high else f" ({low})"
    prefix = "above" if least.startswith("exclusive") else "at least"
    return f" ({prefix} {low})" if low is not None else ""


def _cell(text: str) -> str:
    return text.replace("|", "\\|")
