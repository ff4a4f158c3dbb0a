"""What waits for one person, taken together: read once, advanced in memory, saved in one commit.

Law: as for a turn: saved first, spoken after, each once and in its order. What a later turn of the line says
anyway isn't said before it. What can't be taken with the others is taken alone, as if there were no lines:
all they do is to make a burst of taps as cheap for everybody else as one tap.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from time import perf_counter
from typing import Final

import structlog

from bot.conversation.content import Content
from bot.conversation.events import Began, Tapped
from bot.conversation.moot import makes_moot
from bot.conversation.understanding import named_session
from bot.errors import StoreUnavailable
from bot.metrics import METRICS
from bot.storage.rules import is_meant, left_by
from bot.storage.store import Outcome, SaveTurn
from bot.turns import Desk, Incoming, Spoken, advanced, new_address, said

log = structlog.get_logger()

MOST: Final = 50
"""Turns in one line: while they are thought through, nobody else's are."""


@dataclass(frozen=True, slots=True)
class Taken:
    """A turn of a line; without replies where there is nothing to say that another one doesn't."""

    content: Content
    save: SaveTurn
    below: bool  # what was heard stands below our last message


async def take_line(desk: Desk, waiting: Sequence[Incoming]) -> Sequence[Taken]:
    """Take the first of what waits for one person with all behind it that goes together; return what was.

    Nothing is returned, and nothing was done, where the first one goes alone.
    """
    began = perf_counter()
    line = await _advanced(desk, waiting[:MOST])
    if len(line) < 2:  # noqa: PLR2004 - one is no line
        return ()
    line = _without_moot(line)
    try:
        outcomes = await desk.store.save_line([one.save for one in line])
    except StoreUnavailable:
        raise
    except Exception as fault:  # noqa: BLE001 - one of them is at fault; alone it says so, and the others go on
        log.warning("line taken one by one", error=type(fault).__name__)
        return ()
    taken = []
    for one, outcome in zip(line, outcomes, strict=True):
        if outcome is Outcome.CONFLICT:
            break
        taken.append(one if outcome is Outcome.STORED else _silent(one))
    stored = outcomes.count(Outcome.STORED)
    METRICS.turns[waiting[0].channel] += stored
    for _ in range(stored):
        METRICS.turn_seconds.observe(perf_counter() - began)
    return taken


async def say(desk: Desk, taken: Taken) -> Spoken:
    """Return the words of a turn of a line."""
    save = taken.save
    if not save.turn.replies:
        return Spoken(save.saved.person, save.key, ())
    return await said(desk, save.saved, taken.content, save.turn, save.key)


async def _advanced(desk: Desk, waiting: Sequence[Incoming]) -> list[Taken]:
    """Return what was heard as turns, each on what the one before leaves."""
    person = desk.keys.person(waiting[0].channel, waiting[0].address)
    saved = await desk.store.load(person, named_session(waiting[0].heard))
    line: list[Taken] = []
    for incoming in waiting:
        known = any(one.save.key == incoming.key for one in line)
        if known or (line and not is_meant(saved, named_session(incoming.heard))):
            break
        try:
            before, content, turn = await advanced(desk, saved, incoming.heard)
        except Exception:  # noqa: BLE001 - it is taken alone, and says so
            break
        elsewhere = isinstance(turn.event, Began) or before is not saved
        if turn.erase or (line and elsewhere):
            break
        save = SaveTurn(before, turn, incoming.key, new_address(desk, before, turn, incoming))
        line.append(Taken(content, save, not isinstance(incoming.heard, Tapped)))
        saved = left_by(before, turn, save.key, save.address)
    return line


def _without_moot(line: Sequence[Taken]) -> list[Taken]:
    """Return a line in which nothing is said that a later turn makes moot, or says again."""
    later: list[Taken] = []
    kept: list[Taken] = []
    for one in reversed(line):
        moot = any(_makes_moot(newer, one) for newer in later)
        if not moot:
            later.append(one)
        kept.append(_silent(one) if moot else one)
    return kept[::-1]


def _makes_moot(newer: Taken, older: Taken) -> bool:
    says, said_before = newer.save.turn.replies, older.save.turn.replies
    return set(said_before) <= set(says) or makes_moot(says, said_before, below=newer.below)


def _silent(one: Taken) -> Taken:
    return replace(one, save=replace(one.save, turn=replace(one.save.turn, replies=())))
