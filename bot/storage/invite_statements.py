"""What is read and written for the web, and who may still begin with an invite in one commit."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import asdict, fields, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, delete, insert, or_, select, text, update

from bot.conversation.replies import Turn
from bot.storage.invite_tables import invite, resume_code, tracked_link
from bot.storage.invites import Destination, Invite, beginning, new_code, paused
from bot.storage.statements import ADD_COUNT, upsert
from bot.storage.tables import meta

_KEEP_RESUME = upsert(resume_code)
_COUNT_BEGUN = (
    update(invite)
    .where(invite.c.code == bindparam("b_code"))
    .values(begun=invite.c.begun + bindparam("b_begun"))
)
_KEEP_LINK = text(
    "INSERT INTO tracked_link (link, organisation, questionnaire, topic, language, segment, invite, arm)"
    " VALUES (:link, :organisation, :questionnaire, :topic, :language, :segment, :invite, :arm)"
    " ON CONFLICT DO NOTHING"
)


def keep(connection: Connection, one: Invite) -> None:
    """Store a new invite."""
    connection.execute(insert(invite).values(asdict(one)))


def of_codes(connection: Connection, codes: Iterable[str]) -> dict[str, Invite]:
    """Return the invites with these codes."""
    rows = connection.execute(select(invite).where(invite.c.code.in_(list(codes)))).mappings()
    return {row["code"]: Invite(**row) for row in rows}


def opened_with(connection: Connection, code: str) -> Invite | None:
    """Return the invite that a code opens: its own, or the one that people pass on."""
    query = select(invite).where(or_(invite.c.code == code, invite.c.share == code))
    row = connection.execute(query).mappings().first()
    return None if row is None else Invite(**row).opened_with(code)


def listed(connection: Connection, organisation: str | None) -> Sequence[Invite]:
    """Return the invites of an organisation, or all, in the order in which they were made."""
    query = select(invite).order_by(invite.c.created_at, invite.c.code)
    if organisation is not None:
        query = query.where(invite.c.organisation == organisation)
    return [Invite(**row) for row in connection.execute(query).mappings()]


def close(connection: Connection, code: str, at: datetime) -> bool:
    """Close an invite, the first time for good; False where there is none."""
    still_open = (invite.c.code == code) & invite.c.closed_at.is_(None)
    connection.execute(update(invite).where(still_open).values(closed_at=at))
    return bool(of_codes(connection, [code]))


def link(connection: Connection, destination: Destination) -> str:
    """Return the id of a destination; of two that make it at once, one wins for both."""
    found = known_link(connection, destination)
    if found is None:
        connection.execute(_KEEP_LINK, {"link": new_code(), **asdict(destination)})
        found = known_link(connection, destination)
    return found or ""


def known_link(connection: Connection, destination: Destination) -> str | None:
    """Return the id of a destination, if it has one."""
    table = tracked_link
    query = select(table.c.link).where(
        *(table.c[name] == value for name, value in asdict(destination).items())
    )
    return connection.scalar(query)


def destination(connection: Connection, of: str) -> Destination | None:
    """Return where a tracked link leads."""
    query = select(*(tracked_link.c[field.name] for field in fields(Destination)))
    row = connection.execute(query.where(tracked_link.c.link == of)).mappings().first()
    return None if row is None else Destination(**row)


def tally(connection: Connection, at: datetime, names: Sequence[str]) -> None:
    """Count names for the day."""
    day = at.date().isoformat()
    connection.execute(ADD_COUNT, [{"day": day, "name": name, "n": 1} for name in names])


def offer_resume(connection: Connection, digest: str, person: str, expires_at: datetime) -> None:
    """Keep a resume code; nothing is kept of a person who was erased meanwhile."""
    known = text("SELECT 1 FROM person WHERE person_id = :person")
    if connection.scalar(known, {"person": person}):
        row: dict[str, Any] = {"digest": digest, "person_id": person, "expires_at": expires_at}
        connection.execute(_KEEP_RESUME, row)


def resumes(connection: Connection, digest: str, at: datetime) -> str | None:
    """Return the person whom a resume code leads to."""
    table = resume_code
    query = select(table.c.person_id).where(table.c.digest == digest, table.c.expires_at > at)
    return connection.scalar(query)


def drop_expired(connection: Connection, now: datetime) -> None:
    """Forget resume codes whose time is up."""
    connection.execute(delete(resume_code).where(resume_code.c.expires_at <= now))


class Admissions:
    """The invites of the sessions that begin in one commit, counted as they begin, and who is paused."""

    def __init__(self) -> None:
        self._invites: dict[str, Invite] = {}
        self._begun: Counter[str] = Counter()
        self._paused: frozenset[str] = frozenset()

    def read(self, connection: Connection, turns: Iterable[Turn]) -> None:
        """Read the invites that these turns begin with, and which of their organisations are paused."""
        begun = [event for event in map(beginning, turns) if event]
        codes = {event.invite for event in begun if event.invite}
        self._invites = of_codes(connection, codes) if codes else {}
        names = {paused(event.organisation) for event in begun}
        self._paused = _true(connection, names) if names else frozenset()

    def admit(self, turn: Turn) -> bool:
        """Say whether a turn's interview may begin, and count it if so; others always may."""
        event = beginning(turn)
        if event is None:
            return True
        if paused(event.organisation) in self._paused:
            return False
        return event.invite is None or self._admitted(event.invite, turn)

    def _admitted(self, code: str, turn: Turn) -> bool:
        known = self._invites.get(code)
        if known is None or not known.admits(turn.event.at):
            return False
        self._invites[code] = replace(known, begun=known.begun + 1)
        self._begun[code] += 1
        return True

    def write(self, connection: Connection) -> None:
        """Write down how many began."""
        if self._begun:
            rows = [{"b_code": code, "b_begun": n} for code, n in self._begun.items()]
            connection.execute(_COUNT_BEGUN, rows)
            self._begun.clear()


def _true(connection: Connection, names: Iterable[str]) -> frozenset[str]:
    """Return those facts among some that say anything."""
    query = select(meta.c.name).where(meta.c.name.in_(list(names)), meta.c.value != "")
    return frozenset(connection.scalars(query))
