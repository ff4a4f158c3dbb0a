"""What is erased, and how.

Law: every table that holds anything of a person is visited here, in one transaction, and each erasure
leaves a row that stays pending until the files were verified. No pending row says whom it was about.
"""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, Select, Table, delete, exists, func, insert, literal, select, update

from bot.privacy import HEARD_AGE, PARKED_AGE, RECEIPT_AGE
from bot.storage import tables
from bot.storage.invite_statements import drop_expired
from bot.storage.invite_tables import resume_code
from bot.storage.staff_statements import drop_past
from bot.storage.statements import SET_PRESENT
from bot.storage.store import Receipt
from bot.storage.wide_rows import REMOVE_OF_PERSON, REMOVE_OF_SESSIONS

CHUNK = 200  # sessions erased in one transaction of a sweep: people's turns come in between

_OF_SESSIONS = (tables.answer, tables.event, tables.owed)
_OF_PEOPLE = (tables.owed, tables.address, resume_code)


def erase_person(connection: Connection, person: str) -> None:
    """Delete every row of a person."""
    connection.execute(REMOVE_OF_PERSON, {"b_person_id": person})
    sessions = select(tables.session.c.session_id).where(tables.session.c.person_id == person)
    for table in _OF_SESSIONS:
        connection.execute(delete(table).where(table.c.session_id.in_(sessions)))
    connection.execute(delete(tables.session).where(tables.session.c.person_id == person))
    _erase_people(connection, [person])


def _erase_people(connection: Connection, people: Sequence[str]) -> None:
    for table in (*_OF_PEOPLE, tables.person):
        connection.execute(delete(table).where(table.c.person_id.in_(people)))


def erase_sessions(connection: Connection, sessions: Sequence[str]) -> None:
    """Delete sessions; whoever has no other goes wholly, the others' latest becomes their present one."""
    of_these = tables.session.c.session_id.in_(sessions)
    people = connection.scalars(select(tables.session.c.person_id).where(of_these).distinct()).all()
    connection.execute(REMOVE_OF_SESSIONS, {"sessions": list(sessions)})
    for table in _OF_SESSIONS:
        connection.execute(delete(table).where(table.c.session_id.in_(sessions)))
    connection.execute(delete(tables.session).where(of_these))
    left = _latest(connection, people)
    gone = [person for person in people if person not in left]
    _erase_people(connection, gone)
    moved = [{"b_person_id": person, "session_id": session} for person, session in left.items()]
    if moved:
        connection.execute(SET_PRESENT, moved)


def _latest(connection: Connection, people: Sequence[str]) -> dict[str, str]:
    """Return the session that is present from now on: the same one where it is left, else the latest."""
    person, session = tables.person, tables.session
    rows = connection.execute(
        select(session.c.person_id, session.c.session_id)
        .join(person, person.c.person_id == session.c.person_id)
        .where(session.c.person_id.in_(people))
        .order_by(session.c.session_id == person.c.session_id, session.c.began_at, session.c.session_id)
    )
    return {row.person_id: row.session_id for row in rows}


def pend(connection: Connection, erasure: str, at: datetime, receipt: Receipt | None = None) -> None:
    """Write down that something was erased and isn't verified yet."""
    known = select(exists().where(tables.erasure.c.erasure_id == erasure))
    if connection.scalar(known):
        return
    row = {"erasure_id": erasure, "asked_at": at, "verified": False}
    if receipt is not None:
        row |= {
            "sealed": receipt.sealed,
            "channel": receipt.channel,
            "language": receipt.language,
            "organisation": receipt.organisation,
            "asked_at": receipt.asked_at,
        }
    connection.execute(insert(tables.erasure).values(row))


def pending(connection: Connection) -> Sequence[str]:
    """Return the erasures that aren't verified."""
    return connection.scalars(select(tables.erasure.c.erasure_id).where(~tables.erasure.c.verified)).all()


def mark_verified(connection: Connection, erasures: Sequence[str]) -> None:
    """Write down that these are verified: a receipt is due, or the row has done its work."""
    these = tables.erasure.c.erasure_id.in_(erasures)
    connection.execute(delete(tables.erasure).where(these, tables.erasure.c.sealed.is_(None)))
    connection.execute(update(tables.erasure).where(these).values(verified=True))


def due(connection: Connection) -> Sequence[Receipt]:
    """Return the receipts that may be sent."""
    table = tables.erasure
    rows = connection.execute(
        select(table)
        .where(table.c.verified, table.c.sealed.is_not(None))
        .order_by(table.c.asked_at, table.c.erasure_id)
    )
    return [
        Receipt(row.erasure_id, row.sealed, row.channel, row.language, row.organisation, row.asked_at)
        for row in rows
    ]


def forget_receipt(connection: Connection, erasure: str, gone: str) -> None:
    """Delete a receipt; `gone` is the erasure of the receipt itself, pending in its turn."""
    asked_at = connection.scalar(
        select(tables.erasure.c.asked_at).where(tables.erasure.c.erasure_id == erasure)
    )
    if asked_at is not None:
        connection.execute(delete(tables.erasure).where(tables.erasure.c.erasure_id == erasure))
        pend(connection, gone, asked_at)


# ---------------------------------------------------------------- what time erases


def sweep_strangers(connection: Connection, before: datetime) -> int:
    """Erase a chunk of the sessions that began before and that nobody agreed to."""
    return _erase_chunk(connection, connection.scalars(strangers(before).limit(CHUNK)).all())


def strangers(before: datetime) -> Select[str]:
    """Select the sessions that began before and that nobody agreed to."""
    table = tables.session
    return select(table.c.session_id).where(table.c.consented_at.is_(None), table.c.began_at < before)


def sweep_retired(connection: Connection, before: datetime) -> int:
    """Erase a chunk of the sessions that were last seen before."""
    return _erase_chunk(connection, connection.scalars(retired(before).limit(CHUNK)).all())


def retired(before: datetime) -> Select[str]:
    """Select the sessions that were last seen before."""
    return select(tables.session.c.session_id).where(tables.session.c.seen_at < before)


def _erase_chunk(connection: Connection, sessions: Sequence[str]) -> int:
    if sessions:
        erase_sessions(connection, sessions)
    return len(sessions)


def sweep_addresses(connection: Connection, before: datetime) -> int:
    """Drop the addresses of people whose interviews all ended, or fell silent, before."""
    address = tables.address
    return connection.execute(delete(address).where(address.c.person_id.in_(silent(before)))).rowcount


def silent(before: datetime) -> Select[str]:
    """Select the people with an address whose interviews all ended, or fell silent, before."""
    session = tables.session
    last = func.max(func.coalesce(session.c.ended_at, session.c.seen_at))
    return (
        select(session.c.person_id)
        .join(tables.address, tables.address.c.person_id == session.c.person_id)
        .group_by(session.c.person_id)
        .having(last < literal(before, tables.Instant))
    )


def sweep_traffic(connection: Connection, now: datetime) -> int:
    """Drop old keys, parked updates and receipts that couldn't be sent; return how many keys."""
    receipts = tables.erasure.c.sealed.is_not(None)
    connection.execute(delete(tables.erasure).where(receipts, tables.erasure.c.asked_at < now - RECEIPT_AGE))
    _drop_older(connection, tables.parked, now - PARKED_AGE)
    drop_expired(connection, now)
    drop_past(connection, now)
    return _drop_older(connection, tables.heard, now - HEARD_AGE)


def _drop_older(connection: Connection, table: Table, than: datetime) -> int:
    return connection.execute(delete(table).where(table.c.at < than)).rowcount
