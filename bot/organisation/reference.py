"""Writes `organisations/README.md`: `python -m bot.organisation.reference`."""

from pathlib import Path

from bot.organisation.codes import ORGANISATION
from bot.organisation.model import Organisation
from bot.source import code_table, model_reference

_HERE = Path(__file__).parent


def reference() -> str:
    """Return the whole page."""
    return (
        (_HERE / "reference.md")
        .read_text("utf-8")
        .format(
            keys=model_reference(Organisation, "`organisation.yaml`"),
            codes=code_table(ORGANISATION),
        )
    )


if __name__ == "__main__":
    (_HERE.parents[1] / "organisations" / "README.md").write_text(reference(), "utf-8")
