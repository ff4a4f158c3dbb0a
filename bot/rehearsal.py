"""Journeys played: by `attune check` in memory, by the tests over Telegram, web and terminal.

`play` gives each verb of a journey its meaning on a `Stage`; `rehearse` is the stage that needs no channel,
for authors.
"""

import asyncio
import itertools
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Protocol

from bot.conversation.events import Commanded, Heard, Sent, Started, Tapped, Typed
from bot.conversation.journeys import DECLINED, Journey, Step, journey_files, read_journey
from bot.conversation.library import Library
from bot.conversation.replies import Button, Message
from bot.conversation.session import Session
from bot.privacy import Keys
from bot.questionnaire.model import Questionnaire, SeveralChoices, Texts, ticked
from bot.source import Problem, read_yaml
from bot.storage.memory import MemoryStore
from bot.turns import Desk, Incoming, take_turn

MAX_DRAWS = 64  # an arm of a half comes up long before


class JourneyBroken(AssertionError):
    """A step of a journey doesn't hold any more."""

    def __init__(self, place: int, message: str) -> None:
        """Keep which step it is."""
        super().__init__(f"step {place + 1}: {message}")
        self.place = place
        self.message = message


class Stage(Protocol):
    """Where a journey is played: a person in front of one channel."""

    async def starts(self, payload: str) -> None:
        """Press Start."""

    async def taps(self, label: str) -> None:
        """Tap a button that is on the screen."""

    async def taps_again(self) -> None:
        """Do the very same tap once more."""

    async def taps_old(self, label: str) -> None:
        """Tap a button of an earlier page."""

    async def types(self, text: str) -> None:
        """Type something."""

    async def sends(self, kind: str) -> None:
        """Send something that isn't text."""

    async def restarts(self) -> None:
        """Stop the program and start it again."""

    async def waits(self, days: int) -> None:
        """Let days go by, with the program stopped and started again."""

    async def sees(self, text: str) -> bool:
        """Tell whether the newest pages show this text."""

    async def screen(self) -> str:
        """Return the newest pages, to be read in a failure."""

    async def sessions(self) -> Sequence[Session]:
        """Return what is stored of this person."""

    async def anew(self) -> None:
        """Become another person, of whom nothing is stored."""


async def play(journey: Journey, stage: Stage, library: Library, questionnaire: str) -> None:
    """Play a journey from its first step to its last.

    Raise `JourneyBroken` at the first that doesn't hold.
    """
    for place, step in enumerate(journey.steps):
        failure = await _PLAYED[step.verb](_Part(journey, stage, library, questionnaire), step)
        if failure:
            raise JourneyBroken(place, f"{failure}\n{await stage.screen()}")


@dataclass(frozen=True, slots=True)
class _Part:
    journey: Journey
    stage: Stage
    library: Library
    questionnaire: str


async def _starts(part: _Part, step: Step) -> str | None:
    for _ in range(MAX_DRAWS):
        await part.stage.starts(step.argument or "")
        sessions = await part.stage.sessions()
        arm = sessions[-1].arm.get("second_part") if sessions else None
        if part.journey.second_part in {None, arm}:
            return None
        await part.stage.anew()
    return f"no session drew the arm {part.journey.second_part}"


async def _sees(part: _Part, step: Step) -> str | None:
    return None if await part.stage.sees(step.argument) else f"doesn't see {step.argument!r}"


async def _sees_not(part: _Part, step: Step) -> str | None:
    return f"sees {step.argument!r}" if step.argument in await part.stage.screen() else None


async def _answers(part: _Part, step: Step) -> str | None:
    for item, choice in step.argument.items():
        session = (await part.stage.sessions())[-1]
        loaded = part.library.questionnaires[session.questionnaire]
        texts = loaded.edition.texts[session.language]
        if item not in texts.items:
            return f"there is no item {item!r}"
        if not await part.stage.sees(texts.items[item]):
            return f"isn't asked {item!r}"
        if choice is None:
            await part.stage.taps(part.library.phrasebook.say(session.language, "button.skip", texts.phrases))
        else:
            await _answer(part, loaded.edition.questionnaire, texts, session.language, item, choice)
    return None


async def _answer(
    part: _Part, asked: Questionnaire, texts: Texts, language: str, item: str, said: str
) -> None:
    """Answer as the kind of the item wants it: a tap, ticks joined by `|`, or something typed."""
    labels, answers = texts.labels[asked.item(item).answers], asked.answered(item)
    if said == DECLINED:
        await part.stage.taps(part.library.phrasebook.say(language, "button.declines", texts.phrases))
    elif isinstance(answers, SeveralChoices):
        for one in ticked(said):
            await part.stage.taps(labels[one])
        await part.stage.taps(part.library.phrasebook.say(language, "button.all_ticked", texts.phrases))
    elif labels:
        await part.stage.taps(labels[said])
    else:
        await part.stage.types(said)


async def _segment(part: _Part, step: Step) -> str | None:
    sessions = [one for one in await part.stage.sessions() if one.questionnaire == part.questionnaire]
    shown = sessions[-1].shown if sessions else None
    found = None if shown is None else "unsure" if shown.unsure else shown.segment
    return None if found == step.argument else f"the segment is {found!r}, not {step.argument!r}"


async def _stored(part: _Part, step: Step) -> str | None:
    sessions = await part.stage.sessions()
    answers = [answer for one in sessions for answer in one.answers.values()]
    found = {
        "sessions": len(sessions),
        "answers": sum(answer.choice is not None for answer in answers),
        "skipped": sum(answer.choice is None and not answer.declined for answer in answers),
        "declined": sum(answer.declined for answer in answers),
    }
    wrong = {name: found[name] for name, due in step.argument.items() if found[name] != due}
    return f"stored is {wrong}, not {step.argument}" if wrong else None


async def _gone(part: _Part, _step: Step) -> str | None:
    sessions = await part.stage.sessions()
    return f"{len(sessions)} sessions are still stored" if sessions else None


def _does(act: Callable[[Stage, Step], Awaitable[None]]) -> Callable[[_Part, Step], Awaitable[str | None]]:
    async def played(part: _Part, step: Step) -> str | None:
        try:
            await act(part.stage, step)
        except LookupError as error:
            return str(error)
        return None

    return played


_PLAYED: Mapping[str, Callable[[_Part, Step], Awaitable[str | None]]] = {
    "starts": _starts,
    "sees": _sees,
    "sees_not": _sees_not,
    "answers": _answers,
    "segment": _segment,
    "stored": _stored,
    "gone": _gone,
    "taps": _does(lambda stage, step: stage.taps(step.argument)),
    "taps_again": _does(lambda stage, _: stage.taps_again()),
    "taps_old": _does(lambda stage, step: stage.taps_old(step.argument)),
    "types": _does(lambda stage, step: stage.types(step.argument)),
    "sends": _does(lambda stage, step: stage.sends(step.argument)),
    "restarts": _does(lambda stage, _: stage.restarts()),
    "waits": _does(lambda stage, step: stage.waits(step.argument)),
}


# ---------------------------------------------------------------- the stage without a channel


def same_label(shown: str, wanted: str) -> bool:
    """Tell whether a button is the one meant; the mark of what was chosen before doesn't count."""
    return shown.strip("✓ ") == wanted.strip("✓ ")


CLOCK_BEGINS = datetime(2026, 1, 1, 9, tzinfo=UTC)
"""A rehearsal has a time of its own, so that the same files always rehearse the same."""


@dataclass(slots=True)
class Rehearsal:
    """A person who talks to the hallway directly; the clock and chance are counted, not real."""

    library: Library
    language: str
    store: MemoryStore = field(default_factory=MemoryStore)
    messages: list[Message] = field(default_factory=list)
    newest: tuple[Message, ...] = ()
    last_token: str = ""
    person: int = 0
    count: Iterator[int] = field(default_factory=itertools.count)
    days: int = 0

    def _at(self) -> datetime:
        return CLOCK_BEGINS + timedelta(days=self.days, seconds=3 * next(self.count))

    def _seed(self) -> str:
        return f"rehearsal-{next(self.count)}"

    async def _hear(self, heard: Heard) -> None:
        desk = Desk(self.store, self.library, Keys(bytes(32)), self._at)
        who = f"person-{self.person}"
        spoken = await take_turn(desk, Incoming("rehearsal", who, who, f"cli:{next(self.count)}", heard))
        self.newest = spoken.messages or self.newest
        self.messages.extend(spoken.messages)

    async def starts(self, payload: str) -> None:
        """Press Start."""
        await self._hear(Started(self._at(), self._seed(), "rehearsal", self.language, payload))

    async def taps(self, label: str) -> None:
        """Tap a button on one of the newest pages."""
        await self._tap(label, [button for message in reversed(self.newest) for button in message.buttons])

    async def taps_old(self, label: str) -> None:
        """Tap the last button with this label that isn't on the newest pages."""
        older = self.messages[: len(self.messages) - len(self.newest)]
        await self._tap(label, [button for message in reversed(older) for button in message.buttons])

    async def _tap(self, label: str, buttons: Sequence[Button]) -> None:
        token = next((one.token for one in buttons if one.token and same_label(one.label, label)), None)
        if token is None:
            raise LookupError(f"there is no button {label!r}")
        self.last_token = token
        await self.taps_again()

    async def taps_again(self) -> None:
        """Do the very same tap once more."""
        await self._hear(Tapped(self._at(), self.last_token, self._seed()))

    async def types(self, text: str) -> None:
        """Type a command or words."""
        if text.startswith("/start"):
            return await self.starts(text[6:].strip())
        heard = (
            Commanded(self._at(), text[1:]) if text.startswith("/") else Typed(self._at(), text, self._seed())
        )
        return await self._hear(heard)

    async def sends(self, kind: str) -> None:
        """Send something that isn't text."""
        await self._hear(Sent(self._at(), kind))

    async def restarts(self) -> None:
        """Lose everything that isn't in the store."""
        self.messages, self.newest = list(self.messages), self.newest

    async def waits(self, days: int) -> None:
        """Turn the clock on."""
        self.days += days

    async def sees(self, text: str) -> bool:
        """Tell whether the newest pages show this text or button."""
        return text in await self.screen()

    async def screen(self) -> str:
        """Return the newest pages with their buttons."""
        return "\n".join(
            "\n".join([message.text.replace("**", ""), *(f"[{button.label}]" for button in message.buttons)])
            for message in self.newest
        )

    async def sessions(self) -> Sequence[Session]:
        """Return what is stored of this person."""
        return await self.store.sessions_of(Keys(bytes(32)).person("rehearsal", f"person-{self.person}"))

    async def anew(self) -> None:
        """Become another person."""
        self.person += 1


def rehearse(library: Library) -> list[Problem]:
    """Play every journey of every questionnaire; return those that don't hold, with their line."""
    return asyncio.run(_rehearse(library))


async def _rehearse(library: Library) -> list[Problem]:
    problems: list[Problem] = []
    for questionnaire, loaded in library.questionnaires.items():
        for path in journey_files(loaded.folder):
            journey, found = read_journey(path, loaded.folder)
            problems.extend(found)
            if journey is not None and not found:
                problems.extend(await _rehearsed(library, questionnaire, journey, path, loaded.folder))
    return problems


async def _rehearsed(
    library: Library, questionnaire: str, journey: Journey, path: Path, root: Path
) -> list[Problem]:
    cast = library.cast(questionnaire, journey.organisation)
    stage = Rehearsal(cast, journey.language)
    for edition in cast.editions():
        await stage.store.keep_edition(edition)
    try:
        await play(journey, stage, cast, questionnaire)
    except JourneyBroken as broken:
        hint = "Correct the journey, or the questionnaire if the journey is right."
        return [
            read_yaml(path, root).problem(
                ("steps", broken.place), "journey-broken", broken.message.split("\n")[0], hint
            )
        ]
    return []
