"""Writes `questionnaires/README.md`: `python -m bot.questionnaire.reference`."""

from pathlib import Path

from pydantic import BaseModel

from bot.questionnaire.codes import TABLE
from bot.questionnaire.model import Facts, Links, Locale, Questionnaire, TipMatter
from bot.source import code_table, model_reference

_HERE = Path(__file__).parent
_FILES: dict[str, type[BaseModel]] = {
    "`questionnaire.yaml`": Questionnaire,
    "`locales/<language>.yaml`": Locale,
    "`links.yaml`": Links,
    "`tips/facts.yaml`": Facts,
    "Front matter of `tips/<voice>/<topic>.md.j2`": TipMatter,
}


def reference() -> str:
    """Return the whole page."""
    return (
        (_HERE / "reference.md")
        .read_text("utf-8")
        .format(
            example=example(),
            keys="\n\n".join(model_reference(model, place) for place, model in _FILES.items()),
            codes=code_table(TABLE.rows),
        )
    )


def example() -> str:
    """Return the questionnaire that the guide writes in ten minutes."""
    return (_HERE / "example.yaml").read_text("utf-8")


if __name__ == "__main__":
    (_HERE.parents[1] / "questionnaires" / "README.md").write_text(reference(), "utf-8")
