"""Draw `docs/chat.svg`: a real interview in the terminal, played by the shipped journey of a Balance Seeker.

Run it again when pages change: `python docs/draw_chat.py`.
"""

import asyncio
import io
import re
from pathlib import Path

from rich.console import Console
from rich.panel import Panel
from rich.text import Text

from bot.channels.terminal import visible
from bot.channels.terminal.screen import bold
from bot.conversation.journeys import read_journey
from bot.conversation.library import Library
from bot.conversation.phrasebook import open_phrasebook
from bot.conversation.replies import Message, Page
from bot.organisation.load import load_all as load_organisations
from bot.questionnaire.load import load_all as load_questionnaires
from bot.rehearsal import Rehearsal, play

ROOT = Path(__file__).parent.parent
WIDTH = 76
SHOWN = {Page.WELCOME, Page.QUESTION, Page.RESULT, Page.TIP}
"""The first page of each kind is drawn."""


async def pages() -> list[Message]:
    """Play the journey and return every page it shows."""
    library = Library(
        load_questionnaires(ROOT / "questionnaires"),
        load_organisations(ROOT / "organisations"),
        open_phrasebook(),
        "health-mindset",
    )
    folder = library.questionnaires["health-mindset"].folder
    journey, _ = read_journey(folder / "journeys" / "balance_seeker.yaml", folder)
    if journey is None:
        raise SystemExit("the journey can't be read: run `attune check`")
    stage = Rehearsal(library, "en")
    for edition in library.editions():
        await stage.store.keep_edition(edition)
    await play(journey, stage, library, "health-mindset")
    return stage.messages


def drawn(message: Message) -> Panel:
    """Return a page as a box, its choices below it."""
    body = bold(message.text)
    for button in message.buttons:
        if button.url:
            body.append(f"\n\n→ {button.label}", style="underline")
    choices = visible(message)
    body.append("\n")
    for number, choice in enumerate(choices, 1):
        body.append(f"\n  {number}  {choice.label}", style="cyan")
    return Panel(body, width=WIDTH, padding=(1, 2), border_style="dim")


def self_contained(svg: str) -> str:
    """Return the picture without the fonts it would fetch: a page of ours asks nobody else for anything."""
    return re.sub(r"<!--.*?-->|@font-face \{.*?\}", "", svg, flags=re.DOTALL)


def main() -> None:
    """Draw the picture."""
    console = Console(record=True, width=WIDTH, file=io.StringIO(), force_terminal=True)
    console.print(Text("$ attune chat\n", style="bold"))
    seen: set[Page] = set()
    for message in asyncio.run(pages()):
        if message.page in SHOWN and message.page not in seen:
            seen.add(message.page)
            console.print(drawn(message))
    target = ROOT / "docs" / "chat.svg"
    target.write_text(self_contained(console.export_svg(title="attune chat", unique_id="attune")), "utf-8")
    print(f"drawn: {target}")


if __name__ == "__main__":
    main()
