"""The same journeys in a right-to-left language, over terminal and Telegram."""

from pathlib import Path

import pytest

from bot.conversation.phrasebook import PLACEHOLDER
from bot.rehearsal import play
from tests.emulator.emulator import Emulator
from tests.journeys.house import House
from tests.journeys.pseudo import mirrored_journey, mirrored_library
from tests.journeys.telegram_stage import TelegramStage
from tests.journeys.terminal_stage import TerminalStage
from tests.journeys.test_journeys import LIBRARY, journey_of

FOLDER = LIBRARY.questionnaires["health-mindset"].folder / "journeys"
PLAYED = ["back_and_edit", "not_me", "pause_and_resume", "words_and_stickers"]
RIGHT_TO_LEFT = range(0x5D0, 0x5EB)
MANY = 100


@pytest.fixture(params=["memory", pytest.param("sqlite", marks=pytest.mark.slow)])
def house(request: pytest.FixtureRequest, tmp_path: Path) -> House:
    """A house that speaks right to left."""
    return House(mirrored_library(LIBRARY, "health-mindset"), tmp_path, in_memory=request.param == "memory")


@pytest.mark.parametrize("name", PLAYED)
async def test_a_journey_holds_right_to_left_in_the_terminal(name: str, house: House) -> None:
    """The person reads and chooses Hebrew letters."""
    journey = mirrored_journey(journey_of("health-mindset", FOLDER / f"{name}.yaml"))
    stage = TerminalStage(house, journey.language)
    try:
        await play(journey, stage, house.library, "health-mindset")
    finally:
        await stage.close()


@pytest.mark.slow
@pytest.mark.parametrize("name", PLAYED)
async def test_a_journey_holds_right_to_left_over_telegram(
    name: str,
    house: House,
    telegram: Emulator,
) -> None:
    """The phone reports Hebrew, and every page is in Hebrew letters."""
    journey = mirrored_journey(journey_of("health-mindset", FOLDER / f"{name}.yaml"))
    stage = TelegramStage(house, journey.language, telegram)
    try:
        await play(journey, stage, house.library, "health-mindset")
        screen = await stage.screen()
        assert sum(ord(letter) in RIGHT_TO_LEFT for letter in screen) > MANY
        assert not PLACEHOLDER.search(screen)
    finally:
        await stage.close()
