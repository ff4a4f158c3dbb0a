"""What `attune doctor` looks at, one check after the other; each has its section in the runbook.

Law: looking changes nothing that anybody said, and nothing that is told holds a name, a chat, a token or an
answer.
"""

from collections.abc import AsyncIterator, Callable
from datetime import datetime
from typing import Final

from bot.cli.checkup import database, files, machine, telegram
from bot.cli.checkup.line import Check
from bot.settings import Settings

Clock = Callable[[], datetime]

IDS: Final = (
    "settings", "key", "sqlite", "disk", "database", "schema", "integrity", "copies", "ledger", "erasures",
    "replies", "parked", "clock", "content", "promises", "token", "webhook", "operator",
)  # fmt: skip
"""Every check there is."""


async def checks(settings: Settings, now: Clock) -> AsyncIterator[Check]:
    """Yield every check, in an order in which a cause comes before what follows from it."""
    keys, check = machine.key(settings)
    yield check
    for local in (machine.sqlite(settings), *machine.disk(settings)):
        yield local
    found, ready = database.file(settings, keys)
    for check in found:
        yield check
    if keys is not None and ready:
        async for stored in database.stored(settings, keys, now):
            yield stored
    for check in (*files.content(settings, now().date()), *files.promised(settings)):
        yield check
    async for heard in telegram.telegram(settings, now):
        yield heard
    yield telegram.operator(settings)
