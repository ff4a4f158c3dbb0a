"""A whole life on Telegram, and what is left of it: nothing of the name, and after /forget nothing at all."""

import asyncio
import logging
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.channels.telegram.service import Service
from bot.channels.telegram.wire import Wire
from bot.conversation.library import Library
from bot.conversation.phrasebook import open_phrasebook
from bot.organisation.load import load_all as load_organisations
from bot.privacy import Keys
from bot.questionnaire.load import digest, load_all
from bot.questionnaire.model import Edition, Texts
from bot.research.bundle import export
from bot.research.survey import Filters
from bot.storage.opening import open_store
from bot.turns import Desk
from tests.conftest import ROOT
from tests.emulator import Emulator, Phone
from tests.storage.needles import bytes_of, found
from tests.watch import NEEDLES, Watch

KEYS = Keys(bytes(range(32)))
LABEL = NEEDLES["an answer's label"]
WORDS = NEEDLES["what a person typed"]


def _library() -> Library:
    """The Big Five with one label planted, to be looked for."""
    shelf = load_all(ROOT / "questionnaires")
    loaded = shelf["big-five"]
    texts = loaded.edition.texts["en"]
    labels = {**texts.labels, "accuracy": {**texts.labels["accuracy"], "very_accurate": LABEL}}
    both = {**loaded.edition.texts, "en": Texts.model_validate({**texts.model_dump(), "labels": labels})}
    questionnaire = loaded.edition.questionnaire
    edition = Edition(digest=digest(questionnaire, both), questionnaire=questionnaire, texts=both)
    planted = type(loaded)(loaded.folder, edition, loaded.tips, loaded.links)
    organisations = load_organisations(ROOT / "organisations")
    return Library({**shelf, "big-five": planted}, organisations, open_phrasebook(), "big-five")


@dataclass
class Life:
    """A bot on SQLite with one person before it."""

    telegram: Emulator
    desk: Desk
    ana: Phone
    database: Path

    @property
    def pseudonym(self) -> str:
        """The person's id in the database."""
        return KEYS.person("telegram", str(self.ana.person.id))

    async def needles(self) -> dict[str, bytes]:
        """What must be found before the erasure, and never after it."""
        saved = await self.desk.store.load(self.pseudonym)
        assert saved.session is not None
        assert saved.address is not None
        return {
            "pseudonym": self.pseudonym.encode(),
            "session id": saved.session.id.encode(),
            "seed": saved.session.seed.encode(),
            "sealed address": saved.address,
        }


@pytest.fixture
async def life(tmp_path: Path) -> AsyncIterator[Life]:
    """Ana has answered everything, allowed research, and said something that is none of our business."""
    async with Emulator() as telegram, _bot(telegram, tmp_path / "attune.db") as desk:
        ana = telegram.phone("Ana", username="quorvandel_ana")
        await ana.starts()
        for label in ("Let's begin", "I am 18 or older and I agree", "Yes, they may"):
            await ana.taps(label)
        for number in range(1, 26):
            await ana.sees(f"{number} of 25")
            await ana.taps(LABEL)
        await ana.types(WORDS)
        await ana.taps("Show my result")
        await ana.sees("Your result is ready.")
        await desk.store.flush()
        yield Life(telegram, desk, ana, tmp_path / "attune.db")


@asynccontextmanager
async def _bot(telegram: Emulator, database: Path) -> AsyncIterator[Desk]:
    library = _library()
    store = await open_store(f"sqlite:///{database}", KEYS.fingerprint, clock=lambda: datetime.now(UTC))
    for edition in library.editions():
        await store.keep_edition(edition)
    desk = Desk(store, library, KEYS, lambda: datetime.now(UTC))
    async with Wire(telegram.token, telegram.url) as wire:
        stop = asyncio.Event()
        task = asyncio.create_task(Service(desk, wire, await wire.me()).run(stop))
        try:
            yield desk
        finally:
            stop.set()
            await task
    await store.close()


async def _export(life: Life, name: str) -> str:
    folder = life.database.parent / name
    library = life.desk.library
    async with life.desk.store.snapshot() as snapshot:
        await export(
            snapshot,
            folder,
            Filters(snapshot.as_of),
            lambda edition: library.content(edition, library.default_organisation),
        )
    return "\n".join(path.read_text("utf-8") for path in sorted(folder.rglob("*")) if path.is_file())


async def _somebody_else(life: Life) -> None:
    """Ben answers one question, allows research, and stays."""
    ben = life.telegram.phone("Ben")
    await ben.starts()
    for label in ("Let's begin", "I am 18 or older and I agree", "Yes, they may", "Very inaccurate"):
        await ben.taps(label)
    await ben.sees("2 of 25")


async def _codes(life: Life) -> set[str]:
    """Return the response ids that research may see."""
    async with life.desk.store.snapshot() as snapshot:
        return {one.response_id async for one in snapshot.sessions("big-five")}


async def _codes_of(life: Life, person: str) -> set[str]:
    mine = {one.id for one in await life.desk.store.sessions_of(person)}
    async with life.desk.store.snapshot() as snapshot:
        return {one.response_id async for one in snapshot.sessions("big-five") if one.session.id in mine}


async def _forget(life: Life) -> None:
    await life.ana.types("/forget")
    for label in ("Yes, erase", "Erase everything now"):
        await life.ana.taps(label)


@pytest.mark.slow
async def test_no_name_label_or_word_is_stored_or_logged(life: Life, watch: Watch) -> None:
    """What the person is called, tapped as words and typed stands in no file and in no log."""
    logging.getLogger("attune.test").debug("the watch is awake")
    assert watch.records
    planted = {
        needle.encode()
        for what, needle in NEEDLES.items()
        if what not in {"an answer's label", "a bot token"}
    }
    assert found(life.database, planted) == {}
    chat = str(life.ana.person.id).encode()
    assert found(life.database, {chat}) == {}
    assert watch.found == []


async def test_the_watch_finds_what_is_planted() -> None:
    """A watch that can't find anything would prove nothing."""
    watch = Watch()
    watch.setFormatter(logging.Formatter("%(message)s"))
    for needle in NEEDLES.values():
        watch.handle(logging.makeLogRecord({"msg": "said %s", "args": (needle,)}))
    assert len(watch.found) == len(NEEDLES)


@pytest.mark.slow
async def test_after_forget_nothing_of_the_person_is_found(life: Life) -> None:
    """Pseudonym, session, seed and sealed address are in the files, then in none, nor in an export."""
    needles = await life.needles()
    await _somebody_else(life)
    before = found(life.database, needles.values())
    assert set().union(*before.values()) == set(needles.values())
    before_export = await _export(life, "before")
    codes = await _codes(life)
    assert len(codes) == 2
    assert all(code in before_export for code in codes)
    (bens,) = codes - await _codes_of(life, life.pseudonym)

    await _forget(life)
    await life.ana.sees("Everything is erased.")
    await life.telegram.quiet(0.2)
    await life.desk.store.flush()
    await life.desk.store.verify_erasures()

    assert found(life.database, needles.values()) == {}
    after = await _export(life, "after")
    assert bens in after
    gone = [needle.decode() for what, needle in needles.items() if what != "sealed address"]
    assert not any(needle in after for needle in [*gone, *(codes - {bens})])


@pytest.mark.slow
async def test_an_old_button_after_forget_creates_nothing(life: Life) -> None:
    """A tap on what is still on an old screen finds nobody and makes nobody."""
    await _forget(life)
    await life.ana.sees("Everything is erased.")
    await life.ana.taps_old(LABEL)
    await life.ana.sees("There are no questions open here")
    assert (await life.desk.store.load(life.pseudonym)).session is None
    assert await life.desk.store.sessions_of(life.pseudonym) == []


@pytest.mark.slow
async def test_with_a_reader_it_is_pending_and_finishes_later(life: Life) -> None:
    """Somebody else holds the database open: the person is told so, and told again when it is done."""
    needles = await life.needles()
    reader = sqlite3.connect(f"file:{life.database}?mode=ro", uri=True, isolation_level=None)
    reader.execute("BEGIN")
    reader.execute("SELECT count(*) FROM session").fetchone()
    try:
        await _forget(life)
        await life.ana.sees("I am still clearing the last copy on disk")
        assert await life.desk.store.erasures_pending() == 1
        assert found(life.database, needles.values())
    finally:
        reader.execute("ROLLBACK")
        reader.close()
    await life.ana.sees("Everything is erased.", seconds=30)
    await life.telegram.quiet(0.2)
    await life.desk.store.flush()
    assert await life.desk.store.erasures_pending() == 0
    assert found(life.database, needles.values()) == {}
    assert bytes_of(life.database)
