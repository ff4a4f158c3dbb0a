"""`scoring_vectors.json`: answers and what they must score, to check another scoring against.

The answers are made, nobody gave them: all low, all high, mixed, with skips, and too few. They are always the
same for an edition.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bot.conversation.route import choices_given, route
from bot.conversation.session import Answer, Session
from bot.questionnaire.model import Edition
from bot.research.layout import Layout
from bot.scoring.scales import score
from bot.scoring.segments import assign

FILE = "scoring_vectors.json"
MIXED = 12
_NEVER = datetime(1970, 1, 1, tzinfo=UTC)


def write(folder: Path, layout: Layout) -> None:
    """Write the file."""
    said = [
        {
            "edition_sha256": edition.digest,
            "version": edition.questionnaire.version,
            "vectors": list(vectors(edition)),
        }
        for edition in layout.editions
    ]
    text = json.dumps({"editions": said}, ensure_ascii=False, indent=1) + "\n"
    (folder / FILE).write_text(text, "utf-8", newline="\n")


def vectors(edition: Edition) -> Iterator[Mapping[str, Any]]:
    """Yield answers with their scores and, where the edition has segments, the probabilities."""
    asked = edition.questionnaire
    for name, answers in _answers(edition):
        session = replace(
            _empty(edition), answers={item: Answer(one, _NEVER) for item, one in answers.items()}
        )
        given = choices_given(asked, session)
        scores = score(asked, route(asked, session), given)
        verdict = assign(asked, given, reasons=0)
        yield {
            "name": name,
            "answers": answers,
            "scales": {
                scale: found.missing if found.value is None else found.value
                for scale, found in scores.items()
            },
            "segments": None if verdict is None else dict(verdict.probabilities),
        }


def _answers(edition: Edition) -> Iterator[tuple[str, dict[str, str | None]]]:
    asked = edition.questionnaire
    items = [item for item in asked.form.items if asked.answered(item).scored]
    choices = {item: [choice.id for choice in asked.choices(item)] for item in items}
    yield "all lowest", {item: choices[item][0] for item in items}
    yield "all highest", {item: choices[item][-1] for item in items}
    yield "first item only", {item: choices[item][-1] for item in items[:1]}
    for number in range(1, MIXED + 1):
        drawn = {item: _drawn(f"{number}:{item}", 100) for item in items}
        yield (
            f"mixed {number}",
            {
                item: None if drawn[item] < number * 3 else choices[item][drawn[item] % len(choices[item])]
                for item in items
            },
        )


def _drawn(text: str, below: int) -> int:
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:4]) % below


def _empty(edition: Edition) -> Session:
    return Session(
        id="",
        questionnaire=edition.questionnaire.id,
        edition=edition.digest,
        organisation="",
        channel="",
        language=edition.languages[0],
        seed="",
        began_at=_NEVER,
    )
