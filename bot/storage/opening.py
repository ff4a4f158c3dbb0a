"""From a DATABASE_URL to an open store."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from urllib.parse import unquote

from bot.errors import SettingsError
from bot.storage.store import Store
from bot.storage.memory import MemoryStore

_REMEDY = (
    "Write sqlite:///attune.db for a file here, or sqlite:////var/lib/attune/attune.db for one elsewhere."
)


async def open_store(url: str, fingerprint: str, *, clock: Callable[[], datetime]) -> Store:
    """Open the store that an address names; `fingerprint` is that of the privacy keys.

    `sqlite:///attune.db` is a file in the present folder, `sqlite:////var/lib/attune.db` one elsewhere;
    `memory:` forgets everything when it is closed.
    """
    if url.rstrip("/") == "memory:":
        return MemoryStore()
    from bot.storage.sqlite import open_sqlite  # noqa: PLC0415 - what lives in memory needs no SQL

    return await open_sqlite(sqlite_path(url), fingerprint, clock=clock)


def sqlite_path(url: str) -> Path:
    """Return the file that an address names."""
    scheme, _, rest = url.partition(":")
    if scheme in {"postgresql", "postgres"}:
        raise SettingsError(
            "This version keeps its answers in SQLite only; PostgreSQL comes later.", remedy=_REMEDY
        )
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
