"""What research reads: one transaction, held open from its first read to its last."""

from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from functools import partial
from itertools import groupby
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, case, func, select

from bot.conversation.event_log import parse_event
from bot.conversation.events import Event
from bot.conversation.session import parse
from bot.questionnaire.model import Edition
from bot.storage import pages, reading, tables, wide_pages
from bot.storage.counting import ArmTaps
from bot.storage.counting_statements import arm_taps
from bot.storage.kept import KeptLines
from bot.storage.pages import Held
from bot.storage.rules import NO_CONSENT, NO_RESEARCH, WITHDRAWN
from bot.storage.store import Row, StoredSession

CHUNK = 250  # interviews read at once

_person, _session = tables.person, tables.session
_first = _session.alias("first_part")


class SqlSnapshot:
    """A consistent view of everything at one as-of number."""

    def __init__(self, line: Held, as_of: int) -> None:
        """Read on a line whose transaction has begun."""
        self.as_of = as_of
        self._line = line

    @classmethod
    async def taken(cls, line: Held) -> "SqlSnapshot":
        """Begin the transaction with its first read."""
        return cls(line, await line.ask(_as_of))

    async def sessions(self, questionnaire: str) -> AsyncIterator[StoredSession]:
        """Yield the interviews that may be used for research, in the order of their response ids."""
        after = ""
        while found := await self._line.ask(partial(_page, questionnaire=questionnaire, after=after)):
            for stored in found:
                yield stored
            after = found[-1].response_id

    def pages(self, questionnaire: str, *, events: bool) -> AsyncIterator[Sequence[Row]]:
        """Yield every interview as it lies in its row, in pages."""
        return pages.pages(self._line, questionnaire, events=events)

    def kept(self, questionnaire: str, made: int, leave_out: Collection[str]) -> KeptLines:
        """Return the lines of the wide table that this version kept."""
        return wide_pages.SqlKept(self._line, questionnaire, made, leave_out)

    async def met(self, questionnaire: str, leave_out: Collection[str]) -> Sequence[str]:
        """Return the digests of the editions that interviews for research were held with, newest first."""
        return await self._line.ask(partial(pages.met, questionnaire=questionnaire, leave_out=leave_out))

    async def total(self, questionnaire: str) -> int:
        """Return how many lines there are."""
        query = select(func.count()).where(_session.c.questionnaire == questionnaire)
        return await self._line.ask(lambda connection: connection.scalar(query) or 0)

    async def of_person(self, response: str) -> Sequence[StoredSession]:
        """Return all interviews of the person who gave a response, oldest first."""
        return await self._line.ask(partial(_of_person, response=response))

    async def questionnaires(self) -> Sequence[str]:
        """Return the ids of the questionnaires that have interviews."""
        query = select(_session.c.questionnaire).distinct().order_by(_session.c.questionnaire)
        return await self._line.ask(lambda connection: connection.scalars(query).all())

    async def excluded(self, questionnaire: str) -> Mapping[str, int]:
        """Return how many interviews are left out, by reason."""
        return await self._line.ask(lambda connection: _excluded(connection, questionnaire))

    async def arm_taps(self, questionnaire: str) -> ArmTaps:
        """Return the taps on links of people in the experiment with voices."""
        return await self._line.ask(lambda connection: arm_taps(connection, questionnaire))

    async def edition(self, digest: str) -> Edition:
        """Return an edition by its digest."""
        found = await self._line.ask(lambda connection: reading.edition(connection, digest))
        if found is None:
            raise KeyError(digest)
        return found


def _as_of(connection: Connection) -> int:
    return connection.scalar(select(tables.counter.c.n)) or 0


def _page(connection: Connection, questionnaire: str, after: str) -> list[StoredSession]:
    """Return the next interviews after a response id."""
    first = and_(
        _first.c.session_id == _session.c.follows,
        _first.c.person_id == _session.c.person_id,
        _first.c.consented_at.is_not(None),
        _first.c.research.is_(True),
    )
    rows = connection.execute(
        select(
            _session.c.session_id,
            _session.c.response_id,
            _person.c.code,
            _first.c.response_id.label("first"),
            _session.c.state,
        )
        .join(_person, _person.c.person_id == _session.c.person_id)
        .outerjoin(_first, first)
        .where(_session.c.questionnaire == questionnaire, _session.c.response_id > after)
        .where(_reason().is_(None))
        .order_by(_session.c.response_id)
        .limit(CHUNK)
    ).all()
    return _stored(connection, rows)


def _of_person(connection: Connection, response: str) -> list[StoredSession]:
    given = select(_session.c.person_id).where(_session.c.response_id == response).scalar_subquery()
    rows = connection.execute(
        select(
            _session.c.session_id,
            _session.c.response_id,
            _person.c.code,
            _first.c.response_id.label("first"),
            _session.c.state,
        )
        .join(_person, _person.c.person_id == _session.c.person_id)
        .outerjoin(_first, _first.c.session_id == _session.c.follows)
        .where(_session.c.person_id == given)
        .order_by(_session.c.began_at, _session.c.response_id)
    ).all()
    return _stored(connection, rows)


def _stored(connection: Connection, rows: Sequence[Any]) -> list[StoredSession]:
    logs = _logs(connection, [row[0] for row in rows])
    return [
        StoredSession(response, code, first, parse(state), logs.get(session, ()))
        for session, response, code, first, state in rows
    ]


def _logs(connection: Connection, sessions: Sequence[str]) -> dict[str, tuple[tuple[int, Event], ...]]:
    table = tables.event
    rows = connection.execute(
        select(table.c.session_id, table.c.as_of, table.c.kind, table.c.body)
        .where(table.c.session_id.in_(sessions))
        .order_by(table.c.session_id, table.c.turn)
    )
    return {
        session: tuple((row.as_of, parse_event(row.kind, row.body)) for row in log)
        for session, log in groupby(rows, key=lambda row: row.session_id)
    }


def _reason() -> ColumnElement[str | None]:
    """Say in SQL what `rules.excluded` says."""
    return case(
        (_session.c.consented_at.is_(None), NO_CONSENT),
        (_session.c.research.is_distinct_from(True), NO_RESEARCH),  # noqa: FBT003 - an SQL value
        (_person.c.research.is_(False), WITHDRAWN),
    )


def _excluded(connection: Connection, questionnaire: str) -> Mapping[str, int]:
    reason = _reason().label("reason")
    rows = connection.execute(
        select(reason, func.count())
        .join(_person, _person.c.person_id == _session.c.person_id)
        .where(_session.c.questionnaire == questionnaire)
        .group_by(reason)
    )
    return {name: n for name, n in rows if name is not None}
