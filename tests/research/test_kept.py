"""A line that is kept for the wide table is what would be written now, or it isn't kept."""

import sqlite3
from collections import Counter
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from bot.conversation.events import Commanded
from bot.conversation.library import Library
from bot.conversation.replies import Page
from bot.conversation.taps import Act
from bot.errors import OperatorError
from bot.research.bundle import Wanted
from bot.research.layout import merge
from bot.research.merging import merged
from bot.research.quick.kept import VERSION, WIDE, serve, writing
from bot.storage.pages import row_of
from bot.storage.sqlite import SqliteStore, open_sqlite
from tests.research.interviewing import BEGINS, Interviewing, Person, written
from tests.research.reading import lines, manifest

ALONE = Wanted(tables=("wide",))
LATER = BEGINS + timedelta(days=2)


@pytest.fixture
async def database(tmp_path: Path) -> Path:
    return tmp_path / "attune.db"


@pytest.fixture
async def store(library: Library, database: Path) -> AsyncIterator[SqliteStore]:
    store = await open_sqlite(database, "key", clock=lambda: BEGINS, wide=WIDE)
    for edition in library.editions():
        await store.keep_edition(edition)
    yield store
    await store.close()


@pytest.fixture
def desk(store: SqliteStore, library: Library) -> Interviewing:
    return Interviewing(store, library)


def kept(database: Path) -> int:
    """Return how many lines there are."""
    with sqlite3.connect(database) as connection:
        ((number,),) = connection.execute("SELECT count(*) FROM wide_row")
    connection.close()
    return int(number)


async def finished(desk: Interviewing, name: str = "ana") -> Person:
    person = desk.person(name)
    await person.finishes(1, 2, 1, 0)
    return person


async def with_segments(desk: Interviewing) -> Person:
    person = desk.person("ana")
    desk.library = desk.library.cast("with-segments")
    await person.finishes(3, 0, 0, 3)
    return person


class TestALine:
    async def test_is_kept_when_an_interview_is_finished(self, desk: Interviewing, database: Path) -> None:
        person = desk.person("ana")
        await person.starts()
        await person.agrees()
        await person.answers(1, 2, 1, 0)
        assert kept(database) == 0
        await person.does(Act.RESULT)
        assert kept(database) == 1

    async def test_isnt_kept_of_whom_research_may_not_use(self, desk: Interviewing, database: Path) -> None:
        await desk.person("ana").finishes(1, 2, 1, 0, research=False)
        assert kept(database) == 0

    async def test_goes_when_research_is_taken_back_and_is_there_again_with_a_new_yes(
        self, desk: Interviewing, database: Path
    ) -> None:
        person = await finished(desk)
        await person.switches_research(on=False)
        assert kept(database) == 0
        await person.switches_research(on=True)
        assert kept(database) == 1

    async def test_goes_with_the_person(self, desk: Interviewing, database: Path) -> None:
        person = await finished(desk)
        await finished(desk, "ben")
        await person.hear(Commanded(desk.tick(), "forget", "seed-forget"))
        await person.does(Act.PAGE, Page.ERASE_SURE)
        await person.does(Act.ERASE)
        assert kept(database) == 1

    async def test_goes_with_the_interview_that_has_had_its_time(
        self, desk: Interviewing, store: SqliteStore, database: Path
    ) -> None:
        await finished(desk)
        year = timedelta(days=365)
        await store.sweep(desk.now + 2 * year, address_age=year, retention=year, unconsented=year)
        assert kept(database) == 0

    async def test_says_what_was_changed_after_the_result(
        self, desk: Interviewing, store: SqliteStore, tmp_path: Path
    ) -> None:
        person = await with_segments(desk)
        await person.does(Act.PAGE, "not_me")
        await person.does(Act.CORRECT, "1")
        out = await written(store, desk.library, tmp_path / "out", wanted=ALONE)
        (row,) = lines(out, "responses_wide.csv")
        assert row["correction"] == "social"

    async def test_isnt_kept_by_who_has_nothing_to_write_it_with(
        self, desk: Interviewing, database: Path
    ) -> None:
        """Nor is an old one left that isn't true any more."""
        person = await with_segments(desk)
        await desk.store.close()
        desk.store = await open_sqlite(database, "key", clock=lambda: BEGINS)
        await person.does(Act.PAGE, "not_me")
        await person.does(Act.CORRECT, "1")
        assert kept(database) == 0
        await desk.store.close()


class TestAnExport:
    async def test_puts_the_others_in_between(
        self, desk: Interviewing, store: SqliteStore, library: Library, tmp_path: Path, database: Path
    ) -> None:
        for number in range(12):
            person = desk.person(f"person-{number}", "simulated" if number % 5 == 4 else "telegram")
            await person.starts()
            await person.agrees()
            await person.answers(1, 2, 1, 0)
            if number % 3:
                await person.does(Act.RESULT)
        assert kept(database) == 8
        quick = await written(store, library, tmp_path / "quick", wanted=ALONE)
        assert Counter(manifest(quick)["excluded"]) == Counter(simulated=2)
        with sqlite3.connect(database) as connection:
            connection.execute("DELETE FROM wide_row")
        connection.close()
        anew = await written(store, library, tmp_path / "anew", wanted=ALONE)
        assert digests(quick) == digests(anew)

    async def test_leaves_lines_of_another_version_alone(
        self, desk: Interviewing, store: SqliteStore, library: Library, tmp_path: Path, database: Path
    ) -> None:
        await finished(desk)
        changed(database, "UPDATE wide_row SET made = made + 1, line = 'nonsense'")
        out = await written(store, library, tmp_path / "out", wanted=ALONE)
        assert len(lines(out, "responses_wide.csv")) == 1
        assert "nonsense" not in (out / "responses_wide.csv").read_text("utf-8")

    @pytest.mark.parametrize(
        ("fault", "told"),
        [
            ("UPDATE wide_row SET line = replace(line, 'complete', 'partial')", "isn't what it declares"),
            ("UPDATE wide_row SET code = 'zzz'", "isn't what it declares"),
            ("UPDATE person SET research = 0", "a line is kept"),
        ],
    )
    async def test_that_is_verified_finds_a_line_that_isnt_true(
        self,
        desk: Interviewing,
        store: SqliteStore,
        library: Library,
        tmp_path: Path,
        database: Path,
        fault: str,
        told: str,
    ) -> None:
        await finished(desk)
        await written(store, library, tmp_path / "fine", wanted=Wanted(verify=True))
        changed(database, fault)
        with pytest.raises(OperatorError, match=told):
            await written(store, library, tmp_path / "out", wanted=Wanted(verify=True))


class TestAnInterviewThatWasLeft:
    """It has a line from an hour after it began, which counts until somebody goes on."""

    @pytest.fixture
    async def left(self, desk: Interviewing) -> list[Person]:
        """Three people who agreed: one answered nothing, one two questions, one stopped after one."""
        people = [desk.person(name) for name in ("ana", "ben", "eva")]
        for number, person in enumerate(people):
            await person.starts()
            await person.agrees()
            await person.answers(*[1, 2, 1, 0][: (0, 2, 1)[number]])
        await people[2].hear(Commanded(desk.tick(), "stop", "seed-stop"))
        await finished(desk, "kim")
        return people

    @pytest.mark.usefixtures("left")
    async def test_is_exported_by_its_line(
        self, store: SqliteStore, library: Library, tmp_path: Path, database: Path
    ) -> None:
        anew = await written(store, library, tmp_path / "anew", wanted=ALONE)
        await all_kept(store)
        assert kept(database) == 4
        assert await others(store) == 0
        quick = await written(store, library, tmp_path / "kept", wanted=ALONE)
        assert digests(quick) == digests(anew)
        assert manifest(quick)["counts"]["status"] == {"complete": 1, "partial": 2, "stopped": 1}
        await written(store, library, tmp_path / "verified", wanted=Wanted(verify=True))

    async def test_is_read_anew_once_somebody_goes_on(
        self, left: list[Person], store: SqliteStore, library: Library, tmp_path: Path
    ) -> None:
        await all_kept(store)
        await left[1].answers(1)
        assert await others(store) == 1
        out = await written(store, library, tmp_path / "out", wanted=ALONE)
        assert sorted(row["n_answered"] for row in lines(out, "responses_wide.csv")) == ["0", "1", "3", "4"]
        await written(store, library, tmp_path / "verified", wanted=Wanted(verify=True))

    async def test_has_the_line_of_its_last_turn_when_it_is_finished(
        self, left: list[Person], store: SqliteStore, library: Library, tmp_path: Path, database: Path
    ) -> None:
        await all_kept(store)
        await left[1].answers(1, 0)
        await left[1].does(Act.RESULT)
        assert (kept(database), await others(store)) == (4, 0)
        out = await written(store, library, tmp_path / "out", wanted=ALONE)
        assert manifest(out)["counts"]["status"] == {"complete": 2, "partial": 1, "stopped": 1}

    async def test_has_none_any_more_when_research_is_taken_back(
        self, left: list[Person], store: SqliteStore, database: Path
    ) -> None:
        await all_kept(store)
        await left[1].switches_research(on=False)
        assert kept(database) == 3

    async def test_has_none_while_it_may_go_on(
        self, left: list[Person], store: SqliteStore, database: Path
    ) -> None:
        assert not await store.keep_lines(BEGINS)
        assert (kept(database), await others(store)) == (1, len(left))


@pytest.mark.usefixtures("before")
class TestAnInterviewOfBefore:
    """It ended while no lines were kept, or those of another version."""

    @pytest.fixture
    async def before(self, desk: Interviewing, database: Path) -> None:
        """Three that are finished, one that isn't, and one that research may not use."""
        for name in ("ana", "ben", "eva"):
            await finished(desk, name)
        await desk.person("dan").starts()
        await desk.person("kim").finishes(1, 2, 1, 0, research=False)
        changed(database, "DELETE FROM wide_row")

    async def test_gets_its_line(
        self, store: SqliteStore, library: Library, tmp_path: Path, database: Path
    ) -> None:
        anew = await written(store, library, tmp_path / "anew", wanted=ALONE)
        await all_kept(store)
        assert kept(database) == 3
        assert digests(await written(store, library, tmp_path / "kept", wanted=ALONE)) == digests(anew)
        await written(store, library, tmp_path / "verified", wanted=Wanted(verify=True))

    async def test_that_cannot_be_written_keeps_no_other_from_its_line(
        self, store: SqliteStore, database: Path
    ) -> None:
        changed(database, "UPDATE session SET state = '{}' WHERE rowid = (SELECT min(rowid) FROM session)")
        await all_kept(store)
        assert kept(database) == 2

    async def test_gets_the_line_of_this_version_for_another_s(
        self, store: SqliteStore, database: Path
    ) -> None:
        await all_kept(store)
        told = rows(database)
        changed(database, "UPDATE wide_row SET made = 0, line = 'nonsense'")
        changed(database, "UPDATE meta SET value = '0' WHERE name = '_wide_rows'")
        await all_kept(store)
        assert rows(database) == told

    async def test_of_whom_research_may_not_use_any_more_gets_none(
        self, store: SqliteStore, database: Path
    ) -> None:
        changed(database, "UPDATE person SET research = 0")
        await all_kept(store)
        assert kept(database) == 0

    async def test_is_looked_at_once_a_few_at_a_time_whoever_begins(
        self,
        store: SqliteStore,
        database: Path,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        monkeypatch.setattr("bot.storage.wide_filling.FEW", 1)
        found = []
        while await store.keep_lines(LATER):
            found.append(kept(database))
            await store.close()
            store = await open_sqlite(database, "key", clock=lambda: BEGINS, wide=WIDE)
        assert (sorted(found), found[-1]) == (found, 3)
        assert len(found) == 5
        changed(database, "DELETE FROM wide_row")
        assert not await store.keep_lines(LATER)
        assert kept(database) == 0
        await store.close()

    async def test_gets_none_from_who_has_nothing_to_write_it_with(
        self, store: SqliteStore, database: Path
    ) -> None:
        await store.close()
        other = await open_sqlite(database, "key", clock=lambda: BEGINS)
        assert not await other.keep_lines(LATER)
        await other.close()
        able = await open_sqlite(database, "key", clock=lambda: BEGINS, wide=WIDE)
        await all_kept(able)  # what was found before isn't taken for done
        assert kept(database) == 3
        await able.close()


class TestTheVersion:
    async def test_is_raised_when_lines_change(self, desk: Interviewing, database: Path) -> None:
        """Whoever changes what a line says changes this sum, and raises VERSION with it."""
        await finished(desk)
        with sqlite3.connect(database) as connection:
            ((line,),) = connection.execute("SELECT line FROM wide_row")
        connection.close()
        digests = {line.split(",")[3]: "edition", line.split(",")[9]: "consent"}  # they change with any word
        for digest, name in digests.items():
            line = line.replace(digest, name)
        said = (
            "-97,show-if,1.0.0,edition,telegram,en,example-hospital,-97,-97,consent,en,"
            "2026-11-24T09:00:04.500Z,2026-11-24T09:00:06.000Z,2026-11-24T09:00:01.500Z,"
            "2026-11-24T09:00:13.500Z,complete,12.0,4,4,0,0,1,2,1,0,-97,-97,-97,-97"
        )
        assert (VERSION, line) == (1, said)


class TestLayouts:
    def test_serve_where_every_edition_has_the_same_columns(self, library: Library) -> None:
        edition = library.questionnaires["show-if"].edition
        texts = edition.model_copy(update={"digest": "f" * 64})
        fewer = edition.questionnaire.model_copy(update={"items": edition.questionnaire.items[1:]})
        shorter = edition.model_copy(update={"digest": "e" * 64, "questionnaire": fewer})
        assert serve(merge("show-if", [edition, texts]))
        assert not serve(merge("show-if", [edition, shorter]))


class TestAWriter:
    async def test_says_the_same_however_often_it_begins_afresh(
        self, desk: Interviewing, store: SqliteStore, library: Library, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        await finished(desk)
        monkeypatch.setattr("bot.research.quick.kept._AFRESH", 2)
        write = writing(library.questionnaires["show-if"].edition)
        async with store.snapshot() as snapshot:
            (stored,) = [one async for one in snapshot.sessions("show-if")]
        assert len({write(row_of(stored, events=False)) for _ in range(5)}) == 1


async def of(*pages: list[str]) -> AsyncIterator[list[str]]:
    for page in pages:
        yield page


class TestMerging:
    @pytest.mark.parametrize(
        "sources",
        [
            [[["a", "d"], ["e"]], [["b"], [], ["c", "f", "g"]]],
            [[], [["a"]]],
            [[["b", "c"]], [["a"]]],
            [[], []],
        ],
    )
    async def test_keeps_the_order(self, sources: list[list[list[str]]]) -> None:
        found = [line async for some in merged(*(of(*one) for one in sources)) for line in some]
        assert found == sorted(line for one in sources for page in one for line in page)


async def all_kept(store: SqliteStore) -> None:
    while await store.keep_lines(LATER):
        pass


async def others(store: SqliteStore) -> int:
    """Return how many interviews an export reads from their sessions."""
    async with store.snapshot() as snapshot:
        return sum([len(page) async for page in snapshot.kept("show-if", VERSION, frozenset()).others()])


def rows(database: Path) -> list[tuple[object, ...]]:
    with sqlite3.connect(database) as connection:
        found = connection.execute("SELECT * FROM wide_row ORDER BY response_id").fetchall()
    connection.close()
    return found


def digests(folder: Path) -> str:
    return (folder / "SHA256SUMS").read_text("utf-8")


def changed(database: Path, statement: str) -> None:
    with sqlite3.connect(database) as connection:
        connection.execute(statement)
    connection.close()
