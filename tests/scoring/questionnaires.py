"""Small questionnaires made in a line, where a file would say more than the test needs."""

from collections.abc import Mapping
from typing import Any

from bot.questionnaire.model import Questionnaire

LOW, HIGH = 1, 5


def questionnaire(
    items: Mapping[str, bool], scales: Mapping[str, Mapping[str, Any]], **more: Any
) -> Questionnaire:
    """Return a questionnaire with five choices `c1` to `c5`; `items` says which ones are reversed."""
    choices = [{"id": f"c{value}", "value": value, "label": str(value)} for value in range(LOW, HIGH + 1)]
    return Questionnaire.model_validate(
        {
            "id": "made",
            "version": "1.0.0",
            "title": "Made for a test",
            "summary": "Made for a test.",
            "languages": ["en"],
            "licence": "CC0-1.0",
            "source": "own",
            "review": {"review_by": "2099-01-01"},
            "changes": [{"version": "1.0.0", "on": "2026-11-24", "what": "First version."}],
            "consent": {"lines": ["Yes."], "whole": "Yes."},
            "answers": {"five": {"choices": choices}},
            "items": [
                {"id": item, "text": item, "answers": "five", "reverse": turned}
                for item, turned in items.items()
            ],
            "scales": [{"id": scale, "name": scale, **said} for scale, said in scales.items()],
            "forms": [{"id": "all_items", "items": list(items)}],
            **more,
        }
    )


def segments(*ids: str) -> list[dict[str, str]]:
    """Return segments that are nothing but their ids."""
    return [{"id": one, "name": one, "said_as": one, "bar": one, "clinician": one} for one in ids]
