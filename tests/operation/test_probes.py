"""What machines ask: /health, /ready and /metrics over the real server."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

import aiohttp
import pytest
from prometheus_client.parser import text_string_to_metric_families

from bot.conversation.events import Started
from bot.operation.condition import Condition
from bot.operation.hearing import STUCK_AFTER, Hearing
from bot.server import listen, serve
from bot.settings import Settings
from bot.storage.memory import MemoryStore
from bot.storage.sqlite import open_sqlite
from bot.storage.store import Store
from bot.turns import Desk, Incoming, take_turn
from tests.channels.telegram.bot import KEYS, desk_on, time_of
from tests.emulator import Clock
from tests.storage.test_crashes import small_files

TOKEN = "a-token-for-tests-only"


@pytest.fixture(autouse=True)
def _asked_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    """Look each time, not at most once a second."""
    monkeypatch.setattr("bot.operation.condition.FRESH", -1.0)


@asynccontextmanager
async def asking(desk: Desk, condition: Condition | None = None, **given: str) -> AsyncIterator["Asking"]:
    """Serve a desk, and ask it."""
    settings = Settings(_env_file=None, port=0, **given)  # type: ignore[arg-type]  # pydantic reads the text
    stop, listening = asyncio.Event(), listen(settings)
    task = asyncio.create_task(serve(desk, settings, stop, listening=listening, condition=condition))
    try:
        async with aiohttp.ClientSession(f"http://127.0.0.1:{listening.getsockname()[1]}") as session:
            yield Asking(session)
    finally:
        stop.set()
        await task


class Asking:
    """Asks the server."""

    def __init__(self, session: aiohttp.ClientSession) -> None:
        self._session = session

    async def ready(self) -> tuple[int, dict[str, str]]:
        """Return what /ready says."""
        async with self._session.get("/ready") as answer:
            return answer.status, await answer.json()

    async def metrics(self, **headers: str) -> tuple[int, str]:
        """Return what /metrics says."""
        async with self._session.get("/metrics", headers=headers) as answer:
            return answer.status, await answer.text()

    async def numbers(self) -> dict[str, float]:
        """Return every sample by name and labels, as Prometheus' own parser reads them."""
        _, text = await self.metrics()
        samples = (one for family in text_string_to_metric_families(text) for one in family.samples)
        return {" ".join((one.name, *one.labels.values())): one.value for one in samples}


@asynccontextmanager
async def on_disk(clock: Clock, database: Path) -> AsyncIterator[Store]:
    store = await open_sqlite(database, KEYS.fingerprint, clock=lambda: time_of(clock))
    try:
        yield store
    finally:
        await store.close()


class TestReady:
    async def test_is_red_while_the_disk_is_full_and_green_again_by_itself(self, tmp_path: Path) -> None:
        """No file can grow: the store reads, but can't write."""
        database, clock = tmp_path / "attune.db", Clock()
        async with on_disk(clock, database) as store, asking(await desk_on(store, clock)) as ask:
            assert await ask.ready() == (200, {"status": "ok", "store": "ok", "telegram": "off"})
            with small_files(database.with_name("attune.db-wal").stat().st_size + 100):
                status, said = await ask.ready()
            assert (status, said["status"], said["store"]) == (503, "unavailable", "unavailable")
            assert (await ask.ready())[0] == 200

    async def test_is_red_on_a_disk_that_became_read_only(self, tmp_path: Path) -> None:
        database, clock = tmp_path / "attune.db", Clock()
        async with on_disk(clock, database) as store, asking(await desk_on(store, clock)) as ask:
            assert (await ask.ready())[0] == 200
            await _in_writer(store, "PRAGMA query_only = 1")  # SQLite says what it says on such a disk
            assert (await ask.ready())[0] == 503
            await _in_writer(store, "PRAGMA query_only = 0")
            assert (await ask.ready())[0] == 200

    async def test_tells_stuck_polling_from_a_telegram_that_is_away(self) -> None:
        """The one needs a restart, so it is red; the other doesn't, and the web still works."""
        clock, hearing = Clock(), Hearing()
        desk = await desk_on(MemoryStore(), clock)
        condition = Condition(desk.store, desk.clock, hearing)
        now = desk.clock()
        async with asking(desk, condition) as ask:
            hearing.heard(now)
            assert await ask.ready() == (200, {"status": "ok", "store": "ok", "telegram": "hearing"})
            hearing.failing_since = now - timedelta(minutes=5)
            hearing.failed(now)
            assert await ask.ready() == (200, {"status": "ok", "store": "ok", "telegram": "unreachable"})
            hearing.tried_at = now - STUCK_AFTER - timedelta(seconds=1)
            assert await ask.ready() == (503, {"status": "unavailable", "store": "ok", "telegram": "stuck"})
            hearing.heard(now)
            assert (await ask.ready())[0] == 200

    async def test_waits_for_no_store_that_says_nothing(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("bot.operation.condition.PATIENCE", 0.05)
        store = MemoryStore()
        monkeypatch.setattr(store, "remember", lambda _name, _value: asyncio.Event().wait())
        async with asking(await desk_on(store, Clock())) as ask:
            assert (await ask.ready())[0] == 503


async def _in_writer(store: Store, statement: str) -> None:
    """Run a statement on the connection that writes."""
    writer = store._writer  # type: ignore[attr-defined]  # a planted fault reaches inside
    await asyncio.get_running_loop().run_in_executor(writer.thread, lambda: writer.driver.execute(statement))


class TestMetrics:
    async def test_count_what_was_done(self) -> None:
        clock = Clock()
        desk = await desk_on(MemoryStore(), clock)
        async with asking(desk) as ask:
            before = await ask.numbers()
            for n in range(3):
                heard = Started(desk.clock(), f"seed {n}", "web", "en", "")
                await take_turn(desk, Incoming("web", f"visitor {n}", f"visitor {n}", f"web:{n}", heard))
            after = await ask.numbers()
        assert after["attune_turns_total web"] - before.get("attune_turns_total web", 0) == 3
        assert after["attune_turn_seconds_count"] - before["attune_turn_seconds_count"] == 3
        assert after["attune_owed_replies web"] == 3
        assert after["attune_interviews_total began"] == 3
        assert after["attune_telegram off"] == 1

    async def test_hold_nothing_of_anybody(self) -> None:
        """No pseudonym, address, session or invite, and no label that isn't one of a few words of ours."""
        clock = Clock()
        desk = await desk_on(MemoryStore(), clock)
        heard = Started(desk.clock(), "seed of somebody", "web", "en", "")
        spoken = await take_turn(desk, Incoming("web", "Quorvandel", "Quorvandel", "web:1", heard))
        assert spoken.session is not None
        async with asking(desk) as ask:
            _, text = await ask.metrics()
        for needle in (spoken.person, KEYS.log_id(spoken.person), spoken.session.id, "Quorvandel"):
            assert needle not in text
        labels = {
            (name, value)
            for family in text_string_to_metric_families(text)
            for sample in family.samples
            for name, value in sample.labels.items()
        }
        assert {name for name, _ in labels} <= {"le", "kind", "channel", "outcome", "stage", "state"}
        assert len(labels) < 80

    async def test_are_read_from_this_machine_where_no_proxy_lets_the_world_in(self) -> None:
        desk = await desk_on(MemoryStore(), Clock())
        async with asking(desk) as ask:
            assert (await ask.metrics())[0] == 200
            assert (await ask.metrics(**{"X-Forwarded-For": "203.0.113.9"}))[0] == 404
        async with asking(desk, public_url="https://attune.example") as ask:
            assert (await ask.metrics())[0] == 404

    @pytest.mark.slow
    async def test_are_read_with_the_token_where_there_is_one(self) -> None:
        desk = await desk_on(MemoryStore(), Clock())
        async with asking(desk, metrics_token=TOKEN, public_url="https://attune.example") as ask:
            assert (await ask.metrics())[0] == 404
            assert (await ask.metrics(Authorization="Bearer guess"))[0] == 404
            assert (await ask.metrics(Authorization=f"Bearer {TOKEN}"))[0] == 200

    async def test_are_given_while_the_store_is_away(self, tmp_path: Path) -> None:
        """What it holds is left out, never made up."""
        database, clock = tmp_path / "attune.db", Clock()
        async with on_disk(clock, database) as store, asking(await desk_on(store, clock)) as ask:
            await _in_writer(store, "PRAGMA query_only = 1")
            found = await ask.numbers()
            await _in_writer(store, "PRAGMA query_only = 0")
        assert found["attune_store_up"] == 0
        assert "attune_parked_updates" not in found
