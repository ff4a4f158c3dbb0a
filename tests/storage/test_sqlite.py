"""What only the SQLite store can get wrong: its settings, its writer, other processes on the same file."""

import asyncio
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from typing import Any

import pytest
from sqlalchemy import insert
from sqlalchemy.exc import IntegrityError

from bot.conversation.session import Step
from bot.errors import OperatorError, StoreUnavailable
from bot.storage import connections, group
from bot.storage.operations import Call, Operation
from bot.storage.sqlite import SqliteStore
from bot.storage.store import Outcome, Saved
from bot.storage.tables import answer
from tests.storage.conftest import Opening
from tests.storage.made import ITEMS, NOON, Interview, answered, asked, began, consented, erased, interviewed

P = "PERSON"


class TestSettings:
    async def test_are_what_durability_needs(self, sqlite: SqliteStore) -> None:
        """Read back from the very connection that writes."""
        names = ("journal_mode", "synchronous", "secure_delete", "foreign_keys", "trusted_schema")
        found = await sqlite._writer.ask(
            lambda connection: {name: connection.exec_driver_sql(f"PRAGMA {name}").scalar() for name in names}
        )
        assert found == {
            "journal_mode": "wal",
            "synchronous": 2,
            "secure_delete": 1,
            "foreign_keys": 1,
            "trusted_schema": 0,
        }

    async def test_that_sqlite_does_not_take_stop_the_start(
        self, opening: Opening, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setitem(connections.PRAGMAS, "synchronous", 9)
        with pytest.raises(OperatorError, match="synchronous"):
            await opening()

    async def test_let_the_reader_write_nothing(self, sqlite: SqliteStore) -> None:
        with pytest.raises(StoreUnavailable, match="readonly"):
            await sqlite._reader.run(lambda connection: connection.exec_driver_sql("DELETE FROM heard"))

    async def test_keep_every_file_from_others(self, sqlite: SqliteStore) -> None:
        await interviewed(sqlite, P)
        modes = {path.name: path.stat().st_mode & 0o777 for path in sqlite.database.parent.iterdir()}
        assert modes == dict.fromkeys(("attune.db", "attune.db-wal", "attune.db-shm"), 0o600)
        await sqlite.verify_erasures()
        assert sqlite.database.with_name("attune.db.lock").stat().st_mode & 0o777 == 0o600


class TestTheWriter:
    async def test_commits_many_turns_at_once(self, sqlite: SqliteStore) -> None:
        """100 people who wait together cost a few commits, not a hundred."""
        commits = 0
        commit = sqlite._group._commit

        async def counted(operations: Sequence[Operation]) -> list[object]:
            nonlocal commits
            commits += 1
            return await commit(operations)

        sqlite._group._commit = counted
        await asyncio.gather(*(sqlite.save(Saved(f"P{n}"), began(f"s{n}"), f"k{n}") for n in range(100)))
        assert commits < 10

    async def test_gives_a_fault_to_whoever_made_it(self, sqlite: SqliteStore) -> None:
        """A function that fails in the middle of others loses nothing of theirs."""

        def fails(_: object) -> None:
            raise ZeroDivisionError

        outcomes = await asyncio.gather(
            sqlite.save(Saved("A"), began("a"), "a"),
            sqlite._group.submit(Call(fails)),
            sqlite.save(Saved("B"), began("b"), "b"),
            return_exceptions=True,
        )
        assert outcomes[0] is outcomes[2] is Outcome.STORED
        assert isinstance(outcomes[1], ZeroDivisionError)
        assert [(await sqlite.load(person)).turn for person in "AB"] == [1, 1]

    async def test_hides_what_people_said_in_the_errors_of_the_database(self, sqlite: SqliteStore) -> None:
        """An error of the driver would print the whole row into a log."""
        session = await Interview(sqlite, P).begin()
        row = {"session_id": session.id, "item_id": "sleep", "choice": "a planted choice", "edits": 0}
        with pytest.raises(IntegrityError) as caught:
            await sqlite._group.submit(Call(lambda connection: connection.execute(insert(answer), [row])))
        assert "planted" not in str(caught.value)

    async def test_tells_the_loop_of_a_fault_that_nobody_waits_for(self, sqlite: SqliteStore) -> None:
        heard: list[dict[str, Any]] = []
        asyncio.get_running_loop().set_exception_handler(lambda _, context: heard.append(context))
        sqlite._group.later(Call(lambda _: 1 / 0))
        await sqlite.flush()
        assert isinstance(heard[0]["exception"], ZeroDivisionError)

    async def test_stores_a_turn_whose_waiter_went_away(self, sqlite: SqliteStore) -> None:
        task = asyncio.create_task(sqlite.save(Saved(P), began("seed"), "k"))
        await asyncio.sleep(0)
        task.cancel()
        await sqlite.flush()
        saved = await sqlite.load(P)
        assert saved.session is not None
        assert await sqlite.save(saved, consented(saved.session, NOON), "k2") is Outcome.STORED

    async def test_marks_replies_as_sent_without_being_waited_for(self, sqlite: SqliteStore) -> None:
        await Interview(sqlite, P).begin(address=b"sealed")
        sqlite.sent(P, "key:PERSON:1", b"moved")
        await asyncio.sleep(group.DELAY * 4)
        with closing(sqlite3.connect(sqlite.database)) as reader:
            assert reader.execute("SELECT count(*) FROM owed").fetchone() == (0,)
            assert reader.execute("SELECT sealed FROM address").fetchone() == (b"moved",)

    async def test_finishes_what_waits_when_it_is_closed(self, opening: Opening) -> None:
        store = await opening()
        await Interview(store, P).begin(address=b"sealed")
        store.sent(P, "key:PERSON:1", b"moved")
        await store.close()
        again = await opening()
        assert await again.owed() == []
        assert (await again.load(P)).address == b"moved"

    async def test_refuses_politely_once_it_is_closed(self, opening: Opening) -> None:
        store = await opening()
        await store.close()
        with pytest.raises(StoreUnavailable, match="closed"):
            await store.save(Saved(P), began("seed"), "k")

    @pytest.mark.slow
    async def test_tidies_the_log_when_nobody_waits(
        self, opening: Opening, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("bot.storage.sqlite.REST_AFTER", 0.05)
        store = await opening()
        await interviewed(store, P)
        await asyncio.sleep(0.5)
        with closing(sqlite3.connect(store.database)) as reader:
            busy, frames, copied = reader.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchone()
        assert (busy, frames) == (0, copied)
        assert store.database.stat().st_size > 4096

    @pytest.mark.slow
    async def test_keeps_the_log_small_under_load(
        self, opening: Opening, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("bot.storage.tidying.LARGE", 100_000)
        monkeypatch.setattr("bot.storage.tidying.HUGE", 200_000)
        store = await opening()
        for n in range(60):
            await store.save(Saved(f"P{n}"), began(f"s{n}"), f"k{n}", address=b"sealed")
        assert store.database.with_name("attune.db-wal").stat().st_size < 300_000


class TestTwoProcesses:
    async def test_race_and_store_every_answer_once(self, opening: Opening) -> None:
        """Over two stores, each answer is delivered to both: all are there exactly once, caches included."""
        stores = [await opening(), await opening()]
        people = [f"P{n}" for n in range(10)]
        for person in people:
            await Interview(stores[0], person).begin()

        async def deliver(store: SqliteStore, person: str, item: str) -> Outcome:
            for _ in range(100):
                saved = await store.load(person)
                assert saved.session is not None
                turn = answered(saved.session, NOON, item, "low")
                outcome = await store.save(saved, turn, f"{person}/{item}")
                if outcome is not Outcome.CONFLICT:
                    return outcome
            raise AssertionError("never got through")

        outcomes = await asyncio.gather(
            *(deliver(store, person, item) for person in people for item in ITEMS for store in stores)
        )
        assert outcomes.count(Outcome.STORED) == outcomes.count(Outcome.HEARD_BEFORE) == 40
        for store in stores:
            for person in people:
                saved = await store.load(person)
                assert saved.session is not None
                turn = asked(saved.session, NOON)
                while await store.save(saved, turn, f"look/{person}/{id(store)}") is Outcome.CONFLICT:
                    saved = await store.load(person)
                    turn = asked(saved.session, NOON)
                saved = await store.load(person)
                assert saved.session is not None
                assert saved.turn == 5
                assert {answer.edits for answer in saved.session.answers.values()} == {0}

    async def test_notice_what_the_other_one_did(self, opening: Opening) -> None:
        """An outdated cache makes a conflict, and the next load is fresh."""
        one, other = await opening(), await opening()
        session = await Interview(one, P).begin()
        outdated = await other.load(P)
        await one.save(await one.load(P), consented(session, NOON), "a")
        assert await other.load(P) == outdated
        assert await other.save(outdated, consented(session, NOON), "b") is Outcome.CONFLICT
        fresh = await other.load(P)
        assert fresh.session is not None
        assert fresh.session.step is Step.RESEARCH

    async def test_never_bring_back_whom_the_other_one_erased(self, opening: Opening) -> None:
        """Neither a turn, nor a page that changes nothing, nor a late address."""
        one, other = await opening(), await opening()
        session = await Interview(one, P).begin(address=b"sealed")
        outdated = await other.load(P)
        await one.save(await one.load(P), erased(NOON), "a")
        assert await other.save(outdated, asked(session, NOON), "b") is Outcome.CONFLICT
        assert await other.load(P) == Saved(P)
        other.sent(P, "key:PERSON:1", b"late")
        await other.flush()
        assert await other.save(outdated, consented(session, NOON), "c") is Outcome.CONFLICT
        with closing(sqlite3.connect(one.database)) as reader:
            tables = ("person", "address", "session", "event", "answer", "owed")
            counts = {
                table: reader.execute(f"SELECT count(*) FROM {table}").fetchone()[0]  # noqa: S608 - a name of ours
                for table in tables
            }
        assert counts == dict.fromkeys(tables, 0)


class TestTheCache:
    async def test_spares_the_disk_for_open_interviews(self, sqlite: SqliteStore) -> None:
        await interviewed(sqlite, P)
        saved = await sqlite.load(P)
        other = sqlite3.connect(sqlite.database, isolation_level=None)
        with closing(other):
            other.execute("UPDATE session SET turn = 99")
            assert await sqlite.load(P) is saved

    async def test_holds_only_so_many_people(self, opening: Opening) -> None:
        store = await opening(cached=3)
        for n in range(10):
            await Interview(store, f"P{n}").begin()
        assert len(store._cache._of) == 3
        assert (await store.load("P0")).turn == 1

    async def test_is_never_filled_with_what_was_erased_meanwhile(self, sqlite: SqliteStore) -> None:
        """A load that was reading while everything was erased doesn't put it back."""
        await Interview(sqlite, P).begin()
        saved = await sqlite.load(P)
        generation = sqlite._cache.generation
        await sqlite.save(saved, erased(NOON), "k")
        sqlite._cache.learn(saved, generation, present=True)
        assert await sqlite.load(P) == Saved(P)
