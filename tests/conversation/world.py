"""A small world for the thinking rooms: people who talk to the hallway over the memory store, and no channel.

Nothing here waits: the memory store never suspends, so a turn is taken by running its coroutine to its end.
"""

from collections.abc import Coroutine, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any, TypeVar

from bot.conversation.content import Content
from bot.conversation.events import Commanded, Event, Heard, Nudged, Sent, Started, Tapped, Typed
from bot.conversation.library import Library
from bot.conversation.phrasebook import Phrasebook, Phrases, open_phrasebook
from bot.conversation.replies import Button, Message
from bot.conversation.session import Session
from bot.organisation.load import load_all as load_organisations
from bot.privacy import Keys
from bot.questionnaire.load import load_all
from bot.storage.memory import MemoryStore
from bot.turns import Desk, Incoming, Spoken, content_of, take_turn
from tests.conftest import ROOT

BEGINNING = datetime(2026, 3, 1, 9, tzinfo=UTC)
CHANNEL = "test"
KEYS = Keys(bytes(range(32)))
TINY = ROOT / "tests" / "conversation" / "questionnaires"
ONE_FEATURE = ROOT / "tests" / "questionnaires"
EO_URGENT = ("mi volas morti", "ĉesigi mian vivon")

T = TypeVar("T")


def done(turn: Coroutine[Any, Any, T]) -> T:
    """Run a coroutine that never waits."""
    try:
        turn.send(None)
    except StopIteration as end:
        result: T = end.value
        return result
    turn.close()
    raise AssertionError("something waited in the middle of a turn")


@cache
def phrasebook() -> Phrasebook:
    """Return the shipped phrases, with English in brackets standing in for a third language."""
    shipped = open_phrasebook()
    english = shipped.books["en"]
    phrases = {key: f"⟦{words}⟧" for key, words in english.phrases.items()}
    pseudo = Phrases(
        language="eo",
        status=english.status,
        phrases={**phrases, "language.name": "Esperanto"},
        urgent_words=EO_URGENT,
    )
    return Phrasebook({**shipped.books, "eo": pseudo})


@cache
def _shelf() -> Library:
    folders = (ROOT / "questionnaires", ONE_FEATURE, TINY)
    loaded = {name: one for folder in folders for name, one in load_all(folder).items()}
    return Library(loaded, load_organisations(ROOT / "organisations"), phrasebook(), "ways")


@cache
def library(questionnaire: str = "ways", bot_link: str | None = "https://t.me/attune_bot") -> Library:
    """Return shipped and tiny questionnaires together; one of them is asked."""
    return replace(_shelf(), default_questionnaire=questionnaire, bot_link=bot_link)


def content(questionnaire: str = "ways") -> Content:
    """Return what an interview with a questionnaire is held with today."""
    shelf = library(questionnaire)
    return shelf.content(shelf.questionnaires[questionnaire].edition, shelf.default_organisation)


@dataclass(slots=True)
class World:
    """A store, today's files and a clock that moves three seconds with everything that happens."""

    shelf: Library = field(default_factory=library)
    store: MemoryStore = field(default_factory=MemoryStore)
    now: datetime = BEGINNING
    happened: int = 0
    desk: Desk = field(init=False)

    def __post_init__(self) -> None:
        self.desk = Desk(self.store, self.shelf, KEYS, lambda: self.now)
        for edition in self.shelf.editions():
            done(self.store.keep_edition(edition))

    def tick(self) -> int:
        """Let three seconds pass, and return a number that comes once."""
        self.now += timedelta(seconds=3)
        self.happened += 1
        return self.happened

    def count(self, name: str) -> int:
        """Return what was counted under a name, on any day."""
        return sum(n for (_, one), n in done(self.store.counts()).items() if one == name)


@dataclass(slots=True)
class Person:
    """Somebody who talks to us, and remembers every page that they were shown."""

    world: World
    name: str = "ana"
    language: str = "en"
    seed: str = ""  # of the interview that /start begins; a new one each time where it is empty
    pages: list[Message] = field(default_factory=list)
    newest: Sequence[Message] = ()
    last: Incoming | None = None

    # ------------------------------------------------------------ what the person does

    def hears(self, heard: Heard) -> Sequence[Message]:
        """Say something to the bot, and return what it answers."""
        self.last = Incoming(CHANNEL, self.name, f"chat of {self.name}", f"test:{self.world.tick()}", heard)
        return self.again()

    def again(self) -> Sequence[Message]:
        """Deliver the last thing said once more, as a channel does that got no receipt."""
        assert self.last is not None
        spoken: Spoken = done(take_turn(self.world.desk, self.last))
        assert spoken.heard_before == (not spoken.messages)
        self.newest = spoken.messages or self.newest
        self.pages.extend(spoken.messages)
        return spoken.messages

    def _chance(self) -> str:
        return f"{self.name}-{self.world.happened}"

    def starts(self, payload: str = "") -> Sequence[Message]:
        """Press Start."""
        seed = self.seed or self._chance()
        return self.hears(Started(self.world.now, seed, CHANNEL, self.language, payload))

    def types(self, text: str) -> Sequence[Message]:
        """Type words or a command."""
        if text == "/start":
            return self.starts()
        if text.startswith("/"):
            return self.hears(Commanded(self.world.now, text[1:], self._chance()))
        return self.hears(Typed(self.world.now, text, self._chance()))

    def sends(self, kind: str) -> Sequence[Message]:
        """Send a sticker and the like."""
        return self.hears(Sent(self.world.now, kind, self._chance()))

    def is_nudged(self) -> Sequence[Message]:
        """Be told that we were deaf."""
        return self.hears(Nudged(self.world.now, self._chance()))

    def taps_token(self, token: str) -> Sequence[Message]:
        """Tap something that carries this token."""
        return self.hears(Tapped(self.world.now, token, self._chance()))

    def taps(self, *labels: str) -> Sequence[Message]:
        """Tap buttons on the newest page, one after the other."""
        for label in labels:
            self.taps_token(self.button(label).token or "")
        return self.newest

    # ------------------------------------------------------------ what the person sees

    def button(self, label: str) -> Button:
        """Return a button of the newest page."""
        found = [one for page in self.newest for one in page.buttons if one.label == label]
        assert found, f"no button {label!r} on: {self.sees}"
        return found[0]

    @property
    def labels(self) -> list[str]:
        """Return the labels on the newest page."""
        return [one.label for page in self.newest for one in page.buttons]

    @property
    def sees(self) -> str:
        """Return the newest pages with their buttons."""
        return "\n".join([*(page.text for page in self.newest), *(f"[{label}]" for label in self.labels)])

    @property
    def page(self) -> Message:
        """Return the newest page, where it is one."""
        (page,) = self.newest
        return page

    # ------------------------------------------------------------ what is kept of the person

    @property
    def pseudonym(self) -> str:
        """Return the person's pseudonym."""
        return KEYS.person(CHANNEL, self.name)

    @property
    def sessions(self) -> Sequence[Session]:
        """Return everything kept, oldest first."""
        return done(self.world.store.sessions_of(self.pseudonym))

    @property
    def session(self) -> Session | None:
        """Return the present interview."""
        return done(self.world.store.load(self.pseudonym)).session

    @property
    def interview(self) -> Session:
        """Return the present interview, which must be there."""
        session = self.session
        assert session is not None
        return session

    def events(self, session: str) -> list[Event]:
        """Return the kept events of one interview, in order."""
        kept = self.world.store._sessions[session]  # the store has no door for this, and needs none
        return [event for _, event in kept.events]

    def content_of(self, session: Session) -> Content:
        """Return what an interview is held with."""
        return done(content_of(self.world.desk, session))

    # ------------------------------------------------------------ shortcuts

    def agrees(self, *, research: bool = False) -> None:
        """Go from Start to the first question."""
        self.starts()
        for act in ("Let's begin", "I am 18 or older and I agree"):
            self.taps(act)
        self.taps("Yes, they may" if research else "No, just my tips")

    def finishes(self, *choices: str) -> None:
        """Answer to the end, the named choices first, and read the result."""
        for label in choices:
            self.taps(label)
        while (self.interview.item) is not None:
            self.taps(self.labels[0])
        self.taps(self.labels[0])
