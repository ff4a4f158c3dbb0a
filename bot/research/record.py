"""The record of exports: who took what out of the house, when, under which filter, and with which k.

Each entry holds the digest of the one before, so a changed or missing one shows. The entries are facts of the
installation; nothing of a person is in them.
"""

import hashlib
import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Protocol

COUNT, ENTRY = "exports", "export:{}"


class Facts(Protocol):
    """Where small facts about the installation are kept."""

    async def remember(self, name: str, value: str) -> None:
        """Keep a fact."""
        ...

    async def recall(self, name: str) -> str | None:
        """Return a fact."""
        ...


async def record(store: Facts, said: Mapping[str, Any], who: str, at: datetime) -> None:
    """Add an export, by its manifest."""
    number = int(await store.recall(COUNT) or 0) + 1
    before = await store.recall(ENTRY.format(number - 1)) or ""
    entry = {
        "at": at.isoformat(timespec="seconds"),
        "who": who,
        "questionnaire": said["questionnaire"],
        "profile": said["profile"],
        "as_of": said["as_of"],
        "filters": said["filters"],
        "responses": said["counts"]["responses"],
        "k": said["disclosure"]["k_reached"],
        "readme_sha256": next(file["sha256"] for file in said["files"] if file["name"] == "README.md"),
        "before_sha256": hashlib.sha256(before.encode()).hexdigest(),
    }
    await store.remember(ENTRY.format(number), json.dumps(entry, ensure_ascii=False, sort_keys=True))
    await store.remember(COUNT, str(number))


async def recorded(store: Facts) -> list[Mapping[str, Any]]:
    """Return every export, oldest first; raise where one was changed or is missing."""
    entries, before = [], ""
    for number in range(1, int(await store.recall(COUNT) or 0) + 1):
        text = await store.recall(ENTRY.format(number)) or ""
        entry = json.loads(text) if text else {}
        if entry.get("before_sha256") != hashlib.sha256(before.encode()).hexdigest():
            raise ValueError(f"the record of exports was changed before entry {number}")
        entries.append(entry)
        before = text
    return entries
