"""What only PostgreSQL has: several workers on one database, connections that break, a server that dies."""

import asyncio
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from typing import Any

import asyncpg
import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, select

from bot.errors import DatabaseVersionError, KeyMismatch, OperatorError, SettingsError, StoreUnavailable
from bot.storage import postgres_connections, revisions, tables
from bot.storage.opening import open_store
from bot.storage.operations import Call
from bot.storage.postgres import PostgresStore, open_postgres
from bot.storage.postgres_connections import Server
from bot.storage.store import Outcome, Saved
from bot.storage.workers import Worker
from tests.postgres import Cluster, Databases, cluster
from tests.storage.conftest import KEY, Sharing
from tests.storage.made import (
    EDITION,
    ITEMS,
    NOON,
    Interview,
    answered,
    began,
    consented,
    erased,
    interviewed,
    receipt,
)

P = "PERSON"
SHORT = timedelta(seconds=1)

pytestmark = [pytest.mark.postgres, pytest.mark.slow]


@pytest.fixture
async def fresh(postgres_server: Databases) -> AsyncIterator[str]:
    """Return the address of an empty database."""
    url = await postgres_server.new()
    yield url
    await postgres_server.drop(url)


async def alter(url: str, *statements: str) -> None:
    """Change a database behind the program's back."""
    connection = await asyncpg.connect(url)
    for statement in statements:
        await connection.execute(statement)
    await connection.close()


class TestAnAddress:
    @pytest.mark.parametrize(
        ("url", "meaning"),
        [
            ("postgresql://attune:secret@127.0.0.1:1/attune", "nobody listens there"),
            ("postgresql://attune:secret@host.invalid/attune", "can't be used"),
        ],
    )
    async def test_where_nobody_answers_is_explained_without_its_password(
        self, url: str, meaning: str
    ) -> None:
        with pytest.raises(OperatorError, match=meaning) as caught:
            await open_store(url, KEY, clock=lambda: NOON)
        assert "secret" not in str(caught.value)

    async def test_that_cannot_be_read_is_explained_without_its_password(self) -> None:
        with pytest.raises(SettingsError, match="DATABASE_URL") as caught:
            await open_store("postgresql://attune:secret@host:port/attune", KEY, clock=lambda: NOON)
        assert "secret" not in str(caught.value)

    async def test_of_no_database_is_explained(self, postgres_server: Databases) -> None:
        with pytest.raises(OperatorError, match="no such database"):
            await open_postgres(postgres_server.url.replace("/postgres?", "/nowhere?"), KEY)


class TestADatabase:
    async def test_has_the_tables_that_the_program_thinks_it_has(self, sharing: Sharing) -> None:
        def differences(connection: Connection) -> list[Any]:
            context = MigrationContext.configure(connection, opts={"compare_type": True})
            found: list[Any] = compare_metadata(context, tables.metadata)
            return [one for one in found if "upgrade_lock" not in str(one)]

        assert await (await sharing()).server.run(differences) == []

    async def test_orders_text_by_its_bytes(self, sharing: Sharing) -> None:
        store = await sharing()
        for person in ("b", "B", "_", "a", "-", "é"):
            await interviewed(store, person)
        active = [one.person for one in await store.active_since(NOON)]
        assert active == sorted(active)

    async def test_of_another_key_is_refused(self, sharing: Sharing) -> None:
        store = await sharing()
        with pytest.raises(KeyMismatch):
            await open_postgres(store.server._url, "OTHER")

    async def test_of_a_newer_version_is_refused(self, fresh: str) -> None:
        await (await open_postgres(fresh, KEY)).close()
        await alter(fresh, "UPDATE alembic_version SET version_num = '9999'")
        with pytest.raises(DatabaseVersionError, match="9999"):
            await open_postgres(fresh, KEY)

    async def test_of_another_program_is_refused_unchanged(self, fresh: str) -> None:
        await alter(fresh, "CREATE TABLE orders (n int)")
        with pytest.raises(OperatorError, match="another program"):
            await open_postgres(fresh, KEY)

    async def test_of_an_older_version_is_upgraded_and_keeps_what_is_in_it(self, fresh: str) -> None:
        server = Server(fresh, Worker("w", SHORT))
        async with server.patient() as connection, connection.begin():
            await connection.run_sync(lambda inner: revisions.upgrade(inner, "0001"))
        await server.close()
        await alter(
            fresh,
            "INSERT INTO meta (name, value) VALUES ('_fingerprint', 'FINGERPRINT')",
            "INSERT INTO daily_count (day, name, n) VALUES ('2026-11-24', 'began', 7)",
        )
        store = await open_postgres(fresh, KEY)
        assert await store.counts() == {("2026-11-24", "began"): 7}
        await store.keep_edition(EDITION)
        await interviewed(store, P)
        await store.close()

    async def test_is_made_once_by_ten_that_start_at_once(self, fresh: str) -> None:
        """Ten processes, on nothing."""
        script = (
            "import asyncio, sys\n"
            "from bot.storage.postgres import open_postgres\n"
            "async def main():\n"
            "    store = await open_postgres(sys.argv[1], 'FINGERPRINT')\n"
            "    await store.remember('started', sys.argv[2])\n"
            "    await store.close()\n"
            "asyncio.run(main())\n"
        )
        processes = [
            await asyncio.create_subprocess_exec(
                *(sys.executable, "-W", "error", "-c", script, fresh, str(n)), stderr=subprocess.PIPE
            )
            for n in range(10)
        ]
        complaints = [(await process.communicate())[1].decode() for process in processes]
        assert [process.returncode for process in processes] == [0] * 10, complaints


class TestWorkers:
    async def test_move_a_session_once_between_them(self, sharing: Sharing) -> None:
        one, two = await sharing(), await sharing()
        session = await Interview(one, P).begin()
        saved = [await store.load(P) for store in (one, two)]
        outcomes = await asyncio.gather(
            one.save(saved[0], consented(session, NOON), "a"),
            two.save(saved[1], consented(session, NOON), "b"),
        )
        assert sorted(outcomes) == [Outcome.CONFLICT, Outcome.STORED]
        assert (await one.load(P)).turn == (await two.load(P)).turn == 2

    async def test_store_a_key_once_between_them(self, sharing: Sharing) -> None:
        stores = [await sharing() for _ in range(3)]
        saves = [store.save(Saved(f"P{n}"), began(f"s{n}"), "k") for n, store in enumerate(stores)]
        outcomes = await asyncio.gather(*saves)
        assert sorted(outcomes) == [Outcome.HEARD_BEFORE] * 2 + [Outcome.STORED]

    async def test_see_at_once_what_another_stored(self, sharing: Sharing) -> None:
        one, two = await sharing(), await sharing()
        interview = Interview(one, P)
        session = await interview.begin(address=b"sealed")
        assert (await two.load(P)).session == session
        after = await interview.consent()
        assert (await two.load(P)).session == after

    async def test_draw_as_of_numbers_without_gaps_or_doubles(self, sharing: Sharing) -> None:
        stores = [await sharing() for _ in range(3)]
        await asyncio.gather(*(interviewed(stores[n % 3], f"P{n}") for n in range(12)))
        query = select(tables.event.c.as_of)
        numbers = await stores[0].server.run(lambda connection: connection.scalars(query).all())
        assert sorted(numbers) == list(range(1, 12 * 7 + 1))

    async def test_race_for_every_answer_and_store_it_once(self, sharing: Sharing) -> None:
        """Each delivered to two workers at once, and retried on conflict."""
        stores = [await sharing() for _ in range(4)]
        people = [f"P{n}" for n in range(10)]
        for person in people:
            await Interview(stores[0], person).begin()

        async def deliver(store: PostgresStore, person: str, item: str) -> None:
            outcome = Outcome.CONFLICT
            while outcome is Outcome.CONFLICT:
                saved = await store.load(person)
                assert saved.session is not None
                turn = answered(saved.session, NOON, item, "low")
                outcome = await store.save(saved, turn, f"{person}/{item}")

        twice = [(person, item) for person in people for item in ITEMS] * 2
        await asyncio.gather(*(deliver(stores[n % 4], *one) for n, one in enumerate(twice)))
        for person in people:
            saved = await stores[1].load(person)
            assert saved.turn == 1 + len(ITEMS)


class TestRepliesOwed:
    async def test_belong_to_the_worker_that_stored_them(self, sharing: Sharing) -> None:
        one, two = await sharing(), await sharing()
        await Interview(one, P).begin()
        assert [owed.person for owed in await one.owed()] == [P]
        assert await two.owed() == []

    async def test_are_taken_over_at_once_from_a_worker_that_left(self, sharing: Sharing) -> None:
        one, two = await sharing(), await sharing()
        await Interview(one, P).begin()
        await one.close()
        assert [owed.person for owed in await two.owed()] == [P]

    async def test_are_taken_over_once_when_the_lease_of_a_dead_worker_ends(self, sharing: Sharing) -> None:
        dead, one, two = await sharing(lease=SHORT), await sharing(), await sharing()
        await Interview(dead, P).begin()
        dead._beating.cancel()
        assert await one.owed() == []
        await asyncio.sleep(SHORT.total_seconds() + 0.2)
        taken = await asyncio.gather(one.owed(), two.owed())
        assert sorted(len(owed) for owed in taken) == [0, 1]

    async def test_stay_with_a_worker_that_has_nothing_to_do_but_lives(self, sharing: Sharing) -> None:
        idle, other = await sharing(lease=SHORT), await sharing()
        await Interview(idle, P).begin()
        await asyncio.sleep(2 * SHORT.total_seconds())
        assert await other.owed() == []


class TestDuty:
    async def test_is_one_workers_and_goes_on_to_the_next(self, sharing: Sharing) -> None:
        one, two = await sharing(), await sharing()
        held = await asyncio.gather(one.on_duty(), two.on_duty())
        assert sorted(held) == [False, True]
        first, second = (one, two) if held[0] else (two, one)
        assert await first.on_duty()
        await first.close()
        assert await second.on_duty()


class TestErasure:
    async def test_waits_for_whoever_may_still_read_it(self, sharing: Sharing) -> None:
        """A snapshot of another worker sees what was erased, so that it isn't gone."""
        one, two = await sharing(), await sharing()
        await interviewed(one, P)
        async with two.snapshot() as snapshot:
            await one.save(await one.load(P), erased(NOON), "k", receipt=receipt())
            assert await one.verify_erasures() == []
            assert await one.erasures_pending() == 1
            assert len([stored async for stored in snapshot.sessions("made")]) == 1
        assert await one.verify_erasures() == [receipt()]
        assert await one.erasures_pending() == 0

    async def test_leaves_no_dead_row(self, sharing: Sharing) -> None:
        """No version of a row is left in any page, also of those that were replaced before."""
        store = await sharing()
        await interviewed(store, P)
        await store.save(await store.load(P), erased(NOON), "k", receipt=receipt())
        assert await store.verify_erasures() == [receipt()]
        connection = await asyncpg.connect(store.server._url)
        await connection.execute("CREATE EXTENSION IF NOT EXISTS pageinspect")
        for table in ("person", "address", "session", "event", "answer", "owed"):
            left = await connection.fetchval(
                "SELECT count(*) FROM generate_series(0, pg_relation_size($1::regclass) / 8192 - 1) AS page,"
                " heap_page_items(get_raw_page($1::text, page::int)) WHERE t_data IS NOT NULL",
                table,
            )
            assert left == 0, table
        await connection.close()


@pytest.fixture
def breaking() -> Iterator[Cluster]:
    """Return a server that a test may break."""
    with cluster() as made:
        yield made


async def opened(server: Cluster) -> PostgresStore:
    """Open a store on it."""
    store = await open_postgres(server.url, KEY)
    await store.keep_edition(EDITION)
    return store


class TestABrokenConnection:
    async def test_in_the_middle_of_a_transaction_is_tried_again(self, sharing: Sharing) -> None:
        store = await sharing()
        broken = 0

        def breaks(connection: Connection) -> str:
            nonlocal broken
            broken += 1
            if broken < 3:
                connection.exec_driver_sql("SELECT pg_terminate_backend(pg_backend_pid())")
            return "done"

        assert await store._group.submit(Call(breaks)) == "done"
        assert broken == 3

    async def test_after_the_commit_is_not_mistaken_for_a_failure(
        self, sharing: Sharing, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """The answer to COMMIT is lost: the turn is STORED, not heard before, and once."""
        store = await sharing()
        begin = store.server._engine.begin
        lost = 0

        class Loses:
            """A transaction whose end nobody hears of, the first time."""

            def __init__(self) -> None:
                self._inner: Any = begin()

            async def __aenter__(self) -> Any:
                return await self._inner.__aenter__()

            async def __aexit__(self, *error: object) -> Any:
                nonlocal lost
                answer = await self._inner.__aexit__(*error)
                lost += 1
                if lost == 1:
                    raise ConnectionResetError
                return answer

        monkeypatch.setattr(store.server, "_engine", _With(store.server._engine, Loses))
        assert await store.save(Saved(P), began("seed"), "k") is Outcome.STORED
        assert lost == 2
        assert (await store.load(P)).turn == 1
        assert await store.counts() == {("2026-11-24", "began"): 1}

    async def test_that_does_not_come_back_is_told_to_everybody(
        self, breaking: Cluster, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(postgres_connections, "PAUSES", (0.0, 0.1, None))
        store = await opened(breaking)
        await interviewed(store, P)
        breaking.stop(3)
        outcomes = await asyncio.gather(
            store.save(Saved("A"), began("a"), "a"), store.save(Saved("B"), began("b"), "b"), store.load(P),
            return_exceptions=True,
        )  # fmt: skip
        assert [type(outcome) for outcome in outcomes] == [StoreUnavailable] * 3
        breaking.start()
        assert await store.save(Saved("A"), began("a"), "a") is Outcome.STORED
        assert (await store.load(P)).turn == 7
        await store.close()

    async def test_leaves_what_was_stored_where_the_server_is_killed(self, breaking: Cluster) -> None:
        """Again and again, in the middle of everything: what was answered STORED is there."""
        store = await opened(breaking)
        stored: list[str] = []

        async def begin(person: str) -> None:
            while True:
                try:
                    outcome = await store.save(Saved(person), began(person), f"k{person}")
                except StoreUnavailable:
                    await asyncio.sleep(0.1)
                    continue
                assert outcome is Outcome.STORED
                stored.append(person)
                return

        async def people(first: int) -> None:
            for n in range(20):
                await begin(f"P{first + n}")

        crowd = [asyncio.create_task(people(100 * n)) for n in range(10)]
        for _ in range(3):
            await asyncio.sleep(0.3)
            await asyncio.to_thread(breaking.stop, 3)
            await asyncio.to_thread(breaking.start)
        await asyncio.gather(*crowd)
        assert len(stored) == 200
        assert [(await store.load(person)).turn for person in stored] == [1] * 200
        await store.close()


class _With:
    """An engine that begins differently."""

    def __init__(self, engine: Any, begin: Any) -> None:
        self._engine = engine
        self.begin = begin

    def __getattr__(self, name: str) -> Any:
        return getattr(self._engine, name)
