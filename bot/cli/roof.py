"""Where everything is put together: settings in, an open desk out.

A command that only reads the store opens it without what a turn is taken with: each function imports its own.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from bot.cli.clock import now
from bot.errors import KeyMismatch, SettingsError
from bot.privacy import Keys
from bot.research.quick.kept import WIDE
from bot.settings import Settings
from bot.storage.ledger import Marking
from bot.storage.opening import open_store
from bot.storage.store import Store

if TYPE_CHECKING:  # an export starts without them
    from bot.conversation.library import Library
    from bot.turns import Clock, Desk


@asynccontextmanager
async def open_desk(
    settings: Settings, clock: "Clock" = now, *, questionnaire: str | None = None
) -> AsyncIterator["Desk"]:
    """Open what a turn is taken with, and close it at the end; another default questionnaire may be named."""
    from bot.turns import Desk  # noqa: PLC0415 - an export takes no turn

    library = read_library(settings, questionnaire)
    keys = open_keys(settings)
    store = await open_kept(settings, keys, clock)
    try:
        for edition in library.editions():
            await store.keep_edition(edition)
        yield Desk(store, library, keys, clock)
    finally:
        await store.close()


async def open_kept(settings: Settings, keys: Keys, clock: "Clock" = now) -> Store:
    """Open the store of this installation with its ledger: whoever was erased is not in it."""
    marking = marking_of(settings, keys)
    try:
        return await open_store(settings.database, keys.fingerprint, clock=clock, marking=marking, wide=WIDE)
    except KeyMismatch as error:
        if keys.earlier is None:
            raise
        remedy = "If a change of the key was cut short, this finishes it: attune key rotate"
        raise KeyMismatch(error.message, remedy=remedy) from None


def read_library(settings: Settings, questionnaire: str | None = None) -> "Library":
    """Load today's questionnaires, organisations and phrases."""
    from bot.conversation.library import Library  # noqa: PLC0415 - an export rarely needs today's words
    from bot.conversation.phrasebook import open_phrasebook  # noqa: PLC0415 - the same
    from bot.organisation.load import load_all as load_organisations  # noqa: PLC0415 - the same
    from bot.questionnaire.load import load_all as load_questionnaires  # noqa: PLC0415 - the same

    questionnaires = load_questionnaires(settings.questionnaires_folder)
    wanted = questionnaire or settings.default_questionnaire
    if wanted not in questionnaires:
        raise SettingsError(
            f"There is no questionnaire {wanted} in {settings.questionnaires_folder}.",
            remedy=f"There is: {', '.join(questionnaires)}.",
        )
    organisations = load_organisations(settings.organisations_folder)
    return Library(questionnaires, organisations, open_phrasebook(), wanted, free_text=settings.free_text)


def marking_of(settings: Settings, keys: Keys) -> Marking:
    """Return how erasures are noted in this installation."""
    return Marking(keys.fingerprint[:8], keys.mark, settings.ledger_folder, settings.backup_age)


def open_keys(settings: Settings) -> Keys:
    """Return the keys of this installation; say it clearly where they are made now."""
    path = settings.key_file
    new = path is not None and not path.exists()
    keys = Keys(*settings.master_keys())
    if new:
        import structlog  # noqa: PLC0415 - said once in an installation's life

        log = structlog.get_logger()
        log.warning("a privacy key was made; keep a copy apart from the database's backups", path=str(path))
    return keys
