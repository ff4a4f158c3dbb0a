"""Erased means gone: from the file and from its log, byte for byte."""

import asyncio
import random
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from bot.conversation.session import Session
from bot.privacy import Keys, address_row, receipt_row
from bot.storage.codes import person_code, response_code
from bot.storage.connections import PRAGMAS
from bot.storage.sqlite import SqliteStore
from bot.storage.store import Outcome, Receipt, Store
from bot.storage.upgrading import upgrade_backups
from tests.storage.conftest import Opening
from tests.storage.made import ITEMS, NOON, VALUES, Interview, erased
from tests.storage.needles import found

KEYS = Keys(bytes(range(32)))


class Someone(Interview):
    """A person with a true pseudonym and a truly sealed address."""

    def __init__(self, store: Store, number: int) -> None:
        super().__init__(store, KEYS.person("tg", str(number)), seed=f"seed {number:06d} of chance")
        self.key = number * 1000
        self.sealed = KEYS.seal(f"whereabouts of {number}", address_row(self.person))
        self.sessions: list[Session] = []

    def next_key(self) -> str:
        """Return a key as a channel makes it: without the person in it."""
        self.key += 1
        return f"tg:{self.key}"

    async def be_interviewed(self, choices: Sequence[str] = tuple(VALUES)) -> None:
        """Answer every item, with a changed answer and a living message on the way."""
        self.sessions.append(await self.begin(address=self.sealed))
        await self.consent()
        for item, choice in zip(ITEMS, (*choices, None), strict=True):
            await self.answer(item, choice)
        await self.answer(ITEMS[0], "high")

    async def be_erased(self, receipt: Receipt | None = None) -> None:
        """Have everything erased."""
        assert await self.take(erased(NOON), receipt=receipt) is Outcome.STORED

    def needles(self) -> set[bytes]:
        """Return everything that could be found of this person."""
        words = {self.person}
        for number, session in enumerate(self.sessions, 1):
            seed = f"{self.seed}/{number}"
            words |= {session.id, seed, response_code(seed), person_code(seed)}
        return {word.encode() for word in words} | {self.sealed, self.sealed[-16:]}


def a_receipt() -> Receipt:
    """Return a truly sealed receipt."""
    erasure = Keys.random_id()
    return Receipt(
        erasure, KEYS.seal("whereabouts", receipt_row(erasure)), "tg", "en", "example-hospital", NOON
    )


async def test_what_was_erased_is_in_no_file(sqlite: SqliteStore) -> None:
    """The needles are in database and log before, and in neither after; the neighbours are still there."""
    someone, neighbour = Someone(sqlite, 1), Someone(sqlite, 2)
    await someone.be_interviewed()
    await neighbour.be_interviewed()
    await sqlite.verify_erasures()
    assert found(sqlite.database, someone.needles()).keys() == {"-wal"}
    assert found(sqlite.database, someone.needles())["-wal"] == someone.needles()
    await someone.be_erased(a_receipt())
    assert found(sqlite.database, someone.needles())["-wal"] == someone.needles()
    assert len(await sqlite.verify_erasures()) == 1
    assert found(sqlite.database, someone.needles()) == {}
    assert found(sqlite.database, neighbour.needles())[""] == neighbour.needles()


async def test_what_had_reached_the_database_file_is_gone_from_it(opening: Opening) -> None:
    """The needles lie in the database itself, after a restart, before they are erased."""
    store = await opening()
    someone = Someone(store, 1)
    await someone.be_interviewed()
    await store.close()
    assert found(store.database, someone.needles()) == {"": someone.needles()}
    someone.store = store = await opening()
    await someone.be_erased()
    assert found(store.database, someone.needles())[""] == someone.needles()
    await store.verify_erasures()
    assert found(store.database, someone.needles()) == {}
    assert await store.erasures_pending() == 0


@pytest.mark.slow
async def test_nothing_is_left_where_pages_were_split_and_joined(opening: Opening) -> None:
    """300 people in random order, 150 of them erased in random order: no stale copy of a moved row stays."""
    chance = random.Random(7)
    store = await opening()
    people = [Someone(store, number) for number in range(300)]
    await asyncio.gather(*(one.be_interviewed(chance.choices(list(VALUES), k=3)) for one in people))
    await store.close()
    store = await opening()
    for one in people:
        one.store = store
    goes, stays = people[::2], people[1::2]
    needles = set().union(*(one.needles() for one in goes))
    assert found(store.database, needles)[""] == needles
    chance.shuffle(goes)
    await asyncio.gather(*(one.be_erased() for one in goes))
    await store.verify_erasures()
    assert found(store.database, needles) == {}
    assert found(store.database, stays[0].needles())[""] == stays[0].needles()


async def test_it_is_pending_while_a_reader_holds_the_database(sqlite: SqliteStore) -> None:
    """An export is open: nothing is said to be gone; it finishes when the export does."""
    someone = Someone(sqlite, 1)
    await someone.be_interviewed()
    async with sqlite.snapshot():
        await someone.be_erased(a_receipt())
        assert await sqlite.verify_erasures() == []
        assert await sqlite.erasures_pending() == 1
        assert found(sqlite.database, someone.needles())
    assert len(await sqlite.verify_erasures()) == 1
    assert await sqlite.erasures_pending() == 0
    assert found(sqlite.database, someone.needles()) == {}


async def test_it_is_pending_while_another_program_reads(sqlite: SqliteStore) -> None:
    someone = Someone(sqlite, 1)
    await someone.be_interviewed()
    with closing(sqlite3.connect(sqlite.database, isolation_level=None)) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM session").fetchall()
        await someone.be_erased()
        await sqlite.verify_erasures()
        assert await sqlite.erasures_pending() == 1
        reader.execute("COMMIT")
        await sqlite.verify_erasures()
    assert await sqlite.erasures_pending() == 0
    assert found(sqlite.database, someone.needles()) == {}


async def test_it_is_left_to_the_owner(opening: Opening) -> None:
    """Who isn't the owner erases and leaves it pending; the owner verifies it and sends the receipt."""
    owner = await opening()
    await owner.verify_erasures()  # has work to do, and takes the lock
    await owner.remember("owner", "me")
    other = await opening()
    someone = Someone(other, 1)
    await someone.be_interviewed()
    await someone.be_erased(a_receipt())
    assert await other.verify_erasures() == ()
    assert await other.erasures_pending() == 1
    assert len(await owner.verify_erasures()) == 1
    assert found(owner.database, someone.needles()) == {}


async def test_the_next_process_becomes_the_owner(opening: Opening) -> None:
    owner, heir = await opening(), await opening()
    assert await owner.verify_erasures() == []
    someone = Someone(heir, 1)
    await someone.be_interviewed()
    await someone.be_erased()
    await heir.verify_erasures()
    assert await heir.erasures_pending() == 1
    await owner.close()
    await heir.verify_erasures()
    assert await heir.erasures_pending() == 0


async def test_the_receipt_itself_is_gone_once_it_was_sent(sqlite: SqliteStore) -> None:
    someone, receipt = Someone(sqlite, 1), a_receipt()
    await someone.be_interviewed()
    await someone.be_erased(receipt)
    await sqlite.verify_erasures()
    await sqlite.flush()
    assert found(sqlite.database, [receipt.sealed])
    await sqlite.receipt_sent(receipt.erasure)
    assert found(sqlite.database, [receipt.sealed, receipt.sealed[-16:]]) == {}
    assert await sqlite.erasures_pending() == 0


async def test_what_time_erased_is_gone_too(sqlite: SqliteStore) -> None:
    """A session without consent after a day, and an address after a month."""
    stranger, silent = Someone(sqlite, 1), Someone(sqlite, 2)
    stranger.sessions.append(await stranger.begin(address=stranger.sealed))
    await silent.be_interviewed()
    later = NOON + timedelta(days=31)
    await sqlite.sweep(later, address_age=timedelta(days=30), retention=None, unconsented=timedelta(hours=24))
    await sqlite.verify_erasures()
    assert await sqlite.erasures_pending() == 0
    assert found(sqlite.database, stranger.needles()) == {}
    assert found(sqlite.database, [silent.sealed, silent.sealed[-16:]]) == {}
    assert found(sqlite.database, [silent.person.encode()])


async def test_a_late_address_of_somebody_erased_is_never_written(sqlite: SqliteStore) -> None:
    someone = Someone(sqlite, 1)
    await someone.be_interviewed()
    saved = await sqlite.load(someone.person)
    erasing = asyncio.create_task(sqlite.save(saved, erased(NOON), "k"))
    await asyncio.sleep(0)
    sqlite.sent(someone.person, "tg:1001", someone.sealed)
    assert await erasing is Outcome.STORED
    await sqlite.flush()
    await sqlite.verify_erasures()
    assert found(sqlite.database, someone.needles()) == {}


def test_copies_made_by_upgrades_are_named(tmp_path: Path) -> None:
    """They may still hold what was erased since, so an operator must hear of them."""
    for name in ("attune.db", "attune.db.before-0002-20261124T120000Z.db", "other.db.before-0002-x.db"):
        (tmp_path / name).touch()
    assert [path.name for path in upgrade_backups(tmp_path / "attune.db")] == [
        "attune.db.before-0002-20261124T120000Z.db"
    ]


async def test_the_search_finds_what_a_careless_database_leaves(
    opening: Opening, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where rows aren't overwritten, the same search finds the person until the erasure is verified."""
    monkeypatch.setitem(PRAGMAS, "secure_delete", 0)
    store = await opening()
    someone = Someone(store, 1)
    await someone.be_interviewed()
    await someone.be_erased()
    await store.close()
    assert found(store.database, someone.needles())[""]
    store = await opening()
    assert await store.erasures_pending() == 1
    await store.verify_erasures()
    assert found(store.database, someone.needles()) == {}
