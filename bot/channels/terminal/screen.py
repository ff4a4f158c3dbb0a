"""A real terminal: pages as boxes, choices by arrow keys, numbers or labels."""

import asyncio
from dataclasses import dataclass

from rich.console import Console
from rich.live import Live
from rich.panel import Panel
from rich.text import Text

from bot.channels.terminal.keys import key, listening
from bot.conversation.replies import Button, Message, Page

BOXED = frozenset({Page.RESULT, Page.TIP, Page.HOW, Page.URGENT})
POINTER = "\N{SINGLE RIGHT-POINTING ANGLE QUOTATION MARK}"
UP, DOWN, ENTER = {"\x1b[A", "\x1bOA", "\xe0H"}, {"\x1b[B", "\x1bOB", "\xe0P"}, {"\r", "\n"}
RUBOUT = {"\x7f", "\b"}
LEAVE = {"\x03", "\x04", "\x1b"}  # Ctrl-C, Ctrl-D, Esc
WIDTH = 72


@dataclass(slots=True)
class Screen:
    """Shows pages with Rich and reads single keys."""

    console: Console
    hint: str

    def show(self, message: Message) -> None:
        """Show a page; its links can be opened from most terminals."""
        body = bold(message.text)
        for button in message.buttons:
            if button.url:
                body.append("\n\n→ ")
                body.append(button.label, style=f"underline link {button.url}")
                body.append(f"\n  {button.url}", style="dim")
        width = min(WIDTH, self.console.width)
        page = Panel(body, width=width, padding=(1, 2)) if message.page in BOXED else body
        self.console.print()
        self.console.print(page, width=width)

    async def ask(self, choices: tuple[Button, ...]) -> Button | str | None:
        """Return the choice made, the line typed, or None where the person left."""
        labels = tuple(button.label for button in choices)
        said = await asyncio.to_thread(self._ask, labels)
        return choices[said] if isinstance(said, int) else said

    def _ask(self, labels: tuple[str, ...]) -> int | str | None:
        with listening():
            said = self._choose(labels)
        if isinstance(said, int):
            self.console.print(f"{POINTER} {labels[said]}", style="bold cyan")
        return said

    def _choose(self, labels: tuple[str, ...]) -> int | str | None:
        place = 0
        with Live(
            self._menu(labels, place), console=self.console, auto_refresh=False, transient=True
        ) as live:
            while (pressed := key()) not in LEAVE:
                if pressed in ENTER and labels:
                    return place
                if pressed in UP | DOWN and labels:
                    place = (place + (1 if pressed in DOWN else -1)) % len(labels)
                    live.update(self._menu(labels, place), refresh=True)
                elif pressed.isprintable():
                    live.stop()
                    return self._line(pressed)
        return None

    def _line(self, line: str) -> str | None:
        """Read a whole line that begins with a key already pressed: a number, a label, a command, words."""
        self.console.print(f"{POINTER} {line}", end="", style="bold cyan")
        while (pressed := key()) not in ENTER:
            if pressed in LEAVE:
                return None
            if pressed in RUBOUT:
                line, rubbed = line[:-1], "\b \b" if line else ""
                self.console.out(rubbed, end="")
            elif pressed.isprintable():
                line += pressed
                self.console.out(pressed, end="", style="bold cyan")
        self.console.print()
        return line

    def _menu(self, labels: tuple[str, ...], place: int) -> Text:
        menu = Text()
        for number, label in enumerate(labels):
            chosen = number == place
            style = "bold reverse" if chosen else ""
            menu.append(f" {POINTER if chosen else ' '} {number + 1}  {label} \n", style=style)
        menu.append(self.hint, style="dim")
        return menu


def bold(text: str) -> Text:
    """Return a text with its `**bold**` parts set bold; nothing else is read as markup."""
    styled = Text()
    for place, part in enumerate(text.split("**")):
        styled.append(part, style="bold" if place % 2 else "")
    return styled
