"""The folder: whole or not at all, the same bytes for the same data, and nobody in it who didn't agree."""

import hashlib
import itertools
from collections.abc import AsyncIterator, Sequence
from pathlib import Path

import pytest

from bot.conversation.library import Library
from bot.conversation.replies import Page
from bot.conversation.taps import Act, read
from bot.errors import OperatorError
from bot.research.bundle import export
from bot.research.survey import Filters
from bot.storage.memory import MemoryStore
from bot.storage.store import Row, Snapshot
from tests.research.interviewing import Interviewing, Person, written
from tests.research.reading import bytes_of, inside, lines, manifest, sums
from tests.research.snapshots import Seen

FILES = {
    "CITATION.cff",
    "README.md",
    "SHA256SUMS",
    "answers_long.csv",
    "codebook.csv",
    "codebook.html",
    "crosswalk.csv",
    "datapackage.json",
    "events.csv",
    "export.json",
    "responses_wide.csv",
    "scores.csv",
    "scoring_vectors.json",
}


async def a_few(desk: Interviewing) -> None:
    """Let somebody finish, somebody leave in the middle, somebody refuse research."""
    await desk.person("a").finishes(1, 2, 1, 0)
    half = desk.person("b", channel="terminal")
    await half.starts()
    await half.agrees()
    await half.answers(0)
    await desk.person("c").finishes(0, 1, research=False)


async def test_the_folder_holds_what_the_page_says(desk: Interviewing, tmp_path: Path) -> None:
    """Five CSV files and what goes beside them; the manifest and the sums are right about every one."""
    await a_few(desk)
    folder = await written(desk.store, desk.library, tmp_path / "out")
    assert {path.name for path in folder.iterdir()} == FILES
    digests = {
        name: hashlib.sha256(body).hexdigest()
        for name, body in bytes_of(folder).items()
        if name != "SHA256SUMS"
    }
    assert sums(folder) == digests
    said = manifest(folder)
    assert {file["name"] for file in said["files"]} == FILES - {"SHA256SUMS", "export.json"}
    for file in said["files"]:
        assert file["sha256"] == digests[file["name"]]
        assert file["bytes"] == (folder / file["name"]).stat().st_size
        assert file.get("rows") in {None, *([len(lines(folder, file["name"]))] if "rows" in file else [])}
    edition = desk.library.questionnaires["show-if"].edition
    assert [one["sha256"] for one in said["editions"]] == [edition.digest]
    assert said["counts"]["status"] == {"complete": 1, "partial": 1}
    assert said["counts"]["channel"] == {"telegram": 1, "terminal": 1}


async def test_the_same_data_give_the_same_bytes(desk: Interviewing, tmp_path: Path) -> None:
    """Two exports of one store are equal, file by file."""
    await a_few(desk)
    one = await written(desk.store, desk.library, tmp_path / "one")
    two = await written(desk.store, desk.library, tmp_path / "deeper" / "two")
    assert bytes_of(one) == bytes_of(two)


async def test_rows_stand_in_byte_order_and_lines_end_with_lf(desk: Interviewing, tmp_path: Path) -> None:
    """No order depends on when somebody came, and no file has a carriage return or a byte order mark."""
    for name in "abcdefgh":
        await desk.person(name).finishes(0, 0)
    folder = await written(desk.store, desk.library, tmp_path / "out")
    ids = [row["response_id"].encode() for row in lines(folder, "responses_wide.csv")]
    assert ids == sorted(ids)
    for body in bytes_of(folder).values():
        assert b"\r" not in body
        assert not body.startswith(b"\xef\xbb\xbf")


async def test_whoever_did_not_agree_is_a_number_with_a_reason(desk: Interviewing, tmp_path: Path) -> None:
    """No consent, no research, a yes taken back: none of their rows, all of their reasons."""
    await a_few(desk)
    await desk.person("d").starts()
    withdrawn = desk.person("e")
    await withdrawn.finishes(1, 2, 1, 0)
    await withdrawn.switches_research(on=False)
    folder = await written(desk.store, desk.library, tmp_path / "out")
    said = manifest(folder)
    assert (said["counts"]["responses"], len(lines(folder, "responses_wide.csv"))) == (2, 2)
    assert sum(said["excluded"].values()) == 3
    assert said["excluded"]["no_consent"] == 1
    assert "| 1 | didn't agree to the consent text |" in (folder / "README.md").read_text("utf-8")


async def test_simulated_interviews_are_left_out_unless_asked_for(desk: Interviewing, tmp_path: Path) -> None:
    """They are counted, and marked by their channel where they are in."""
    await a_few(desk)
    await desk.person("s", channel="simulated").finishes(0, 0)
    without = await written(desk.store, desk.library, tmp_path / "without")
    assert manifest(without)["excluded"]["simulated"] == 1
    assert {row["channel"] for row in lines(without, "responses_wide.csv")} == {"telegram", "terminal"}
    asked = await written(desk.store, desk.library, tmp_path / "asked", include=["simulated"])
    assert manifest(asked)["excluded"]["simulated"] == 0
    assert len(lines(asked, "responses_wide.csv")) == 3


async def test_no_identity_is_in_any_file(desk: Interviewing, tmp_path: Path) -> None:
    """Neither the address, nor the pseudonym, nor the session's own id or seed."""
    person = desk.person("needle-4711")
    await person.finishes(1, 2, 1, 0)
    async with desk.store.snapshot() as snapshot:
        (stored,) = [one async for one in snapshot.sessions("show-if")]
    folder = await written(desk.store, desk.library, tmp_path / "out")
    whole = b"".join(bytes_of(folder).values()).decode()
    assert stored.response_id in whole
    for secret in ("needle-4711", stored.session.id, stored.session.seed):
        assert secret not in whole


# ---------------------------------------------------------------- several questionnaires


async def both(desk: Interviewing) -> Person:
    """Let people answer two questionnaires."""
    await desk.person("a").finishes(1, 2, 1, 0)
    other = desk.person("b")
    await other.starts("with-segments")
    await other.agrees()
    return other


async def test_each_of_several_questionnaires_has_a_folder(desk: Interviewing, tmp_path: Path) -> None:
    """By its id, each complete."""
    await both(desk)
    folder = await written(desk.store, desk.library, tmp_path / "out")
    assert {path.name for path in folder.iterdir()} == {"show-if", "with-segments"}
    assert all({path.name for path in each.iterdir()} == FILES for each in folder.iterdir())
    assert manifest(folder / "with-segments")["questionnaire"] == "with-segments"


async def test_one_questionnaire_can_be_named(desk: Interviewing, tmp_path: Path) -> None:
    """Its files stand in the folder itself."""
    await both(desk)
    folder = await written(desk.store, desk.library, tmp_path / "out", questionnaire="show-if")
    assert {path.name for path in folder.iterdir()} == FILES
    with pytest.raises(OperatorError, match=r"no interviews of tiny.*show-if, with-segments"):
        await written(desk.store, desk.library, tmp_path / "none", questionnaire="tiny")


async def test_an_empty_store_is_said_to_be_empty(desk: Interviewing, tmp_path: Path) -> None:
    """Nothing is written."""
    with pytest.raises(OperatorError, match="There are no interviews yet"):
        await written(desk.store, desk.library, tmp_path / "out")
    assert inside(tmp_path) == []


async def test_where_nobody_agreed_the_columns_are_those_of_today(desk: Interviewing, tmp_path: Path) -> None:
    """An empty table still says what will stand in it."""
    await desk.person("c").finishes(0, 1, research=False)
    folder = await written(desk.store, desk.library, tmp_path / "out")
    assert lines(folder, "responses_wide.csv") == []
    assert ",has_dog,walks,in_rain,has_cat," in (folder / "responses_wide.csv").read_text("utf-8")
    assert manifest(folder)["excluded"]["no_research"] == 1


# ---------------------------------------------------------------- whole or not at all


@pytest.mark.parametrize("what", ["folder", "file", "link"])
async def test_what_is_there_is_never_overwritten(desk: Interviewing, tmp_path: Path, what: str) -> None:
    """A folder with something in it, a file and a link are refused with a remedy."""
    await a_few(desk)
    out = tmp_path / "out"
    (tmp_path / "elsewhere").mkdir()
    if what == "folder":
        out.mkdir()
        (out / "mine.txt").write_text("mine")
    elif what == "file":
        out.write_text("mine")
    else:
        out.symlink_to(tmp_path / "elsewhere")
    before = inside(tmp_path)
    with pytest.raises(OperatorError, match=r"(isn't empty|is not a folder)\. .*--out"):
        await written(desk.store, desk.library, out)
    assert inside(tmp_path) == before


async def test_an_empty_folder_is_filled(desk: Interviewing, tmp_path: Path) -> None:
    """Somebody may have made it beforehand."""
    await a_few(desk)
    (tmp_path / "out").mkdir()
    folder = await written(desk.store, desk.library, tmp_path / "out")
    assert {path.name for path in folder.iterdir()} == FILES


class Breaking(Seen):
    """A snapshot that breaks after some interviews."""

    def __init__(self, snapshot: Snapshot, after: int) -> None:
        super().__init__(snapshot)
        self._left = itertools.count(-after)

    async def pages(self, questionnaire: str, *, events: bool) -> AsyncIterator[Sequence[Row]]:
        async for page in super().pages(questionnaire, events=events):
            for row in page:
                if next(self._left) >= 0:
                    raise RuntimeError("the disk went away")
                yield [row]


@pytest.mark.parametrize("after", [0, 1, 2])
async def test_a_broken_export_leaves_nothing(desk: Interviewing, tmp_path: Path, after: int) -> None:
    """Neither the final name nor a draft beside it."""
    await a_few(desk)
    library = desk.library
    async with desk.store.snapshot() as snapshot:
        broken = Breaking(snapshot, after)
        with pytest.raises(RuntimeError, match="the disk went away"):
            await export(
                broken,
                tmp_path / "out",
                Filters(snapshot.as_of),
                lambda edition: library.content(edition, library.default_organisation),
            )
    assert inside(tmp_path) == []


async def test_the_final_name_appears_with_everything_in_it(desk: Interviewing, tmp_path: Path) -> None:
    """While rows are written, nothing stands under it."""
    await a_few(desk)
    out, seen = tmp_path / "out", []

    def watching(done: int, of: int) -> None:
        seen.append((done, of, out.exists(), len(list(tmp_path.iterdir()))))

    library = desk.library
    async with desk.store.snapshot() as snapshot:
        await export(
            snapshot,
            out,
            Filters(snapshot.as_of),
            lambda edition: library.content(edition, library.default_organisation),
            progress=watching,
        )
    assert seen == [(3, 3, False, 1)]
    assert {path.name for path in out.iterdir()} == FILES


# ---------------------------------------------------------------- as of an earlier turn


async def as_of(desk: Interviewing) -> int:
    """Return the present turn."""
    async with desk.store.snapshot() as snapshot:
        return snapshot.as_of


async def test_an_earlier_turn_gives_its_rows_again(desk: Interviewing, tmp_path: Path) -> None:
    """What people did since changes none of the five files; those who came since aren't in."""
    await a_few(desk)
    late = desk.person("d")
    await late.starts()
    await late.agrees()
    await late.answers(1)
    then = await as_of(desk)
    before = await written(desk.store, desk.library, tmp_path / "before")
    await late.answers(2, 0, 1)
    await late.does(Act.RESULT)
    await desk.person("e").finishes(0, 0)
    now = await written(desk.store, desk.library, tmp_path / "now")
    again = await written(desk.store, desk.library, tmp_path / "again", as_of=then)
    for name in FILES:
        if name.endswith(".csv"):
            assert (again / name).read_bytes() == (before / name).read_bytes()
    assert (len(lines(again, "responses_wide.csv")), len(lines(now, "responses_wide.csv"))) == (3, 4)
    assert manifest(again)["as_of"] == then


async def test_who_withdraws_is_in_no_export_of_an_earlier_turn(desk: Interviewing, tmp_path: Path) -> None:
    """The last word counts, whatever turn is asked for."""
    person = desk.person("a")
    await person.finishes(1, 2, 1, 0)
    then = await as_of(desk)
    assert len(lines(await written(desk.store, desk.library, tmp_path / "one"), "responses_wide.csv")) == 1
    await person.switches_research(on=False)
    again = await written(desk.store, desk.library, tmp_path / "two", as_of=then)
    assert lines(again, "responses_wide.csv") == []


async def test_who_had_not_said_yes_by_then_is_not_in(desk: Interviewing, tmp_path: Path) -> None:
    """A yes that came later opens later exports, not earlier ones."""
    person = desk.person("a")
    await person.finishes(1, 2, 1, 0, research=False)
    then = await as_of(desk)
    await person.switches_research(on=True)
    again = await written(desk.store, desk.library, tmp_path / "then", as_of=then)
    assert manifest(again)["excluded"] == {"no_consent": 0, "no_research": 1, "withdrawn": 0, "simulated": 0}
    assert len(lines(await written(desk.store, desk.library, tmp_path / "now"), "responses_wide.csv")) == 1


async def test_a_turn_that_has_not_come_is_refused(desk: Interviewing, tmp_path: Path) -> None:
    """The remedy says which turns there are."""
    await a_few(desk)
    last = await as_of(desk)
    with pytest.raises(OperatorError, match=f"from 0 to {last}"):
        await written(desk.store, desk.library, tmp_path / "out", as_of=last + 1)


# ---------------------------------------------------------------- a second part


async def test_a_second_part_leads_to_its_first(shipped: Library, tmp_path: Path) -> None:
    """`follows` is the response id of the first part, in the folder beside it; the person is the same."""
    store = MemoryStore()
    for edition in shipped.editions():
        await store.keep_edition(edition)
    person = Interviewing(store, shipped.cast("health-mindset")).person("a")
    await person.starts()
    await person.agrees()
    while person.page is Page.QUESTION:
        await person.answers(0)
    if Act.SECOND not in {tap.act for one in person.buttons if (tap := read(one.token or ""))}:
        await person.does(Act.RESULT)
    await person.does(Act.SECOND)
    await person.answers(0)
    folder = await written(store, shipped, tmp_path / "out")
    (first,) = lines(folder / "health-mindset", "responses_wide.csv")
    (second,) = lines(folder / "social-engagement", "responses_wide.csv")
    assert (first["follows"], second["follows"]) == ("-97", first["response_id"])
    assert first["person_id"] == second["person_id"]
    assert first["arm"] in {"second_part=before", "second_part=after"}
