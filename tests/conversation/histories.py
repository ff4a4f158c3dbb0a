"""Random histories: two people who tap, type, forge and repeat, and what must hold after each act."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from hypothesis import strategies as st

from bot.conversation.events import Event, Tapped
from bot.conversation.machine import fold
from bot.conversation.meanings import LIVE
from bot.conversation.replies import Message
from bot.conversation.session import Session, Step
from bot.conversation.taps import Act, read, token
from tests.conversation.law import ALL_ANSWERED, breaches, faults
from tests.conversation.world import EO_URGENT, Person, World, library

SECRET = "Zanzibar"  # what people type beside answers; it may be found nowhere afterwards
WORDS = [
    *(str(number) for number in range(10)),
    "Mostly",
    "just ME.",
    "✓ Mostly",
    "1.",
    "99999",
    "",
    "?",
    "👍",
    f"my name is {SECRET}",
    f"{SECRET} " * 600,
    "I want to die",
    "I can\u2019t breathe!",
    *EO_URGENT,
    "{segment} {count}",
    "\x00\u202e",
]
COMMANDS = ["start", "resume", "language", "privacy", "mydata", "forget", "help", "stop", SECRET, ""]
KINDS = ["sticker", "photo", "voice", "edited", "other"]
ARGS = [
    "",
    "0",
    "1",
    "4",
    "0_1",
    "3_1",
    "3_0",
    "done",
    "typed",
    "declines",
    "longer",
    "longer_yes",
    "retest_no",
    "99",
    "on",
    "off",
    "m",
    "e",
    "result",
    "erase_sure",
    "question",
    "nonsense",
]
FOREIGN = ["", "x", "1.AAAAAAAAAAA.0.c.0", "2.AAAAAAAAAAA.0.c", "1.short.0.c", "1" * 64, SECRET]

PEOPLE = st.integers(0, 1)
PLACE = st.integers(0, 10_000)
TAP = st.tuples(st.just("taps"), PEOPLE, PLACE)
MOVES = st.one_of(
    TAP,
    TAP,
    TAP,  # mostly people tap what they see
    st.tuples(st.just("goes_on"), PEOPLE, st.integers(1, 12)),
    st.tuples(st.just("edits"), PEOPLE, st.integers(0, 6), st.integers(0, 3)),
    st.tuples(st.just("taps_old"), PEOPLE, PLACE),
    st.tuples(st.just("taps_again"), PEOPLE),
    st.tuples(st.just("taps_foreign"), PEOPLE, PLACE),
    st.tuples(
        st.just("forges"), PEOPLE, st.integers(-2, 2), st.sampled_from(list(Act)), st.sampled_from(ARGS)
    ),
    st.tuples(st.just("taps_text"), PEOPLE, st.sampled_from(FOREIGN) | st.text(max_size=80)),
    st.tuples(st.just("types"), PEOPLE, st.sampled_from(WORDS) | st.text(max_size=20)),
    st.tuples(st.just("types_label"), PEOPLE, PLACE),
    st.tuples(st.just("commands"), PEOPLE, st.sampled_from(COMMANDS)),
    st.tuples(st.just("commands"), PEOPLE, st.sampled_from(["stop", "resume"])),
    st.tuples(st.just("sends"), PEOPLE, st.sampled_from(KINDS)),
    st.tuples(st.just("is_nudged"), PEOPLE),
    st.tuples(st.just("is_delivered_again"), PEOPLE),
    st.tuples(st.just("waits"), PEOPLE, st.integers(1, 3000)),
)
Moves = tuple[str, tuple[int, int], list[tuple[Any, ...]]]


def histories(longest: int) -> st.SearchStrategy[Moves]:
    """Return histories: what is asked, how far each person came by the first buttons, and what follows."""
    return st.tuples(
        st.sampled_from(
            [
                "ways",
                "ways",
                "show-if",
                "tiny",
                "reverse-keyed",
                "with-segments",
                "more",
                "every-kind",
                "asks-again",
            ]
        ),
        st.tuples(st.integers(0, 16), st.integers(0, 16)),
        st.lists(MOVES, min_size=5, max_size=longest),
    )


def _acts(verb: str, how: Sequence[Any]) -> Sequence[tuple[str, Sequence[Any]]]:
    """Return one thing to do as the few that it is made of."""
    if verb == "goes_on":
        return [("goes_onward", [place]) for place in range(how[0])]
    if verb == "edits":
        item, choice = map(str, how)
        return [
            ("forges", [0, act, arg])
            for act, arg in ((Act.CHECK, ""), (Act.EDIT, item), (Act.CHOOSE, choice))
        ]
    return [(verb, how)]


@dataclass(slots=True)
class History:
    """Two people in one world, judged after each thing that one of them does."""

    questionnaire: str
    world: World = field(init=False)
    people: tuple[Person, Person] = field(init=False)
    steps: set[Step] = field(default_factory=set)
    kinds: set[type[Event]] = field(default_factory=set)  # of kept events

    def __post_init__(self) -> None:
        self.world = World(library(self.questionnaire))
        self.people = (Person(self.world, "ana"), Person(self.world, "bo", language="eo-XX"))

    def play(self, heads: tuple[int, int], moves: Sequence[tuple[Any, ...]]) -> None:
        """Do everything in order."""
        begun = [("goes_on", who, times) for who, times in enumerate(heads)]
        for verb, who, *rest in [*begun, *moves]:
            person, other = self.people[who], self.people[1 - who]
            for act, how in _acts(verb, rest):
                before, theirs = list(person.sessions), list(other.sessions)
                self._judge(person, before, self._do(act, person, other, how))
                assert list(other.sessions) == theirs, "somebody else's interview moved"

    def _do(self, verb: str, person: Person, other: Person, rest: Sequence[Any]) -> Sequence[Message] | None:
        act: Callable[..., Sequence[Message] | None] = getattr(self, f"_{verb}", None) or getattr(
            Person, verb
        )
        return act(person, *([other] if verb == "taps_foreign" else []), *rest)

    # ------------------------------------------------------------ what people do

    @staticmethod
    def _taps(person: Person, place: int) -> Sequence[Message]:
        shown = [one.token for page in person.newest for one in page.buttons if one.token]
        return person.taps_token(shown[place % len(shown)]) if shown else person.starts()

    @classmethod
    def _goes_onward(cls, person: Person, place: int) -> Sequence[Message]:
        """Tap the button that leads on; at the end of the questions all buttons come in turn."""
        at_the_end = person.session is not None and person.session.step in ALL_ANSWERED
        return cls._taps(person, place if at_the_end else 0)

    @staticmethod
    def _taps_old(person: Person, place: int) -> Sequence[Message]:
        shown = [one.token for page in person.pages for one in page.buttons if one.token]
        return person.taps_token(shown[place % len(shown)]) if shown else person.starts()

    @staticmethod
    def _taps_again(person: Person) -> Sequence[Message]:
        again = person.last.heard.token if person.last and isinstance(person.last.heard, Tapped) else "none"
        return person.taps_token(again)

    @classmethod
    def _taps_foreign(cls, person: Person, other: Person, place: int) -> Sequence[Message]:
        theirs = [one.token for page in other.pages for one in page.buttons if one.token]
        return person.taps_token(theirs[place % len(theirs)] if theirs else "none")

    @staticmethod
    def _forges(person: Person, off: int, act: Act, arg: str) -> Sequence[Message]:
        session = person.session
        if session is None:
            return person.taps_token("none")
        return person.taps_token(token(session.id, max(0, session.revision + off), act, arg))

    @staticmethod
    def _taps_text(person: Person, text: str) -> Sequence[Message]:
        return person.taps_token(text)

    @staticmethod
    def _types_label(person: Person, place: int) -> Sequence[Message]:
        return person.types(person.labels[place % len(person.labels)] if person.labels else "Begin")

    @staticmethod
    def _commands(person: Person, command: str) -> Sequence[Message]:
        return person.types(f"/{command}")

    @staticmethod
    def _is_delivered_again(person: Person) -> Sequence[Message] | None:
        if person.last is None:
            return person.starts()
        assert not person.again(), "what was heard before was answered again"
        return None

    @staticmethod
    def _waits(person: Person, hours: int) -> Sequence[Message] | None:
        person.world.now += timedelta(hours=hours)
        return None

    # ------------------------------------------------------------ what must hold

    def _judge(self, person: Person, before: list[Session], answered: Sequence[Message] | None) -> None:
        after = list(person.sessions)
        assert answered is None or answered, "nobody was answered"
        assert not faults(answered or (), [one.id for one in after])
        assert SECRET not in repr(answered)
        for session in after:
            if session not in before:
                self._judge_moved(person, session)
        old = {one.id: one for one in before}
        assert all(one.revision >= old[one.id].revision for one in after if one.id in old)
        if answered is not None and _is_closed(person, old):
            assert after == before, "a closed button moved an interview"
        second_parts = [one.follows for one in after if one.follows]
        assert len(set(second_parts)) == len(second_parts), "a second part began twice"

    def _judge_moved(self, person: Person, session: Session) -> None:
        content, events = person.content_of(session), person.events(session.id)
        assert not breaches(content, session)
        assert fold(content, events) == session
        assert SECRET not in repr((session, events))
        self.steps.add(session.step)
        self.kinds.add(type(events[-1]))


def _is_closed(person: Person, before: dict[str, Session]) -> bool:
    """Tell whether the last thing said is a tap that means nothing: forged, somebody else's, or too old."""
    heard = person.last.heard if person.last else None
    if not isinstance(heard, Tapped):
        return False
    tap = read(heard.token)
    stood = before.get(tap.session) if tap else None
    return tap is None or stood is None or (tap.act in LIVE and tap.revision != stood.revision)
