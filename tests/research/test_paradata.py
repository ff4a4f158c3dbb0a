"""What the export says about the asking itself: order, chance, belief after each answer, marks of quality."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from bot.conversation.library import Library
from bot.conversation.route import route
from bot.conversation.session import Session
from bot.conversation.taps import Act
from bot.research.bundle import Wanted
from bot.scoring.adaptive import Asked
from bot.scoring.quality import marks
from bot.storage.memory import MemoryStore
from tests.research.interviewing import Interviewing, Person, written
from tests.research.reading import Line, lines

VERIFIED = Wanted(verify=True)


async def store_of(library: Library) -> MemoryStore:
    """Return an empty store that knows the editions."""
    store = MemoryStore()
    for edition in library.editions():
        await store.keep_edition(edition)
    return store


async def crowd(library: Library, questionnaire: str, people: int) -> tuple[MemoryStore, list[Session]]:
    """Interview some people to the end of whatever form they draw; one of them skips, one leaves."""
    store = await store_of(library)
    desk = Interviewing(store, library.cast(questionnaire))
    sessions = []
    for number in range(people):
        person = desk.person(f"person-{number}")
        await person.starts()
        await person.agrees()
        await answer(person, number)
        (session,) = await store.sessions_of(next(reversed(store._people)))
        sessions.append(session)
    return store, sessions


async def answer(person: Person, number: int) -> None:
    """Answer until the end; the first person leaves after one answer, the second skips the first."""
    for place in range(40):
        acts = [button.token.split(".")[3] for button in person.buttons if button.token]
        if Act.CHOOSE not in acts or (number == 0 and place == 1):
            break
        await person.answers(None if number == 1 and place == 0 else (number + place) % 4)
    if number:
        await person.does(Act.RESULT)


@pytest.mark.parametrize("questionnaire", ["gaussian", "latent-class"])
async def test_the_order_asked_and_the_belief_after_each_answer_are_those_stored(
    library: Library, tmp_path: Path, questionnaire: str
) -> None:
    store, sessions = await crowd(library, questionnaire, 12)
    asked_of = library.questionnaires[questionnaire].edition.questionnaire
    folder = await written(store, library, tmp_path / "out", wanted=VERIFIED)
    rows = by_response(lines(folder, "answers_long.csv"))
    adaptive = 0
    for session in sessions:
        mine = rows[code_of(folder, session)]
        order = {row["item_id"]: int(row["asked_order"]) for row in mine if row["asked_order"] != "-97"}
        assert sorted(order, key=order.__getitem__) == list(route(asked_of, session))
        believed = [belief(row) for row in sorted(mine, key=lambda one: int(one["asked_order"]))]
        found = [one for one in believed if one is not None]
        assert found == list(session.asked)
        adaptive += bool(found)
    assert adaptive


async def test_chance_is_told(library: Library, tmp_path: Path) -> None:
    """Half of the questions are drawn at random here."""
    loaded = library.questionnaires["latent-class"]
    questionnaire = loaded.edition.questionnaire
    form = questionnaire.forms[0]
    assert form.adaptive is not None
    rule = form.adaptive.model_copy(update={"random_share": 0.5})
    changed = questionnaire.model_copy(update={"forms": (form.model_copy(update={"adaptive": rule}),)})
    edition = loaded.edition.model_copy(update={"questionnaire": changed, "digest": "c" * 64})
    library = replace(library, questionnaires={"latent-class": replace(loaded, edition=edition)})
    store, sessions = await crowd(library, "latent-class", 12)
    folder = await written(store, library, tmp_path / "out", wanted=VERIFIED)
    told = [row["by_chance"] for row in lines(folder, "answers_long.csv") if row["by_chance"] in {"0", "1"}]
    stored = [one.by_chance for session in sessions for one in session.asked]
    assert told.count("1") == sum(stored) > 0
    assert told.count("0") == len(stored) - sum(stored) > 0


async def test_the_marks_are_those_that_a_person_may_read(shipped: Library, tmp_path: Path) -> None:
    """Somebody who taps one button in no time gets them all; somebody who takes care gets none."""
    store = await store_of(shipped)
    desk = Interviewing(store, shipped.cast("health-mindset"))
    desk.step = timedelta(milliseconds=300)
    await desk.person("hasty").finishes(*([0] * 12))
    desk.step = timedelta(seconds=4)
    await desk.person("careful").finishes(2, 1, 0, 3, 1, 2, 1, 3, 2, 4, 3, 1)
    folder = await written(store, shipped, tmp_path / "out", wanted=VERIFIED)
    rows = lines(folder, "scores.csv")
    questionnaire = shipped.questionnaires["health-mindset"].edition.questionnaire
    flagged = []
    for person in store._people:
        (session,) = await store.sessions_of(person)
        mine = [row for row in rows if row["response_id"] == code_of(folder, session)]
        choices = {item: one.choice for item, one in session.answers.items()}
        found = marks(questionnaire, choices, [one.at for one in session.answers.values()])
        said = {row["measure"]: row["value"] for row in mine if row["kind"] == "quality"}
        assert float(said["long_string"]) == found.long_string
        assert float(said["median_seconds"]) == found.median_seconds
        flags = {row["measure"]: row["value"] for row in mine if row["kind"] == "flag"}
        assert flags.keys() == {"flag_long_string", "flag_too_fast", "flag_person_fit"}
        assert {flag for flag, value in flags.items() if value == "1"} == {
            f"flag_{one}" for one in found.flags
        }
        flagged.append(found.flags)
    assert flagged == [("long_string", "too_fast", "person_fit"), ()]


async def test_a_longer_form_has_all_its_answers_and_what_was_taken_over(
    shipped: Library, tmp_path: Path
) -> None:
    store = await store_of(shipped)
    person = Interviewing(store, shipped.cast("health-mindset")).person("a")
    await person.finishes(*([1, 2, 3] * 4))
    await person.does(Act.PAGE, "goodbye")
    await person.does(Act.OFFER, "longer_yes")
    await person.does(Act.SECOND, "longer")
    await person.answers(*([0, 1, 2, 3, 4, 3] * 6))
    await person.does(Act.RESULT)
    folder = await written(store, shipped, tmp_path / "out", wanted=VERIFIED)
    first, longer = sorted(lines(folder, "responses_wide.csv"), key=lambda row: row["follows"] != "-97")
    assert longer["follows"] == first["response_id"]
    assert longer["arm"] == "form=long|part=longer"
    items = shipped.questionnaires["health-mindset"].edition.questionnaire.form_named("long").items
    assert "-97" not in {longer[item] for item in items}
    assert {item: first[item] for item in items[:12]} == {item: longer[item] for item in items[:12]}
    assert {first[item] for item in items[12:]} == {"-97"}
    rows = by_response(lines(folder, "answers_long.csv"))[longer["response_id"]]
    assert [row["ms_to_answer"] == "-97" for row in rows] == [place < 12 for place in range(48)]
    happened = [row for row in lines(folder, "events.csv") if row["event"] == "offer_answered"]
    assert [row["detail"] for row in happened] == ["longer=yes"]
    universes = {row["variable"]: row["universe"] for row in lines(folder, "codebook.csv")}
    assert {universes[item] for item in items} == {""}


def by_response(rows: list[Line]) -> dict[str, list[Line]]:
    """Return rows by their interview."""
    found: dict[str, list[Line]] = {}
    for row in rows:
        found.setdefault(row["response_id"], []).append(row)
    return found


def code_of(folder: Path, session: Session) -> str:
    """Return what the export calls an interview, by the time at which it began."""
    began = session.began_at.isoformat(timespec="milliseconds").replace("+00:00", "Z")
    (row,) = [row for row in lines(folder, "responses_wide.csv") if row["started_at"] == began]
    return row["response_id"]


def belief(row: Line) -> Asked | None:
    """Return what a row says was believed after an item."""
    if row["by_chance"] not in {"0", "1"}:
        return None
    return Asked(row["item_id"], row["by_chance"] == "1", row["segment_after"], float(row["p_after"]))
