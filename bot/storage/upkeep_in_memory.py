"""The part of the memory twin that an operator needs."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta

from bot.conversation.event_log import dump_event
from bot.privacy import HEARD_AGE
from bot.storage.codes import response_code
from bot.storage.memory_snapshot import Debt, Erasure, KeptSession, KnownPerson
from bot.storage.rules import needed_until
from bot.storage.store import Parked, Swept
from bot.storage.upkeep import FUNNEL, LATEST, Backlog, Course, Known, Waiting


class UpkeepInMemory:
    """What waits and what is wrong, from the twin's dicts."""

    _counts: Counter[tuple[str, str]]
    _people: dict[str, KnownPerson]
    _sessions: dict[str, KeptSession]
    _heard: dict[str, datetime]
    _parked: dict[str, Parked]
    _owed: dict[tuple[str, str], Debt]
    _erasures: dict[str, Erasure]

    async def backlog(self) -> Backlog:
        """Return what waits."""
        funnel = Counter(dict.fromkeys(FUNNEL, 0))
        for (_, name), n in self._counts.items():
            if name in funnel:
                funnel[name] += n
        return Backlog(
            owed=self._owing(),
            parked=len(self._parked),
            erasures=_waiting(one.at for one in self._erasures.values() if not one.verified),
            funnel=dict(funnel),
        )

    def _owing(self) -> dict[str, Waiting]:
        owed = [(self._sessions[debt.session].session.channel, debt.at) for debt in self._owed.values()]
        return {one: _waiting(at for channel, at in owed if channel == one) for one, _ in owed}

    async def parked(self) -> Sequence[Parked]:
        """Return the updates that couldn't be taken, oldest first."""
        return sorted(self._parked.values(), key=lambda one: (one.at, one.key))

    async def people(self, matching: Callable[[str], bool]) -> Sequence[str]:
        """Return the people whose pseudonym matches."""
        return [person for person in self._people if matching(person)]

    async def person_of(self, response: str) -> str | None:
        """Return whose interview research knows by a response id."""
        kept = self._sessions.values()
        return next((one.person for one in kept if response_code(one.session.seed) == response), None)

    async def known(self, person: str) -> Known | None:
        """Return what is known of a person besides their answers."""
        found = self._people.get(person)
        if found is None:
            return None
        owed = _waiting(debt.at for (who, _), debt in self._owed.items() if who == person)
        courses = sorted(map(_course, self._of_person(person)), key=lambda one: one.began_at)
        address = found.address is not None
        return Known(tuple(courses), found.reachable, address, owed)

    def _of_person(self, person: str) -> Iterable[KeptSession]:
        return [kept for kept in self._sessions.values() if kept.person == person]

    async def due(
        self, now: datetime, *, address_age: timedelta, retention: timedelta | None, unconsented: timedelta
    ) -> Swept:
        """Return what `sweep` would do, and do nothing."""
        kept = list(self._sessions.values())
        return Swept(
            unconsented=sum(
                one.session.consent is None and one.session.began_at < now - unconsented for one in kept
            ),
            addresses=sum(self._silent(person, now - address_age) for person in self._people),
            keys=sum(at < now - HEARD_AGE for at in self._heard.values()),
            retired=0 if retention is None else sum(one.seen_at < now - retention for one in kept),
        )

    async def keep_lines(self, before: datetime) -> bool:  # noqa: ARG002 - the other stores need it
        """Keep nothing: what is in memory is read from there."""
        return False

    def _silent(self, person: str, before: datetime) -> bool:
        last = max(needed_until(one.session, one.seen_at) for one in self._of_person(person))
        return self._people[person].address is not None and last < before


def _waiting(moments: Iterable[datetime]) -> Waiting:
    found = list(moments)
    return Waiting(len(found), min(found, default=None))


def _course(kept: KeptSession) -> Course:
    session = kept.session
    return Course(
        session=session.id,
        questionnaire=session.questionnaire,
        edition=session.edition,
        channel=session.channel,
        language=session.language,
        step=session.step.value,
        turns=kept.turn,
        began_at=session.began_at,
        consented_at=session.consent.at if session.consent else None,
        seen_at=kept.seen_at,
        ended_at=session.ended_at,
        latest=tuple((dump_event(event)[0], event.at) for _, event in kept.events[-LATEST:]),
    )
