"""What is read and written for staff."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, insert, select, update

from bot.storage.invites import new_code
from bot.storage.staff import DEED_AGE, VISIT_AGE, VISIT_IDLE, Account, Deed, Role, Visit, goes_on
from bot.storage.staff_tables import staff_account, staff_deed, staff_link, staff_visit

_DEED = (
    staff_deed.c.at,
    staff_deed.c.organisation,
    staff_deed.c.account,
    staff_deed.c.what,
    staff_deed.c.about,
)
_OPEN = staff_account.c.closed_at.is_(None)


def _account(row: Mapping[Any, Any]) -> Account:
    values = {column.name: row[column.name] for column in staff_account.c}
    return Account(**values | {"role": Role(values["role"])})


def keep(connection: Connection, one: Account) -> None:
    """Store a new account."""
    connection.execute(insert(staff_account).values(asdict(one) | {"role": one.role.value}))


def account(connection: Connection, of: str) -> Account | None:
    """Return an account."""
    row = connection.execute(select(staff_account).where(staff_account.c.id == of)).mappings().first()
    return None if row is None else _account(row)


def accounts(connection: Connection, organisation: str | None) -> Sequence[Account]:
    """Return the accounts of an organisation, or all, in the order in which they were made."""
    query = select(staff_account).order_by(staff_account.c.created_at, staff_account.c.id)
    if organisation is not None:
        query = query.where(staff_account.c.organisation == organisation)
    return [_account(row) for row in connection.execute(query).mappings()]


def close(connection: Connection, of: str, at: datetime) -> bool:
    """Close an account, the first time for good; its visits and its link are gone."""
    for table in (staff_link, staff_visit):
        connection.execute(delete(table).where(table.c.account == of))
    still_open = (staff_account.c.id == of) & _OPEN
    connection.execute(update(staff_account).where(still_open).values(closed_at=at))
    return account(connection, of) is not None


def offer(connection: Connection, link: str, of: str, expires_at: datetime) -> bool:
    """Keep the digest of a link in place of the account's earlier one."""
    known = account(connection, of)
    if known is None or known.closed_at is not None:
        return False
    connection.execute(delete(staff_link).where(staff_link.c.account == of))
    connection.execute(insert(staff_link).values(account=of, digest=link, expires_at=expires_at))
    return True


def offered(connection: Connection, link: str, at: datetime) -> Account | None:
    """Return whose link this is, if it works."""
    query = select(staff_account).join(staff_link, staff_link.c.account == staff_account.c.id)
    query = query.where(staff_link.c.digest == link, staff_link.c.expires_at > at, _OPEN)
    row = connection.execute(query).mappings().first()
    return None if row is None else _account(row)


def sign_in(connection: Connection, link: str, visit: str, at: datetime) -> Account | None:
    """Use up a link and begin a visit; of two that come at once, one finds the link gone."""
    known = offered(connection, link, at)
    used = delete(staff_link).where(staff_link.c.digest == link, staff_link.c.expires_at > at)
    if known is None or connection.execute(used).rowcount != 1:
        return None
    row = {"digest": visit, "account": known.id, "began_at": at, "seen_at": at}
    connection.execute(insert(staff_visit).values(row))
    record(connection, Deed(at, known.organisation, known.id, "signed_in"))
    return known


def visited(connection: Connection, visit: str, at: datetime) -> Visit | None:
    """Return a visit that goes on."""
    query = select(staff_account, staff_visit.c.began_at, staff_visit.c.seen_at)
    query = query.join(staff_visit, staff_visit.c.account == staff_account.c.id)
    row = connection.execute(query.where(staff_visit.c.digest == visit, _OPEN)).mappings().first()
    if row is None or not goes_on(row["began_at"], row["seen_at"], at):
        return None
    return Visit(_account(row), row["began_at"], row["seen_at"])


def see(connection: Connection, visit: str, at: datetime) -> None:
    """Note that a visit was in use."""
    connection.execute(update(staff_visit).where(staff_visit.c.digest == visit).values(seen_at=at))


def end(connection: Connection, visit: str) -> None:
    """End a visit."""
    connection.execute(delete(staff_visit).where(staff_visit.c.digest == visit))


def sign_everybody_out(connection: Connection) -> None:
    """End every visit and void every link."""
    for table in (staff_link, staff_visit):
        connection.execute(delete(table))


def record(connection: Connection, deed: Deed) -> None:
    """Write down what somebody did."""
    connection.execute(insert(staff_deed).values({"deed_id": new_code(), **asdict(deed)}))


def deeds(connection: Connection, organisation: str | None, most: int) -> Sequence[Deed]:
    """Return what was done, the newest first."""
    query = select(*_DEED).order_by(staff_deed.c.at.desc(), staff_deed.c.deed_id).limit(most)
    if organisation is not None:
        query = query.where(staff_deed.c.organisation == organisation)
    return [Deed(**row) for row in connection.execute(query).mappings()]


def drop_past(connection: Connection, now: datetime) -> None:
    """Forget links and visits whose time is up, and what was done long ago."""
    connection.execute(delete(staff_link).where(staff_link.c.expires_at <= now))
    ended = (staff_visit.c.began_at <= now - VISIT_AGE) | (staff_visit.c.seen_at <= now - VISIT_IDLE)
    connection.execute(delete(staff_visit).where(ended))
    connection.execute(delete(staff_deed).where(staff_deed.c.at <= now - DEED_AGE))
