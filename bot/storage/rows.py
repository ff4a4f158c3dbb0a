"""Values as rows, collected by statement until they are written: each statement runs once for many people."""

import json
from collections.abc import Iterable
from datetime import UTC, datetime

from sqlalchemy import Connection, insert, update
from sqlalchemy.sql.elements import ClauseElement

from bot.conversation.event_log import dump_event
from bot.conversation.events import Event, ResearchSet
from bot.conversation.replies import Reply, dump_replies
from bot.conversation.session import Session, dump
from bot.storage import statements, tables, wide_rows
from bot.storage.codes import person_code, response_code
from bot.storage.driven import as_driven
from bot.storage.projection import Row
from bot.storage.store import Parked

_KEEP_HEARD = insert(tables.heard)
_KEEP_PERSON = insert(tables.person)
_KEEP_SESSION = insert(tables.session)
_KEEP_EVENT = insert(tables.event)
_KEEP_OWED = insert(tables.owed)
_KEEP_PARKED = insert(tables.parked)

_ORDER: tuple[ClauseElement, ...] = (  # rows that others refer to come first
    _KEEP_HEARD,
    _KEEP_PERSON,
    _KEEP_SESSION,
    statements.MOVE_SESSION,
    statements.SEE_SESSION,
    _KEEP_EVENT,
    statements.REMOVE_ANSWER,
    statements.KEEP_ANSWER,
    statements.SET_PRESENT,
    statements.SET_RESEARCH,
    wide_rows.REMOVE_OF_PERSON,
    wide_rows.REMOVE,
    wide_rows.KEEP,
    statements.KEEP_ADDRESS,
    _KEEP_OWED,
    statements.REMOVE_OWED,
    statements.ADD_COUNT,
    _KEEP_PARKED,
)


class Rows:
    """What is about to be written; `worker` is who brings the replies among it."""

    def __init__(self, worker: str | None = None) -> None:
        self._worker = worker
        self._of: dict[ClauseElement, list[Row]] = {statement: [] for statement in _ORDER}
        self._as_of: int | None = None

    def write(self, connection: Connection) -> None:
        """Write everything, each statement once for all its rows."""
        for statement, rows in self._of.items():
            if rows:
                as_driven(statement, connection.dialect, rows[0]).execute(connection, rows)
                rows.clear()
        if self._as_of is not None:
            connection.execute(update(tables.counter).values(n=self._as_of))
            self._as_of = None

    def drawn(self, as_of: int) -> None:
        """Keep the number that was drawn last."""
        self._as_of = as_of

    # ------------------------------------------------------------ what was heard

    def hear(self, key: str, at: datetime) -> None:
        """Keep a key."""
        self._of[_KEEP_HEARD].append({"key": key, "at": at})

    def park(self, parked: Parked) -> None:
        """Keep the shape of an update that can't be parsed."""
        row = {"key": parked.key, "kind": parked.kind, "error": parked.error, "at": parked.at}
        self._of[_KEEP_PARKED].append(row | {"fields": json.dumps(parked.fields)})

    def count(self, at: datetime, names: Iterable[str]) -> None:
        """Count names once each for the day."""
        day = at.astimezone(UTC).date().isoformat()
        self._of[statements.ADD_COUNT].extend({"day": day, "name": name, "n": 1} for name in names)

    # ------------------------------------------------------------ sessions

    def begin(self, person: str, session: Session, turn: int, key: str, seen_at: datetime) -> None:
        """Keep a new session."""
        fixed = {
            "session_id": session.id,
            "person_id": person,
            "response_id": response_code(session.seed),
            "questionnaire": session.questionnaire,
            "channel": session.channel,
            "follows": session.follows,
            "began_at": session.began_at,
        }
        self._of[_KEEP_SESSION].append(fixed | _moving(session, turn, key, seen_at))

    def move(self, session: Session, turn: int, key: str, seen_at: datetime) -> None:
        """Keep where a session stands now."""
        row = {"b_session_id": session.id} | _moving(session, turn, key, seen_at)
        self._of[statements.MOVE_SESSION].append(row)

    def see(self, session: Session, seen_at: datetime) -> None:
        """Keep that its person was there."""
        self._of[statements.SEE_SESSION].append({"b_session_id": session.id, "seen_at": seen_at})

    def log(self, session: Session, turn: int, as_of: int, event: Event) -> None:
        """Keep an event."""
        kind, body = dump_event(event)
        row = {"session_id": session.id, "turn": turn, "as_of": as_of}
        self._of[_KEEP_EVENT].append(row | {"kind": kind, "at": event.at, "body": body.decode()})

    def answer(self, changed: Iterable[Row], removed: Iterable[Row]) -> None:
        """Keep the answers that changed."""
        self._of[statements.KEEP_ANSWER].extend(changed)
        self._of[statements.REMOVE_ANSWER].extend(removed)

    def tell(self, person: str, session: Session, version: int, line: str) -> None:
        """Keep what an export says of a finished interview."""
        self._of[wide_rows.KEEP].append(wide_rows.row(person, session, version, line))

    def untell(self, session: Session) -> None:
        """Keep it no more."""
        self._of[wide_rows.REMOVE].append(wide_rows.key(session))

    # ------------------------------------------------------------ people

    def meet(self, person: str, session: Session) -> None:
        """Keep a new person."""
        row = {"person_id": person, "code": person_code(session.seed), "session_id": session.id}
        self._of[_KEEP_PERSON].append(row | {"research": None, "reachable": True})

    def turn_to(self, person: str, session: Session) -> None:
        """Keep which session is a person's present one."""
        self._of[statements.SET_PRESENT].append({"b_person_id": person, "session_id": session.id})

    def mirror(self, person: str, event: Event) -> None:
        """Keep a person's last word on research, if this is one, and nothing that was told before it."""
        if isinstance(event, ResearchSet):
            row = {"b_person_id": person, "research": event.allowed}
            self._of[statements.SET_RESEARCH].append(row)
            self._of[wide_rows.REMOVE_OF_PERSON].append({"b_person_id": person})

    def address(self, person: str, sealed: bytes | None) -> None:
        """Keep a person's address, where one is given."""
        if sealed is not None:
            self._of[statements.KEEP_ADDRESS].append({"person_id": person, "sealed": sealed})

    # ------------------------------------------------------------ replies

    def owe(
        self, person: str, key: str, session: Session, number: int, replies: tuple[Reply, ...], at: datetime
    ) -> None:
        """Keep replies until they are sent."""
        row = {"person_id": person, "key": key, "session_id": session.id, "number": number, "at": at}
        row |= {"replies": dump_replies(replies).decode(), "worker": self._worker}
        self._of[_KEEP_OWED].append(row)

    def settle(self, person: str, key: str) -> None:
        """Owe no more replies to a key."""
        self._of[statements.REMOVE_OWED].append({"b_person_id": person, "b_key": key})


def _moving(session: Session, turn: int, key: str, seen_at: datetime) -> Row:
    """Return the columns that a turn can change."""
    return {
        "edition": session.edition,
        "language": session.language,
        "step": session.step.value,
        "turn": turn,
        "key": key,
        "research": session.research,
        "consented_at": session.consent.at if session.consent else None,
        "ended_at": session.ended_at,
        "seen_at": seen_at,
        "state": dump(session).decode(),
    }
