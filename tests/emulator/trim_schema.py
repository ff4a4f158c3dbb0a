"""Cuts the schema the emulator needs out of two public, MIT-licensed descriptions of the Bot API.

    python -m tests.emulator.trim_schema AIOGRAM_SCHEMA PAULSONOFLARS_API > tests/emulator/schema-10.3.json

The first gives names, types and requirements (newest); the second what each method returns. Descriptions are
dropped, except what a program can check in them: lengths (`1-64 bytes`) and fixed values (`always "kicked"`).
"""

import re
import sys
from pathlib import Path
from typing import Any

import orjson

LENGTH = re.compile(r"\d+-\d+ (?:characters|bytes)(?: after entit\w+ parsing)?")
FIXED = re.compile(r"(?:always|must be) [\"'“]?([a-z_]+)[\"'”]?$")
MEMBER = re.compile(r"^ - (\w+)$", re.MULTILINE)


def trimmed(aiogram: dict[str, Any], paulsonoflars: dict[str, Any]) -> dict[str, Any]:
    """Both descriptions as one small one: `types` and `methods` by name."""
    entries = [entry for group in aiogram["items"] for entry in group["children"]]
    returns = {name: method["returns"] for name, method in paulsonoflars["methods"].items()}
    return {
        "version": aiogram["api"]["version"],
        "types": {e["name"]: _type(e) for e in entries if e["category"] == "types"},
        "methods": {
            e["name"]: {"returns": returns.get(e["name"], []), "fields": _fields(e)}
            for e in entries
            if e["category"] == "methods"
        },
    }


def _type(entry: dict[str, Any]) -> dict[str, Any]:
    members = MEMBER.findall(entry["description"])
    if members and not entry["annotations"]:
        plain = [name for name in ("String", "Array of " + entry["name"]) if name in entry["description"]]
        return {"union": plain + members}
    return {"fields": _fields(entry)}


def _fields(entry: dict[str, Any]) -> list[dict[str, Any]]:
    return [_field(annotation) for annotation in entry["annotations"]]


def _field(annotation: dict[str, Any]) -> dict[str, Any]:
    field = {"name": annotation["name"], "type": annotation["type"]}
    if annotation["required"]:
        field["required"] = True
    if length := LENGTH.search(annotation["description"]):
        field["length"] = length.group()
    if fixed := FIXED.search(annotation["description"]):
        field["fixed"] = fixed.group(1)
    return field


def written(schema: dict[str, Any]) -> bytes:
    """As the file holds it: one type or method a line, so that a difference can be read."""
    lines = [b'{"version":' + orjson.dumps(schema["version"])]
    for part in ("types", "methods"):
        rows = [orjson.dumps(name) + b":" + orjson.dumps(entry) for name, entry in schema[part].items()]
        lines.append(orjson.dumps(part) + b":{\n" + b",\n".join(rows) + b"\n}")
    return b",\n".join(lines) + b"}\n"


if __name__ == "__main__":
    sources = [orjson.loads(Path(name).read_bytes()) for name in sys.argv[1:3]]
    sys.stdout.buffer.write(written(trimmed(*sources)))
