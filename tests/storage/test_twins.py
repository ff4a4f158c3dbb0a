"""Any history leaves SQLite and the memory twin in the same state; the memory twin is the model."""

import asyncio
import shutil
import tempfile
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from bot.conversation.replies import Turn
from bot.storage.memory import MemoryStore
from bot.storage.rules import left_by
from bot.storage.sqlite import open_sqlite
from bot.storage.store import Outcome, Saved, SaveTurn, Store
from tests.storage.conftest import KEY
from tests.storage.made import (
    EDITION,
    ITEMS,
    NOON,
    VALUES,
    allowed,
    answered,
    asked,
    began,
    consented,
    erased,
    receipt,
    stopped,
)

PEOPLE = ("P", "Q", "R")
people = st.sampled_from(PEOPLE)


class Twins(RuleBasedStateMachine):
    """Two stores that hear the same."""

    empty: Path

    def __init__(self) -> None:
        super().__init__()
        self.runner = asyncio.Runner()
        self.folder = Path(tempfile.mkdtemp())
        shutil.copy(self.empty, self.folder / "attune.db")
        self.stores = self.run(self.open())
        self.at = NOON
        self.number = 0
        self.late: dict[str, Saved] = {}

    async def open(self) -> tuple[Store, Store]:
        """Open both."""
        stores: tuple[Store, Store] = (
            MemoryStore(),
            await open_sqlite(self.folder / "attune.db", KEY, clock=lambda: NOON, cached=2),
        )
        for store in stores:
            await store.keep_edition(EDITION)
        return stores

    def teardown(self) -> None:
        """Close both."""
        self.run(self.stores[1].close())
        self.runner.close()
        shutil.rmtree(self.folder)

    def run(self, doing: Any) -> Any:
        """Run a coroutine to its end."""
        return self.runner.run(doing)

    def both(self, asking: Callable[[Store], Awaitable[Any]]) -> Any:
        """Ask both stores the same; they must answer the same."""
        model, real = (self.run(_awaited(asking(store))) for store in self.stores)
        assert real == model
        return model

    def later(self) -> datetime:
        """Return the next second."""
        self.at += timedelta(seconds=1)
        return self.at

    def key(self) -> str:
        """Return a new key."""
        self.number += 1
        return f"k{self.number}"

    def save(self, person: str, turn: Turn, saved: Saved | None = None, **given: Any) -> None:
        """Save a turn in both, twice."""
        key = self.key()
        saved = saved or self.both(lambda store: store.load(person))
        outcome = self.both(lambda store: store.save(saved, turn, key, **given))
        again = self.both(lambda store: store.save(saved, turn, key, **given))
        assert again is (Outcome.HEARD_BEFORE if outcome is Outcome.STORED else outcome)

    @rule(person=people, sealed=st.none() | st.binary(min_size=1, max_size=4))
    def begins(self, person: str, sealed: bytes | None) -> None:
        """Begin a session, the first or another."""
        self.save(person, began(f"seed {self.number}", self.later()), address=sealed)

    @rule(person=people, kind=st.sampled_from(["consent", "research", "no research", "stop", "look"]))
    def goes_on(self, person: str, kind: str) -> None:
        """Do something with the present session."""
        saved = self.both(lambda store: store.load(person))
        at = self.later()
        if saved.session is None:
            self.save(person, asked(None, at), saved)
            return
        turn = {
            "consent": lambda: consented(saved.session, at),
            "research": lambda: allowed(saved.session, at),
            "no research": lambda: allowed(saved.session, at, research=False),
            "stop": lambda: stopped(saved.session, at),
            "look": lambda: asked(saved.session, at),
        }[kind]()
        self.save(person, turn, saved)

    @rule(person=people, item=st.sampled_from(ITEMS), choice=st.none() | st.sampled_from(list(VALUES)))
    def answers(self, person: str, item: str, choice: str | None) -> None:
        """Answer an item, or change an answer."""
        saved = self.both(lambda store: store.load(person))
        if saved.session is not None:
            self.save(person, answered(saved.session, self.later(), item, choice), saved)

    @rule(person=people, kinds=st.lists(st.sampled_from(["answer", "look", "stop", "begin"]), max_size=4))
    def floods(self, person: str, kinds: list[str]) -> None:
        """Do several things at once, each on what the one before leaves."""
        saved = self.late.get(person) or self.both(lambda store: store.load(person))
        line = []
        for kind in kinds:
            turn = self.turn(kind, saved)
            line.append(SaveTurn(saved, turn, self.key()))
            saved = left_by(saved, turn, line[-1].key)
        self.both(lambda store: store.save_line(line))
        self.both(lambda store: store.save_line(line))

    def turn(self, kind: str, saved: Saved) -> Turn:
        """Return a turn of somebody who may not have begun yet."""
        at, session = self.later(), saved.session
        if kind == "begin":
            return began(f"line {self.number}", at)
        if kind == "look" or session is None:
            return asked(session, at)
        return stopped(session, at) if kind == "stop" else answered(session, at, ITEMS[0], "low")

    @rule(person=people)
    def remembers(self, person: str) -> None:
        """Load now what will be used late."""
        self.late[person] = self.both(lambda store: store.load(person))

    @precondition(lambda self: self.late)
    @rule(data=st.data())
    def comes_late(self, data: st.DataObject) -> None:
        """Save a turn on what was loaded long ago."""
        person = data.draw(st.sampled_from(sorted(self.late)))
        saved = self.late.pop(person)
        if saved.session is not None:
            self.save(person, consented(saved.session, self.later()), saved)
        else:
            self.save(person, began(f"late {self.number}", self.later()), saved)

    @rule(person=people, back=st.integers(0, 3))
    def returns_to_an_older_session(self, person: str, back: int) -> None:
        """Go back to a session by its id."""
        sessions = self.both(lambda store: store.sessions_of(person))
        if sessions:
            named = sessions[min(back, len(sessions) - 1)].id
            saved = self.both(lambda store: store.load(person, named))
            self.save(person, asked(saved.session, self.later()), saved)

    @rule(person=people, with_receipt=st.booleans())
    def is_erased(self, person: str, with_receipt: bool) -> None:
        """Erase a person."""
        at = self.later()
        where = receipt(f"erasure {self.number}", at) if with_receipt else None
        self.save(person, erased(at), receipt=where)

    @rule()
    def verifies(self) -> None:
        """Verify what was erased, and send one receipt."""
        receipts = self.both(lambda store: store.verify_erasures())
        if receipts:
            self.both(lambda store: store.receipt_sent(receipts[0].erasure))

    @rule(number=st.integers(0, 5), sealed=st.none() | st.binary(min_size=1, max_size=4))
    def sends(self, number: int, sealed: bytes | None) -> None:
        """Send a reply that is owed."""
        owed = self.both(lambda store: store.owed())
        if owed:
            one = owed[min(number, len(owed) - 1)]
            for store in self.stores:
                store.sent(one.person, one.key, sealed)

    @rule(person=people, yes=st.booleans())
    def is_reachable(self, person: str, yes: bool) -> None:
        """Block us, or come back."""
        self.both(lambda store: store.reachable(person, yes=yes))

    @rule(key=st.sampled_from(["a", "b", "k1"]))
    def is_noted(self, key: str) -> None:
        """Hear something that makes no turn."""
        at = self.later()
        self.both(lambda store: store.note(key, at, ("noted",)))

    @rule(days=st.sampled_from([0, 1, 3, 8, 40]), retention=st.none() | st.sampled_from([2, 100]))
    def sweeps(self, days: int, retention: int | None) -> None:
        """Let days go by, then sweep."""
        self.at += timedelta(days=days)
        now = self.at
        kept = None if retention is None else timedelta(days=retention)
        times = {"address_age": timedelta(days=30), "unconsented": timedelta(hours=24)}
        self.both(lambda store: store.sweep(now, retention=kept, **times))

    @rule()
    def restarts(self) -> None:
        """Stop and start again."""
        self.run(self.stores[1].close())
        path = self.folder / "attune.db"
        again = self.run(open_sqlite(path, KEY, clock=lambda: NOON, cached=2))
        self.stores = (self.stores[0], again)

    @invariant()
    def they_hold_the_same(self) -> None:
        """Compare everything that can be read."""
        for person in PEOPLE:
            self.both(lambda store, person=person: store.load(person))  # type: ignore[misc]  # bound now, not later
            self.both(lambda store, person=person: store.sessions_of(person))  # type: ignore[misc]  # the same
        self.both(lambda store: store.owed())
        self.both(lambda store: store.counts())
        self.both(lambda store: store.erasures_pending())
        self.both(lambda store: store.active_since(self.at - timedelta(days=2)))

    @rule()
    def is_read_for_research(self) -> None:
        """Compare what research sees."""
        self.both(_researched)


async def _awaited(answer: Awaitable[Any]) -> Any:
    found = await answer
    return list(found) if isinstance(found, tuple | list) else found


async def _researched(store: Store) -> Any:
    async with store.snapshot() as snapshot:
        stored = [one async for one in snapshot.sessions("made")]
        excluded = dict(await snapshot.excluded("made"))
        return stored, snapshot.as_of, excluded, list(await snapshot.questionnaires())


def play(empty_database: Path, examples: int, steps: int) -> None:
    """Run the machine."""
    Twins.empty = empty_database
    run_state_machine_as_test(
        Twins,
        settings=settings(
            max_examples=examples,
            stateful_step_count=steps,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )


@pytest.mark.slow
def test_they_agree_after_a_few_histories(empty_database: Path) -> None:
    play(empty_database, examples=3, steps=15)


@pytest.mark.slow
def test_they_agree_after_some_histories(empty_database: Path) -> None:
    play(empty_database, examples=25, steps=30)


@pytest.mark.soak
@pytest.mark.timeout(3600)
def test_they_agree_after_many_histories(empty_database: Path) -> None:
    play(empty_database, examples=500, steps=50)
