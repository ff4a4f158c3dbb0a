"""A record that shows when somebody changed it: each entry holds the digest of the one before.

The entries are facts of the installation; nothing of a person is in them.
"""

import hashlib
import json
from collections.abc import Mapping
from typing import Any, Protocol


class Facts(Protocol):
    """Where small facts about the installation are kept."""

    async def remember(self, name: str, value: str) -> None:
        """Keep a fact."""
        ...

    async def recall(self, name: str) -> str | None:
        """Return a fact."""
        ...


async def append(store: Facts, kind: str, said: Mapping[str, Any]) -> None:
    """Add an entry to the record of a kind, such as `export`."""
    number = int(await store.recall(f"{kind}s") or 0) + 1
    before = await store.recall(f"{kind}:{number - 1}") or ""
    entry = {**said, "before_sha256": _digest(before)}
    await store.remember(f"{kind}:{number}", json.dumps(entry, ensure_ascii=False, sort_keys=True))
    await store.remember(f"{kind}s", str(number))


async def entries(store: Facts, kind: str) -> list[Mapping[str, Any]]:
    """Return every entry, oldest first; raise where one was changed or is missing."""
    found, before = [], ""
    for number in range(1, int(await store.recall(f"{kind}s") or 0) + 1):
        text = await store.recall(f"{kind}:{number}") or ""
        entry = json.loads(text) if text else {}
        if entry.get("before_sha256") != _digest(before):
            raise ValueError(f"the record of {kind}s was changed before entry {number}")
        found.append(entry)
        before = text
    return found


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
