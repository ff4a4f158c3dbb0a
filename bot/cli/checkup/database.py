"""The database: does it open, is it ours, sound and of this version, and what waits in it."""

from collections import Counter
from collections.abc import AsyncIterator, Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from bot.cli.checkup.line import Check, State, fail, ok, span, warn, when
from bot.cli.roof import open_kept
from bot.errors import AttuneError, OperatorError
from bot.operation.condition import ERASURE_LATE, MEGABYTE, REPLY_LATE
from bot.privacy import Keys
from bot.settings import Settings
from bot.storage import upgrading, vitals
from bot.storage.store import Store

AHEAD: Final = timedelta(minutes=5)
"""How far anything stored may lie in the future before the clock is doubted."""
MOST_SHOWN: Final = 5

Clock = Callable[[], datetime]


def file(settings: Settings, keys: Keys | None) -> tuple[list[Check], bool]:
    """Look at the file itself; say whether the store may be opened without changing it."""
    database = settings.database_file
    if database is None:
        return [], settings.database.startswith("postgres")
    if not database.exists():
        return [
            warn("database", f"There is no database {database} yet.", "The first `attune run` makes it.")
        ], False
    try:
        found = vitals.read(database)
    except OperatorError as error:
        return [fail("database", error.message, error.remedy)], False
    size = f"{found.size / MEGABYTE:.1f} MB, log {found.log_size / MEGABYTE:.1f} MB"
    told = [ok("database", f"{database} opens: {size}, {found.rows.get('session', 0)} interviews.")]
    told += [_fits(found.fingerprint, keys), _schema(found.revision), _sound(found.sound)]
    return [*told, _copies(database)], all(check.state is not State.FAIL for check in told)


def _fits(fingerprint: str | None, keys: Keys | None) -> Check:
    if keys is None or fingerprint == keys.fingerprint:
        return ok("key", "The database was made with this key.")
    if keys.since(fingerprint or ""):
        return fail("key", "A change of the key was begun and isn't finished.", "Run: attune key rotate")
    return fail(
        "key",
        f"The database was made with another key, of fingerprint {(fingerprint or '')[:8]}.",
        "Give that key in PRIVACY_KEY_FILE: without it nobody is recognised.",
    )


def _schema(revision: str) -> Check:
    if revision == upgrading.HEAD:
        return ok("schema", f"Schema {revision}, the newest.")
    return fail(
        "schema", f"Schema {revision}; this version needs {upgrading.HEAD}.", "Run: attune database upgrade"
    )


def _sound(found: str) -> Check:
    if found == "ok":
        return ok("integrity", "SQLite's quick check finds nothing.")
    return fail(
        "integrity", f"The database is damaged: {found[:100]}.", "Stop the bot; attune restore a backup."
    )


def _copies(database: Path) -> Check:
    copies = upgrading.upgrade_backups(database)
    if not copies:
        return ok("copies", "No old copies lie beside the database.")
    names = ", ".join(path.name for path in copies[:MOST_SHOWN])
    return warn(
        "copies", f"Old copies still hold who was erased since: {names}.", "Delete them once all is well."
    )


async def stored(settings: Settings, keys: Keys, now: Clock) -> AsyncIterator[Check]:
    """Look at what waits in the store."""
    try:
        store = await open_kept(settings, keys, now)
    except AttuneError as error:
        name = "ledger" if "ledger" in error.message else "database"
        yield fail(name, error.message, error.remedy)
        return
    try:
        yield ok("ledger", f"The ledger of erasures is in {settings.ledger_folder}.")
        for check in await _waiting(store, now()):
            yield check
        yield await _clock(store, now())
    except AttuneError as error:
        yield fail("database", error.message, error.remedy)
    finally:
        await store.close()


async def _waiting(store: Store, now: datetime) -> list[Check]:
    backlog = await store.backlog()
    erasures = backlog.erasures
    late = erasures.age(now) > ERASURE_LATE
    told = [ok("erasures", f"{erasures.n} erasures wait to be verified.")]
    if late:
        remedy = (
            "Close exports that stay open; see to the disk and the ledger; the running bot does the rest."
        )
        told = [
            fail("erasures", f"{erasures.n} erasures wait, the oldest {span(erasures.age(now))}.", remedy)
        ]
    owed = sum(one.n for one in backlog.owed.values())
    oldest = max((one.age(now) for one in backlog.owed.values()), default=timedelta(0))
    if oldest > REPLY_LATE:
        remedy = "Is the bot running? If so, its log says what Telegram answers."
        told.append(warn("replies", f"{owed} replies wait, the oldest {span(oldest)}.", remedy))
    else:
        told.append(ok("replies", f"{owed} replies wait to be sent."))
    return [*told, await _parked(store)]


async def _parked(store: Store) -> Check:
    parked = await store.parked()
    if not parked:
        return ok("parked", "No update was parked in 30 days.")
    shapes = Counter((one.kind, ",".join(one.fields), one.error) for one in parked)
    told = [
        f"{n} x {kind}{f' ({fields})' if fields else ''}: {error}"
        for (kind, fields, error), n in shapes.most_common(MOST_SHOWN)
    ]
    remedy = f"The last one was at {when(parked[-1].at)}; the log around it says more. Report it as a fault."
    return warn("parked", f"{len(parked)} updates couldn't be taken: {'; '.join(told)}.", remedy)


async def _clock(store: Store, now: datetime) -> Check:
    text = await store.recall("heard_at")
    if text and datetime.fromisoformat(text) > now + AHEAD:
        return fail(
            "clock",
            f"It is {when(now)} here, but the bot last heard at {text[:16]}.",
            "Set the clock (NTP).",
        )
    return ok("clock", f"It is {when(now)}.")
