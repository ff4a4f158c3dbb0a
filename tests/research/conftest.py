from functools import cache
from pathlib import Path

import pytest

from bot.conversation.library import Library
from bot.conversation.phrasebook import open_phrasebook
from bot.organisation.load import load_all as load_organisations
from bot.questionnaire.load import load_all as load_questionnaires
from bot.storage.memory import MemoryStore
from tests.conftest import ROOT
from tests.research.interviewing import Interviewing


def read_library(root: Path, questionnaires: Path, default: str) -> Library:
    """Load questionnaires beside the example organisation."""
    return Library(
        load_questionnaires(questionnaires),
        load_organisations(root / "organisations"),
        open_phrasebook(),
        default,
    )


@cache
def small_library() -> Library:
    """Return the small questionnaires that are made for tests."""
    return read_library(ROOT, ROOT / "tests" / "questionnaires", "show-if")


@pytest.fixture(scope="session")
def library() -> Library:
    """Return the same, as a fixture."""
    return small_library()


@pytest.fixture(scope="session")
def shipped(root: Path) -> Library:
    """Return the shipped questionnaires."""
    return read_library(root, root / "questionnaires", "big-five")


@pytest.fixture
async def desk(library: Library) -> Interviewing:
    """Return a desk over an empty store in memory."""
    store = MemoryStore()
    for edition in library.editions():
        await store.keep_edition(edition)
    return Interviewing(store, library)
