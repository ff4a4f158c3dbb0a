"""The retest over Telegram: one message, once, to who can be reached; the clock is the house's own."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.rehearsal import play
from tests.emulator.emulator import Emulator
from tests.journeys.house import House
from tests.journeys.telegram_stage import TelegramStage
from tests.journeys.test_journeys import LIBRARY, ROOT, journey_of

PROPOSED = "Some weeks ago you said I may ask you again."
JOURNEY = ROOT / "questionnaires/health-mindset/journeys/retest.yaml"

pytestmark = pytest.mark.slow


@pytest.fixture
async def stage(tmp_path: Path, telegram: Emulator) -> AsyncIterator[TelegramStage]:
    """Return somebody who said yes to being asked again."""
    journey = journey_of("health-mindset", JOURNEY)
    wish = next(place for place, step in enumerate(journey.steps) if step.verb == "waits")
    library = LIBRARY.cast("health-mindset")
    stage = TelegramStage(House(library, tmp_path, in_memory=True), "en", telegram)
    begun = journey.model_copy(update={"steps": journey.steps[:wish]})
    await play(begun, stage, library, "health-mindset")
    yield stage
    await stage.close()


def proposals(stage: TelegramStage) -> int:
    """Return how many messages proposed the retest."""
    assert stage.phone is not None
    return sum(PROPOSED in message.text for message in stage.phone.chat.messages.values())


async def test_it_is_proposed_in_one_message_and_never_again(stage: TelegramStage) -> None:
    await stage.waits(13)
    assert proposals(stage) == 0
    await stage.waits(1)
    assert await stage.sees(PROPOSED)
    for _ in range(3):
        await stage.waits(2)
    assert proposals(stage) == 1


async def test_who_blocked_the_bot_is_left_alone(stage: TelegramStage) -> None:
    assert stage.phone is not None
    await stage.phone.blocks()
    await stage._settled()
    await stage.waits(15)
    assert proposals(stage) == 0


async def test_nobody_is_asked_when_the_days_for_it_are_over(stage: TelegramStage) -> None:
    await stage.waits(29)
    assert proposals(stage) == 0
