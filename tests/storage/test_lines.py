"""What every store promises of a line: turns of one person, each on what the one before leaves."""

from dataclasses import replace
from datetime import timedelta

from bot.conversation.replies import Turn
from bot.storage.rules import left_by
from bot.storage.store import Outcome, Saved, SaveTurn, Store
from tests.storage.made import NOON, Interview, answered, asked, began, consented, stopped

P = "PERSON"
SECOND = timedelta(seconds=1)


def line(saved: Saved, *turns: Turn) -> list[SaveTurn]:
    """Return turns that follow from one another, with keys in their order."""
    saves = []
    for number, turn in enumerate(turns):
        saves.append(SaveTurn(saved, turn, f"line:{number}"))
        saved = left_by(saved, turn, f"line:{number}")
    return saves


async def answering(store: Store) -> tuple[Saved, list[SaveTurn]]:
    """Return where an interview stands, and a line of two answers with a look in between."""
    interview = Interview(store, P)
    await interview.begin(address=b"sealed")
    await interview.consent()
    saved = await store.load(P)
    assert saved.session is not None
    first = answered(saved.session, NOON, "sleep", "low")
    assert first.session is not None
    second = answered(first.session, NOON + 2 * SECOND, "sleep", "high")
    return saved, line(saved, first, asked(first.session, NOON + SECOND), second)


class TestALine:
    async def test_is_stored_in_its_order(self, store: Store) -> None:
        saved, saves = await answering(store)
        assert await store.save_line(saves) == [Outcome.STORED] * 3
        there = await store.load(P)
        assert (there.session, there.turn) == (saves[2].turn.session, saved.turn + 2)
        assert (there.address, there.last_key) == (b"sealed", "line:2")
        assert [one.key for one in await store.owed()][-3:] == ["line:0", "line:1", "line:2"]

    async def test_leaves_the_log_and_the_answers_that_single_turns_leave(self, store: Store) -> None:
        _, saves = await answering(store)
        await store.save_line(saves)
        async with store.snapshot() as snapshot:
            (stored,) = [one async for one in snapshot.sessions("made")]
        assert [event for _, event in stored.events][-2:] == [saves[0].turn.event, saves[2].turn.event]
        numbers = [number for number, _ in stored.events]
        assert numbers == sorted(set(numbers))
        assert stored.session.answers["sleep"].choice == "high"

    async def test_says_of_each_turn_delivered_again_that_it_was_heard(self, store: Store) -> None:
        _, saves = await answering(store)
        await store.save_line(saves)
        before = await store.load(P)
        assert await store.save_line(saves) == [Outcome.HEARD_BEFORE] * 3
        assert await store.load(P) == before

    async def test_of_which_something_was_heard_before_stores_nothing(self, store: Store) -> None:
        """The page of one may have been left to another, and of that one nothing is said any more."""
        saved, saves = await answering(store)
        await store.note("line:1", NOON)
        outcomes = await store.save_line(saves)
        assert outcomes == [Outcome.CONFLICT, Outcome.HEARD_BEFORE, Outcome.CONFLICT]
        assert await store.load(P) == saved
        assert await store.note("line:2", NOON)

    async def test_ends_at_the_first_turn_that_does_not_fit(self, store: Store) -> None:
        """What follows was made from a session that isn't there: it is taken again, and nothing is lost."""
        saved, saves = await answering(store)
        outcomes = await store.save_line([saves[0], replace(saves[2], saved=saved), saves[2]])
        assert outcomes == [Outcome.STORED, Outcome.CONFLICT, Outcome.CONFLICT]
        assert (await store.load(P)).session == saves[0].turn.session

    async def test_of_which_the_first_conflicts_stores_nothing_even_where_a_later_one_would_fit(
        self, store: Store
    ) -> None:
        """Another worker took the person's turn meanwhile: the numbers fit again, the session doesn't."""
        saved, saves = await answering(store)
        assert saved.session is not None
        other = answered(saved.session, NOON, "walks", "high")
        assert await store.save(saved, other, "another worker's") is Outcome.STORED
        assert await store.save_line(saves) == [Outcome.CONFLICT] * 3
        assert (await store.load(P)).session == other.session

    async def test_may_begin_with_the_beginning(self, store: Store) -> None:
        begin = began("seed")
        assert begin.session is not None
        saves = line(Saved(P), begin, consented(begin.session, NOON), stopped(begin.session, NOON))
        assert await store.save_line(saves[:2]) == [Outcome.STORED] * 2
        assert (await store.load(P)).turn == 2

    async def test_of_nobody_leaves_nothing_of_a_person(self, store: Store) -> None:
        saves = line(Saved(P), asked(None, NOON), asked(None, NOON + SECOND))
        assert await store.save_line(saves) == [Outcome.STORED] * 2
        assert await store.load(P) == Saved(P)
        assert await store.counts() == {("2026-11-24", "helped"): 2}
