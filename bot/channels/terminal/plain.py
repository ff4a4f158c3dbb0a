"""A pipe: plain text without colours, a numbered choice a line."""

import asyncio
from dataclasses import dataclass
from typing import TextIO

from bot.conversation.replies import Button, Message


@dataclass(frozen=True, slots=True)
class Plain:
    """Reads lines from one stream and writes plain text to another."""

    lines: TextIO
    out: TextIO

    def show(self, message: Message) -> None:
        """Write the page, its links, and its choices with their numbers."""
        links = [f"  -> {button.label}: {button.url}" for button in message.buttons if button.url]
        choices = [button.label for button in message.buttons if button.token]
        numbered = [f"  {number}  {label}" for number, label in enumerate(choices, 1)]
        body = message.text.replace("**", "")
        self.out.write("\n".join([body, *links, *numbered]) + "\n\n")
        self.out.flush()

    async def ask(self, choices: tuple[Button, ...]) -> str | None:  # noqa: ARG002 - a pipe shows no prompt
        """Return the next line without its end, or None at the end of input."""
        line = await asyncio.to_thread(self.lines.readline)
        return line.rstrip("\n") if line else None
