"""`health-mindset` turns adaptive by one line of its file, once `attune fit` calls its model calibrated."""

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from bot.conversation.library import Library
from bot.conversation.replies import Page
from bot.conversation.session import Step
from bot.questionnaire.load import load
from bot.questionnaire.model import Status
from tests.conftest import ROOT
from tests.conversation.world import Person, World, library
from tests.questionnaire.planting import checked

CALIBRATED = """status: calibrated
evidence:
  people: 812
  languages: [en]
  agreement: 0.81
  ece: 0.03
  ece_upper: 0.05
  on: 2027-03-01
  data_sha256: "a-file-of-people"
"""
FORM = """  - id: adaptive
    items: [{items}]
    order: adaptive
    adaptive: {{min: 4, max: 12, stop_at: 0.6}}
"""
ONE_LINE = "asked: [adaptive]\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a copy as a fit leaves it: calibrated for English, with an adaptive form nobody asks yet."""
    copy = Path(shutil.copytree(ROOT / "questionnaires" / "health-mindset", tmp_path / "health-mindset"))
    items = ", ".join(item.id for item in load(copy).edition.questionnaire.items)
    main = copy / "questionnaire.yaml"
    text = main.read_text("utf-8").replace("status: provisional\n", CALIBRATED)
    text = text.replace("forms:\n", "forms:\n" + FORM.format(items=items))
    short_first = text.replace("version:", "asked: [short]\nversion:", 1)
    main.write_text(short_first, "utf-8")
    return copy


def shelf_of(folder: Path) -> Library:
    """Return a library whose health-mindset is this folder's."""
    shipped = library("health-mindset")
    return replace(shipped, questionnaires={**shipped.questionnaires, "health-mindset": load(folder)})


def interviewed(folder: Path, language: str = "en") -> Person:
    """Return somebody who loves goals and looks ahead, up to the end of the questions."""
    ana = Person(World(shelf_of(folder)), language=language)
    ana.starts()
    while ana.interview.step in {Step.WELCOME, Step.CONSENT, Step.RESEARCH}:
        ana.taps(ana.labels[0])
    while ana.page.page is Page.QUESTION:
        ana.taps(ana.labels[_choice(ana.interview.item or "")])
    return ana


def _choice(item: str) -> int:
    """Return the place of a Self Achiever's choice; items 5 to 8 of a scale are reversed."""
    scale, _, number = item.partition("_")
    wish = {"goals": 4, "prevention": 4, "today": 0}.get(scale, 2)
    return wish if int(number) < 5 else 4 - wish


def test_before_the_line_the_fixed_twelve_are_asked(folder: Path) -> None:
    ana = interviewed(folder)
    assert len(ana.interview.answers) == 12
    assert ana.interview.asked == ()


def test_with_the_line_it_asks_until_it_is_sure(folder: Path) -> None:
    """At most 12, said as such; and everything that must hold of a questionnaire still does."""
    main = folder / "questionnaire.yaml"
    main.write_text(main.read_text("utf-8").replace("asked: [short]\n", ONE_LINE), "utf-8")
    assert checked(folder, known=["social-engagement"]) == []
    questionnaire = load(folder).edition.questionnaire
    assert (questionnaire.status, questionnaire.form.order) == (Status.CALIBRATED, "adaptive")
    ana = interviewed(folder)
    asked = ana.interview.asked
    assert 4 <= len(asked) <= 12
    assert asked[-1].probability >= 0.6 or len(asked) == 12
    assert any("of at most 12" in page.text for page in ana.pages)


@pytest.mark.parametrize(("language", "guess"), [("en", False), ("es", True)])
def test_the_result_is_a_measurement_only_in_the_languages_it_was_calibrated_for(
    folder: Path, language: str, guess: bool
) -> None:
    """In any other language it is said to be a guess, as ever."""
    ana = interviewed(folder, language)
    ana.taps(ana.labels[0])
    phrases = library().phrasebook.books[language].phrases
    provisional, measured = phrases["result.provisional"], phrases["result.in_ten"].split("{count}")[0]
    said = ana.page.text
    assert (provisional in said, measured in said) == (guess, not guess)
