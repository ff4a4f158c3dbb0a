"""Every mistake in a questionnaire is told, once, at its place, and all of them in one run."""

import time
from datetime import date, timedelta
from pathlib import Path

import pytest

from bot.questionnaire.codes import REHEARSED, TABLE
from bot.source import FILES
from tests.questionnaire.planted import MAIN, PLANTED, TIP, Planted
from tests.questionnaire.planted_answers import PLANTED_ANSWERS
from tests.questionnaire.planted_models import PLANTED_MODELS
from tests.questionnaire.planting import ROOT, TINY, TODAY, checked, copied, replaced

TINY_NAMES = sorted(path.name for path in TINY.iterdir() if path.is_dir())
SHIPPED = sorted(path.parent for path in (ROOT / "questionnaires").glob(f"*/{MAIN}"))

# Said by what reads files (planted in tests/test_source.py) and by the command (in tests/cli/test_author.py).
EVERY = PLANTED + PLANTED_MODELS + PLANTED_ANSWERS
ELSEWHERE = {*FILES, *REHEARSED, "dead-link"}
# Planted below as files of their own, because no single replacement makes them.
AS_FILES = {"stray-file"}


@pytest.mark.parametrize("name", TINY_NAMES)
def test_a_tiny_questionnaire_is_clean(name: str) -> None:
    """What the other tests spoil is faultless before."""
    assert checked(TINY / name) == []


@pytest.mark.parametrize("folder", SHIPPED, ids=lambda folder: folder.name)
def test_a_shipped_questionnaire_is_clean(folder: Path) -> None:
    """What people get has no problem on the day of this test's writing."""
    assert checked(folder, known=[path.name for path in SHIPPED]) == []


@pytest.mark.parametrize("planted", EVERY, ids=lambda planted: planted.claim)
def test_a_mistake_is_told_at_its_place(planted: Planted, tmp_path: Path) -> None:
    """The check names file, line, column and code, nothing else, and takes no time."""
    folder = copied(planted.folder, tmp_path)
    replaced(folder / planted.file, planted.old, planted.new)
    began = time.process_time()
    said = checked(folder)
    assert tuple(dict.fromkeys(said)) == planted.said
    assert time.process_time() - began < 1


def test_every_code_has_a_mistake_planted_for_it() -> None:
    """No check is there that no test has seen at work."""
    seen = {said.rsplit(": ", 1)[1] for planted in EVERY for said in planted.said}
    assert TABLE.rows.keys() - seen == (ELSEWHERE - seen) | AS_FILES


def test_all_mistakes_are_told_in_one_run(tmp_path: Path) -> None:
    """Mistakes in three files, of form and of meaning, are in one answer, sorted by file and line."""
    folder = copied("with-segments", tmp_path)
    replaced(folder / MAIN, "text: I plan my week.", "text: I **plan my week.")
    replaced(folder / MAIN, "sd: 1", "sd: 1\n  sed: 2")
    replaced(folder / MAIN, "items: [ask, alone]", "items: [ask, alon]")
    replaced(folder / "links.yaml", "kind: read", "kind: play")
    replaced(folder / "tips" / "free" / "walking.md.j2", "{{ fact }}", "{{ facts }}")
    assert checked(folder) == [
        "links.yaml:3:74: unknown-value",
        "questionnaire.yaml:28:22: bold",
        "questionnaire.yaml:35:47: unknown-item",
        "questionnaire.yaml:60:3: unknown-key",
        "tips/free/walking.md.j2:8:1: fact-once",
        "tips/free/walking.md.j2:9:1: template",
    ]


def test_a_file_that_nothing_reads_is_told(tmp_path: Path) -> None:
    """A tip with a wrong ending would silently never be shown."""
    folder = copied("with-segments", tmp_path)
    tip = folder / "tips" / "neutral" / "walking.md.j2"
    tip.rename(tip.with_name("walking.md"))
    assert checked(folder) == [
        "questionnaire.yaml:65:10: missing-tip",
        "tips/neutral/walking.md:1:1: stray-file",
    ]


def test_a_broken_translation_is_not_called_missing(tmp_path: Path) -> None:
    """One mistake is told as one: a locale that can't be read doesn't make its language unknown."""
    folder = copied("two-languages", tmp_path)
    replaced(folder / "locales" / "es.yaml", "status: drafted, not reviewed", "status: fine")
    assert checked(folder) == ["locales/es.yaml:2:9: unknown-value"]


def test_a_review_is_due_the_day_after(tmp_path: Path) -> None:
    """The day itself is still in time; the day comes from outside."""
    folder = copied("tiny", tmp_path)
    replaced(folder / MAIN, "review_by: 2099-01-01", "review_by: 2026-11-24")
    assert checked(folder, today=TODAY) == []
    assert checked(folder, today=TODAY + timedelta(days=1)) == ["questionnaire.yaml:8:21: overdue"]
    assert checked(folder, today=date.max) == ["questionnaire.yaml:8:21: overdue"]


def test_a_second_part_is_looked_up_only_where_its_neighbours_are_known(tmp_path: Path) -> None:
    """One folder alone can't know what stands beside it."""
    folder = copied("tiny", tmp_path)
    replaced(folder / MAIN, "forms:\n", "second_part: {questionnaire: more}\nforms:\n")
    assert checked(folder, known=None) == []
    assert checked(folder, known=["more"]) == []
    assert checked(folder, known=["less"]) == ["questionnaire.yaml:31:30: unknown-questionnaire"]


def test_markup_in_a_tip_is_told_at_its_line(tmp_path: Path) -> None:
    """A body is read like any other text: no HTML, and bold is closed."""
    folder = copied("with-segments", tmp_path)
    replaced(folder / TIP, "{{ fact }}", "{{ fact }}\nOr <b>more</b>.\nIt **helps.")
    assert checked(folder) == [f"{TIP}:10:4: markup", f"{TIP}:10:11: markup", f"{TIP}:11:4: bold"]


def test_tips_of_a_language_that_is_not_listed_are_told(tmp_path: Path) -> None:
    """Nobody would ever see them; nor those in a second place for the first language."""
    folder = copied("with-segments", tmp_path)
    for language in ("fr", "en"):
        (folder / "locales" / language / "tips" / "neutral").mkdir(parents=True)
        tip = folder / "locales" / language / "tips" / "neutral" / "walking.md.j2"
        tip.write_bytes((folder / TIP).read_bytes())
    assert checked(folder) == [
        "locales/en/tips/neutral/walking.md.j2:1:1: stray-file",
        "locales/fr/tips/neutral/walking.md.j2:2:1: unlisted-language",
    ]
