"""What happened in one week, counted once from the interviews that began in it, in tables of plain numbers.

Law: nobody is in these tables, and no number of them is shown as it is: `publication` sees to that. They are
kept from the end of the week until its month is published, so that months and weeks say the same of people
who were erased in between.
"""

from collections import Counter
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from bot.conversation.session import ENDED, Session, Step
from bot.dashboard.figures.periods import bounds
from bot.organisation.model import Organisation
from bot.storage.counting import MADE_UP, Interview
from bot.storage.invites import Invite
from bot.storage.store import Store

Counts = dict[str, dict[str, dict[str, int]]]
"""A number by table, row and column."""

LEFT, UNFINISHED, FINISHED = "left", "unfinished", "finished"
OUTCOMES: Final = (LEFT, UNFINISHED, FINISHED)
"""What became of those who came: they never agreed (or were erased), or agreed, or came to a result."""

N: Final = "n"
"""The only column of a table with one."""
NONE: Final = "-"
"""The row of those with no segment, no invite, no reaction."""
SIMULATED: Final = "simulated"
"""The channel of made-up people, who are never counted with people."""

_BACK: Final = timedelta(hours=24)
_DEN: Final = 10  # seconds: how exactly the time that an interview took is kept


def add(counts: Counts, table: str, row: str, column: str = N, n: int = 1) -> None:
    """Add to a number."""
    cells = counts.setdefault(table, {}).setdefault(row, {})
    cells[column] = cells.get(column, 0) + n


def together(several: list[Counts]) -> Counts:
    """Return the sums."""
    found: Counts = {}
    for one in several:
        for table, rows in one.items():
            found.setdefault(table, {})
            for row, cells in rows.items():
                for column, n in cells.items():
                    add(found, table, row, column, n)
    return found


def came(counts: Counts) -> int:
    """Return how many came."""
    return sum(sum(cells.values()) for cells in counts.get("channel", {}).values())


async def count_week(
    store: Store, organisation: Organisation, monday: date, *, simulated: bool = False
) -> Counts:
    """Count one week of an organisation, of people or of made-up ones."""
    counted = _Week({one.code: one for one in await store.invites(organisation.id)}, simulated=simulated)
    first, last = monday, monday + timedelta(days=6)
    since, until = bounds(monday, ZoneInfo(organisation.time_zone))
    await counted.read_interviews(store, organisation, since, until)
    # The store keeps these by its own day, which may be the one before or after.
    around = (first - timedelta(days=1)).isoformat(), (last + timedelta(days=1)).isoformat()
    counted.count_left(await store.counted(f"came:{organisation.id}:", *around), first, last)
    days = first.isoformat(), last.isoformat()
    counted.counts |= {"taps": {}, "visits": {}}
    counted.count_visits(await store.counted(f"{MADE_UP if simulated else ''}opened:", *days))
    if simulated:  # nobody knows of a tap whose it was: made-up people's are counted under another name
        counted.count_taps(_by_code(await store.counted(f"{MADE_UP}tapped:", *days)))
    else:
        counted.count_taps(await store.taps(organisation.id, *days))
    return counted.counts


class _Week:
    """The tables of one week, as they fill."""

    def __init__(self, invites: Mapping[str, Invite], *, simulated: bool) -> None:
        self.counts: Counts = {}
        self._invites = invites
        self._simulated = simulated
        self._stayed: Counter[tuple[str, str]] = Counter()  # by invite and channel

    def _place(self, code: str) -> str:
        """Return the campaign and source of an invite."""
        invite = self._invites.get(code)
        return f"{invite.campaign} · {invite.source}".removesuffix(" · ") if invite else NONE

    async def read_interviews(
        self, store: Store, organisation: Organisation, since: datetime, until: datetime
    ) -> None:
        """Count the interviews that began in a time, page by page."""
        after: tuple[datetime, str] | None = None
        while page := await store.interviews(since, until, after):
            for one in page:
                self._count(one, organisation)
            after = page[-1].session.began_at, page[-1].session.id

    def _count(self, interview: Interview, organisation: Organisation) -> None:
        session = interview.session
        ours = session.organisation == organisation.id and session.follows is None
        if not ours or session.consent is None or (session.channel == SIMULATED) is not self._simulated:
            return
        outcome = FINISHED if session.step is Step.RESULT else UNFINISHED
        self._stayed[session.invite or "", session.channel] += 1
        add(self.counts, "place", self._place(session.invite or ""), outcome)
        add(self.counts, "channel", session.channel, outcome)
        if outcome is UNFINISHED:
            add(self.counts, "question", _where(session))
        else:
            self._finished(session, interview.last_seen, self._place(session.invite or ""))

    def _finished(self, session: Session, last_seen: datetime, place: str) -> None:
        segment = session.shown
        shared = "shared" if session.shared else "kept"
        back = "yes" if last_seen - session.began_at >= _BACK else "no"
        of = NONE if segment is None or segment.unsure else f"{session.questionnaire}/{segment.segment}"
        add(self.counts, "segment", of, shared)
        add(self.counts, "place_shared", place, shared)
        add(self.counts, "language", session.language)
        add(self.counts, "tips", _reaction(session))
        add(self.counts, "back", back)
        add(self.counts, "place_back", place, back)
        add(self.counts, "brought", "yes" if session.brought else "no")
        took = (session.ended_at or session.began_at) - session.began_at
        add(self.counts, "seconds", str(int(took.total_seconds()) // _DEN * _DEN))

    def count_left(self, came_in: Mapping[tuple[str, str], int], first: date, last: date) -> None:
        """Count those who came and are no longer there, or never agreed."""
        arrived: Counter[tuple[str, str]] = Counter()
        for (_, name), n in came_in.items():
            _, _, code, channel, day = name.split(":")
            if first.isoformat() <= day <= last.isoformat() and (channel == SIMULATED) is self._simulated:
                arrived[code, channel] += n
        for (code, channel), n in (arrived - self._stayed).items():
            add(self.counts, "place", self._place(code), LEFT, n)
            add(self.counts, "channel", channel, LEFT, n)

    def count_taps(self, taps: Mapping[str, int]) -> None:
        """Count taps on provider links, by the invite's code."""
        for code, n in taps.items():
            add(self.counts, "taps", self._place(code), n=n)

    def count_visits(self, opened: Mapping[tuple[str, str], int]) -> None:
        """Count how often landing pages were opened."""
        for code, n in _by_code(opened).items():
            if code in self._invites:
                add(self.counts, "visits", self._place(code), n=n)


def _by_code(counted: Mapping[tuple[str, str], int]) -> Mapping[str, int]:
    """Return counts of days by the code that their names end with."""
    found: Counter[str] = Counter()
    for (_, name), n in counted.items():
        found[name.rpartition(":")[2]] += n
    return found


def _where(session: Session) -> str:
    """Return the question that somebody left at, or the page where it wasn't a question."""
    step = session.resume_to or session.step if session.step in ENDED | {Step.PAUSED} else session.step
    if step in {Step.ASKING, Step.EDITING} and session.item is not None:
        return f"{session.questionnaire}/{session.item}"
    return "before" if step in {Step.RESEARCH, Step.WELCOME, Step.CONSENT} else "after"


def _reaction(session: Session) -> str:
    if not session.ratings:
        return NONE
    return "helpful" if any(session.ratings.values()) else "unhelpful"
