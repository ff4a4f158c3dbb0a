"""The page and its file say nothing that the publications don't: they are given to the attacker too."""

import csv
import io
import json
import random
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, time
from pathlib import Path

import pytest

from bot.dashboard.figures import Overview, csv_of, overview
from bot.dashboard.figures.counting import FINISHED, LEFT, UNFINISHED
from bot.dashboard.figures.publication import publications
from bot.dashboard.figures.suppression import WIDTH
from bot.storage.invites import Invite, new_code
from bot.storage.memory import MemoryStore
from bot.turns import Desk
from bot.web.site import Limits, Site
from tests.dashboard.figures.attacker import Attacker, Kind, Said, said
from tests.dashboard.figures.crowds import FIRST, LATER, WEEKS, Month, a_month, weeks_of
from tests.journeys.house import KEYS
from tests.journeys.test_journeys import LIBRARY

ORGANISATION = "example-hospital"
PARTS = {"place": 1, "after": 1, "channel": 2, "question": 4, "segment": 4, "language": 6}
SHARED, BACK = "Took the link along to share", "Came back a day later or more"
STEPS = {
    "Opened the questions": {LEFT, UNFINISHED, FINISHED},
    "Agreed to take part": {UNFINISHED, FINISHED},
    "Came to their result": {FINISHED},
    SHARED: {FINISHED},
    BACK: {FINISHED},
}
SHARES = {name: [("Came to their result", 0, 3)] for name in ("place", "week", "channel")}
SHARES["after"] = [(SHARED, 0, 3), (BACK, 0, 5)]
"""By table: of what a share in 100 is, and where its whole and the share stand."""
NAMES = {"Telegram": "telegram", "In the browser": "web", "English": "en", "Español": "es"}
WITHIN = {"question": {UNFINISHED}, "segment": {FINISHED}, "language": {FINISHED}}


async def published(store: MemoryStore, month: Month) -> list[Overview]:
    """Publish a month, and return what is shown of it and of each of its weeks."""
    at = datetime.combine(FIRST, time(12), UTC)
    await store.keep_invite(Invite(new_code(), ORGANISATION, "made", "place 0", at))
    for week in WEEKS:
        await store.publish(ORGANISATION, f"raw:{week}", json.dumps(month.counts(week)))
    desk = Desk(store, LIBRARY, KEYS, lambda: LATER)
    site = Site(desk, "http://here", Path(), lambda: None, Limits.made(lambda: 0.0))
    known = await publications(store, LIBRARY.organisations[ORGANISATION], LATER)
    return [await overview(site, ORGANISATION, {"period": one.period}, "en") for one in known]


def of_file(shown: Overview, weeks: dict[str, list[str]]) -> Iterator[Said]:
    """Yield what the lines of a file say."""
    for row in csv.DictReader(io.StringIO(csv_of(shown))):
        counts = _counts(row["table"], row["row"], row["column"], shown.period, weeks)
        if counts is not None:
            high = float(row["most"]) if row["most"] else float("inf")
            yield Said(f"file {shown.period} {row['table']} {row['row']}", counts, float(row["least"]), high)


def of_shares(shown: Overview, weeks: dict[str, list[str]]) -> Iterator[Said]:
    """Yield what the rounded shares of a page say of those who finished."""
    for block in shown.blocks:
        for line in block.lines:
            for what, of, at in SHARES.get(block.name, []):
                whole, share = line.cells[of].band, line.cells[at].share
                if whole is not None and share is not None:
                    counts = _counts(block.name, line.label, what, shown.period, weeks)
                    low, high = ((share + end) / 100 * whole.low for end in (-0.5, 0.5))
                    assert counts is not None
                    yield Said(f"share {block.name} {line.label} {what}", counts, low, high)


def _counts(
    table: str, row: str, column: str, period: str, weeks: dict[str, list[str]]
) -> Callable[[Kind], bool] | None:
    """Return whom a number of the file counts; None where the attacker's world doesn't know it."""
    within = weeks.get(f"weeks:{period}", [week for some in weeks.values() for week in some])
    if table == "funnel":
        outcomes, what, column = STEPS.get(row), None, row
    elif table == "week":
        within, outcomes, what = weeks[f"weeks:{row[:10]}"], STEPS.get(column), None
    else:
        outcomes, what = STEPS.get(column) or WITHIN.get(table), PARTS.get(table)
    if outcomes is None or (table not in {"funnel", "week"} and what is None):
        return None
    name = None if row == "All together" else NAMES.get(row, row)
    shared = {"shared"} if column == SHARED else {"shared", "kept", ""}
    back = {"yes"} if column == BACK else {"yes", "no", ""}

    def counts(kind: Kind) -> bool:
        there = kind[0] in within and kind[3] in outcomes and kind[5] in shared and kind[7] in back
        return there and (what is None or name is None or kind[what].rpartition("/")[2] == name)

    return counts


async def _attacked(seeds: range) -> int:
    """Give an attacker everything of some months; return how many hidden numbers held."""
    held = 0
    for seed in seeds:
        month, store = a_month(random.Random(seed)), MemoryStore()
        shown = await published(store, month)
        known = await publications(store, LIBRARY.organisations[ORGANISATION], LATER)
        weeks = weeks_of(known)
        more = [one for page in shown for told in (of_file, of_shares) for one in told(page, weeks)]
        for one in more:  # what the file says is true
            true = sum(n for kind, n in month.people.items() if one.counts(kind))
            assert one.low <= true <= one.high, one.where
        plain = Attacker(month.worlds, said(known, weeks)).ranges()
        informed = Attacker(month.worlds, [*said(known, weeks), *more]).ranges()
        assert {name: informed[name] for name in plain} == plain
        hidden = {name: one for name, one in informed.items() if not name.startswith("share")}
        # Of a campaign that isn't shown it is known that nobody finished where nobody did anywhere.
        assert not [name for name, (least, most) in hidden.items() if most and most - least + 1 < WIDTH]
        held += len(plain)
    return held


@pytest.mark.slow
async def test_the_page_and_its_file_tell_an_attacker_nothing_more() -> None:
    assert await _attacked(range(4)) > 20


@pytest.mark.slow
async def test_they_tell_nothing_more_of_many_months() -> None:
    assert await _attacked(range(100, 120)) > 200
