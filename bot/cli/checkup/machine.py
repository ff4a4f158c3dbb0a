"""This machine: the key, SQLite, the disk."""

import os
import shutil
from collections.abc import Iterator

from bot.cli.checkup.line import Check, fail, ok, warn
from bot.errors import AttuneError
from bot.operation.condition import MEGABYTE
from bot.privacy import Keys
from bot.settings import Settings
from bot.storage import vitals


def key(settings: Settings) -> tuple[Keys | None, Check]:
    """Look at the privacy key; return the keys too."""
    path = settings.key_file
    if path is not None and not path.exists():
        return None, warn(
            "key", "There is no privacy key yet.", "The first `attune run` makes one; copy it then."
        )
    try:
        keys = Keys(*settings.master_keys())
    except AttuneError as error:
        return None, fail("key", error.message, error.remedy)
    where = f"in {path}" if path else "from PRIVACY_KEY"
    return keys, ok("key", f"The privacy key of fingerprint {keys.fingerprint[:8]} is {where}.")


def sqlite(settings: Settings) -> Check:
    """Look at the version of SQLite."""
    version = vitals.sqlite_version()
    text = ".".join(map(str, version))
    if settings.database_file is None:
        return ok("sqlite", f"SQLite {text} isn't used: the database is on a server.")
    if version >= vitals.SAFE_SQLITE:
        return ok("sqlite", f"SQLite {text}.")
    return ok(
        "sqlite",
        f"SQLite {text}: only Attune itself may write to the database while it runs (before 3.51.3 another"
        " program could damage it).",
    )


def disk(settings: Settings) -> Iterator[Check]:
    """Look at the disk of the database."""
    database = settings.database_file
    if database is None:
        return
    folder = database.absolute().parent
    try:
        free = shutil.disk_usage(folder).free // MEGABYTE
    except OSError as error:
        yield fail(
            "disk", f"{folder} can't be read: {error.strerror}.", "Correct DATABASE_URL, or make the folder."
        )
        return
    if not os.access(folder, os.W_OK):
        yield fail("disk", f"{folder} can't be written by this account.", "Give this account the right to.")
    elif free < settings.disk_warning_mb:
        yield fail("disk", f"{free} MB are free in {folder}.", "Free some space, or make the disk larger.")
    else:
        yield ok("disk", f"{free} MB are free in {folder}.")
