"""People who talk to the hallway directly and press what is on their screen, at times that a test sets."""

import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bot.conversation.events import Heard, Started, Tapped
from bot.conversation.library import Library
from bot.conversation.replies import Button, Message, Page
from bot.conversation.taps import Act, read, token
from bot.privacy import Keys
from bot.research.bundle import Wanted, export
from bot.research.survey import Filters
from bot.storage.store import Store
from bot.turns import Desk, Incoming, take_turn

BEGINS = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)


@dataclass(slots=True)
class Interviewing:
    """A desk with a clock of its own."""

    store: Store
    library: Library
    channel: str = "telegram"
    now: datetime = BEGINS
    step: timedelta = timedelta(milliseconds=1500)
    count: Callable[[], int] = field(default_factory=lambda: itertools.count(1).__next__)

    def tick(self) -> datetime:
        """Let time pass, and return it."""
        self.now += self.step
        return self.now

    def person(self, name: str, channel: str | None = None, language: str = "en") -> "Person":
        """Return somebody who hasn't said anything yet."""
        return Person(self, name, channel or self.channel, language)


@dataclass(slots=True)
class Person:
    """Somebody in front of one channel."""

    desk: Interviewing
    name: str
    channel: str
    language: str
    newest: tuple[Message, ...] = ()

    async def hear(self, heard: Heard) -> None:
        """Take one turn."""
        desk = Desk(self.desk.store, self.desk.library, Keys(bytes(32)), lambda: self.desk.now)
        key = f"test:{self.desk.count()}"
        spoken = await take_turn(desk, Incoming(self.channel, self.name, self.name, key, heard))
        self.newest = spoken.messages or self.newest

    async def starts(self, questionnaire: str | None = None) -> None:
        """Press Start, on another questionnaire than the desk's own where one is named."""
        if questionnaire is not None:
            self.desk.library = self.desk.library.cast(questionnaire)
        seed = f"seed-{self.name}-{self.desk.count()}"
        await self.hear(Started(self.desk.tick(), seed, self.channel, self.language))

    @property
    def buttons(self) -> tuple[Button, ...]:
        """Return what can be pressed."""
        return tuple(one for message in self.newest for one in message.buttons if one.token)

    @property
    def page(self) -> Page:
        """Return the newest page."""
        return self.newest[-1].page

    async def press(self, button: Button) -> None:
        """Press a button."""
        seed = f"seed-{self.name}-{self.desk.count()}"
        await self.hear(Tapped(self.desk.tick(), button.token or "", seed))

    async def does(self, act: Act, arg: str | None = None) -> None:
        """Press the first button on the screen that does this."""
        for button in self.buttons:
            tap = read(button.token or "")
            if tap is not None and tap.act is act and arg in {None, tap.arg}:
                return await self.press(button)
        seen = [button.label for button in self.buttons]
        raise LookupError(f"nothing on the page {self.page} does {act.name}: {seen}")

    async def switches_research(self, *, on: bool) -> None:
        """Use the switch of the privacy page, whatever page is on the screen."""
        tap = next(tap for one in self.buttons if (tap := read(one.token or "")))
        switch = token(tap.session, tap.revision, Act.PLAIN, "on" if on else "off")
        await self.hear(Tapped(self.desk.tick(), switch))

    async def agrees(self, *, research: bool = True) -> None:
        """Go from the first page to the first question."""
        await self.does(Act.BEGIN)
        await self.does(Act.AGREE)
        await self.does(Act.RESEARCH, "1" if research else "0")

    async def answers(self, *places: int | None) -> None:
        """Answer one question after another by the place of the choice, or skip it."""
        for place in places:
            await (self.does(Act.SKIP) if place is None else self.does(Act.CHOOSE, str(place)))

    async def finishes(self, *places: int | None, research: bool = True) -> None:
        """Go through a whole interview."""
        await self.starts()
        await self.agrees(research=research)
        await self.answers(*places)
        await self.does(Act.RESULT)


async def written(
    store: Store,
    library: Library,
    out: Path,
    *,
    questionnaire: str | None = None,
    as_of: int | None = None,
    include: Sequence[str] = (),
    wanted: Wanted | None = None,
) -> Path:
    """Export a store into a folder."""
    async with store.snapshot() as snapshot:
        filters = Filters(snapshot.as_of if as_of is None else as_of, frozenset(include))
        await export(
            snapshot,
            out,
            filters,
            lambda edition: library.content(edition, library.default_organisation),
            questionnaire=questionnaire,
            wanted=wanted,
            current={edition.questionnaire.id: edition for edition in library.editions()}.get,
        )
    return out
