"""The whole report: from a store, from its export, from a file; what it says, and what it never says."""

import asyncio
import csv
import html
import io
import json
import random
import re
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from bot.conversation.library import Library
from bot.conversation.taps import Act, read
from bot.conversation.voices import ARM, NEUTRAL_ARM, OWN_ARM
from bot.questionnaire.load import load
from bot.questionnaire.model import Edition
from bot.research.report.collecting import Collected, from_file, from_store
from bot.research.report.making import Wanted, report
from bot.research.report.page import page
from bot.research.report.people import arms
from bot.research.report.planning import planned
from bot.research.report.rules import STATED
from bot.research.report.segments import GUESS, WHO
from bot.research.report.table import Estimate, Report, Table
from bot.research.report.told import as_csv, as_json, as_text
from bot.research.report.traits import outcomes
from bot.research.survey import Filters
from bot.storage.memory import MemoryStore
from tests.conftest import ROOT
from tests.research.conftest import small_library
from tests.research.interviewing import Interviewing, written
from tests.research.interviewing import Person as Answering

SMALL = ROOT / "tests" / "questionnaires"


def made(found: Collected, wanted: Wanted | None = None) -> Report:
    """Return the report on some people."""
    return report(found.people, found.second, wanted or Wanted(), lambda _done, _of: None)


def table(of: Report, name: str) -> Table:
    """Return one of its tables."""
    return next(one for section in of.sections for one in section.tables if one.id == name)


async def collected(desk: Interviewing, questionnaire: str) -> Collected:
    """Return what a report reads out of a store."""
    async with desk.store.snapshot() as snapshot:
        return await from_store(
            snapshot,
            Filters(snapshot.as_of),
            lambda edition: desk.library.content(edition, desk.library.default_organisation),
            questionnaire,
            lambda _done, _of: None,
        )


async def crowd(desk: Interviewing, questionnaire: str, many: int, *, research: bool = True) -> None:
    """Let people answer by chance, and rate their first tip if they get one."""
    desk.library = desk.library.cast(questionnaire)
    chance = random.Random(many)
    for number in range(many):
        person = desk.person(f"{questionnaire}-{research}-{number}")
        await person.starts()
        await person.agrees(research=research)
        while person.page.value == "question":
            chosen = [
                one for one in person.buttons if (tap := read(one.token or "")) and tap.act is Act.CHOOSE
            ]
            await person.press(chance.choice(chosen))
        await person.does(Act.RESULT)


@pytest.fixture(scope="module")
def few() -> Collected:
    """Some people who allowed research, and some who didn't."""
    return asyncio.run(_few())


async def _few() -> Collected:
    library = small_library()
    store = MemoryStore()
    for edition in library.editions():
        await store.keep_edition(edition)
    desk = Interviewing(store, library)
    await crowd(desk, "with-segments", 40)
    await crowd(desk, "with-segments", 7, research=False)
    return await collected(desk, "with-segments")


@pytest.mark.slow
def test_only_people_who_allowed_research_are_in_it_and_the_others_are_counted(few: Collected) -> None:
    found = made(few)
    assert few.people.count == 40
    steps = {row[0]: row[1] for row in table(found, "funnel").rows}
    assert steps == {
        "Began": 47,
        "Agreed to take part": 47,
        "Allowed research": 40,
        "Answered something": 40,
        "Saw the result": 40,
    }


@pytest.mark.slow
def test_every_share_of_a_segment_is_headed_by_whose_it_is(few: Collected) -> None:
    found = made(few)
    assert WHO in table(found, "shares").title
    assert any(WHO in one for one in found.findings)
    assert WHO.lower() in page(found).lower()


@pytest.mark.slow
def test_a_provisional_model_is_called_a_guess(few: Collected) -> None:
    found = made(few)
    section = next(one for one in found.sections if one.id == "segments")
    assert GUESS in section.words
    assert any("guess" in one for one in found.findings)


async def test_its_people_are_too_few_and_it_says_so(desk: Interviewing) -> None:
    await crowd(desk, "with-segments", 5)
    found = made(await collected(desk, "with-segments"))
    assert "too few to say anything but counts" in found.cautions[0]
    figures = [
        cell for section in found.sections for one in section.tables for row in one.rows for cell in row
    ]
    assert not [cell for cell in figures if isinstance(cell, Estimate)]
    assert page(found).count("too few") > 5


@pytest.mark.slow
def test_the_page_needs_nothing_else(few: Collected) -> None:
    """No script, no address that is asked for anything; words for every picture; both colour schemes."""
    text = page(made(few))
    assert "<script" not in text
    assert not re.findall(r'(?:src|href)="(?!#)', text)
    assert not re.findall(r"url\((?!#)|@import", text)
    pictures = re.findall(r"<svg[^>]*>", text)
    assert pictures
    assert all('role="img" aria-label="' in one for one in pictures)
    assert "prefers-color-scheme: dark" in text
    assert all(rule in html.unescape(text) for rule in STATED)
    drawn = re.findall(r"<svg.*?</svg>", text, flags=re.DOTALL)
    assert not [one for one in drawn if re.search(r'(?:fill|stroke)="#', one)], (
        "a colour that can't follow the page"
    )


@pytest.mark.slow
def test_numbers_page_and_json_tell_the_same(few: Collected) -> None:
    found = made(few)
    rows = list(csv.DictReader(io.StringIO(as_csv(found))))
    whole = json.loads(json.dumps(as_json(found)))
    share = next(row for row in rows if row["table"] == "shares" and row["column"] == "share")
    listed = next(row for row in whole["sections"]["segments"]["shares"] if row["segment"] == share["name"])
    assert float(share["value"]) == listed["share"]["value"]
    assert float(share["low"]) == listed["share"]["low"]
    assert found.title in as_text(found)
    assert whole["people"] == 40


@pytest.mark.slow
async def test_an_export_s_report_is_the_store_s(desk: Interviewing, tmp_path: Path) -> None:
    """From the store, from the folder, and from the zip file: the same figures."""
    await crowd(desk, "with-segments", 33)
    from_db = as_csv(made(await collected(desk, "with-segments")))
    folder = await written(desk.store, desk.library, tmp_path / "out")
    edition = load(SMALL / "with-segments").edition
    assert as_csv(made(from_file(folder, edition, lambda _: None, None))) == from_db


def test_answers_from_elsewhere_get_their_segments_by_the_questionnaire_s_own_model(tmp_path: Path) -> None:
    edition = load(SMALL / "with-segments").edition
    path = _answers(tmp_path / "answers.csv", edition, 60)
    found = from_file(path, edition, lambda _: None, None)
    assert set(found.people.segment) <= {segment.id for segment in edition.questionnaire.segments}
    assert any("in this file, not patients in general" in one for one in made(found).findings)


def test_minors_in_a_file_are_left_out_and_counted(tmp_path: Path) -> None:
    edition = load(SMALL / "with-segments").edition
    path = _answers(tmp_path / "answers.csv", edition, 60, age=["17", "18", "80"])
    found = from_file(path, edition, lambda _: None, None).people
    assert (found.count, found.minors) == (40, 20)


@pytest.mark.slow
def test_columns_can_be_named_and_cut(tmp_path: Path) -> None:
    edition = load(SMALL / "with-segments").edition
    path = _answers(tmp_path / "answers.csv", edition, 60, age=["20", "30", "40"])
    found = made(
        from_file(path, edition, lambda _: None, None), Wanted(demographics=(), outcomes=("age>=30",))
    )
    assert table(found, "claim_age").title == "age ≥ 30"


def _answers(path: Path, edition: Edition, many: int, age: Sequence[str] = ("44",)) -> Path:
    chance = random.Random(1)
    items = [item.id for item in edition.questionnaire.items]
    values = {item: [choice.value for choice in edition.questionnaire.choices(item)] for item in items}
    lines = [
        ",".join([*(str(chance.choice(values[item])) for item in items), age[number % len(age)]])
        for number in range(many)
    ]
    path.write_text("\n".join([",".join([*items, "age"]), *lines]) + "\n", "utf-8")
    return path


def test_a_plan_says_less_of_few_people_than_of_many(shipped: Library) -> None:
    questionnaire = shipped.questionnaires["health-mindset"].edition.questionnaire
    small, large = planned(questionnaire, 40), planned(questionnaire, 4_000)

    def widths(of: Report) -> list[float]:
        return [
            cell.high - cell.low
            for row in table(of, "plan_shares").rows
            for cell in row
            if isinstance(cell, Estimate)
        ]

    assert all(one > 5 * other for one, other in zip(widths(small), widths(large), strict=True))
    assert table(small, "plan_auc").rows[0][1] is None
    assert table(large, "plan_auc").rows[0][1] is not None
    assert "2,181" in table(large, "plan_arms").note  # for d = .15 with a fifth in the other arm


@pytest.mark.parametrize("people", [1, 29, 30, 200, 100_000])
def test_a_plan_can_be_made_for_anybody(people: int, shipped: Library) -> None:
    for loaded in shipped.questionnaires.values():
        text = as_text(planned(loaded.edition.questionnaire, people))
        assert "nan" not in text


def test_the_arms_of_an_interview_are_told_apart() -> None:
    cells = np.array([f"form=short|{ARM}={NEUTRAL_ARM}", f"{ARM}={OWN_ARM}", "form=short", ""])
    assert arms(cells, ARM).tolist() == [NEUTRAL_ARM, OWN_ARM, "", ""]


def _offers(person: Answering, act: Act) -> bool:
    return any((tap := read(one.token or "")) and tap.act is act for one in person.buttons)


async def test_behaviours_of_the_second_part_belong_to_the_people_of_the_first(shipped: Library) -> None:
    """Somebody says yes to all, somebody isn't sure of anything, and somebody has no second part."""
    store = MemoryStore()
    for edition in shipped.editions():
        await store.keep_edition(edition)
    desk = Interviewing(store, shipped.cast("health-mindset"))
    for number, place in enumerate([0, 2, None]):
        person = desk.person(f"person-{number}")
        await person.starts()
        await person.agrees()
        await person.answers(*[number] * 12)
        if place is not None:
            if not _offers(person, Act.SECOND):
                await person.does(Act.RESULT)
            await person.does(Act.SECOND)
            await person.answers(*[place] * 6)
    found = await collected(desk, "health-mindset")
    assert found.second is not None
    known = outcomes(found.people, found.second, None)
    assert len(known) == 6
    order = np.argsort(found.people.values["goals_1"])  # person 0 took the lowest choice
    for outcome in known:
        assert outcome.has[order].tolist() == pytest.approx([1, 0, np.nan], nan_ok=True)
