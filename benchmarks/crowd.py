"""Many people at once, inside the emulator: each starts, taps through, and looks at every page that comes.

A page that isn't the next one, or a score that isn't the sum of what was tapped, ends the run: a fast bot
that is wrong isn't fast.
"""

import asyncio
import gc
import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice
from time import perf_counter
from typing import Any, Protocol

from benchmarks.quiz import QUESTIONS, score
from tests.emulator.people import Chat, Message, Person
from tests.emulator.world import World

Keyboard = list[list[dict[str, str]]]


class Wrong(AssertionError):
    """A bot showed what it shouldn't have."""


class Script(Protocol):
    """What somebody does in a bot."""

    def next(self, page: str, keyboard: Keyboard) -> str | None:
        """Look at a page; return the data of the button to tap, or None at the end."""
        ...


class PeersScript:
    """Twelve taps, then the score."""

    def __init__(self, choices: list[int]) -> None:
        self._choices = choices
        self._asked = 0

    def next(self, page: str, keyboard: Keyboard) -> str | None:
        """Tap the choice, if the page is the question that is due."""
        number = self._asked
        if number == len(self._choices):
            if page != score(self._choices):
                raise Wrong(f"the score should be {score(self._choices)!r}, and it is {page!r}")
            return None
        if not page.startswith(f"{number + 1} of {len(QUESTIONS)}\n"):
            raise Wrong(f"question {number + 1} should come, and it is {page!r}")
        self._asked += 1
        return keyboard[self._choices[number]][0]["callback_data"]


class OurScript:
    """Begin, agree, no research, twelve taps, my result: fifteen taps, known by the meaning they carry."""

    def __init__(self, choices: list[int]) -> None:
        self._acts = ["b", "y", "r.0", *[f"c.{choice}" for choice in choices], "v"]
        self._done = 0

    def next(self, page: str, keyboard: Keyboard) -> str | None:
        """Tap the button that means what is due; a result offers tips."""
        if self._done == len(self._acts):
            if not any(_meaning(data)[:1] == "t" for data in _data(keyboard)):
                raise Wrong(f"the result should come, and it is {page!r}")
            return None
        act = self._acts[self._done]
        number = self._done - 3
        if 0 <= number < len(QUESTIONS) and f"{number + 1} of {len(QUESTIONS)}\n" not in page:
            raise Wrong(f"question {number + 1} should come, and it is {page!r}")
        found = next((data for data in _data(keyboard) if _meaning(data) == act), None)
        if found is None:
            raise Wrong(f"a button that means {act} should be there, and the page is {page!r}")
        self._done += 1
        return found


def _data(keyboard: Keyboard) -> Iterator[str]:
    return (button["callback_data"] for row in keyboard for button in row if "callback_data" in button)


def _meaning(data: str) -> str:
    """Return what a token of ours means: its act and argument."""
    return ".".join(data.split(".")[3:])


@dataclass(slots=True)
class Measured:
    """What a crowd lived through."""

    answered: int = 0
    finished: int = 0
    began: float = 0.0
    last: float = 0.0
    latencies: list[float] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)

    @property
    def rate(self) -> float:
        """Return updates answered a second."""
        return self.answered / max(self.last - self.began, 1e-9)


class Visitor:
    """One person with one chat; it stands in for the chat's `changes` and so hears of each at once."""

    __slots__ = ("_acted_at", "_crowd", "_seen", "chat", "choices", "person", "script", "steps", "waits")

    def __init__(
        self, crowd: "Crowd", person: Person, chat: Chat, script: Script, choices: list[int]
    ) -> None:
        self._crowd = crowd
        self._seen: set[str] = set()  # every page of an interview has its own words
        self._acted_at = 0.0
        self.person = person
        self.chat = chat
        self.script = script
        self.choices = choices
        self.steps = 0
        self.waits = False

    def start(self) -> None:
        """Press Start."""
        command = {"type": "bot_command", "offset": 0, "length": 6}
        self._act()
        self._crowd.world.writes(self.person, self.chat, {"text": "/start", "entities": [command]})

    def notify(self) -> None:
        """Look whether a new page is there; one shown before (after a kill) is only a duplicate."""
        if not self.waits:
            return
        for message in islice(reversed(self.chat.messages.values()), 3):
            if message.author != self.person.id and message.text not in self._seen:
                self._seen.add(message.text)
                self.waits = False
                self._crowd.count(perf_counter() - self._acted_at)
                asyncio.get_running_loop().call_soon(self._go_on, message)
                return

    def _go_on(self, message: Message) -> None:
        try:
            data = self.script.next(message.text, message.keyboard)
        except Wrong as wrong:
            self._crowd.measured.wrong.append(str(wrong))
            return
        if data is None:
            self._crowd.finish()
        elif self._crowd.goes_on(self):
            self._act()
            self._crowd.world.taps(self.person, self.chat, message, data)

    def _act(self) -> None:
        self.steps += 1
        self.waits = True
        self._acted_at = perf_counter()


class Crowd:
    """So many people at once, until so many interviews are done or the time is up."""

    def __init__(
        self,
        world: World,
        script: type[PeersScript] | type[OurScript],
        *,
        at_once: int,
        interviews: int,
        stop_after_steps: int | None = None,
        seed: int = 1,
    ) -> None:
        self.world = world
        self.measured = Measured()
        self.visitors: list[Visitor] = []
        self._script = script
        self._at_once = at_once
        self._interviews = interviews
        self._most_steps = stop_after_steps
        self._random = random.Random(seed)
        self._resting = 0
        self._stopped = False
        self._over = asyncio.Event()

    async def run(self, limit: float) -> Measured:
        """Let everybody in; return when all are done or the time is up."""
        gc.collect()
        gc.disable()
        try:
            self.measured.began = self.measured.last = perf_counter()
            for _ in range(min(self._at_once, self._interviews)):
                self._let_in()
            async with asyncio.timeout(limit):
                await self._over.wait()
        except TimeoutError:
            pass
        finally:
            self._stopped = True
            gc.enable()
        return self.measured

    @property
    def stuck(self) -> int:
        """Return how many wait for an answer."""
        return sum(visitor.waits for visitor in self.visitors)

    def count(self, seconds: float) -> None:
        """Count an answer."""
        if not self._stopped:
            self.measured.answered += 1
            self.measured.last = perf_counter()
            self.measured.latencies.append(seconds)

    def goes_on(self, visitor: Visitor) -> bool:
        """Say whether somebody taps once more."""
        if self._stopped:
            return False
        if self._most_steps is not None and visitor.steps >= self._most_steps:
            self._resting += 1
            if self._resting == self._interviews:
                self._over.set()
            return False
        return True

    def finish(self) -> None:
        """Let the next one in, or end."""
        self.measured.finished += 1
        if self.measured.finished == self._interviews:
            self._over.set()
        elif len(self.visitors) < self._interviews and not self._stopped:
            self._let_in()

    def _let_in(self) -> None:
        person = self.world.join(f"Person {len(self.visitors)}", "en")
        chat = self.world.chats[person.id]
        choices = [self._random.randrange(5) for _ in QUESTIONS]
        visitor = Visitor(self, person, chat, self._script(choices), choices)
        stand_in: Any = visitor  # it has the one method of `Changes` that the emulator calls
        chat.changes = stand_in
        self.visitors.append(visitor)
        visitor.start()
