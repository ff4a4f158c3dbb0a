"""The part of the memory twin that the dashboard's figures need."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime

from bot.storage.counting import ArmTaps, Interview
from bot.storage.invites import Destination
from bot.storage.memory_snapshot import KeptSession

PAGE = 500  # as the databases have it


class FiguresInMemory:
    """Interviews to be counted, counts and published tables, in dicts."""

    _counts: Counter[tuple[str, str]]
    _sessions: dict[str, KeptSession]
    _links: dict[Destination, str]

    def __init__(self) -> None:
        super().__init__()
        self._publications: dict[tuple[str, str], str] = {}

    async def interviews(
        self, since: datetime, until: datetime, after: tuple[datetime, str] | None = None
    ) -> Sequence[Interview]:
        """Return a page of the interviews that began in a period."""
        last: dict[str, datetime] = {}
        for kept in self._sessions.values():
            last[kept.person] = max(kept.seen_at, last.get(kept.person, kept.seen_at))
        found = sorted(
            (kept.session.began_at, kept.session.id, kept.person)
            for kept in self._sessions.values()
            if since <= kept.session.began_at < until
        )
        page = [one for one in found if after is None or one[:2] > after][:PAGE]
        return [Interview(self._sessions[session].session, last[person]) for _, session, person in page]

    async def counted(self, prefix: str, first: str = "", last: str = "9") -> Mapping[tuple[str, str], int]:
        """Return counts of names that begin so."""
        return {
            (day, name): n
            for (day, name), n in self._counts.items()
            if name.startswith(prefix) and first <= day <= last
        }

    async def taps(self, organisation: str, first: str, last: str) -> Mapping[str, int]:
        """Return how often an organisation's tracked links were tapped, by invite's code."""
        found: Counter[str] = Counter()
        for where, link in self._links.items():
            if where.organisation == organisation:
                counted = await self.counted(f"tapped:{link}", first, last)
                if counted:
                    found[where.invite] += sum(counted.values())
        return dict(found)

    def _arm_taps(self) -> Mapping[str, ArmTaps]:
        """Return the taps on links of people in an experiment with voices, by questionnaire."""
        found: dict[str, ArmTaps] = {}
        for where, link in self._links.items():
            days = {day: n for (day, name), n in self._counts.items() if name == f"tapped:{link}"}
            if where.arm and days:
                before = found.get(where.questionnaire, ArmTaps())
                of = where.arm, where.segment
                counts = {**before.counts, of: before.counts.get(of, 0) + sum(days.values())}
                first = min(filter(None, (before.first, *days)))
                found[where.questionnaire] = ArmTaps(counts, first)
        return found

    async def publish(self, organisation: str, name: str, body: str) -> str:
        """Store a table under a name, unless one is there; return what stands."""
        return self._publications.setdefault((organisation, name), body)

    async def published(self, organisation: str) -> Mapping[str, str]:
        """Return an organisation's tables by name."""
        return {name: body for (owner, name), body in self._publications.items() if owner == organisation}

    async def publish_last(self, organisation: str, name: str, body: str, drop: Sequence[str]) -> str:
        """Store a table as `publish` does, and drop those that it was made from."""
        for one in drop:
            self._publications.pop((organisation, one), None)
        return await self.publish(organisation, name, body)
