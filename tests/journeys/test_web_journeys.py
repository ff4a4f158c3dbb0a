"""Every journey that needs no typed words, over the web chat, in memory and on SQLite."""

from pathlib import Path
from typing import Any

import pytest

from bot.conversation.journeys import Journey
from bot.rehearsal import play
from tests.journeys.house import House
from tests.journeys.pseudo import mirrored_journey, mirrored_library
from tests.journeys.test_journeys import FILES, LIBRARY, journey_of
from tests.journeys.web_stage import WebStage

SKIPPED = {
    "words_and_stickers": "a page has nothing to type words or send stickers into",
    "urgent_need": "nobody can type words of need; the numbers to call stand on every page",
    "new_message_for_each_question": "a page has no messages to be read one after another",
}
ELSEWHERE = {"Telegram's copy of this chat": "backups for some days"}
"""What stands on another page of the web than in a chat."""
QUICK = {"all_kinds", "back_and_edit", "forget_in_the_middle"}
"""Those that are played while one writes; all others, and all of them on SQLite, in the whole run."""


def _plays() -> list[Any]:
    """Return every journey with each store."""
    return [
        pytest.param(
            *given.values,
            in_memory,
            id=f"{given.id}-{'memory' if in_memory else 'sqlite'}",
            marks=() if in_memory and Path(str(given.values[1])).stem in QUICK else pytest.mark.slow,
        )
        for given in FILES
        for in_memory in (True, False)
    ]


def on_the_web(journey: Journey) -> Journey:
    """Return a journey with the words that the web says instead."""
    steps = (
        step.model_copy(update={"sees": ELSEWHERE.get(step.sees, step.sees)}) if step.sees else step
        for step in journey.steps
    )
    return journey.model_copy(update={"steps": tuple(steps)})


@pytest.mark.parametrize(("questionnaire", "path", "in_memory"), _plays())
async def test_a_journey_holds_on_the_web(
    questionnaire: str, path: Path, tmp_path: Path, in_memory: bool
) -> None:
    """The journey is played with forms, over real HTTP."""
    if path.stem in SKIPPED:
        pytest.skip(SKIPPED[path.stem])
    journey = on_the_web(journey_of(questionnaire, path))
    library = LIBRARY.cast(questionnaire, journey.organisation)
    stage = WebStage(House(library, tmp_path, in_memory=in_memory), journey.language)
    try:
        await play(journey, stage, library, questionnaire)
    finally:
        await stage.close()


@pytest.mark.slow
@pytest.mark.parametrize("name", ["back_and_edit", "not_me", "pause_and_resume"])
async def test_a_journey_holds_right_to_left_on_the_web(name: str, tmp_path: Path) -> None:
    """The same forms, in Hebrew letters."""
    folder = LIBRARY.questionnaires["health-mindset"].folder / "journeys"
    journey = mirrored_journey(journey_of("health-mindset", folder / f"{name}.yaml"))
    library = mirrored_library(LIBRARY, "health-mindset")
    stage = WebStage(House(library, tmp_path, in_memory=True), journey.language)
    try:
        await play(journey, stage, library, "health-mindset")
    finally:
        await stage.close()
