"""`codebook.html`: the codebook for people, one page that needs nothing else."""

from collections.abc import Mapping
from functools import cache
from importlib import resources
from typing import Any

from jinja2 import Environment, StrictUndefined, Template

from bot.research.columns import MISSING
from bot.research.draft import Draft
from bot.research.variables import languages

FILE = "codebook.html"


def write(draft: Draft) -> str:
    """Write the file and return its name."""
    text = _template().render(**_given(draft))
    (draft.folder / FILE).write_text(text + "\n", "utf-8", newline="\n")
    return FILE


@cache
def _template() -> Template:
    source = (resources.files("bot.research") / "templates" / "codebook.html.j2").read_text("utf-8")
    rules = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    return rules.from_string(source)


def _given(draft: Draft) -> Mapping[str, Any]:
    newest = draft.layout.editions[0] if draft.layout.editions else None
    universe = {
        item.id: f"{item.show_if.item}: {', '.join(item.show_if.any_of)}"
        for item in (newest.questionnaire.items if newest else ())
        if item.show_if
    }
    return {
        "title": newest.questionnaire.title if newest else draft.layout.questionnaire,
        "said": draft.said,
        "tables": draft.tables,
        "rows": draft.rows,
        "missing": MISSING,
        "languages": languages(draft.layout),
        "universe": universe,
        "right_to_left": RIGHT_TO_LEFT,
    }


RIGHT_TO_LEFT = frozenset({"ar", "fa", "he", "ur"})
