"""What the SQLite store and the PostgreSQL store do alike: everything but connections, files and leases."""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import TypeVar, cast

from sqlalchemy import Connection

from bot.conversation.replies import Turn
from bot.conversation.session import Session
from bot.questionnaire.model import Edition
from bot.storage import erasing, reading, statements
from bot.storage.cache import Cache
from bot.storage.codes import erasure_code
from bot.storage.group import GroupCommit
from bot.storage.ledger_in_sql import LedgerInSql
from bot.storage.operations import Call, MarkSent, NoteKey, SaveLine
from bot.storage.projection import Editions
from bot.storage.reading import Reader
from bot.storage.rules import NEVER_CONSENTED, fact_name, is_meant
from bot.storage.store import Active, Outcome, Owed, Parked, Receipt, Saved, SaveTurn, Swept
from bot.storage.wide_filling import fill

Answer = TypeVar("Answer")


class SqlStore(LedgerInSql):
    """What is remembered in tables, over a reader and a group commit."""

    _reader: Reader
    _group: GroupCommit
    _cache: Cache
    _editions: Editions

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
        if saved is not None and is_meant(saved, session):
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

    async def save_line(self, line: Sequence[SaveTurn]) -> Sequence[Outcome]:
        """Store turns of one person that follow from one another, in one transaction."""
        return cast("Sequence[Outcome]", await self._group.submit(SaveLine(line)))

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

    async def open_elsewhere(self, questionnaire: str, edition: str, *, after: str = "") -> Sequence[Saved]:
        """Return people's present interviews that aren't over, of another edition, a page at a time."""
        return await self._reader.run(lambda one: reading.open_elsewhere(one, questionnaire, edition, after))

    async def active_since(self, since: datetime) -> Sequence[Active]:
        """Return reachable people in an interview under way seen since then."""
        await self.flush()
        return await self._reader.run(lambda connection: reading.active_since(connection, since))

    async def wishing_retest(self, ended_since: datetime) -> Sequence[Active]:
        """Return interviews whose people said yes to being asked again, and weren't yet."""
        await self.flush()
        return await self._reader.run(lambda connection: reading.wishing_retest(connection, ended_since))

    async def reachable(self, person: str, *, yes: bool) -> None:
        """Mark that a person blocked us, or is back."""
        row = {"b_person_id": person, "reachable": yes}
        await self._group.submit(Call(lambda connection: connection.execute(statements.SET_REACHABLE, row)))

    # ------------------------------------------------------------ erasure

    async def verify_erasures(self) -> Sequence[Receipt]:
        """Make erased rows truly gone; return the receipts that may now be sent."""
        raise NotImplementedError

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
        await self._noted_outside()
        await self._forget_marks(now)
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

    async def keep_lines(self, before: datetime) -> bool:
        """Keep lines of the wide table that a few interviews begun before lack; tell whether to go on."""
        return bool(
            await self._group.submit(Call(lambda connection: fill(connection, self._editions, before)))
        )

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

    async def flush(self) -> None:
        """Wait until everything said so far is on disk."""
        await self._group.flush()
