"""The files tell one story, whatever people press: long becomes wide again, and both are what is stored."""

import asyncio
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.conversation.library import Library
from bot.conversation.session import Session
from bot.conversation.taps import Act, read
from bot.research.bundle import Wanted
from bot.research.quick.kept import WIDE
from bot.storage.opening import open_store
from bot.storage.store import Store
from bot.storage.wide_rows import Wide
from tests.postgres import Databases
from tests.research.conftest import small_library
from tests.research.interviewing import BEGINS, Interviewing, Person, written
from tests.research.reading import Line, bytes_of, lines, manifest

QUESTIONNAIRES = ("show-if", "with-segments", "two-languages", "reverse-keyed", "every-kind")
MISSING = {"-96", "-97", "-98", "-99"}
UNSAID = {"skipped", "declined"}
NEVER_PRESSED = frozenset({Act.ERASE, Act.SECOND})

presses = st.lists(st.integers(0, 11), max_size=30)
crowds = st.lists(st.tuples(st.sampled_from(QUESTIONNAIRES), presses), min_size=1, max_size=4)


@asynccontextmanager
async def opened(kind: str, library: Library, folder: Path, wide: Wide | None = WIDE) -> AsyncIterator[Store]:
    """Open a store of a kind, or at an address, with today's editions in it."""
    url = {"memory": "memory:", "sqlite": f"sqlite:///{folder / 'attune.db'}"}.get(kind, kind)
    store = await open_store(url, "fingerprint", clock=lambda: BEGINS, wide=wide)
    try:
        for edition in library.editions():
            await store.keep_edition(edition)
        yield store
    finally:
        await store.close()


async def pressed(person: Person, questionnaire: str, places: list[int]) -> None:
    """Agree to everything, then press whatever is there."""
    await person.starts(questionnaire)
    await person.agrees()
    for place in places:
        able = [
            one for one in person.buttons if (tap := read(one.token or "")) and tap.act not in NEVER_PRESSED
        ]
        person.desk.step = timedelta(milliseconds=137 * (place + 1))
        if able:
            await person.press(able[place % len(able)])


def agree(folder: Path, stored: dict[str, Session]) -> None:
    """Hold every file against the others, and against what is stored."""
    wide = {row["response_id"]: row for row in lines(folder, "responses_wide.csv")}
    long = lines(folder, "answers_long.csv")
    assert wide.keys() == stored.keys()
    assert {row["response_id"] for row in long} == wide.keys()
    for response, row in wide.items():
        mine = [one for one in long if one["response_id"] == response]
        pivoted(row, mine, items(folder))
        counted(row, mine)
        as_stored(mine, stored[response])
        happened(row, mine, [one for one in lines(folder, "events.csv") if one["response_id"] == response])
        scored(row, [one for one in lines(folder, "scores.csv") if one["response_id"] == response])
    for file in manifest(folder)["files"]:
        if "rows" in file:
            assert file["rows"] == len(lines(folder, file["name"]))


def items(folder: Path) -> list[str]:
    """Return the items of the codebook."""
    return [
        row["variable"] for row in lines(folder, "codebook.csv") if row["reverse"] and row["language"] == "en"
    ]


def pivoted(row: Line, long: list[Line], columns: list[str]) -> None:
    """Long, turned back, is wide."""
    said = {one["item_id"]: one for one in long}
    assert len(said) == len(long)
    assert {column: turned(said, column) for column in columns} == {column: row[column] for column in columns}


def turned(said: dict[str, Line], column: str) -> str:
    """Work out a column of the wide table from the long one."""
    item, _, part = column.partition("__")
    one = said.get(item)
    if one is None or one["value"] in MISSING or not part:
        return one["value"] if one else "-97"
    if part == "group":
        return "1" if int(one["value"]) < 7 else "2" if int(one["value"]) < 9 else "3"
    return str(int(part in one["choice"].split("|")))


def counted(row: Line, long: list[Line]) -> None:
    """The counts of the wide row are those of the long ones."""
    states = [one["state"] for one in long]
    asked = [state for state in states if state != "not_asked"]
    assert (int(row["n_answered"]), int(row["n_skipped"])) == (
        states.count("answered"),
        states.count("skipped"),
    )
    assert int(row["n_asked"]) == len(asked)
    assert states.count("abandoned") == (0 if row["status"] == "complete" else states.count("abandoned") % 2)
    assert int(row["n_edits"]) == sum(max(int(one["edits"]), 0) for one in long)
    assert [int(one["position"]) for one in long] == list(range(1, len(long) + 1))


def as_stored(long: list[Line], session: Session) -> None:
    """Every answer that is exported is the stored one."""
    for one in long:
        if one["state"] in {"answered", *UNSAID}:
            answer = session.answers[one["item_id"]]
            assert (one["choice"] if one["state"] == "answered" else None) == answer.choice
            assert answer.declined is (one["state"] == "declined") is (one["value"] == "-98")
            assert int(one["edits"]) == answer.edits
        else:
            assert one["choice"] == one["value"] == {"abandoned": "-99", "not_asked": "-97"}[one["state"]]


def happened(row: Line, long: list[Line], events: list[Line]) -> None:
    """The last event of an item is its answer, at the same time."""
    assert [int(one["turn"]) for one in events] == list(range(1, len(events) + 1))
    began = datetime.fromisoformat(row["started_at"])
    last = {one["item_id"]: one for one in events if one["event"] in {"answered", *UNSAID}}
    for one in long:
        if one["state"] in {"answered", *UNSAID}:
            event = last[one["item_id"]]
            assert event["event"] == one["state"]
            assert event["choice"] == ("" if one["state"] in UNSAID else one["choice"])
            at = began + timedelta(milliseconds=int(event["at_ms"]))
            assert datetime.fromisoformat(one["answered_at"]) == at
            before = events[int(event["turn"]) - 2]
            assert int(one["ms_to_answer"]) == int(event["at_ms"]) - int(before["at_ms"])


def scored(row: Line, scores: list[Line]) -> None:
    """The scores are those of the wide row; probabilities sum to 1, the highest is the segment."""
    for one in scores:
        if one["kind"] in {"quality", "flag"}:
            continue  # the wide table has none of these
        assert row[one["measure"] if one["kind"] == "scale" else f"p_{one['measure']}"] == one["value"]
        assert one["missing"] == (one["value"] if one["value"] in {"-97", "-99"} else "0")
    probabilities = {one["measure"]: float(one["value"]) for one in scores if one["kind"] == "segment"}
    assert bool(probabilities) == (row["segment"] not in {"-97", "-99"})
    if probabilities:
        assert sum(probabilities.values()) == pytest.approx(1, abs=1e-12)
        assert probabilities[row["segment"]] == max(probabilities.values())


async def held(
    kind: str,
    library: Library,
    crowd: list[tuple[str, list[int]]],
    folder: Path,
    wide: Wide | None = WIDE,
) -> dict[str, bytes]:
    """Let a crowd press, export with every line verified, and hold the files against each other.

    Where nothing writes lines of the wide table while they press, the lines are kept afterwards.
    """
    async with opened(kind, library, folder, wide) as store:
        desk = Interviewing(store, library)
        for number, (questionnaire, places) in enumerate(crowd):
            await pressed(desk.person(f"person-{number}"), questionnaire, places)
        if kind == "memory":
            return await exported(store, library, folder)
    async with opened(kind, library, folder) as store:
        while await store.keep_lines(BEGINS + timedelta(days=2)):
            pass
        return await exported(store, library, folder)


async def exported(store: Store, library: Library, folder: Path) -> dict[str, bytes]:
    """Export whole and the wide table alone, and hold the files against each other."""
    out = await written(store, library, folder / "out", wanted=Wanted(verify=True))
    async with store.snapshot() as snapshot:
        ids = await snapshot.questionnaires()
        for each in ids:
            found = {one.response_id: one.session async for one in snapshot.sessions(each)}
            agree(out if len(ids) == 1 else out / each, found)
    alone = await written(store, library, folder / "wide", wanted=Wanted(tables=("wide",)))
    assert wide_of(alone) == wide_of(out)
    return bytes_of(out) | {f"wide/{name}": found for name, found in bytes_of(alone).items()}


def wide_of(folder: Path) -> list[bytes]:
    """Return the wide tables: of kept lines where nothing else is written, else made anew."""
    return [each.read_bytes() for each in sorted(folder.rglob("responses_wide.csv"))]


@pytest.mark.slow
@given(crowds)
@settings(max_examples=12, deadline=None)
def test_the_files_agree_whatever_people_press(crowd: list[tuple[str, list[int]]]) -> None:
    """Random people on the memory store."""
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(held("memory", small_library(), crowd, Path(folder)))


@pytest.mark.slow
async def test_a_few_people_on_sqlite_give_the_same_bytes_as_in_memory(
    library: Library, tmp_path: Path
) -> None:
    """Two questionnaires, somebody who finishes, somebody who leaves."""
    crowd = [("with-segments", [0, 3, 0, 2, 0]), ("show-if", [1, 1])]
    for kind in ("memory", "sqlite"):
        (tmp_path / kind).mkdir()
    memory = await held("memory", library, crowd, tmp_path / "memory")
    assert await held("sqlite", library, crowd, tmp_path / "sqlite") == memory
    (tmp_path / "later").mkdir()
    assert await held("sqlite", library, crowd, tmp_path / "later", wide=None) == memory
    assert len([name for name in memory if not name.startswith("wide/")]) == 26


@pytest.mark.slow
@given(crowds)
@settings(max_examples=25, deadline=None)
def test_sqlite_gives_the_same_bytes_as_memory(crowd: list[tuple[str, list[int]]]) -> None:
    """The same people on both stores: the same folder, byte for byte."""
    with tempfile.TemporaryDirectory() as one, tempfile.TemporaryDirectory() as two:
        memory = asyncio.run(held("memory", small_library(), crowd, Path(one)))
        assert asyncio.run(held("sqlite", small_library(), crowd, Path(two))) == memory


@pytest.mark.slow
@pytest.mark.postgres
async def test_postgres_gives_the_same_bytes_as_memory(
    library: Library, tmp_path: Path, postgres_server: Databases
) -> None:
    """Several crowds, some of whom leave, skip, go back and change their minds: the same sums."""
    crowds_there_are = [
        [("with-segments", [0, 3, 0, 2, 0]), ("show-if", [1, 1]), ("two-languages", [])],
        [("show-if", [1, 2, 5, 3, 0, 7, 1, 4, 2]), ("show-if", [0, 0, 1, 0]), ("reverse-keyed", [2] * 12)],
        [("with-segments", [7, 1, 9, 3, 2, 5, 0, 1, 1, 1, 6, 2])],
    ]
    for number, crowd in enumerate(crowds_there_are):
        for kind in ("memory", "postgres"):
            (tmp_path / f"{kind}-{number}").mkdir()
        url = await postgres_server.new()
        memory = await held("memory", library, crowd, tmp_path / f"memory-{number}")
        wide = None if number == 0 else WIDE
        assert await held(url, library, crowd, tmp_path / f"postgres-{number}", wide) == memory
        await postgres_server.drop(url)
