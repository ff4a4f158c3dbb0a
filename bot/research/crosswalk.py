"""`crosswalk.csv`: what changed for each item from one edition to the next.

Editions stand in the order in which they came into use. An item that is the same in both has no row.
"""

import csv
from collections.abc import Iterator, Mapping
from dataclasses import astuple, dataclass
from itertools import pairwise
from pathlib import Path

from bot.questionnaire.model import Edition, Item
from bot.research.columns import SEPARATOR
from bot.research.layout import Layout

FILE = "crosswalk.csv"


@dataclass(frozen=True, slots=True)
class Change:
    """One thing about one item that isn't as it was."""

    item_id: str
    from_sha256: str
    from_version: str
    to_sha256: str
    to_version: str
    what: str
    language: str = ""
    before: str = ""
    after: str = ""


HEADER = tuple(Change.__dataclass_fields__)

LABELS = {
    "item_id": "The item.",
    "from_sha256": "The older edition.",
    "from_version": "Its version.",
    "to_sha256": "The edition that followed it.",
    "to_version": "Its version.",
    "what": "added, removed, text, choices, kind, reverse, condition, sensitivity, scales or position.",
    "language": "The language of a text or of labels; empty for what has none.",
    "before": "What it was.",
    "after": "What it is.",
}


def write(folder: Path, layout: Layout) -> int:
    """Write the file and return its number of rows."""
    found = [change for old, new in pairwise(reversed(layout.editions)) for change in changes(old, new)]
    with (folder / FILE).open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(HEADER)
        writer.writerows(astuple(change) for change in found)
    return len(found)


def changes(old: Edition, new: Edition) -> Iterator[Change]:
    """Yield what changed, item by item, in the order of the newer edition."""
    before = {item.id: item for item in old.questionnaire.items}
    after = {item.id: item for item in new.questionnaire.items}
    for item_id in dict.fromkeys([*after, *before]):
        for what, language, was, now in _changed(old, new, before.get(item_id), after.get(item_id)):
            yield Change(
                item_id,
                old.digest,
                old.questionnaire.version,
                new.digest,
                new.questionnaire.version,
                what,
                language,
                was,
                now,
            )


def _changed(
    old: Edition, new: Edition, was: Item | None, now: Item | None
) -> Iterator[tuple[str, str, str, str]]:
    if was is None or now is None:
        yield ("added" if was is None else "removed"), "", "", ""
        return
    for language in dict.fromkeys([*old.languages, *new.languages]):
        before, after = _words(old, was, language), _words(new, now, language)
        for what in ("text", "choices"):
            if before[what] != after[what]:
                yield what, language, before[what], after[what]
    plain_before, plain_after = _plain(old, was), _plain(new, now)
    for what, value in plain_before.items():
        if value != plain_after[what]:
            yield what, "", value, plain_after[what]


def _words(edition: Edition, item: Item, language: str) -> Mapping[str, str]:
    texts = edition.texts.get(language)
    if texts is None:
        return {"text": "", "choices": ""}
    labels = texts.labels[item.answers]
    choices = edition.questionnaire.choices(item.id)
    listed = SEPARATOR.join(f"{choice.value}={labels[choice.id]}" for choice in choices)
    return {"text": texts.items[item.id], "choices": listed}


def _plain(edition: Edition, item: Item) -> Mapping[str, str]:
    asked = edition.questionnaire
    items = asked.form.items
    condition = item.show_if
    return {
        "kind": asked.answered(item.id).kind,
        "reverse": str(int(item.reverse)),
        "condition": f"{condition.item} in ({', '.join(condition.any_of)})" if condition else "",
        "sensitivity": item.sensitivity.value,
        "scales": SEPARATOR.join(scale.id for scale in asked.scales if item.id in scale.items),
        "position": str(items.index(item.id) + 1) if item.id in items else "",
    }
