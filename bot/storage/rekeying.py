"""A new privacy key takes the place of an old one: every pseudonym and everything sealed is made anew.

Law: it all happens in one transaction with the fingerprint, so that a database is wholly of one key, whenever
the program ends. No address is needed: pseudonyms are renewed from pseudonyms (see `privacy`). What the old
key can't open is dropped, never carried on unreadable.
"""

import base64
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from itertools import pairwise
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Column, Connection, MetaData, Table, bindparam, delete, insert, select, update

from bot.privacy import Keys, SealBroken, address_row, receipt_row, words_row
from bot.questionnaire.model import Edition, TextAnswer
from bot.storage import ledger, tables
from bot.storage.codes import erasure_code
from bot.storage.erasing import pend
from bot.storage.invite_tables import resume_code
from bot.storage.ledger import Entry, Marking
from bot.storage.upgrading import FINGERPRINT, engine

_renamed = Table(
    "renamed",
    MetaData(),
    Column("old", tables.Text, primary_key=True),
    Column("new", tables.Text, nullable=False),
    prefixes=["TEMPORARY"],
)
_NAMED: Final = (tables.session, tables.owed)
"""Tables whose rows keep their place when their person is renamed; other tables are written anew."""
_SEALED: Final = re.compile(r"[A-Za-z0-9+/]{40,}={0,2}")


def carry(
    database: Path, chain: Sequence[Keys], marking: Callable[[Keys], Marking], entries: Sequence[Entry]
) -> int:
    """Carry a SQLite database from the first key of a chain to the last; return how many went again.

    With each key whom the ledger names under it is erased first: later their marks couldn't be made any more.
    """
    if len(chain) < 2:  # noqa: PLR2004 - nothing to carry
        return 0
    with engine(database).begin() as connection:
        connection.exec_driver_sql("PRAGMA secure_delete = 1")
        return carry_within(connection, chain, marking, entries)


def carry_within(
    connection: Connection,
    chain: Sequence[Keys],
    marking: Callable[[Keys], Marking],
    entries: Sequence[Entry],
) -> int:
    """Carry any database, in the transaction that the connection is in."""
    again = 0
    for old, new in pairwise(chain):
        again += ledger.erase_again(connection, marking(old), entries)
        rekey(connection, old, new)
    return again


def rekey(connection: Connection, old: Keys, new: Keys) -> int:
    """Make everything anew in the transaction that the connection is in; return how many people there are."""
    addresses = _addresses(connection, old, new)
    resumes = _resumes(connection, new)
    people = _rename(connection, new)
    if addresses:
        connection.execute(insert(tables.address), addresses)
    if resumes:
        connection.execute(insert(resume_code), resumes)
    _reseal_receipts(connection, old, new)
    _reseal_words(connection, old, new)
    meta = tables.meta
    connection.execute(update(meta).where(meta.c.name == FINGERPRINT).values(value=new.fingerprint))
    pend(connection, erasure_code(f"rekey:{new.fingerprint}"), tables.EPOCH)  # until the old names are gone
    return people


def _addresses(connection: Connection, old: Keys, new: Keys) -> list[dict[str, Any]]:
    """Take every address out; return them resealed for the new names."""
    table = tables.address
    rows = connection.execute(select(table.c.person_id, table.c.sealed)).all()
    connection.execute(delete(table))
    return [
        {"person_id": person, "sealed": sealed}
        for who, was in rows
        for person in (new.renewed(who),)
        for sealed in _resealed(old, new, was, address_row(who), address_row(person))
    ]


def _resealed(old: Keys, new: Keys, sealed: bytes, row: str, new_row: str) -> Iterator[bytes]:
    """Yield a text sealed anew, or nothing where the old key doesn't open it."""
    with suppress(SealBroken):
        yield new.seal(old.unseal(sealed, row), new_row)


def _resumes(connection: Connection, new: Keys) -> list[dict[str, Any]]:
    """Take every resume code out; return them renamed: their digests are made as pseudonyms are."""
    rows = connection.execute(select(resume_code)).mappings().all()
    connection.execute(delete(resume_code))
    return [
        {**row, "digest": new.renewed(row["digest"]), "person_id": new.renewed(row["person_id"])}
        for row in rows
    ]


def _rename(connection: Connection, new: Keys) -> int:
    """Give every person the new name, in every table."""
    person = tables.person
    names = connection.scalars(select(person.c.person_id)).all()
    if not names:
        return 0
    _renamed.create(connection)
    connection.execute(insert(_renamed), [{"old": name, "new": new.renewed(name)} for name in names])
    others = [column for column in person.columns if column is not person.c.person_id]
    copies = select(_renamed.c.new, *others).join(person, person.c.person_id == _renamed.c.old)
    connection.execute(insert(person).from_select(["person_id", *(one.name for one in others)], copies))
    for table in _NAMED:
        name = select(_renamed.c.new).where(_renamed.c.old == table.c.person_id).scalar_subquery()
        connection.execute(update(table).values(person_id=name))
    connection.execute(delete(person).where(person.c.person_id.in_(select(_renamed.c.old))))
    _renamed.drop(connection)
    return len(names)


def _reseal_receipts(connection: Connection, old: Keys, new: Keys) -> None:
    table = tables.erasure
    rows = connection.execute(select(table.c.erasure_id, table.c.sealed).where(table.c.sealed.is_not(None)))
    for erasure, was in rows.all():
        row = receipt_row(erasure)
        for sealed in _resealed(old, new, was, row, row):
            connection.execute(update(table).where(table.c.erasure_id == erasure).values(sealed=sealed))


# ---------------------------------------------------------------- answers in own words


def _reseal_words(connection: Connection, old: Keys, new: Keys) -> None:
    """Seal own words anew wherever an interview holds them: in its state, its events and its answers."""
    edition = tables.edition
    for digest, body in connection.execute(select(edition.c.digest, edition.c.body)).all():
        questionnaire = Edition.model_validate_json(body).questionnaire
        asked = (item.id for item in questionnaire.items)
        items = [item for item in asked if isinstance(questionnaire.answered(item), TextAnswer)]
        session = tables.session
        mine = select(session.c.session_id).where(session.c.edition == digest)
        for one in connection.scalars(mine).all() if items else ():
            _reseal_session(connection, one, [words_row(one, item) for item in items], (old, new))


def _reseal_session(
    connection: Connection, session: str, rows: Sequence[str], keys: tuple[Keys, Keys]
) -> None:
    made: dict[str, str] = {}  # the same everywhere: state and answers stay the fold of the events
    for table, name in ((tables.session, "state"), (tables.event, "body"), (tables.answer, "choice")):
        column = table.c[name]
        keyed = list(table.primary_key)
        found = connection.execute(select(*keyed, column).where(table.c.session_id == session)).all()
        changed = [
            {**{f"b_{key.name}": value for key, value in zip(keyed, found_in, strict=False)}, "text": after}
            for *found_in, before in found
            if before and (after := _anew(before, rows, keys, made)) != before
        ]
        if changed:
            here = [key == bindparam(f"b_{key.name}") for key in keyed]
            connection.execute(update(table).where(*here).values({name: bindparam("text")}), changed)


def _anew(text: str, rows: Sequence[str], keys: tuple[Keys, Keys], made: dict[str, str]) -> str:
    """Return a text with everything in it that was sealed for one of these rows sealed anew."""
    old, new = keys

    def resealed(match: re.Match[str]) -> str:
        if match[0] in made:
            return made[match[0]]
        for row in rows:
            with suppress(ValueError):  # it only looked like base64
                for sealed in _resealed(old, new, base64.b64decode(match[0]), row, row):
                    return made.setdefault(match[0], base64.b64encode(sealed).decode())
        return match[0]

    return _SEALED.sub(resealed, text)
