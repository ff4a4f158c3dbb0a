"""Several processes on one database: who is alive, who speaks next, and whether a commit arrived.

Law: whoever writes locks the one row of `counter` first, so that all commits of all workers happen one after
the other, each on what the one before left. That is a plain row lock, which every database that speaks
PostgreSQL's language has. Times are the database's own: the clocks of machines differ.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Connection,
    Select,
    bindparam,
    delete,
    literal_column,
    or_,
    select,
    text,
    update,
)

from bot.storage.statements import KEEP_FACT
from bot.storage.tables import Instant, counter, meta, owed, worker

_DUTY = "_duty"
_NOW = "CAST(EXTRACT(EPOCH FROM clock_timestamp()) * 1000000 AS BIGINT)"
_SIGN = text(
    "INSERT INTO worker (worker_id, alive_until, mark)"  # noqa: S608 - nothing of anybody else's
    f" VALUES (:worker, {_NOW} + :lease, :mark)"
    " ON CONFLICT (worker_id) DO UPDATE SET alive_until = excluded.alive_until, mark = excluded.mark"
).bindparams(bindparam("lease", type_=BigInteger))
_CLOCK: ColumnElement[datetime] = literal_column(_NOW, Instant)
_YESTERDAY: ColumnElement[datetime] = literal_column(f"{_NOW} - 86400000000", Instant)
_ALIVE = select(worker.c.worker_id).where(worker.c.alive_until > _CLOCK)
_LOCK = select(counter.c.n).where(counter.c.name == "as_of").with_for_update()


@dataclass(frozen=True, slots=True)
class Worker:
    """One process among several: an id made from nothing, and how long it lives without a commit."""

    id: str
    lease: timedelta


def lock(connection: Connection) -> None:
    """Wait until nobody else writes; from here to the end of the transaction nobody does."""
    connection.execute(_LOCK)


def sign(connection: Connection, me: Worker, mark: str) -> None:
    """Leave a mark that is there if this transaction is, and prolong the lease."""
    lease = me.lease // timedelta(microseconds=1)
    connection.execute(_SIGN, {"worker": me.id, "lease": lease, "mark": mark})


def signed(connection: Connection, me: Worker) -> str | None:
    """Return the mark of a worker's last commit."""
    return connection.scalar(select(worker.c.mark).where(worker.c.worker_id == me.id))


def alive() -> Select[str]:
    """Select the workers that are alive."""
    return _ALIVE


def take_over(connection: Connection, me: Worker) -> None:
    """Make the replies of workers that are gone this one's."""
    orphaned = or_(owed.c.worker.is_(None), owed.c.worker.not_in(_ALIVE))
    connection.execute(update(owed).where(orphaned).values(worker=me.id))


def leave(connection: Connection, me: Worker) -> None:
    """Be gone at once, and forget those that have been gone for long."""
    connection.execute(
        delete(worker).where(or_(worker.c.worker_id == me.id, worker.c.alive_until < _YESTERDAY))
    )


def holder(connection: Connection) -> str | None:
    """Return which worker alive has the duty of what nobody asked for, if one has it."""
    query = select(meta.c.value).where(meta.c.name == _DUTY, meta.c.value.in_(_ALIVE))
    return connection.scalar(query)


def take_duty(connection: Connection, me: Worker) -> bool:
    """Take the duty if no worker alive has it; say whether it is this one's now."""
    present = holder(connection)
    if present is None:
        connection.execute(KEEP_FACT, {"name": _DUTY, "value": me.id})
    return present in {None, me.id}
