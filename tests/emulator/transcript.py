"""What happened, in order: what each side wrote, tapped, edited and was told, and every call of the bot."""

from collections import deque
from typing import Any, NamedTuple


class Entry(NamedTuple):
    """One thing that happened in a chat."""

    at: float
    chat_id: int
    who: str
    what: str
    text: str


class Call(NamedTuple):
    """One call of a method by the bot (getUpdates apart) and how it ended."""

    at: float
    method: str
    params: dict[str, Any]
    status: int
    description: str


class Transcript:
    """The record of a world; `keep` bounds it, and 0 records nothing (for benchmarks)."""

    def __init__(self, keep: int | None = None) -> None:
        self.recording = keep != 0
        self.entries: deque[Entry] = deque(maxlen=keep)
        self.calls: deque[Call] = deque(maxlen=keep)

    def note(self, at: float, chat_id: int, who: str, what: str, text: str) -> None:
        """Adds one thing that happened."""
        if self.recording:
            self.entries.append(Entry(at, chat_id, who, what, text))

    def called(self, method: str) -> list[Call]:
        """Every call of this method, oldest first."""
        return [call for call in self.calls if call.method == method]

    def told(self, chat_id: int | None = None, last: int = 40) -> str:
        """The newest entries (of one chat) as lines to read."""
        entries = [entry for entry in self.entries if chat_id in (None, entry.chat_id)][-last:]
        start = entries[0].at if entries else 0.0
        return "\n".join(f"  +{e.at - start:7.2f}s {e.who:>4} {e.what}: {e.text!r}" for e in entries)
