"""The SQLite store: one file, one writer, many waiters.

Law: `save` answers after its commit is on disk, each turn for itself. Whatever another process does to the
file meanwhile, a turn is stored on the state that it began with, or not at all.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import cast

from sqlalchemy import Connection

from bot.conversation.replies import Turn
from bot.conversation.session import ENDED, Session
from bot.errors import StoreUnavailable
from bot.questionnaire.model import Edition
from bot.storage import erasing, files, reading, statements
from bot.storage.store import Active, Outcome, Owed, Parked, Receipt, Saved, Swept
from bot.storage.cache import Cache
from bot.storage.codes import erasure_code
from bot.storage.commit import commit
from bot.storage.connections import Line
from bot.storage.group import GroupCommit
from bot.storage.invites_in_sqlite import InvitesInSqlite
from bot.storage.operations import Call, MarkSent, NoteKey, Operation, SaveTurn
from bot.storage.projection import Values
from bot.storage.rules import NEVER_CONSENTED, fact_name
from bot.storage.snapshot import SqlSnapshot
from bot.storage.tidying import Log
from bot.storage.upgrading import prepare

CACHED_PEOPLE = 2048
REST_AFTER = 1.0  # seconds without anything to do, after which the log is tidied


async def open_sqlite(
    database: Path, fingerprint: str, *, clock: Callable[[], datetime], cached: int = CACHED_PEOPLE
) -> "SqliteStore":
    """Open the database in a file, made or upgraded first where that is needed."""
    if files.MOUNTS.exists():
        files.refuse_network(database, files.MOUNTS.read_text("utf-8", "surrogateescape"))
    await asyncio.to_thread(prepare, database, fingerprint, clock())
    store = SqliteStore(database, cached=cached)
    try:
        await store.flush()  # opens the connection, and hears now what is wrong with it
    except BaseException:
        await store.close()
        raise
    return store


class SqliteStore(InvitesInSqlite):
    """Everything that is remembered, in one file."""

    def __init__(self, database: Path, *, cached: int = CACHED_PEOPLE) -> None:
        self.database = database = database.absolute()  # wherever this process goes later
        self._identity = files.identity(database)
        self._closed = False
        self._cache = Cache(cached)
        self._values: dict[str, Values] = {}
        self._reader = Line(database, writes=False)
        self._writer = Line(database, writes=True)
        self._log = Log(database, self._writer)
        self._group = GroupCommit(
            self._commit,
            self._writer.thread,
            settled=self._cache.settled,
            rest=self._log.rest,
            rest_after=REST_AFTER,
        )

    # ------------------------------------------------------------ editions

    async def keep_edition(self, edition: Edition) -> None:
        """Store an edition once, by its digest."""
        await self._group.submit(Call(lambda connection: statements.keep_edition(connection, edition)))

    async def edition(self, digest: str) -> Edition | None:
        """Return a stored edition."""
        return await self._reader.run(lambda connection: reading.edition(connection, digest))

    # ------------------------------------------------------------ turns

    async def load(self, person: str, session: str | None = None) -> Saved:
        """Return the person's present session, or the one named."""
        saved = self._cache.get(person)
        if saved is not None and (session is None or _is_meant(saved, session)):
            return saved
        generation = self._cache.generation
        saved = await self._reader.run(lambda connection: reading.load(connection, person, session))
        return self._cache.learn(saved, generation, present=session is None)

    async def save(
        self,
        saved: Saved,
        turn: Turn,
        key: str,
        *,
        address: bytes | None = None,
        receipt: Receipt | None = None,
    ) -> Outcome:
        """Store a turn whole, on disk, or say why not."""
        outcome = await self._group.submit(SaveTurn(saved, turn, key, address, receipt))
        return cast("Outcome", outcome)

    async def note(self, key: str, at: datetime, counts: tuple[str, ...] = ()) -> bool:
        """Remember the key of something heard that makes no turn."""
        return bool(await self._group.submit(NoteKey(key, at, counts)))

    async def park(self, parked: Parked) -> bool:
        """Remember an update that can't be parsed, and its key."""
        return bool(await self._group.submit(NoteKey(parked.key, parked.at, parked=parked)))

    # ------------------------------------------------------------ replies

    def sent(self, person: str, key: str, address: bytes | None = None) -> None:
        """Say that the replies to a key went out; joins a later commit."""
        sent = MarkSent(person, key, address)
        self._cache.move(sent)
        self._group.later(sent)

    async def owed(self) -> Sequence[Owed]:
        """Return the replies still owed, oldest first."""
        await self.flush()
        return await self._reader.run(reading.owed)

    async def sessions_of(self, person: str) -> Sequence[Session]:
        """Return every session of a person, oldest first."""
        return await self._reader.run(lambda connection: reading.sessions_of(connection, person))

    async def active_since(self, since: datetime) -> Sequence[Active]:
        """Return reachable people in an interview under way seen since then."""
        await self.flush()
        return await self._reader.run(lambda connection: reading.active_since(connection, since))

    async def reachable(self, person: str, *, yes: bool) -> None:
        """Mark that a person blocked us, or is back."""
        row = {"b_person_id": person, "reachable": yes}
        await self._group.submit(Call(lambda connection: connection.execute(statements.SET_REACHABLE, row)))

    # ------------------------------------------------------------ erasure

    async def verify_erasures(self) -> Sequence[Receipt]:
        """Make erased rows truly gone from the files; return the receipts that may now be sent."""
        try:
            pending = await self._reader.run(erasing.pending)
            if pending and await self._in_writer(self._log.cleanse):
                # Only these: what was erased since then may lie in the log again.
                await self._group.submit(Call(lambda connection: erasing.mark_verified(connection, pending)))
            return await self._reader.run(erasing.due) if self._log.owned() else ()
        except StoreUnavailable:
            return ()  # a full disk: it stays pending

    async def erasures_pending(self) -> int:
        """Return how many erasures aren't verified yet."""
        return await self._reader.run(reading.erasures_pending)

    async def receipt_sent(self, erasure: str) -> None:
        """Forget a receipt and its address, and verify that too."""
        gone = erasure_code(f"receipt:{erasure}")
        await self._group.submit(Call(lambda connection: erasing.forget_receipt(connection, erasure, gone)))
        await self.verify_erasures()

    async def sweep(
        self, now: datetime, *, address_age: timedelta, retention: timedelta | None, unconsented: timedelta
    ) -> Swept:
        """Erase what has had its time, a few at once so that nobody waits long."""
        strangers = retired = 0
        while n := await self._swept(now, erasing.sweep_strangers, now - unconsented, NEVER_CONSENTED):
            strangers += n
        while retention is not None and (n := await self._swept(now, erasing.sweep_retired, now - retention)):
            retired += n
        addresses = await self._swept(now, erasing.sweep_addresses, now - address_age)
        keys = await self._group.submit(Call(lambda connection: erasing.sweep_traffic(connection, now)))
        return Swept(strangers, addresses, cast("int", keys), retired)

    async def _swept(
        self,
        now: datetime,
        sweep: Callable[[Connection, datetime], int],
        before: datetime,
        count: str | None = None,
    ) -> int:
        """Erase with one function in one transaction; return how much."""

        def swept(connection: Connection) -> int:
            n = sweep(connection, before)
            if n:
                erasing.pend(connection, erasure_code(f"sweep:{now.isoformat()}"), now)
            if n and count:
                day = now.astimezone(UTC).date().isoformat()
                connection.execute(statements.ADD_COUNT, {"day": day, "name": count, "n": n})
            return n

        n = cast("int", await self._group.submit(Call(swept)))
        if n:
            self._cache.clear()
        return n

    # ------------------------------------------------------------ the rest

    async def remember(self, name: str, value: str) -> None:
        """Keep a small fact about the installation."""
        row = {"name": fact_name(name), "value": value}
        await self._group.submit(Call(lambda connection: connection.execute(statements.KEEP_FACT, row)))

    async def recall(self, name: str) -> str | None:
        """Return such a fact."""
        return await self._reader.run(lambda connection: reading.fact(connection, fact_name(name)))

    async def counts(self) -> Mapping[tuple[str, str], int]:
        """Return the day's counts."""
        return await self._reader.run(reading.counts)

    @asynccontextmanager
    async def snapshot(self) -> AsyncIterator[SqlSnapshot]:
        """Open a consistent view for research; while it is open, erasures stay pending."""
        line = Line(self.database, writes=False)
        try:
            yield await SqlSnapshot.taken(line)
        finally:
            await line.close()

    async def flush(self) -> None:
        """Wait until everything said so far is on disk."""
        await self._group.flush()

    async def close(self) -> None:
        """Finish what waits, then let go."""
        if self._closed:
            return
        self._closed = True
        await self._group.close()
        await self._reader.close()
        with suppress(Exception):  # the log is found and used by whoever opens the database next
            await self._in_writer(self._log.cut)
        await self._writer.close()
        self._log.release()

    # ------------------------------------------------------------ the writer

    async def _in_writer(self, function: Callable[[], bool]) -> bool:
        return await asyncio.get_running_loop().run_in_executor(self._writer.thread, function)

    def _commit(self, operations: Sequence[Operation]) -> list[object]:
        """Commit operations together; where that fails by a fault of one of them, each alone."""
        try:
            self._refuse_elsewhere()
            answers = self._writer.transact(lambda connection: commit(connection, operations, self._values))
        except StoreUnavailable as error:
            return [StoreUnavailable(error.message, remedy=error.remedy) for _ in operations]
        except Exception as error:  # noqa: BLE001 - whoever asked for it gets it
            return [error] if len(operations) == 1 else [self._commit([one])[0] for one in operations]
        self._log.written()
        return answers

    def _refuse_elsewhere(self) -> None:
        """Refuse to write on into a file that was moved or deleted: the next start wouldn't find it."""
        if files.identity(self.database) != self._identity:
            raise StoreUnavailable(
                f"The database {self.database} was moved, replaced or deleted while it was in use.",
                remedy="Put it back, then start again.",
            )


def _is_meant(saved: Saved, session: str) -> bool:
    """Say whether a present session is what `load` returns although another one may be named."""
    return saved.session is not None and (saved.session.id == session or saved.session.step not in ENDED)
