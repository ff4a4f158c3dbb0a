"""Lines of the wide table for interviews that ended before lines were kept, or kept by the rules of now.

Law: a few at a time, in the one transaction in which anybody may write: no turn comes in between, and none
waits long. How far it got is a fact of the installation, so each interview is looked at once.
"""

from typing import Final

from sqlalchemy import Connection, Integer, bindparam, case, exists, select

from bot.conversation.session import Step, parse
from bot.storage import tables
from bot.storage.projection import Editions, of_edition
from bot.storage.reading import fact
from bot.storage.statements import KEEP_FACT
from bot.storage.wide_rows import KEEP, finished, row

FEW: Final = 100
"""Interviews looked at in one transaction: some 10 milliseconds."""
_FACT: Final = "_wide_rows"  # the version, and the last session that was looked at while there are more

_session, _person, _row = tables.session.c, tables.person.c, tables.wide_row.c
_KEPT: Final = exists().where(
    _row.questionnaire == _session.questionnaire,
    _row.response_id == _session.response_id,
    _row.made == bindparam("made"),
)
_WANTED: Final = (
    (_session.step == Step.RESULT.value) & _session.research & _person.research.is_not(False) & ~_KEPT
)
_SOME: Final = (
    select(_session.session_id, _session.person_id, case((_WANTED, _session.state)).label("state"))
    .join(tables.person, _person.person_id == _session.person_id)
    .where(_session.session_id > bindparam("after"))
    .order_by(_session.session_id)
    .limit(bindparam("few", type_=Integer))
)


def fill(connection: Connection, editions: Editions) -> bool:
    """Look at some more interviews, and keep the lines that they lack; tell whether there may be others."""
    if editions.wide is None:
        return False
    made = editions.wide.version
    before, _, after = (fact(connection, _FACT) or "").partition(" ")
    if before != str(made):
        after = ""
    elif not after:
        return False
    found = connection.execute(_SOME, {"made": made, "after": after, "few": FEW}).all()
    kept = [
        row(one.person_id, session, made, write(session))
        for one in found
        if one.state
        and finished(session := parse(one.state))
        and (write := of_edition(connection, editions, session.edition).write)
    ]
    if kept:
        connection.execute(KEEP, kept)
    stands = f"{made} {found[-1].session_id}" if found else str(made)
    connection.execute(KEEP_FACT, {"name": _FACT, "value": stands})
    return bool(found)
