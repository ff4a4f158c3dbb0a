"""Every journey of every questionnaire, over terminal and Telegram, in memory and on SQLite."""

from pathlib import Path

import pytest
from _pytest.mark.structures import ParameterSet

from bot.conversation.journeys import Journey, journey_files, read_journey
from bot.conversation.library import Library
from bot.conversation.phrasebook import open_phrasebook
from bot.organisation.load import load_all as load_organisations
from bot.questionnaire.load import load
from bot.questionnaire.load import load_all as load_questionnaires
from bot.rehearsal import JourneyBroken, Rehearsal, play, rehearse
from tests.emulator.emulator import Emulator
from tests.journeys.house import House
from tests.journeys.telegram_stage import TelegramStage
from tests.journeys.terminal_stage import TerminalStage
from tests.postgres import Databases

ROOT = Path(__file__).parents[2]
EVERY_KIND = load(ROOT / "tests/questionnaires/every-kind")
"""The one that is answered in every way there is; nothing that is shipped needs them all."""
LIBRARY = Library(
    {**load_questionnaires(ROOT / "questionnaires"), EVERY_KIND.id: EVERY_KIND},
    load_organisations(ROOT / "organisations"),
    open_phrasebook(),
    "health-mindset",
    free_text=True,
)
FILES = [
    pytest.param(questionnaire, path, id=f"{questionnaire}-{path.stem}")
    for questionnaire, loaded in LIBRARY.questionnaires.items()
    for path in journey_files(loaded.folder)
]


def journey_of(questionnaire: str, path: Path) -> Journey:
    """Read a journey that must be without problems."""
    journey, problems = read_journey(path, LIBRARY.questionnaires[questionnaire].folder)
    assert journey is not None
    assert not problems
    return journey


@pytest.fixture(
    params=[
        "memory",
        pytest.param("sqlite", marks=pytest.mark.slow),
        pytest.param("postgres", marks=[pytest.mark.slow, pytest.mark.postgres]),
    ]
)
def house(request: pytest.FixtureRequest, tmp_path: Path) -> House:
    """A house for each store."""
    new_database = None
    if request.param == "postgres":
        server: Databases = request.getfixturevalue("postgres_server")
        new_database = server.new
    return House(LIBRARY, tmp_path, in_memory=request.param == "memory", new_database=new_database)


@pytest.mark.parametrize(("questionnaire", "path"), FILES)
async def test_a_journey_holds_in_the_terminal(questionnaire: str, path: Path, house: House) -> None:
    """The journey is played with keys."""
    journey = journey_of(questionnaire, path)
    house.library = LIBRARY.cast(questionnaire, journey.organisation)
    stage = TerminalStage(house, journey.language)
    try:
        await play(journey, stage, house.library, questionnaire)
    finally:
        await stage.close()


QUICK = {
    "memory": {"back_and_edit", "double_taps"},
    "sqlite": {"pause_and_resume", "forget_in_the_middle"},
}
"""Those that are played over Telegram while one writes; all of them, on every store, in the whole run."""


def _over_telegram() -> list[ParameterSet]:
    """Return every journey with each store."""
    stores = {"memory": (), "sqlite": (), "postgres": (pytest.mark.postgres,)}
    return [
        pytest.param(
            *given.values,
            store,
            id=f"{given.id}-{store}",
            marks=marks
            if Path(str(given.values[1])).stem in QUICK.get(store, ())
            else (pytest.mark.slow, *marks),
        )
        for given in FILES
        for store, marks in stores.items()
    ]


@pytest.mark.parametrize(("questionnaire", "path", "house"), _over_telegram(), indirect=["house"])
async def test_a_journey_holds_over_telegram(
    questionnaire: str, path: Path, house: House, telegram: Emulator
) -> None:
    """The journey is played with a phone, over real HTTP."""
    journey = journey_of(questionnaire, path)
    house.library = LIBRARY.cast(questionnaire, journey.organisation)
    stage = TelegramStage(house, journey.language, telegram)
    try:
        await play(journey, stage, house.library, questionnaire)
    finally:
        await stage.close()


def test_the_rehearsal_of_the_shipped_files_finds_nothing() -> None:
    """What `attune check` plays holds."""
    assert rehearse(LIBRARY) == []


async def test_a_journey_that_does_not_hold_is_found() -> None:
    """A planted fault: the journey expects a page that never comes."""
    journey = journey_of("health-mindset", ROOT / "questionnaires/health-mindset/journeys/skip.yaml")
    last = journey.steps[0].model_copy(update={})
    broken = Journey.model_validate(
        {
            "name": journey.name,
            "steps": [{"starts": ""}, {"sees": "words that stand nowhere"}],
        }
    )
    assert last.verb == "starts"
    stage = Rehearsal(LIBRARY, "en")
    for edition in LIBRARY.editions():
        await stage.store.keep_edition(edition)
    with pytest.raises(JourneyBroken, match="words that stand nowhere"):
        await play(broken, stage, LIBRARY, "health-mindset")
