"""A backup is whole, and nobody who was erased comes back with it."""

import asyncio
import os
import sqlite3
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from bot.errors import KeyMismatch, OperatorError
from bot.privacy import Keys
from bot.storage import backups
from bot.storage.backups import Ages, Restoring
from bot.storage.ledger import Entry, Ledger, Marking
from bot.storage.postgres import open_postgres
from bot.storage.sqlite import SqliteStore, open_sqlite
from bot.storage.staff import Account, Role
from tests.postgres import Databases
from tests.storage.made import EDITION, NOON
from tests.storage.needles import bytes_of, found
from tests.storage.test_erasure import KEYS, Someone

DAY = timedelta(days=1)
NEWER = Keys(bytes(range(1, 33)), bytes(range(32)))
AGES = Ages(addresses=30 * DAY, retention=None, unconsented=DAY)


def marking(folder: Path, keys: Keys = KEYS) -> Marking:
    return Marking(keys.fingerprint[:8], keys.mark, folder / "ledgers")


def restoring(
    folder: Path, keys: Keys = KEYS, at: datetime = NOON + DAY, *, without_ledger: bool = False
) -> Restoring:
    return Restoring(keys, lambda one: marking(folder, one), AGES, lambda: at, without_ledger=without_ledger)


async def opened(folder: Path, keys: Keys = KEYS) -> SqliteStore:
    """Open the one database of a test."""
    path, here = folder / "attune.db", marking(folder, keys)
    store = await open_sqlite(path, keys.fingerprint, clock=lambda: NOON, marking=here)
    await store.keep_edition(EDITION)
    return store


async def two_people(store: SqliteStore) -> tuple[Someone, Someone]:
    """Interview two people."""
    people = Someone(store, 1), Someone(store, 2)
    for one in people:
        await one.be_interviewed()
    await store.flush()
    return people


async def test_a_backup_is_made_while_turns_are_taken(tmp_path: Path) -> None:
    """It is sound and one moment's: every session in it is the fold of its events."""
    store = await opened(tmp_path)
    people = [Someone(store, number) for number in range(40)]
    writing = [asyncio.create_task(one.be_interviewed()) for one in people]
    made = [
        await asyncio.to_thread(backups.make, store.database, tmp_path / f"{n}.db", NOON) for n in range(4)
    ]
    await asyncio.gather(*writing)
    await store.close()
    for backup in made:
        assert backup.path.stat().st_mode & 0o777 == 0o600
        assert backup.fingerprint == KEYS.fingerprint
        assert not [one for one in os.listdir(tmp_path) if one.startswith(f"{backup.path.name}-")]  # noqa: PTH208 - blocking, but not a Path
        with closing(sqlite3.connect(backup.path)) as reader:
            uneven = reader.execute(
                "SELECT count(*) FROM session s"
                " WHERE turn <> (SELECT count(*) FROM event e WHERE e.session_id = s.session_id)"
            ).fetchone()
            assert uneven == (0,)


async def test_a_backup_never_takes_the_place_of_a_file(tmp_path: Path) -> None:
    store = await opened(tmp_path)
    (tmp_path / "kept").write_text("mine")
    with pytest.raises(OperatorError, match="exists"):
        backups.make(store.database, tmp_path / "kept", NOON)
    assert (tmp_path / "kept").read_text() == "mine"
    await store.close()


async def test_who_was_erased_after_the_backup_is_not_in_what_is_put_back(tmp_path: Path) -> None:
    """The needles: in the backup, and nowhere once it is restored; the neighbour is still there."""
    store = await opened(tmp_path)
    someone, neighbour = await two_people(store)
    backup = backups.make(store.database, tmp_path / "backup.db", NOON)
    assert found(backup.path, someone.needles())[""] == someone.needles()
    await someone.be_erased()
    await store.verify_erasures()
    assert await store.erasures_pending() == 0
    await store.close()
    restored = await backups.restore(backup.path, store.database, restoring(tmp_path))
    assert (restored.again, restored.backup.people) == (1, 2)
    assert found(store.database, someone.needles()) == {}
    assert found(store.database, neighbour.needles())[""] == neighbour.needles()
    assert restored.aside is not None
    assert restored.aside.exists()


async def test_no_sign_in_of_staff_comes_back(tmp_path: Path) -> None:
    """A link that was used since doesn't work again, and a visit that ended doesn't go on."""
    store = await opened(tmp_path)
    await store.keep_account(Account("e0", "example-hospital", Role.EDITOR, "Ward 3", NOON))
    later = NOON + timedelta(hours=1)
    await store.offer_sign_in("first", "e0", later)
    await store.sign_in("first", "visit", NOON)
    await store.offer_sign_in("second", "e0", later)
    backup = backups.make(store.database, tmp_path / "backup.db", NOON)
    await store.close()
    await backups.restore(backup.path, store.database, restoring(tmp_path))
    store = await opened(tmp_path)
    assert await store.account("e0") is not None
    assert await store.visit("visit", NOON) is None
    assert await store.sign_in("second", "another", NOON) is None
    await store.close()


async def test_a_copy_put_back_by_hand_is_gone_through_before_it_serves(tmp_path: Path) -> None:
    """Somebody copies the file in place and starts the bot: opening it erases again, first of all."""
    store = await opened(tmp_path)
    someone, _ = await two_people(store)
    backup = backups.make(store.database, tmp_path / "backup.db", NOON)
    await someone.be_erased()
    await store.verify_erasures()
    await store.close()
    backup.path.replace(store.database)
    store = await opened(tmp_path)
    assert (await store.load(someone.person)).session is None
    await store.verify_erasures()
    assert found(store.database, someone.needles()) == {}
    await store.close()


@pytest.mark.slow
@pytest.mark.postgres
async def test_a_server_put_back_is_gone_through_before_it_serves(
    tmp_path: Path, postgres_server: Databases
) -> None:
    """A copy of the database stands for pg_dump and pg_restore."""
    url = await postgres_server.new()
    store = await open_postgres(url, KEYS.fingerprint, marking=marking(tmp_path))
    await store.keep_edition(EDITION)
    someone, neighbour = Someone(store, 1), Someone(store, 2)
    for one in (someone, neighbour):
        await one.be_interviewed()
    await store.close()
    backup = await postgres_server.new(template=url)
    store = someone.store = await open_postgres(url, KEYS.fingerprint, marking=marking(tmp_path))
    await someone.be_erased()
    await store.verify_erasures()
    assert await store.erasures_pending() == 0
    await store.close()
    store = await open_postgres(backup, KEYS.fingerprint, marking=marking(tmp_path))
    assert (await store.load(someone.person)).session is None
    assert (await store.load(neighbour.person)).session is not None
    await store.verify_erasures()
    assert await store.erasures_pending() == 0
    await store.close()
    for address in (url, backup):
        await postgres_server.drop(address)


async def test_who_came_back_after_being_erased_stays(tmp_path: Path) -> None:
    """The ledger names them, but what they said since is theirs."""
    store = await opened(tmp_path)
    someone, _ = await two_people(store)
    await someone.be_erased()
    await store.verify_erasures()
    someone.at = NOON + timedelta(hours=1)
    await someone.be_interviewed()
    backup = backups.make(store.database, tmp_path / "backup.db", NOON)
    await store.close()
    restored = await backups.restore(backup.path, store.database, restoring(tmp_path))
    assert restored.again == 0
    store = await opened(tmp_path)
    assert (await store.load(someone.person)).session is not None
    await store.close()


async def test_an_erasure_is_pending_until_it_is_in_the_ledger(tmp_path: Path) -> None:
    """A ledger that can't be written holds it up; nobody is told "erased" meanwhile."""
    store = await opened(tmp_path)
    someone, _ = await two_people(store)
    (ledger,) = (tmp_path / "ledgers").iterdir()
    ledger.unlink()
    ledger.mkdir()  # not even root can write into that
    await someone.be_erased()
    await store.verify_erasures()
    assert await store.erasures_pending() == 1
    ledger.rmdir()
    await store.verify_erasures()
    assert await store.erasures_pending() == 0
    assert KEYS.mark(someone.person) in ledger.read_text()
    await store.close()


@pytest.mark.slow
async def test_the_ledger_holds_nothing_of_anybody_and_forgets(tmp_path: Path) -> None:
    """Keyed marks and moments, for as long as backups are kept."""
    store = await opened(tmp_path)
    someone, _ = await two_people(store)
    await someone.be_erased()
    await store.verify_erasures()
    (path,) = (tmp_path / "ledgers").iterdir()
    assert path.stat().st_mode & 0o777 == 0o600
    assert not [needle for needle in someone.needles() if needle in bytes_of(path)]
    for days, left in ((30, 1), (31, 0)):
        ages = {"address_age": 365 * DAY, "retention": None, "unconsented": 365 * DAY}
        await store.sweep(NOON + timedelta(days=days, seconds=1) - DAY * (left == 1), **ages)  # type: ignore[arg-type]  # a plain dict
        assert len(Ledger(path.parent, path.stem.removeprefix("erased-")).entries()) == left
    await store.close()


def test_a_line_cut_short_is_no_entry(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path, "x")
    ledger.path.write_text("KEY mark 2026-11-24T12:00:00+00:00\nKEY other 2026-11-2")
    (entry,) = ledger.entries()
    ledger.add([Entry("KEY", "third", NOON)])
    assert [one.mark for one in ledger.entries()] == ["mark", "third"]
    assert entry.at == NOON


class TestWhatIsRefused:
    async def test_a_damaged_backup(self, tmp_path: Path) -> None:
        store = await opened(tmp_path)
        await two_people(store)
        backup = backups.make(store.database, tmp_path / "backup.db", NOON)
        await store.close()
        body = bytearray(backup.path.read_bytes())
        for page in range(8192, len(body), 4096):
            body[page : page + 200] = bytes(200)
        backup.path.write_bytes(body)
        with pytest.raises(OperatorError, match="damaged"):
            backups.inspect(backup.path)

    @pytest.mark.parametrize("content", [b"", b"nonsense" * 1000])
    def test_what_is_no_backup(self, tmp_path: Path, content: bytes) -> None:
        (tmp_path / "file").write_bytes(content)
        with pytest.raises(OperatorError, match="file"):
            backups.inspect(tmp_path / "file")

    async def test_another_key_an_old_one_a_lost_ledger_and_a_database_in_use(self, tmp_path: Path) -> None:
        store = await opened(tmp_path)
        await two_people(store)
        backup = backups.make(store.database, tmp_path / "backup.db", NOON)
        with pytest.raises(KeyMismatch, match="another privacy key"):
            await backups.restore(backup.path, tmp_path / "new.db", restoring(tmp_path, Keys(bytes(32))))
        with pytest.raises(OperatorError, match="older than 30 days"):
            await backups.restore(backup.path, tmp_path / "new.db", restoring(tmp_path, at=NOON + 31 * DAY))
        await store.verify_erasures()
        await store.note("k", NOON)
        assert store._log.owned()
        with pytest.raises(OperatorError, match="is in use"):
            await backups.restore(backup.path, store.database, restoring(tmp_path))
        await store.close()
        next((tmp_path / "ledgers").iterdir()).unlink()
        with pytest.raises(OperatorError, match="ledger of erasures isn't at"):
            await backups.restore(backup.path, tmp_path / "new.db", restoring(tmp_path))
        restored = await backups.restore(
            backup.path, tmp_path / "new.db", restoring(tmp_path, without_ledger=True)
        )
        assert restored.backup.people == 2
        assert restored.aside is None
