"""A new key takes the place of an old one: everybody stays recognised, and the old names are gone."""

import asyncio
import base64
import os
import re
import sqlite3
import sys
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import asyncpg
import pytest

from bot.errors import KeyMismatch, OperatorError
from bot.privacy import Keys, SealBroken, address_row, receipt_row, words_row
from bot.questionnaire.load import load as load_questionnaire
from bot.questionnaire.model import TextAnswer
from bot.storage import backups
from bot.storage.backups import Ages, Restoring
from bot.storage.opening import open_store
from bot.storage.rekeying import _anew
from bot.storage.rotating import refuse_in_use, rotate
from bot.storage.store import Receipt, Store
from tests.postgres import Databases
from tests.storage.made import EDITION, NOON, Interview, erased
from tests.storage.needles import found
from tests.storage.test_backups import AGES, marking

OLD, NEW = Keys(bytes(range(32))), Keys(bytes(range(1, 33)), bytes(range(32)))
THIRD = Keys(bytes(range(2, 34)), bytes(range(1, 33)), bytes(range(32)))
ADDRESSES = ("4711", "815", "42")
DAY = timedelta(days=1)
LONG = re.compile(r"[A-Za-z0-9+/=]{50,}")


class Somebody(Interview):
    """A person whose turns have keys as a channel makes them: without the person in it."""

    def next_key(self) -> str:
        """Return a key that wasn't used."""
        self.key += 1
        return f"tg:{self.seed}:{self.key}"


async def opened(url: str, folder: Path, keys: Keys) -> Store:
    store = await open_store(url, keys.fingerprint, clock=lambda: NOON, marking=marking(folder, keys))
    await store.keep_edition(EDITION)
    return store


async def filled(url: str, folder: Path) -> None:
    """Make a database under the old key: people with and without an address, a resume code, a receipt."""
    store = await opened(url, folder, OLD)
    for number, address in enumerate(ADDRESSES):
        person = OLD.person("tg", address)
        interview = Somebody(store, person, seed=f"seed of {number}")
        sealed = OLD.seal(f"chat {address}", address_row(person)) if number < 2 else None
        await interview.begin(address=sealed)
        await interview.consent()
        await interview.answer("sleep", "low")
    await store.offer_resume(OLD.person("resume-code", "ABCD"), OLD.person("tg", ADDRESSES[0]), NOON + DAY)
    gone = Somebody(store, OLD.person("tg", "gone"), seed="gone")
    await gone.begin()
    sealed = OLD.seal("chat of gone", receipt_row("e" * 26))
    receipt = Receipt("e" * 26, sealed, "tg", "en", "example-hospital", NOON)
    await gone.take(erased(NOON), receipt=receipt)
    await store.close()


async def expect_new(url: str, folder: Path, keys: Keys = NEW) -> None:
    """Everybody is known under the new name, and everything sealed opens with the new key only."""
    store = await opened(url, folder, keys)
    for number, address in enumerate(ADDRESSES):
        person = keys.person("tg", address)
        saved = await store.load(person)
        assert saved.session is not None
        assert saved.session.answers["sleep"].choice == "low"
        assert len(await store.sessions_of(person)) == 1
        assert (await store.load(OLD.person("tg", address))).session is None
        if number < 2:
            assert saved.address is not None
            assert keys.unseal(saved.address, address_row(person)) == f"chat {address}"
            with pytest.raises(SealBroken):
                OLD.unseal(saved.address, address_row(OLD.person("tg", address)))
        await Somebody(store, person, seed=f"later {number}", at=NOON + DAY).answer("walks", "high")
    assert await store.resumes(keys.person("resume-code", "ABCD"), NOON) == keys.person("tg", ADDRESSES[0])
    assert len(await store.owed()) == 3 * 4 + 3
    (receipt,) = await store.verify_erasures()
    assert keys.unseal(receipt.sealed, receipt_row(receipt.erasure)) == "chat of gone"
    await store.close()


async def test_everybody_stays_recognised(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/attune.db"
    await filled(url, tmp_path)
    rotated = await rotate(url, NEW, lambda keys: marking(tmp_path, keys), lambda: NOON)
    assert (rotated.people, rotated.verified) == (3, True)
    old = {OLD.person("tg", address).encode() for address in (*ADDRESSES, "gone")}
    assert found(tmp_path / "attune.db", old) == {}
    await expect_new(url, tmp_path)


@pytest.mark.slow
@pytest.mark.postgres
async def test_everybody_stays_recognised_on_postgresql(tmp_path: Path, postgres_server: Databases) -> None:
    url = await postgres_server.new()
    await filled(url, tmp_path)
    alive = await opened(url, tmp_path, OLD)
    with pytest.raises(OperatorError, match="Workers use the database"):
        await refuse_in_use(url)
    with pytest.raises(OperatorError, match="Workers use the database"):
        await rotate(url, NEW, lambda keys: marking(tmp_path, keys), lambda: NOON)
    await alive.close()
    rotated = await rotate(url, NEW, lambda keys: marking(tmp_path, keys), lambda: NOON)
    assert (rotated.people, rotated.verified) == (3, True)
    await expect_new(url, tmp_path)
    connection = await asyncpg.connect(url)
    names = {row["person_id"] for row in await connection.fetch("SELECT person_id FROM person")}
    await connection.close()
    assert names == {NEW.person("tg", address) for address in ADDRESSES}
    await postgres_server.drop(url)


@pytest.mark.slow
async def test_two_rotations_at_once_are_one_after_the_other(tmp_path: Path) -> None:
    """A database that missed one is carried over both."""
    url = f"sqlite:///{tmp_path}/attune.db"
    await filled(url, tmp_path)
    await rotate(url, THIRD, lambda keys: marking(tmp_path, keys), lambda: NOON)
    await expect_new(url, tmp_path, THIRD)


KILLED = """
import asyncio, os, sys
from pathlib import Path
from bot.storage import rekeying
from tests.storage.test_backups import marking
from tests.storage.test_rotating import NEW, NOON, rotate
step = getattr(rekeying, sys.argv[2])
def dies(*given):
    step(*given)
    os._exit(9)
setattr(rekeying, sys.argv[2], dies)
folder = Path(sys.argv[1])
asyncio.run(rotate(f"sqlite:///{folder}/attune.db", NEW, lambda keys: marking(folder, keys), lambda: NOON))
"""


@pytest.mark.slow
@pytest.mark.parametrize("after", ["_addresses", "_resumes", "_rename", "_reseal_receipts", "pend"])
async def test_killed_in_the_middle_it_is_wholly_of_the_old_key_and_goes_on(
    tmp_path: Path, root: Path, after: str
) -> None:
    url = f"sqlite:///{tmp_path}/attune.db"
    await filled(url, tmp_path)
    environment = os.environ | {"PYTHONPATH": str(root)}
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", KILLED, str(tmp_path), after, env=environment
    )
    assert await process.wait() == 9
    with pytest.raises(KeyMismatch):
        await opened(url, tmp_path, NEW)
    store = await opened(url, tmp_path, OLD)
    for address in ADDRESSES:
        assert (await store.load(OLD.person("tg", address))).session is not None
    await store.close()
    await rotate(url, NEW, lambda keys: marking(tmp_path, keys), lambda: NOON)
    await expect_new(url, tmp_path)


@pytest.mark.slow
async def test_a_backup_of_the_old_key_is_put_back_under_the_new_one(tmp_path: Path) -> None:
    """Whoever was erased before and after the rotation is erased again from it."""
    url = f"sqlite:///{tmp_path}/attune.db"
    await filled(url, tmp_path)
    backup = backups.make(tmp_path / "attune.db", tmp_path / "backup.db", NOON)
    store = await opened(url, tmp_path, OLD)
    await Somebody(store, OLD.person("tg", "815"), seed="a").take(erased(NOON + DAY / 2))
    await store.verify_erasures()
    await store.close()
    await rotate(url, NEW, lambda keys: marking(tmp_path, keys), lambda: NOON)
    store = await opened(url, tmp_path, NEW)
    await Somebody(store, NEW.person("tg", "42"), seed="b").take(erased(NOON + DAY / 2))
    await store.verify_erasures()
    await store.close()
    ages = Ages(AGES.addresses, None, AGES.unconsented)
    restoring = Restoring(NEW, lambda keys: marking(tmp_path, keys), ages, lambda: NOON + DAY / 2)
    restored = await backups.restore(backup.path, tmp_path / "attune.db", restoring)
    assert restored.again == 2
    store = await opened(url, tmp_path, NEW)
    there = [(await store.load(NEW.person("tg", one))).session is not None for one in ADDRESSES]
    assert there == [True, False, False]
    await store.close()


async def test_a_database_in_use_is_refused(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/attune.db"
    await filled(url, tmp_path)
    store = await opened(url, tmp_path, OLD)
    await store.remember("busy", "yes")
    await store.verify_erasures()  # the owner from now on
    with pytest.raises(OperatorError, match="is in use"):
        await rotate(url, NEW, lambda keys: marking(tmp_path, keys), lambda: NOON)
    await store.close()


async def test_own_words_are_still_read_after_a_rotation(tmp_path: Path, root: Path) -> None:
    """In state, events and answers, and alike: the state stays the fold of the events."""
    edition = load_questionnaire(root / "tests" / "questionnaires" / "every-kind").edition
    url, person = f"sqlite:///{tmp_path}/attune.db", OLD.person("tg", "4711")
    asks = edition.questionnaire
    item = next(one.id for one in asks.items if isinstance(asks.answered(one.id), TextAnswer))
    store = await opened(url, tmp_path, OLD)
    await store.keep_edition(edition)
    ana = Somebody(store, person, seed="ana")
    session = await ana.begin(edition=edition.digest, questionnaire=asks.id)
    row = words_row(session.id, item)
    for words in ("at first", "xanthippe wrote this"):
        await ana.answer(item, base64.b64encode(OLD.seal(words, row)).decode())
    await store.close()
    await rotate(url, NEW, lambda keys: marking(tmp_path, keys), lambda: NOON)
    store = await opened(url, tmp_path, NEW)
    (kept,) = await store.sessions_of(NEW.person("tg", "4711"))
    sealed = kept.answers[item].choice
    assert sealed is not None
    assert NEW.unseal(base64.b64decode(sealed), row) == "xanthippe wrote this"
    await store.close()
    with closing(sqlite3.connect(tmp_path / "attune.db")) as reader:
        bodies = [
            body for (body,) in reader.execute("SELECT body FROM event WHERE kind = 'Answered' ORDER BY turn")
        ]
        ((choice,),) = reader.execute("SELECT choice FROM answer").fetchall()
    assert choice == sealed
    assert sealed in bodies[-1]
    said = [NEW.unseal(base64.b64decode(found[0]), row) for body in bodies if (found := LONG.findall(body))]
    assert said == ["at first", "xanthippe wrote this"]


def test_own_words_are_sealed_anew_wherever_they_stand() -> None:
    """In a state, an event or an answer: what was sealed for one of these rows, and nothing else."""
    row, other = "words:session:item", "words:session:else"
    mine = base64.b64encode(OLD.seal("xanthippe wrote this", row)).decode()
    alien = base64.b64encode(OLD.seal("not of this row", other)).decode()
    text = f'{{"choice":"{mine}","other":"{alien}","plain":"{"x" * 41}"}}'
    after = _anew(text, [row], (OLD, NEW), {})
    assert mine not in after
    assert alien in after
    assert "x" * 41 in after
    sealed = base64.b64decode(after.split('"')[3])
    assert NEW.unseal(sealed, row) == "xanthippe wrote this"
