"""Own words leave the house only where file, person and researcher say so, and then nothing runs them."""

import shutil
from dataclasses import replace
from pathlib import Path

import openpyxl
import pytest

from bot.conversation.events import Typed
from bot.conversation.library import Library
from bot.errors import OperatorError
from bot.privacy import Keys
from bot.questionnaire.model import Sensitivity
from bot.research.bundle import Wanted
from bot.research.disclosure import Profile
from bot.research.formats import FORMATS
from bot.research.own_words import RUNS, Opener
from bot.storage.codes import response_code
from bot.storage.memory import MemoryStore
from bot.storage.opening import open_store
from bot.storage.store import Store
from tests.conftest import ROOT
from tests.postgres import Databases
from tests.research.checkers import frictionless
from tests.research.conftest import read_library
from tests.research.interviewing import BEGINS, Interviewing, Person, written
from tests.research.reading import Line, bytes_of, header, lines, manifest

KEYS = Keys(bytes(32))  # as `Interviewing` has it
FORMULA, POEM, SECRET = "=HYPERLINK(A1)", 'Rest,\n"peace" \u0623\u0646\u0627 \N{ROCKET}', "Zanzibar"
WITH_WORDS = Wanted(words=KEYS)
SAID = {"ana": FORMULA, "ben": POEM}


def library(folder: Path, *changes: tuple[str, str]) -> Library:
    """Return every-kind with something changed in its file."""
    copy = folder / "questionnaires" / "every-kind"
    shutil.copytree(ROOT / "tests" / "questionnaires" / "every-kind", copy)
    path = copy / "questionnaire.yaml"
    text = path.read_text("utf-8")
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    path.write_text(text, "utf-8")
    return replace(read_library(ROOT, copy.parent, "every-kind"), free_text=True)


EXPORTED = ("max_length: 200}", "max_length: 200, exported: true}")


@pytest.fixture
def allowing(tmp_path: Path) -> Library:
    """Return the questionnaire that lets researchers have the words."""
    return library(tmp_path, EXPORTED)


async def writes(person: Person, words: str, *, research: bool = True) -> None:
    """Answer until words are asked for, and write."""
    await person.starts()
    await person.agrees(research=research)
    await person.answers(0, None, None, None)
    await person.hear(Typed(person.desk.tick(), "2020-02-29", "seed"))
    await person.answers(None)
    await person.hear(Typed(person.desk.tick(), words, "seed"))


async def told(store: Store, shelf: Library) -> Interviewing:
    """Let two people write who allow research, one who doesn't, and one who takes it back."""
    for edition in shelf.editions():
        await store.keep_edition(edition)
    desk = Interviewing(store, shelf)
    for name, words in SAID.items():
        await writes(desk.person(name), words)
    await writes(desk.person("eve"), SECRET, research=False)
    dan = desk.person("dan")
    await writes(dan, SECRET)
    await dan.switches_research(on=False)
    return desk


def words(folder: Path) -> list[Line]:
    """Return the rows of the file."""
    return lines(folder, "own_words.csv")


@pytest.mark.slow
async def test_only_who_allows_research_is_in_it_and_only_there(allowing: Library, tmp_path: Path) -> None:
    """The words stand in one file and in Excel; the other files don't know them, nor those of the others."""
    store = MemoryStore()
    await told(store, allowing)
    out = await written(
        store, allowing, tmp_path / "out", wanted=replace(WITH_WORDS, formats=("csv", "xlsx"))
    )
    assert sorted(row["words"] for row in words(out)) == sorted([f"'{FORMULA}", POEM])
    assert {row["words"]: row["escaped"] for row in words(out)} == {f"'{FORMULA}": "1", POEM: "0"}
    for path in out.iterdir():
        assert SECRET.encode() not in path.read_bytes()
        assert path.name == "own_words.csv" or b"HYPERLINK" not in path.read_bytes()
    sheet = openpyxl.load_workbook(out / "responses.xlsx")["own words"]
    cells = {cell.value: cell.data_type for row in sheet.iter_rows(min_row=2) for cell in row[3:4]}
    assert cells == {f"'{FORMULA}": "s", POEM: "s"}
    assert frictionless(out) == []


async def test_the_folder_says_loudly_that_they_are_there(allowing: Library, tmp_path: Path) -> None:
    """README, manifest and codebook; a folder without them says that there are none."""
    store = MemoryStore()
    await told(store, allowing)
    out = await written(store, allowing, tmp_path / "out", wanted=WITH_WORDS)
    assert "**This folder holds own words.**" in (out / "README.md").read_text("utf-8")
    said = manifest(out)
    assert (said["filters"]["own_words"], said["disclosure"]["own_words"]) == (True, {"wish": 2})
    assert said["withheld_words"] == {}
    assert sum(said["excluded"].values()) == 2  # counted once, though the interviews are gone over again
    promised = "response_id,item_id,language,words,escaped,edition_sha256"
    assert header(out, "own_words.csv") == promised
    assert f"<!-- header: own_words.csv -->\n```\n{promised}\n```" in (ROOT / "docs" / "export.md").read_text(
        "utf-8"
    )
    book = [row["variable"] for row in lines(out, "codebook.csv") if row["file"] == "own_words.csv"]
    assert book == promised.split(",")
    plain = await written(store, allowing, tmp_path / "plain")
    assert "No name, address, typed text" in (plain / "README.md").read_text("utf-8")
    assert not (plain / "own_words.csv").exists()
    assert manifest(plain)["withheld_words"].keys() == {"wish"}


async def test_words_stay_where_the_file_doesnt_let_them_go(tmp_path: Path) -> None:
    """Whoever exports can't overrule what people were told."""
    store, shelf = MemoryStore(), library(tmp_path)
    await told(store, shelf)
    out = await written(store, shelf, tmp_path / "out", wanted=WITH_WORDS)
    assert words(out) == []
    assert "no edition's file" in manifest(out)["withheld_words"]["wish"]


@pytest.mark.parametrize("sensitivity", [Sensitivity.IDENTIFIER, Sensitivity.QUASI])
def test_words_that_could_name_somebody_stay(allowing: Library, sensitivity: Sensitivity) -> None:
    """Even those of an edition that was stored before the check refused such a file."""
    edition = allowing.questionnaires["every-kind"].edition
    items = [one.model_copy(update={"sensitivity": sensitivity}) for one in edition.questionnaire.items]
    asked = edition.questionnaire.model_copy(update={"items": tuple(items)})
    assert [item.id for item in Opener(KEYS).asked(edition)] == ["wish"]
    assert Opener(KEYS).asked(edition.model_copy(update={"questionnaire": asked})) == ()


async def test_a_person_s_own_data_hold_their_words(tmp_path: Path) -> None:
    """Whatever the file and their word on research say, and nobody else's."""
    store, shelf = MemoryStore(), library(tmp_path)
    await told(store, shelf)
    (eve,) = await store.sessions_of(KEYS.person("telegram", "eve"))
    whose = replace(WITH_WORDS, profile=Profile.OWN_DATA, response=response_code(eve.seed))
    out = await written(store, shelf, tmp_path / "out", wanted=whose)
    assert [row["words"] for row in words(out)] == [SECRET]
    readme = (out / "README.md").read_text("utf-8")
    assert "what that person typed" in readme
    assert "whatever that person said about research" in readme
    assert "switched on research" not in readme


async def test_safe_harbor_and_another_key_are_refused(allowing: Library, tmp_path: Path) -> None:
    """Each in one sentence, and nothing is left under the name."""
    store = MemoryStore()
    await told(store, allowing)
    for wanted, why in (
        (replace(WITH_WORDS, profile=Profile.SAFE_HARBOR), "Safe Harbor"),
        (Wanted(words=Keys(b"1" * 32)), "can't be opened with this key"),
    ):
        with pytest.raises(OperatorError, match=why):
            await written(store, allowing, tmp_path / "out", wanted=wanted)
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("first", RUNS)
async def test_nothing_that_begins_like_a_formula_is_left_so(first: str) -> None:
    """Every first character that spreadsheets are known to run, and the full width of those."""
    assert f"{first}cmd".startswith(RUNS)
    assert not f"'{first}cmd".startswith(RUNS)


async def test_people_are_told_before_they_write(allowing: Library) -> None:
    """That researchers may read it, in both languages' files; else that it is locked."""
    store = MemoryStore()
    for edition in allowing.editions():
        await store.keep_edition(edition)
    person = Interviewing(store, allowing).person("ana")
    await person.starts()
    await person.agrees()
    await person.answers(0, None, None, None)
    await person.hear(Typed(person.desk.tick(), "2020-02-29", "seed"))
    await person.answers(None)
    assert "researchers may read them" in person.newest[-1].text


@pytest.mark.slow
@pytest.mark.postgres
async def test_every_store_gives_the_same_bytes(
    allowing: Library, tmp_path: Path, postgres_server: Databases
) -> None:
    """Every format, own words too; seals differ, for each has its own nonce, and what they hold doesn't."""
    address, found = await postgres_server.new(), []
    for number, url in enumerate(("memory:", f"sqlite:///{tmp_path / 'attune.db'}", address)):
        store = await open_store(url, "fingerprint", clock=lambda: BEGINS)
        try:
            await told(store, allowing)
            everything = replace(WITH_WORDS, formats=("csv", *FORMATS))
            found.append(bytes_of(await written(store, allowing, tmp_path / str(number), wanted=everything)))
        finally:
            await store.close()
    assert found[0] == found[1] == found[2]
    assert b"HYPERLINK" in found[0]["own_words.csv"]
    await postgres_server.drop(address)
