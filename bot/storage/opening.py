"""From a DATABASE_URL to an open store."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote

from bot.errors import OperatorError, SettingsError
from bot.storage.store import Store

if TYPE_CHECKING:
    from bot.storage.ledger import Marking
    from bot.storage.wide_rows import Wide

POSTGRESQL = ("postgresql://", "postgres://")

_REMEDY = (
    "Write sqlite:///attune.db for a file here, sqlite:////var/lib/attune/attune.db for one elsewhere,"
    " or postgresql://name:password@host/database."
)


async def open_store(
    url: str,
    fingerprint: str,
    *,
    clock: Callable[[], datetime],
    marking: "Marking | None" = None,
    wide: "Wide | None" = None,
) -> Store:
    """Open the store that an address names; `fingerprint` is that of the privacy keys.

    `sqlite:///attune.db` is a file in the present folder, `sqlite:////var/lib/attune.db` one elsewhere;
    `postgresql://name:password@host/database` is a server that many workers share; `memory:` forgets
    everything when it is closed. `marking` says how erasures are noted in the ledger, if there is one;
    `wide` writes what is kept of finished interviews for the wide table of an export.
    """
    if url.rstrip("/") == "memory:":
        from bot.storage.memory import MemoryStore  # noqa: PLC0415 - it is for tests and demonstrations

        return MemoryStore()
    if url.startswith(POSTGRESQL):
        return await _open_postgres(url, fingerprint, marking, wide)
    from bot.storage.sqlite import open_sqlite  # noqa: PLC0415 - what lives in memory needs no SQL

    return await open_sqlite(sqlite_path(url), fingerprint, clock=clock, marking=marking, wide=wide)


async def _open_postgres(url: str, fingerprint: str, marking: "Marking | None", wide: "Wide | None") -> Store:
    try:
        from bot.storage.postgres import open_postgres  # noqa: PLC0415 - its driver is an extra
    except ModuleNotFoundError as error:
        if error.name != "asyncpg":
            raise
        remedy = 'Install it: pip install ".[postgres]"'
        raise OperatorError("PostgreSQL needs its driver, which isn't installed.", remedy=remedy) from None
    return await open_postgres(url, fingerprint, marking=marking, wide=wide)


def sqlite_path(url: str) -> Path:
    """Return the file that an address names."""
    scheme, _, rest = url.partition(":")
    path = unquote(rest.removeprefix("///"))
    if (
        scheme != "sqlite"
        or not rest.startswith("///")
        or not Path(path).name
        or path.endswith("/")
        or "?" in path
    ):
        # The rest isn't shown: it may hold a password.
        raise SettingsError(f"DATABASE_URL ({scheme}:…) isn't an address of a database.", remedy=_REMEDY)
    return Path(path)
