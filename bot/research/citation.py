"""`CITATION.cff`: how to cite the collected responses, in the Citation File Format 1.2."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from bot.research.layout import Layout

FILE = "CITATION.cff"


def write(folder: Path, layout: Layout, said: Mapping[str, Any]) -> None:
    """Write the file; texts stand as JSON strings, which YAML reads as they are."""
    newest = layout.editions[0].questionnaire if layout.editions else None
    title = newest.title if newest else layout.questionnaire
    questionnaire = (newest.citation or newest.source) if newest else layout.questionnaire
    organisations = list(said["counts"]["organisation"]) or ["unknown"]
    lines = [
        "cff-version: 1.2.0",
        f"message: {_text('Cite the responses as below, and the questionnaire as the abstract says.')}",
        "type: dataset",
        f"title: {_text(f'{title}: collected responses')}",
        "authors:",
        *(f"  - name: {_text(name)}" for name in organisations),
        f"version: {_text('as of turn ' + str(said['as_of']))}",
        f"abstract: {_text('Questionnaire: ' + ' '.join(questionnaire.split()))}",
        "references:",
        "  - type: generic",
        f"    title: {_text(title)}",
        f"    notes: {_text(' '.join(questionnaire.split()))}",
        "    authors:",
        f"      - name: {_text(layout.questionnaire)}",
    ]
    (folder / FILE).write_text("\n".join(lines) + "\n", "utf-8", newline="\n")


def _text(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)
