"""One commit of many turns.

Law: each operation is decided before anything of it is written, and alone: a known key or a conflict never
touches its neighbours. What is written goes in one transaction, which the caller holds. Any SQLAlchemy
connection will do.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import cache
from itertools import groupby
from typing import Any, Final

from sqlalchemy import Column, Connection, Select, bindparam, select

from bot.conversation.events import ResearchSet
from bot.conversation.session import Session
from bot.storage import tables
from bot.storage.codes import erasure_code
from bot.storage.erasing import erase_person, pend
from bot.storage.invite_statements import Admissions
from bot.storage.ledger import Marking, note
from bot.storage.operations import Call, MarkSent, NoteKey, Operation, SaveLine
from bot.storage.pages import row_of
from bot.storage.projection import Editions, Prepared, changed, of_edition, removed
from bot.storage.rows import Rows
from bot.storage.rules import Standing, begins, fits, in_line, moved_to
from bot.storage.store import Outcome, SaveTurn, StoredSession
from bot.storage.wide_rows import finished, same


def commit(
    connection: Connection,
    operations: Sequence[Operation],
    editions: Editions,
    worker: str | None = None,
    marking: Marking | None = None,
) -> list[object]:
    """Carry out operations in their order; return what each answers.

    `editions` is what was prepared of each; `worker` is who will bring the replies, where it could be
    another; `marking` says how an erasure is noted.
    """
    answers: list[object] = []
    for alone, some in groupby(operations, key=lambda operation: isinstance(operation, Call)):
        if alone:
            answers += [operation.function(connection) for operation in some if isinstance(operation, Call)]
        else:
            answers += _Batch(connection, editions, worker, marking).run(
                [one for one in some if not isinstance(one, Call)]
            )
    return answers


_AS_OF: Final = select(tables.counter.c.n)


@cache
def _finding(key: Column[Any], *others: Column[Any]) -> Select[Any]:
    """Select rows by their keys; making the statement takes longer than asking it, so that is done once."""
    return select(key, *others).where(key.in_(bindparam("keys", expanding=True)))


class _Batch:
    """Operations decided over one reading of the rows that they are about."""

    def __init__(
        self, connection: Connection, editions: Editions, worker: str | None, marking: Marking | None
    ) -> None:
        self._connection = connection
        self._marking = marking
        self._editions = editions
        self._rows = Rows(worker)
        self._admissions = Admissions()
        self._heard: set[str] = set()
        self._standing: dict[str, Standing] = {}
        self._present: dict[str, str] = {}
        self._touched: set[str] = set()  # people with a turn among the rows not yet written
        self._as_of = 0

    def run(self, operations: Sequence[SaveTurn | SaveLine | NoteKey | MarkSent]) -> list[object]:
        """Decide all, then write."""
        self._read(operations)
        answers = [self._decide(operation) for operation in operations]
        self._write()
        return answers

    def _decide(self, operation: SaveTurn | SaveLine | NoteKey | MarkSent) -> object:
        match operation:
            case SaveTurn():
                return self._save(operation)
            case SaveLine():
                return in_line(operation.saves, self._heard, self._save)
            case NoteKey():
                return self._note(operation)
            case MarkSent():
                return self._sent(operation)

    def _write(self) -> None:
        self._rows.write(self._connection)
        self._admissions.write(self._connection)
        self._touched.clear()

    # ------------------------------------------------------------ reading

    def _read(self, operations: Sequence[SaveTurn | SaveLine | NoteKey | MarkSent]) -> None:
        saves = [*_saves(operations)]
        keys = {one.key for one in operations if isinstance(one, NoteKey)} | {save.key for save in saves}
        self._heard = {key for (key,) in self._found(keys, tables.heard.c.key)}
        sessions = {one.id for save in saves for one in (save.saved.session, save.turn.session) if one}
        table = tables.session
        found = self._found(sessions, table.c.session_id, table.c.person_id, table.c.turn)
        self._standing = {session: Standing(person, turn) for session, person, turn in found}
        people = {save.saved.person for save in saves}
        people |= {one.person for one in operations if isinstance(one, MarkSent) and one.address is not None}
        self._present = dict(self._found(people, tables.person.c.person_id, tables.person.c.session_id))
        self._admissions.read(self._connection, (save.turn for save in saves))
        if saves:
            self._as_of = self._connection.scalar(_AS_OF) or 0

    def _found(self, wanted: Iterable[str], key: Column[Any], *others: Column[Any]) -> Sequence[Any]:
        keys = list(wanted)
        return self._connection.execute(_finding(key, *others), {"keys": keys}).all() if keys else []

    # ------------------------------------------------------------ deciding

    def _save(self, save: SaveTurn) -> Outcome:
        saved, turn = save.saved, save.turn
        if save.key in self._heard:
            return Outcome.HEARD_BEFORE
        present = self._present.get(saved.person)
        before, after = self._stands(saved.session), self._stands(turn.session)
        if not fits(saved, turn, present=present, before=before, after=after):
            return Outcome.CONFLICT
        if not self._admissions.admit(turn):
            return Outcome.CONFLICT  # the invite is full or closed now: the next attempt begins without it
        if saved.person in self._touched and turn.event.kept:
            self._write()  # two turns of one person keep their order
        self._touched.add(saved.person)
        self._as_of += 1
        self._rows.drawn(self._as_of)
        self._hear(save.key, turn.event.at, turn.counts)
        if turn.erase:
            self._erase(save)
        elif turn.session is not None:
            self._keep(save, turn.session)
        return Outcome.STORED

    def _hear(self, key: str, at: datetime, counts: tuple[str, ...]) -> None:
        self._heard.add(key)
        self._rows.hear(key, at)
        self._rows.count(at, counts)

    def _stands(self, session: Session | None) -> Standing | None:
        return self._standing.get(session.id) if session else None

    def _keep(self, save: SaveTurn, session: Session) -> None:
        saved, turn, rows = save.saved, save.turn, self._rows
        number = moved_to(saved, turn)
        prepared = of_edition(self._connection, self._editions, session.edition)
        self._stand(saved.person, session, number)
        if begins(saved, turn):
            rows.begin(saved.person, session, number, save.key, turn.event.at)
        elif turn.event.kept:
            rows.move(session, number, save.key, turn.event.at)
        else:
            rows.see(session, turn.event.at)
        if turn.event.kept:
            rows.log(session, number, self._as_of, turn.event)
            rows.answer(changed(saved.session, session, prepared.values), removed(saved.session, session))
            rows.mirror(saved.person, turn.event)
            self._tell(save, session, prepared)
        rows.address(saved.person, save.address)
        if turn.replies:
            rows.owe(saved.person, save.key, session, self._as_of, turn.replies, turn.event.at)

    def _tell(self, save: SaveTurn, session: Session, prepared: Prepared) -> None:
        """Keep what an export says of the interview now, if it is finished."""
        before, wide = save.saved.session, self._editions.wide
        was = before is not None and before.id == session.id and finished(before)
        if wide is not None and prepared.write is not None and finished(session):
            again = isinstance(save.turn.event, ResearchSet)  # what was told before it is gone
            if again or before is None or not was or not same(before, session):
                line = prepared.write(row_of(StoredSession("", "", None, session, ()), events=False))
                self._rows.tell(save.saved.person, session, wide.version, line)
        elif was:
            self._rows.untell(session)

    def _stand(self, person: str, session: Session, turn: int) -> None:
        """Keep in rows and in mind where a person stands now."""
        if person not in self._present:
            self._rows.meet(person, session)
        elif self._present[person] != session.id:
            self._rows.turn_to(person, session)
        self._present[person] = session.id
        self._standing[session.id] = Standing(person, turn)

    def _erase(self, save: SaveTurn) -> None:
        person, receipt = save.saved.person, save.receipt
        self._write()
        erase_person(self._connection, person)
        pend(
            self._connection,
            receipt.erasure if receipt else erasure_code(save.key),
            save.turn.event.at,
            receipt,
        )
        if self._marking is not None:
            note(self._connection, self._marking, person, save.turn.event.at)
        self._present.pop(person, None)
        self._standing = {name: one for name, one in self._standing.items() if one.person != person}

    def _note(self, note: NoteKey) -> bool:
        if note.key in self._heard:
            return False
        self._hear(note.key, note.at, note.counts)
        if note.parked is not None:
            self._rows.park(note.parked)
        return True

    def _sent(self, sent: MarkSent) -> bool:
        self._rows.settle(sent.person, sent.key)
        if sent.person in self._present:
            self._rows.address(sent.person, sent.address)
        return True


def _saves(operations: Iterable[SaveTurn | SaveLine | NoteKey | MarkSent]) -> Iterable[SaveTurn]:
    for one in operations:
        if isinstance(one, SaveTurn):
            yield one
        elif isinstance(one, SaveLine):
            yield from one.saves
