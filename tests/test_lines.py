"""What waits for one person is taken together, and leaves what it leaves when it is taken one by one."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from random import Random
from typing import Any

import pytest

from bot.conversation.events import Commanded, Event, Heard, Sent, Started, Tapped, Typed
from bot.conversation.machine import advance
from bot.conversation.replies import Page
from bot.conversation.session import ENDED
from bot.errors import StoreUnavailable
from bot.lines import MOST, say, take_line
from bot.storage.memory import MemoryStore
from bot.storage.store import Outcome, Saved, SaveTurn
from bot.turns import Incoming, Spoken, take_turn
from tests.conversation.world import CHANNEL, Person, World, done


class Counting(MemoryStore):
    """A store that counts how often it is asked, and does as if another worker had been quicker."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: Counter[str] = Counter()
        self.trouble: Exception | None = None

    async def load(self, person: str, session: str | None = None) -> Saved:
        """Count a reading."""
        self.asked["load"] += 1
        return await super().load(person, session)

    async def save(self, *what: Any, **more: Any) -> Outcome:
        """Count a commit."""
        self.asked["commit"] += 1
        return await super().save(*what, **more)

    async def save_line(self, line: Sequence[SaveTurn]) -> Sequence[Outcome]:
        """Count one for all of them."""
        self.asked["commit"] += 1
        if self.trouble is not None:
            raise self.trouble
        return await super().save_line(line)


class Flooder:
    """Somebody at the second question, whose taps and words come faster than they are taken."""

    def __init__(self, name: str = "ana") -> None:
        self.store = Counting()
        self.person = Person(World(store=self.store), name, seed="seed of ana")
        self.person.agrees()
        self.waiting: list[Incoming] = []
        self.before = self.person.page
        self.person.taps("Mostly")
        self.store.asked.clear()

    def says(self, *heard: Heard) -> None:
        """Say several things at once."""
        for one in heard:
            key = f"flood:{len(self.waiting)}"
            self.waiting.append(Incoming(CHANNEL, self.person.name, "chat of ana", key, one))

    def taps(self, token: str | None, times: int = 1) -> None:
        """Tap the same button again and again."""
        for _ in range(times):
            self.says(Tapped(self.later(), token or "", "chance"))

    def later(self) -> Any:
        """Return the next moment."""
        return self.person.world.now + timedelta(milliseconds=len(self.waiting))

    def is_taken(self, *, together: bool = True) -> list[Spoken]:
        """Take what waits, as an inbox does."""
        desk, waiting, spoken = self.person.world.desk, list(self.waiting), []
        while waiting:
            taken = done(take_line(desk, waiting)) if together and len(waiting) > 1 else ()
            spoken += [done(say(desk, one)) for one in taken] or [done(take_turn(desk, waiting[0]))]
            del waiting[: len(taken) or 1]
        return spoken

    def kept(self) -> Any:
        """Return all that is kept of this person, and of nobody."""
        sessions = self.person.sessions
        events: list[list[Event]] = [self.person.events(one.id) for one in sessions]
        saved = replace(done(self.store.load(self.person.pseudonym)), address=None)  # sealed anew each time
        heard = {key for key in self.store._heard if key.startswith("flood")}
        return sessions, events, saved, heard, done(self.store.counts()), done(self.store.erasures_pending())


def shown(spoken: Sequence[Spoken]) -> list[Page]:
    """Return the pages that are brought."""
    return [message.page for one in spoken for message in one.messages]


class TestABurst:
    def test_is_one_reading_and_one_commit(self) -> None:
        ana = Flooder()
        ana.taps(ana.person.button("Mostly").token, 40)
        spoken = ana.is_taken()
        assert ana.store.asked == {"load": 1, "commit": 1}
        assert shown(spoken) == [Page.QUESTION]
        assert [one.key for one in spoken] == [one.key for one in ana.waiting]

    def test_of_words_is_one_commit_too_and_every_page_is_said_once(self) -> None:
        ana = Flooder()
        for _ in range(10):
            now = ana.later()
            ana.says(Typed(now, "hello", ""), Commanded(now, "help"))
            ana.says(Started(now, "", CHANNEL), Sent(now, "dice"))
        assert sorted(shown(ana.is_taken())) == [Page.HELP, Page.QUESTION]
        assert ana.store.asked == {"load": 1, "commit": 1}

    def test_of_thousands_is_cut_so_that_nobody_waits_for_it(self) -> None:
        ana = Flooder()
        ana.taps(ana.person.button("Mostly").token, 2 * MOST)
        ana.is_taken()
        assert ana.store.asked["commit"] == 2

    def test_leaves_owed_what_is_said_and_nothing_else(self) -> None:
        ana = Flooder()
        owed_before = len(done(ana.store.owed()))
        ana.taps(ana.person.button("Mostly").token, 40)
        ana.is_taken()
        assert [one.key for one in done(ana.store.owed())][owed_before:] == ["flood:39"]

    def test_does_not_swallow_the_card_with_numbers_to_call(self) -> None:
        ana = Flooder()
        ana.taps(ana.before.buttons[0].token, 3)
        ana.says(Typed(ana.later(), "I want to kill myself", ""))
        ana.taps(ana.before.buttons[0].token, 3)
        assert Page.URGENT in shown(ana.is_taken())

    def test_delivered_again_changes_nothing_and_says_nothing(self) -> None:
        ana = Flooder()
        ana.taps(ana.person.button("Mostly").token, 40)
        ana.is_taken()
        kept = ana.kept()
        assert not shown(ana.is_taken())
        assert ana.kept() == kept

    def test_of_which_a_part_was_heard_before_answers_the_rest(self) -> None:
        """A page that was left to a turn known already would never be said."""
        ana = Flooder()
        ana.taps(ana.person.button("Mostly").token)
        ana.says(Commanded(ana.later(), "help"))
        ana.taps(ana.before.buttons[0].token)
        done(ana.store.note("flood:2", ana.later()))
        assert shown(ana.is_taken()) == [Page.QUESTION, Page.HELP]


class TestALine:
    def test_ends_before_everything_is_erased_and_goes_on_as_nobody(self) -> None:
        ana = Flooder()
        ana.person.types("/forget")
        ana.person.taps("Yes, erase")
        ana.says(Typed(ana.later(), "hello", ""))
        ana.taps(ana.person.button("Erase everything now").token, 2)
        ana.says(Typed(ana.later(), "hello", ""))
        pages = shown(ana.is_taken())
        assert Page.ERASED in pages
        assert not ana.person.sessions
        assert pages[-1] is Page.NOBODY

    def test_begins_an_interview_and_goes_on_in_it(self) -> None:
        ana = Flooder()
        ana.person.name = "ben"
        ana.says(*(Started(ana.later(), "seed of ben", CHANNEL) for _ in range(30)))
        assert shown(ana.is_taken()) == [Page.WELCOME]
        assert [len(ana.person.events(one.id)) for one in ana.person.sessions] == [1]
        assert ana.store.asked["commit"] == 1

    def test_ends_where_a_turn_breaks_and_only_that_one_is_at_fault(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        ana = Flooder()

        def breaking(content: Any, session: Any, event: Any) -> Any:
            if event.at == ana.waiting[3].heard.at:
                raise LookupError
            return advance(content, session, event)

        ana.taps(ana.before.buttons[0].token, 6)
        monkeypatch.setattr("bot.turns.advance", breaking)
        taken = done(take_line(ana.person.world.desk, ana.waiting))
        assert [one.save.key for one in taken] == ["flood:0", "flood:1", "flood:2"]
        assert not done(take_line(ana.person.world.desk, ana.waiting[3:]))
        with pytest.raises(LookupError):
            done(take_turn(ana.person.world.desk, ana.waiting[3]))

    def test_that_the_store_breaks_on_is_taken_one_by_one(self) -> None:
        ana = Flooder()
        ana.taps(ana.person.button("Mostly").token, 3)
        ana.store.trouble = ValueError("a fault of one of them")
        assert [len(one.messages) for one in ana.is_taken()] == [1, 1, 1]

    def test_waits_for_a_store_that_is_away(self) -> None:
        ana = Flooder()
        ana.taps(ana.person.button("Mostly").token, 3)
        kept = ana.kept()
        ana.store.trouble = StoreUnavailable("The disk is full.")
        with pytest.raises(StoreUnavailable):
            ana.is_taken()
        assert ana.kept() == kept


# ---------------------------------------------------------------- as if alone

SEEDS = range(8)


def history(dice: Random, ana: Flooder) -> None:
    """Let somebody press and write whatever they can, for a while."""
    tokens = [one.token for page in ana.person.pages for one in page.buttons if one.token]
    for _ in range(dice.randrange(2, 30)):
        now, chance = ana.later(), f"chance {len(ana.waiting)}"
        word = dice.choice(["hello", "1", "Mostly", "I want to kill myself"])
        command = dice.choice(["help", "stop", "resume", "language", "mydata", "privacy", "forget"])
        can: list[Heard] = [Tapped(now, dice.choice(tokens[-12:]), chance) for _ in range(4)]
        can += [Tapped(now, dice.choice(tokens), chance), Typed(now, word, chance)]
        can += [Commanded(now, command, chance), Started(now, chance, CHANNEL), Sent(now, "sticker", chance)]
        ana.says(dice.choice(can))


def flooded(seed: int, *, together: bool) -> tuple[Any, list[Page]]:
    """Play some floods; return what is kept, and the last page of each."""
    dice, ana, last = Random(seed), Flooder(), []
    if seed % 2:
        ana.person.finishes()
    for number in range(3):
        ana.waiting = []
        history(dice, ana)
        ana.waiting = [replace(one, key=f"flood:{number}:{one.key}") for one in ana.waiting]
        spoken = ana.is_taken(together=together)
        ana.person.pages += [message for one in spoken[-1:] for message in one.messages]
        last += shown(spoken[-1:])
    return ana.kept(), last


@pytest.mark.parametrize("seed", SEEDS)
def test_what_is_kept_is_the_same_as_if_each_had_been_taken_alone(seed: int) -> None:
    """Sessions, logs, keys, counts, erasures; and in the end the same page is shown."""
    assert flooded(seed, together=True) == flooded(seed, together=False)


@pytest.mark.slow
def test_the_histories_reach_the_end_and_erasures() -> None:
    """Else the test above proves little."""
    kept = [flooded(seed, together=True)[0] for seed in SEEDS]
    assert any(one.step not in ENDED for sessions, *_ in kept for one in sessions)
    assert any(len(sessions) > 1 for sessions, *_ in kept)
