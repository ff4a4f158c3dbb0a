"""The process dies, the disk is full or read-only: what was answered stays, the rest is whole or absent."""

import asyncio
import os
import resource
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from random import Random
from time import sleep

import pytest

from bot.errors import OperatorError, StoreUnavailable
from bot.storage.sqlite import SqliteStore
from bot.storage.store import Outcome, Saved
from tests.storage.conftest import KEY, Opening
from tests.storage.made import NOON, Interview, began, consented, erased, interviewed

WRITER = """
import asyncio, sys
from pathlib import Path
from bot.storage.sqlite import open_sqlite
from tests.storage.made import EDITION, ITEMS, NOON, Interview

async def person(store, name):
    interview = Interview(store, name)
    for n in range(10**6):
        await interview.begin(address=b"sealed")
        print(name, interview.key, flush=True)
        for item in ITEMS:
            await interview.answer(item, "low")
            print(name, interview.key, flush=True)
        await interview.stop()
        print(name, interview.key, flush=True)

async def main():
    store = await open_sqlite(Path(sys.argv[1]), sys.argv[3], clock=lambda: NOON)
    await store.keep_edition(EDITION)
    await asyncio.gather(*(person(store, f"{sys.argv[2]}-{n}") for n in range(20)))

asyncio.run(main())
"""


def killed(database: Path, root: Path, name: str, after: float) -> dict[str, int]:
    """Start a writer, kill it some time after its first answer; return each person's last answered key."""
    command = [sys.executable, "-c", WRITER, str(database), name, KEY]
    environment = os.environ | {"PYTHONPATH": str(root)}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as writer:
        assert writer.stdout is not None
        said = [writer.stdout.readline()]
        sleep(after)
        writer.kill()
        said += writer.stdout.read().split("\n")[:-1]  # the last line may be cut
    last: dict[str, int] = {}
    for line in said:
        person, _, key = line.strip().partition(" ")
        last[person] = max(last.get(person, 0), int(key))
    return last


@pytest.mark.parametrize(
    "kills",
    [
        pytest.param(3, marks=pytest.mark.slow),
        pytest.param(50, marks=[pytest.mark.soak, pytest.mark.timeout(1800)]),
    ],
)
def test_a_killed_writer_loses_nothing_that_it_answered(tmp_path: Path, root: Path, kills: int) -> None:
    """Kills at random moments: each answered turn is in the log, and nothing is half there."""
    chance = Random(11)
    database = tmp_path / "attune.db"
    for number in range(kills):
        last = killed(database, root, f"run{number}", chance.uniform(0.0, 0.4))
        assert last
        with closing(sqlite3.connect(database)) as reader:
            assert reader.execute("PRAGMA integrity_check").fetchone() == ("ok",)
            assert reader.execute("PRAGMA foreign_key_check").fetchall() == []
            heard = {key for (key,) in reader.execute("SELECT key FROM heard")}
            for person, key in last.items():
                assert {f"key:{person}:{n}" for n in range(1, key + 1)} <= heard
            uneven = reader.execute(
                "SELECT count(*) FROM session s"
                " WHERE turn <> (SELECT count(*) FROM event e WHERE e.session_id = s.session_id)"
            ).fetchone()
            assert uneven == (0,)
            answered = reader.execute("SELECT count(*) FROM event WHERE kind = 'Answered'").fetchone()
            assert answered == reader.execute("SELECT count(*) FROM answer").fetchone()
            numbers = reader.execute("SELECT count(DISTINCT as_of), count(*) FROM event").fetchone()
            assert numbers[0] == numbers[1]


@contextmanager
def small_files(most: int) -> Iterator[None]:
    """Let no file of this process grow beyond a size, as on a disk that is full."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (most, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


class TestAFullDisk:
    async def test_stores_nothing_of_a_turn_and_recovers(self, sqlite: SqliteStore) -> None:
        """The log can't grow: everybody hears it, nothing is half there, and the same turns work later."""
        session = await Interview(sqlite, "PERSON").begin()
        saved = await sqlite.load("PERSON")
        size = sqlite.database.with_name("attune.db-wal").stat().st_size
        turns = [sqlite.save(Saved(f"P{n}"), began(f"s{n}"), f"k{n}") for n in range(5)]
        with small_files(size + 100):
            outcomes = await asyncio.gather(
                sqlite.save(saved, consented(session, NOON), "k"), *turns, return_exceptions=True
            )
        assert all(isinstance(outcome, StoreUnavailable) for outcome in outcomes)
        assert await sqlite.load("PERSON") == saved
        assert await sqlite.load("P0") == Saved("P0")
        assert await sqlite.save(saved, consented(session, NOON), "k") is Outcome.STORED
        assert await sqlite.save(Saved("P0"), began("s0"), "k0") is Outcome.STORED

    async def test_keeps_for_later_what_nobody_waits_for(
        self, opening: Opening, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """A reply that went out while the disk was full is marked as sent once it isn't any more."""
        monkeypatch.setattr("bot.storage.group.RETRY", 0.05)
        store = await opening()
        await Interview(store, "PERSON").begin(address=b"sealed")
        size = store.database.with_name("attune.db-wal").stat().st_size
        with small_files(size + 100):
            store.sent("PERSON", "key:PERSON:1", b"moved")
            with pytest.raises(StoreUnavailable):
                await store.note("k", NOON)
        assert (await store.load("PERSON")).address == b"moved"
        assert await store.owed() == []

    async def test_leaves_an_erasure_pending(self, sqlite: SqliteStore) -> None:
        """The rows could be deleted, the files not be rewritten: it isn't said to be gone."""
        await interviewed(sqlite, "PERSON")
        await sqlite.save(await sqlite.load("PERSON"), erased(NOON), "k")
        with small_files(4096):
            assert await sqlite.verify_erasures() in ([], ())
        assert await sqlite.erasures_pending() == 1
        await sqlite.verify_erasures()
        assert await sqlite.erasures_pending() == 0


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """Mount a disk of one megabyte that can be made read-only; only root may."""
    disk = tmp_path / "disk"
    disk.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(disk)]
    if subprocess.run(command, check=False, capture_output=True).returncode:
        pytest.skip("needs the right to mount a small disk")
    yield disk
    subprocess.run(["umount", "-l", disk], check=True)


def remount(disk: Path, mode: str) -> None:
    """Make a mounted disk read-only, or writable again."""
    subprocess.run(["mount", "-o", f"remount,{mode}", disk], check=True)


class TestASmallDisk:
    async def test_that_fills_up_loses_nothing_that_was_answered(
        self, small_disk: Path, opening: Opening
    ) -> None:
        """People are interviewed until the disk is full; then room is made, and they go on."""
        ballast = small_disk / "ballast"
        ballast.write_bytes(bytes(300_000))
        store = await opening(small_disk / "attune.db")
        stored = await self._fill(store)
        assert stored > 4
        assert (await store.load(f"P{stored}")).session is None
        ballast.unlink()
        assert await store.save(Saved("LATER"), began("later"), "later") is Outcome.STORED
        await store.close()
        store = await opening(small_disk / "attune.db")
        for number in range(stored):
            assert (await store.load(f"P{number}")).turn == 1

    async def _fill(self, store: SqliteStore) -> int:
        """Begin interviews until the store refuses; return how many."""
        for number in range(10_000):
            try:
                await store.save(Saved(f"P{number}"), began(f"s{number}"), f"k{number}", address=b"sealed")
            except StoreUnavailable:
                return number
        raise AssertionError("the disk never filled up")

    async def test_that_becomes_read_only_is_survived(self, small_disk: Path, opening: Opening) -> None:
        store = await opening(small_disk / "attune.db")
        session = await interviewed(store, "PERSON")
        await store.close()
        remount(small_disk, "ro")
        with pytest.raises((OperatorError, StoreUnavailable)):
            await opening(small_disk / "attune.db")
        remount(small_disk, "rw")
        store = await opening(small_disk / "attune.db")
        assert (await store.load("PERSON")).session == session


async def test_a_database_that_was_taken_away_is_not_made_again(opening: Opening) -> None:
    """Somebody moved the file while we run: turns are refused, and no empty database appears in its place."""
    store = await opening()
    await Interview(store, "PERSON").begin()
    saved = await store.load("PERSON")
    assert saved.session is not None
    away = store.database.with_name("away.db")
    store.database.rename(away)
    with pytest.raises(StoreUnavailable):
        await store.save(saved, consented(saved.session, NOON), "k")
    assert not store.database.exists()
    away.rename(store.database)
    assert await store.save(saved, consented(saved.session, NOON), "k") is Outcome.STORED
