"""Carries a whole database from the key it was made with to the newest, while nobody uses it.

Law: whoever uses the database meanwhile would go on under the old names, so it is refused while anybody does.
The new key is kept before anything is changed; a rotation that was cut short is finished by another one.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from bot.errors import KeyMismatch, OperatorError
from bot.privacy import Keys
from bot.storage import files, ledger, rekeying, upgrading
from bot.storage.ledger import Ledger, Marking
from bot.storage.opening import POSTGRESQL, open_store, sqlite_path

IN_USE = "Stop `attune run` everywhere, then rotate: whoever goes on meanwhile would use the old names."


@dataclass(frozen=True, slots=True)
class Rotated:
    """What became of a database."""

    people: int
    verified: bool  # the old names are out of the files


async def made_with(url: str) -> str | None:
    """Return the fingerprint of the key that a database was made with, or None where there is none yet."""
    if url.startswith(POSTGRESQL):
        from bot.storage.postgres_rotating import fingerprint  # noqa: PLC0415 - its driver is an extra

        return await fingerprint(url)
    path = sqlite_path(url)
    return upgrading.inspect(path).fingerprint if path.exists() else None


async def refuse_in_use(url: str) -> None:
    """Refuse a database that somebody uses, before anything is begun."""
    if url.startswith(POSTGRESQL):
        from bot.storage.postgres_rotating import refuse  # noqa: PLC0415 - its driver is an extra

        await refuse(url)
        return
    with _owned(sqlite_path(url)):
        return


@contextmanager
def _owned(database: Path) -> Iterator[None]:
    ownership = files.Ownership(database)
    if not ownership.take():
        raise OperatorError(f"{database} is in use.", remedy=IN_USE)
    try:
        yield
    finally:
        ownership.release()


async def rotate(
    url: str, keys: Keys, marking: Callable[[Keys], Marking], clock: Callable[[], datetime]
) -> Rotated:
    """Carry a database to the newest of the keys."""
    chain = keys.since(await made_with(url) or "")
    if not chain:
        raise KeyMismatch(
            "The database was made with a key that isn't among those given.",
            remedy="Give the key file that it is run with in PRIVACY_KEY_FILE.",
        )
    # Brings it to this version, and the ledger up to date with it, while everything is still of one key.
    store = await open_store(url, chain[0].fingerprint, clock=clock, marking=marking(chain[0]))
    await store.verify_erasures()
    await store.close()
    await _carry(url, chain, marking)
    store = await open_store(url, keys.fingerprint, clock=clock, marking=marking(keys))
    try:
        await store.verify_erasures()
        people = len(await store.people(lambda _: True))
        return Rotated(people, verified=not await store.erasures_pending())
    finally:
        await store.close()


async def _carry(url: str, chain: Sequence[Keys], marking: Callable[[Keys], Marking]) -> None:
    if url.startswith(POSTGRESQL):
        from bot.storage.postgres_rotating import carry  # noqa: PLC0415 - its driver is an extra

        await carry(url, chain, marking)
        return
    database = sqlite_path(url)
    with _owned(database), upgrading.explained(database):
        with upgrading.engine(database).begin() as connection:
            entries = Ledger(marking(chain[0]).folder, ledger.identify(connection)).entries()
        rekeying.carry(database, chain, marking, entries)
