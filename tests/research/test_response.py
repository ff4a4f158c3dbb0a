"""What becomes of each item, and why a cell is empty-handed."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from bot.conversation.session import Session
from bot.conversation.taps import Act
from bot.errors import OperatorError
from bot.research.response import Reader
from bot.storage.memory import MemoryStore
from bot.storage.store import StoredSession
from tests.research.interviewing import Interviewing, written
from tests.research.reading import Line, lines

ITEMS = ("has_dog", "walks", "in_rain", "has_cat")


@pytest.fixture
def segments(desk: Interviewing) -> Interviewing:
    """Return a desk that asks the questionnaire with segments."""
    desk.library = desk.library.cast("with-segments")
    return desk


async def only(desk: Interviewing, out: Path) -> tuple[Line, dict[str, Line]]:
    """Export one interview: its wide row, and its long rows by item."""
    folder = await written(desk.store, desk.library, out)
    (wide,) = lines(folder, "responses_wide.csv")
    return wide, {row["item_id"]: row for row in lines(folder, "answers_long.csv")}


def states(long: dict[str, Line]) -> list[str]:
    """Return the states of the items, in the order of the form."""
    return [long[item]["state"] for item in ITEMS]


async def test_an_item_that_a_condition_rules_out_was_not_asked(desk: Interviewing, tmp_path: Path) -> None:
    """Whoever has no dog isn't asked about walks: -97."""
    await desk.person("a").finishes(0, 1)
    wide, long = await only(desk, tmp_path / "out")
    assert [wide[item] for item in ITEMS] == ["0", "-97", "-97", "1"]
    assert states(long) == ["answered", "not_asked", "not_asked", "answered"]
    assert (wide["n_asked"], wide["n_answered"], wide["n_skipped"]) == ("2", "2", "0")


async def test_a_skipped_item_is_missing_with_its_time(desk: Interviewing, tmp_path: Path) -> None:
    """A skip is -99, and when it was is known."""
    await desk.person("a").finishes(1, None, 1)
    wide, long = await only(desk, tmp_path / "out")
    assert (wide["walks"], wide["status"], wide["n_skipped"]) == ("-99", "complete", "1")
    assert (long["walks"]["choice"], long["walks"]["label"], long["walks"]["language"]) == ("-99", "", "en")
    assert long["walks"]["answered_at"].endswith("Z")


async def test_the_item_on_the_screen_when_somebody_leaves_is_abandoned(
    desk: Interviewing, tmp_path: Path
) -> None:
    """It was asked, so it is -99; what comes after it was not: -97."""
    person = desk.person("a")
    await person.starts()
    await person.agrees()
    await person.answers(1)
    await person.does(Act.PAUSE)
    wide, long = await only(desk, tmp_path / "out")
    assert [wide[item] for item in ITEMS] == ["1", "-99", "-97", "-97"]
    assert states(long) == ["answered", "abandoned", "not_asked", "not_asked"]
    assert (wide["status"], wide["n_asked"], wide["completed_at"]) == ("partial", "2", "-99")


async def test_going_back_before_leaving_does_not_unask_a_question(
    desk: Interviewing, tmp_path: Path
) -> None:
    """A question that was seen and left by 'back' was asked; an answer on the screen stays an answer."""
    person = desk.person("a")
    await person.starts()
    await person.agrees()
    await person.answers(1, 2)
    await person.does(Act.BACK)
    _, long = await only(desk, tmp_path / "out")
    assert states(long) == ["answered", "answered", "abandoned", "not_asked"]


async def test_going_back_to_before_the_first_question_does_not_unask_it(
    desk: Interviewing, tmp_path: Path
) -> None:
    """It was seen, although the page on the screen is the one about research again."""
    person = desk.person("a")
    await person.starts()
    await person.agrees()
    await person.does(Act.BACK)
    _, long = await only(desk, tmp_path / "out")
    assert states(long) == ["abandoned", *["not_asked"] * 3]


async def test_an_answer_ruled_out_by_a_later_one_does_not_count(desk: Interviewing, tmp_path: Path) -> None:
    """Back to the first question, another answer: the walks of no dog are -97, the log keeps them."""
    person = desk.person("a")
    await person.starts()
    await person.agrees()
    await person.answers(1, 2)
    await person.does(Act.BACK)
    await person.does(Act.BACK)
    await person.answers(0)
    wide, _ = await only(desk, tmp_path / "out")
    assert (wide["has_dog"], wide["walks"], wide["n_edits"]) == ("0", "-97", "1")
    kept = [row["item_id"] for row in lines(tmp_path / "out", "events.csv") if row["event"] == "answered"]
    assert kept == ["has_dog", "walks", "has_dog"]


async def test_the_time_to_answer_runs_from_the_event_before(desk: Interviewing, tmp_path: Path) -> None:
    """A pause ends where the person comes back; the clock is the one of the events."""
    person = desk.person("a")
    await person.starts()
    await person.agrees()
    desk.step = timedelta(milliseconds=2345)
    await person.answers(1)
    await person.does(Act.PAUSE)
    desk.step = timedelta(hours=5)
    await person.does(Act.RESUME)
    desk.step = timedelta(milliseconds=700)
    await person.answers(2)
    _, long = await only(desk, tmp_path / "out")
    assert (long["has_dog"]["ms_to_answer"], long["walks"]["ms_to_answer"]) == ("2345", "700")


async def test_a_clock_set_back_gives_no_negative_time(desk: Interviewing, tmp_path: Path) -> None:
    """A negative number of milliseconds could be mistaken for a missing code."""
    person = desk.person("a")
    await person.starts()
    await person.agrees()
    desk.step = timedelta(milliseconds=-97)
    await person.answers(1)
    wide, long = await only(desk, tmp_path / "out")
    assert long["has_dog"]["ms_to_answer"] == "0"
    assert float(wide["duration_s"]) >= 0


async def test_a_label_is_in_the_language_in_which_it_was_tapped(desk: Interviewing, tmp_path: Path) -> None:
    """Changing the language later doesn't rewrite what was read."""
    person = desk.person("a", language="es")
    await person.starts("two-languages")
    await person.agrees()
    await person.answers(0)
    _, long = await only(desk, tmp_path / "out")
    first = next(iter(long.values()))
    texts = desk.library.questionnaires["two-languages"].edition.texts["es"]
    assert first["language"] == "es"
    assert first["label"] in {label for labels in texts.labels.values() for label in labels.values()}


async def test_a_result_is_exported_as_it_was_shown(segments: Interviewing, tmp_path: Path) -> None:
    """Segment, runner-up, probabilities that sum to 1, and the person's own view beside them."""
    person = segments.person("a")
    await person.finishes(3, 0, 0, 3)
    await person.does(Act.PAGE, "not_me")
    await person.does(Act.CORRECT, "1")
    wide, _ = await only(segments, tmp_path / "out")
    assert (wide["segment"], wide["correction"], wide["unsure"]) == ("steady", "social", "0")
    assert (wide["planning"], wide["company"]) == ("4.0", "1.0")
    probabilities = {name: float(wide[f"p_{name}"]) for name in ("steady", "social", "free")}
    assert sum(probabilities.values()) == pytest.approx(1, abs=1e-12)
    assert wide["runner_up"] == sorted(probabilities, key=lambda name: -probabilities[name])[1]
    scored = {
        row["measure"]: row for row in lines(tmp_path / "out", "scores.csv") if row["kind"] == "segment"
    }
    assert {name: float(row["value"]) for name, row in scored.items()} == probabilities


async def test_too_few_answers_for_a_result_are_not_a_result_that_was_not_asked_for(
    segments: Interviewing, tmp_path: Path
) -> None:
    """Everything skipped and the result wanted: -99. Not so far yet: -97."""
    await segments.person("a").finishes(None, None, None, None)
    hasty = segments.person("b")
    await hasty.starts()
    await hasty.agrees()
    folder = await written(segments.store, segments.library, tmp_path / "out")
    rows = {row["status"]: row for row in lines(folder, "responses_wide.csv")}
    assert {rows["complete"][name] for name in ("segment", "runner_up", "p_free", "unsure")} == {"-99"}
    assert {rows["partial"][name] for name in ("segment", "runner_up", "p_free", "unsure")} == {"-97"}


def shown_otherwise(session: Session) -> Session:
    """Return a session whose person was shown something else."""
    assert session.shown is not None
    probabilities = {**session.shown.probabilities, "free": session.shown.probabilities["free"] + 1e-6}
    return replace(session, shown=replace(session.shown, probabilities=probabilities))


async def test_a_verdict_that_was_not_the_one_shown_stops_the_export(segments: Interviewing) -> None:
    """The error names the response."""
    await segments.person("a").finishes(3, 0, 0, 3)
    assert isinstance(segments.store, MemoryStore)
    async with segments.store.snapshot() as snapshot:
        (stored,) = [one async for one in snapshot.sessions("with-segments")]
        reader = Reader(await snapshot.edition(stored.session.edition))
    assert reader.read(stored).verdict == stored.session.shown
    other: StoredSession = replace(stored, session=shown_otherwise(stored.session))
    with pytest.raises(OperatorError, match=stored.response_id):
        reader.read(other)
    with pytest.raises(OperatorError, match=stored.response_id):
        reader.read(replace(stored, session=replace(stored.session, shown=None)))
