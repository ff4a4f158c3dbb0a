"""An interview in the terminal: what is shown, what was chosen, and nothing about Rich or keys.

A line is a choice's number or its label, a command such as /privacy, or words. The end of input pauses.
"""

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from bot.conversation.events import Commanded, Heard, Started, Tapped, Typed
from bot.conversation.replies import Button, Message, Page
from bot.conversation.taps import Act, read, token
from bot.conversation.understanding import meant
from bot.turns import Desk, Incoming, take_turn

CHANNEL = "terminal"
END_PAGES = frozenset({Page.UNDER_AGE, Page.DECLINED, Page.ERASED, Page.ERASING})


class Surface(Protocol):
    """Where messages are shown and lines are read."""

    def show(self, message: Message) -> None:
        """Show a message with its choices."""
        ...

    async def ask(self, choices: tuple[Button, ...]) -> Button | str | None:
        """Return the choice made or the line typed, or None at the end of input."""
        ...


class Ear(Protocol):
    """Somebody who listens along, such as the recorder of journeys."""

    def said(self, heard: Heard, choice: Button | None) -> None:
        """Note what the person did."""
        ...

    def shown(self, message: Message) -> None:
        """Note what the person saw."""
        ...


@dataclass(frozen=True, slots=True)
class _Deaf:
    """Nobody listens along."""

    def said(self, heard: Heard, choice: Button | None) -> None:
        """Note nothing."""

    def shown(self, message: Message) -> None:
        """Note nothing."""


def visible(message: Message) -> tuple[Button, ...]:
    """Return the choices of a message: the buttons that are for us, in order."""
    return tuple(button for button in message.buttons if button.token)


async def converse(
    desk: Desk,
    surface: Surface,
    address: str,
    *,
    language: str | None = None,
    ear: Ear | None = None,
    greet: bool = True,
    key: Callable[[], str] = lambda: f"cli:{secrets.token_hex(12)}",
) -> None:
    """Hold one interview until the input ends or nothing is left to choose.

    Whoever comes is greeted as by /start, unless `greet` is off: then the person speaks first.
    """
    listener = ear or _Deaf()
    choices: tuple[Button, ...] = ()
    by_number = True  # a number means a choice, unless a number is asked for
    choice: Button | None = None
    heard: Heard | None = Started(desk.clock(), secrets.token_hex(16), CHANNEL, language)
    if not greet:
        heard, choice = await _next(desk, surface, choices, by_number=by_number)
    while heard is not None:
        listener.said(heard, choice)
        messages = await _turn(desk, address, key(), heard)
        for message in messages:
            listener.shown(message)
            surface.show(message)
            choices = visible(message) or choices
            by_number = message.entry is None
        if any(message.page in END_PAGES for message in messages):
            return
        heard, choice = await _next(desk, surface, choices, by_number=by_number)
    await _pause(desk, address, key(), choices)


async def _turn(desk: Desk, address: str, key: str, heard: Heard) -> tuple[Message, ...]:
    spoken = await take_turn(desk, Incoming(CHANNEL, address, CHANNEL, key, heard))
    desk.store.sent(spoken.person, spoken.key)
    if spoken.receipt:
        await desk.store.receipt_sent(spoken.receipt)
    return spoken.messages


async def _next(
    desk: Desk, surface: Surface, choices: tuple[Button, ...], *, by_number: bool
) -> tuple[Heard | None, Button | None]:
    said = await surface.ask(choices)
    while isinstance(said, str) and not said.strip():
        said = await surface.ask(choices)
    chosen = _chosen(choices, said, by_number=by_number) if isinstance(said, str) else said
    if chosen is not None:
        return Tapped(desk.clock(), chosen.token or "", secrets.token_hex(16)), chosen
    return (_words(desk, said.strip()) if isinstance(said, str) else None), None


def _chosen(choices: tuple[Button, ...], line: str, *, by_number: bool) -> Button | None:
    place = meant([button.label for button in choices], line, by_number=by_number)
    return None if place is None else choices[place]


def _words(desk: Desk, line: str) -> Heard:
    seed = secrets.token_hex(16)
    if line.startswith("/start"):
        return Started(desk.clock(), seed, CHANNEL, payload=line[6:].strip())
    if line.startswith("/"):
        return Commanded(desk.clock(), line[1:].partition(" ")[0], seed)
    return Typed(desk.clock(), line, seed)


async def _pause(desk: Desk, address: str, key: str, choices: tuple[Button, ...]) -> None:
    """Pause the interview that the last choices belong to; where it can't be paused, nothing changes."""
    tap = next((tap for button in choices if (tap := read(button.token or ""))), None)
    if tap is not None:
        await _turn(desk, address, key, Tapped(desk.clock(), token(tap.session, tap.revision, Act.PAUSE)))
