"""The recorder: an interview in the terminal becomes a journey file, to be kept as a test.

Law: it keeps taps by their label, commands, and what was seen; never words that somebody typed.
"""

import json
from dataclasses import dataclass, field
from pathlib import Path

from bot.conversation.events import Commanded, Heard, Started, Typed
from bot.conversation.replies import Button, Message
from bot.errors import OperatorError


@dataclass(slots=True)
class Recorder:
    """Listens along and writes the journey at the end."""

    path: Path
    name: str
    language: str
    organisation: str
    steps: list[tuple[str, str]] = field(default_factory=list)

    def said(self, heard: Heard, choice: Button | None) -> None:
        """Note a tap or a command."""
        match heard:
            case Started():
                self.steps.append(("starts", heard.payload))
            case Commanded():
                self.steps.append(("types", f"/{heard.command}"))
            case Typed():
                self.steps.append(("types", "(words)"))
            case _ if choice is not None:
                self.steps.append(("taps", choice.label))
            case _:
                pass

    def shown(self, message: Message) -> None:
        """Note the page by its first bold words, else by its first line."""
        parts = message.text.split("**")
        seen = parts[1] if len(parts) > 1 else message.text.split("\n", 1)[0]
        if seen.strip():
            self.steps.append(("sees", seen.strip()))

    def write(self) -> None:
        """Write the journey file; a file that is there already is never overwritten."""
        head = {"name": self.name, "language": self.language, "organisation": self.organisation}
        lines = [f"{key}: {json.dumps(value, ensure_ascii=False)}" for key, value in head.items()]
        lines.append("steps:")
        lines += [f"  - {verb}: {json.dumps(argument, ensure_ascii=False)}" for verb, argument in self.steps]
        try:
            with self.path.open("x", encoding="utf-8") as file:
                file.write("\n".join(lines) + "\n")
        except FileExistsError:
            raise OperatorError(f"{self.path} is there already.", remedy="Choose another file.") from None
        except OSError as error:
            raise OperatorError(f"{self.path} can't be written: {error.strerror}.") from None
