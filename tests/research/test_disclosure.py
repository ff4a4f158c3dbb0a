"""What leaves the house: by profile, for crowds that are large enough, on the record."""

import csv
import itertools
import json
import random
import zipfile
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import OperatorError
from bot.questionnaire.model import Sensitivity
from bot.research.anonymity import Crowds, withholding
from bot.research.bundle import Wanted
from bot.research.disclosure import CAMPAIGN, K, Profile
from bot.research.record import record, recorded
from bot.research.safe_harbor import HANDLED, NOT_CERTIFIED
from bot.research.zipped import zipped
from bot.storage.memory import MemoryStore
from tests.research.generated import BEGINS, Made, Maker, bundle
from tests.research.readback import READERS, differences
from tests.research.reading import bytes_of, inside, lines, manifest
from tests.research.test_editions import remade

WITHHELD = "-96"
keys = st.tuples(*[st.sampled_from("abc")] * 3)
crowds = st.lists(st.tuples(keys, st.integers(0, 60)), max_size=80)


# ---------------------------------------------------------------- k-anonymity


@pytest.mark.slow
@given(crowds, st.integers(2, 6))
def test_whoever_is_shown_stands_in_a_crowd(people: list[tuple[tuple[str, ...], int]], k: int) -> None:
    """Every combination that is left is shared by k people; with fewer people in all, nothing is left."""
    found = Crowds(k)
    for key, person in people:
        found.add(key, str(person))
    instead = withholding(found, WITHHELD)
    shown: dict[tuple[str, ...], set[int]] = defaultdict(set)
    for key, person in people:
        shown[instead.get(key, key)].add(person)
    if len({person for _, person in people}) < k:
        assert set(shown) <= {(WITHHELD,) * 3}
    else:
        assert all(len(crowd) >= k for crowd in shown.values())


def test_nothing_is_withheld_from_crowds_that_are_large_enough() -> None:
    """Whoever stands among k others keeps every cell."""
    found = Crowds(3)
    for person, key in enumerate(itertools.chain.from_iterable([(("a", "b"), ("c", "d"))] * 3)):
        found.add(key, str(person))
    assert withholding(found, WITHHELD) == {}


def test_one_item_is_withheld_where_that_is_enough() -> None:
    """The others of the combination stay."""
    found = Crowds(2)
    for person, key in enumerate([("a", "x"), ("a", "y"), ("b", "z"), ("b", "z")]):
        found.add(key, str(person))
    assert withholding(found, WITHHELD) == {("a", "x"): ("a", WITHHELD), ("a", "y"): ("a", WITHHELD)}


def with_quasi(made: Made, *items: str) -> Made:
    """Declare items as quasi-identifiers; the digests stay, for the interviews name them."""
    editions = [
        edition.model_copy(
            update={
                "questionnaire": remade(
                    edition.questionnaire,
                    items=tuple(
                        one.model_copy(update={"sensitivity": Sensitivity.QUASI}) if one.id in items else one
                        for one in edition.questionnaire.items
                    ),
                )
            }
        )
        for edition in made.editions
    ]
    return replace(made, editions=tuple(editions))


@pytest.mark.slow
async def test_a_bundle_is_k_anonymous_in_every_file(tmp_path: Path) -> None:
    """What the wide table withholds is withheld in the long one, in the log, in scores and all formats."""
    made = with_quasi(Maker(7, people=40).made(), "item_0", "item_2")
    out = await bundle(made, tmp_path / "out", Wanted(("csv", "sav", "dta", "parquet", "xlsx", "fhir")))
    said, wide = manifest(out)["disclosure"], lines(out, "responses_wide.csv")
    assert (said["k_wanted"], sorted(said["quasi_identifiers"])) == (K, ["item_0", "item_2"])
    people: dict[tuple[str, str], set[str]] = defaultdict(set)
    for row in wide:
        people[row["item_0"], row["item_2"]].add(row["person_id"])
    assert min(map(len, people.values())) == said["k_reached"] == K
    held = {
        (row["response_id"], item) for row in wide for item in ("item_0", "item_2") if row[item] == WITHHELD
    }
    assert len(held) == sum(said["withheld_cells"].values()) > 0
    for row in lines(out, "answers_long.csv"):
        if (row["response_id"], row["item_id"]) in held:
            assert (row["choice"], row["value"], row["label"]) == (WITHHELD, WITHHELD, "")
    told = {
        (row["response_id"], row["item_id"])
        for row in lines(out, "events.csv")
        if row["choice"] not in {"", WITHHELD}
    }
    assert not held & told
    scored = {(row["response_id"], row["measure"]): row["missing"] for row in lines(out, "scores.csv")}
    assert {scored[response, "whole"] for response, _ in held} == {WITHHELD}
    assert [one for name in READERS for one in differences(out, name)] == []


# ---------------------------------------------------------------- campaigns


def invited(people: Mapping[str, int]) -> Made:
    """Return a data set in which each invite brought so many people."""
    invites = [invite for invite, number in people.items() for _ in range(number)]
    made = Maker(3, people=len(invites)).made()
    stored = [
        replace(one, session=replace(one.session, invite=invite))
        for one, invite in zip(made.stored, invites, strict=True)
    ]
    return replace(made, stored=tuple(stored))


async def test_a_campaign_of_few_is_withheld(tmp_path: Path) -> None:
    """Ten people give its code away, eleven don't."""
    out = await bundle(invited({"few": CAMPAIGN - 1, "enough": CAMPAIGN}), tmp_path / "out", Wanted())
    rows = [row["invite"] for row in lines(out, "responses_wide.csv")]
    assert (rows.count("enough"), rows.count(WITHHELD), rows.count("few")) == (CAMPAIGN, CAMPAIGN - 1, 0)
    assert manifest(out)["disclosure"]["withheld_campaigns"] == 1
    assert b"few," not in b"".join(bytes_of(out).values())


async def test_one_person_many_times_is_one_person(tmp_path: Path) -> None:
    """People count, not interviews."""
    made = invited({"busy": CAMPAIGN})
    stored = tuple(replace(one, person_id="p" * 26) for one in made.stored)
    out = await bundle(replace(made, stored=stored), tmp_path / "out", Wanted())
    assert {row["invite"] for row in lines(out, "responses_wide.csv")} == {WITHHELD}


# ---------------------------------------------------------------- safe harbor


SAFE = Wanted(("csv", "sav", "dta", "parquet", "xlsx", "ddi", "fhir", "loaders"), profile=Profile.SAFE_HARBOR)


@pytest.mark.slow
async def test_safe_harbor_leaves_years_and_no_place(tmp_path: Path) -> None:
    """No time finer than a year stands in any file, no organisation, no campaign."""
    made = invited({"enough": CAMPAIGN, "more": CAMPAIGN})
    out = await bundle(made, tmp_path / "out", SAFE)
    for row in lines(out, "responses_wide.csv"):
        assert {row["started_at"], row["consented_at"], row["research_at"]} == {"2026"}
        assert (row["organisation"], row["invite"]) == (WITHHELD, WITHHELD)
    whole = b"".join(body for name, body in bytes_of(out).items() if not name.endswith(".xlsx"))
    for finer in (b"2026-03", b"01 Mar 26", b"01 Mar 2026", b"example-hospital", b"enough,"):
        assert finer not in whole
    assert [one for name in ("long", "parquet", "xlsx", "fhir") for one in differences(out, name)] == []


@pytest.mark.slow
async def test_safe_harbor_names_all_eighteen(tmp_path: Path) -> None:
    """One by one, in the folder too; and what no program can certify."""
    out = await bundle(Maker(3).made(), tmp_path / "out", SAFE)
    assert [identifier[1] for identifier, _ in HANDLED] == list("ABCDEFGHIJKLMNOPQR")
    page = (out / "README.md").read_text("utf-8")
    assert all(f"| {what} | {how} |" in page for what, how in HANDLED)
    assert NOT_CERTIFIED in page


# ---------------------------------------------------------------- a person's own data


async def test_own_data_are_one_person_s_and_whole(tmp_path: Path) -> None:
    """Nothing is withheld from whoever said it, not even an item declared an identifier."""
    made = invited({"few": 4})
    mine = made.stored[2]
    wanted = Wanted(profile=Profile.OWN_DATA, response=mine.response_id)
    out = await bundle(made, tmp_path / "out", wanted)
    (row,) = lines(out, "responses_wide.csv")
    assert (row["response_id"], row["invite"], row["organisation"]) == (
        mine.response_id,
        "few",
        "example-hospital",
    )
    others = {one.response_id for one in made.stored} - {mine.response_id}
    whole = b"".join(bytes_of(out).values()).decode()
    assert not [one for one in others if one in whole]


async def test_own_data_need_a_response_that_there_is(tmp_path: Path) -> None:
    """A wrong code is a sentence, and nothing is written."""
    for response, said in ((None, "--response"), ("nobody", "no response nobody")):
        with pytest.raises(OperatorError, match=said):
            await bundle(
                Maker(3).made(), tmp_path / "out", Wanted(profile=Profile.OWN_DATA, response=response)
            )
    assert inside(tmp_path) == []


# ---------------------------------------------------------------- zip, and the record


async def test_a_zip_has_the_same_bytes_again(tmp_path: Path) -> None:
    """And everything in it that the folder has."""
    for name in ("one.zip", "two.zip"):
        with zipped(tmp_path / name) as folder:
            await bundle(Maker(3).made(), folder, Wanted())
    assert (tmp_path / "one.zip").read_bytes() == (tmp_path / "two.zip").read_bytes()
    plain = await bundle(Maker(3).made(), tmp_path / "plain", Wanted())
    with zipfile.ZipFile(tmp_path / "one.zip") as packed:
        assert packed.testzip() is None
        assert {name: packed.read(name) for name in packed.namelist()} == bytes_of(plain)
        assert packed.namelist() == sorted(packed.namelist(), key=str.encode)


async def test_a_zip_is_whole_or_not_there(tmp_path: Path) -> None:
    """A fault leaves nothing; what is there stays."""
    with pytest.raises(OperatorError, match="no response"), zipped(tmp_path / "out.zip") as folder:
        await bundle(Maker(3).made(), folder, Wanted(profile=Profile.OWN_DATA, response="nobody"))
    assert inside(tmp_path) == []
    (tmp_path / "out.zip").write_text("mine")
    with pytest.raises(OperatorError, match="there already"), zipped(tmp_path / "out.zip"):
        pass
    assert (tmp_path / "out.zip").read_text() == "mine"


async def test_every_export_is_on_the_record(tmp_path: Path) -> None:
    """Who, when, which filter, how many, which k; a changed entry shows."""
    store = MemoryStore()
    out = await bundle(Maker(3).made(), tmp_path / "out", Wanted())
    for minute in range(3):
        await record(store, manifest(out), "somebody", BEGINS + timedelta(minutes=minute))
    entries = await recorded(store)
    assert [entry["at"][14:16] for entry in entries] == ["00", "01", "02"]
    assert {(entry["who"], entry["responses"], entry["profile"]) for entry in entries} == {
        ("somebody", 12, "research")
    }
    changed = {**entries[0], "who": "nobody"}
    await store.remember("export:1", json.dumps(changed, sort_keys=True))
    with pytest.raises(ValueError, match="before entry 2"):
        await recorded(store)


# ---------------------------------------------------------------- the quick way and the slow one


async def test_the_shuffled_are_sorted_again(tmp_path: Path) -> None:
    """The order in which interviews are kept changes nothing."""
    made = Maker(5).made()
    shuffled = list(made.stored)
    random.Random(1).shuffle(shuffled)
    one = await bundle(made, tmp_path / "one", Wanted())
    two = await bundle(replace(made, stored=tuple(shuffled)), tmp_path / "two", Wanted())
    assert bytes_of(one) == bytes_of(two)


async def test_csv_is_read_back_as_it_was_written(tmp_path: Path) -> None:
    """Strictly: no field is quoted without need, none misses its quotes."""
    out = await bundle(Maker(5).made(), tmp_path / "out", Wanted())
    for file in out.glob("*.csv"):
        with file.open(encoding="utf-8", newline="") as text:
            rows = list(csv.reader(text, strict=True))
        again = tmp_path / file.name
        with again.open("w", encoding="utf-8", newline="") as text:
            csv.writer(text, lineterminator="\n").writerows(rows)
        assert again.read_bytes() == file.read_bytes()
