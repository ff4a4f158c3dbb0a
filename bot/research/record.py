"""The record of exports: who took what out of the house, when, under which filter, and with which k."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from bot.storage.chain import Facts, append, entries

KIND = "export"


async def record(store: Facts, said: Mapping[str, Any], who: str, at: datetime) -> None:
    """Add an export, by its manifest."""
    entry = {
        "at": at.isoformat(timespec="seconds"),
        "who": who,
        "questionnaire": said["questionnaire"],
        "profile": said["profile"],
        "as_of": said["as_of"],
        "filters": said["filters"],
        "responses": said["counts"]["responses"],
        "k": said["disclosure"]["k_reached"],
        "own_words": said["disclosure"]["own_words"],
        "readme_sha256": next(file["sha256"] for file in said["files"] if file["name"] == "README.md"),
    }
    await append(store, KIND, entry)


async def recorded(store: Facts) -> list[Mapping[str, Any]]:
    """Return every export, oldest first; raise where one was changed or is missing."""
    return await entries(store, KIND)
