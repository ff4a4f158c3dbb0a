"""What every store promises about the dashboard's figures."""

import asyncio
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.storage import counting_in_memory, counting_statements
from bot.storage.invites import Destination
from bot.storage.store import Store
from tests.storage.made import NOON, Interview, erased

DAY = timedelta(days=1)
OURS, THEIRS = "example-hospital", "other"


async def met(store: Store, since: datetime, until: datetime) -> list[str]:
    """Return the ids of the interviews of a time, read to the last page."""
    found: list[str] = []
    after = None
    while page := await store.interviews(since, until, after):
        found += [one.session.id for one in page]
        after = page[-1].session.began_at, page[-1].session.id
    return found


class TestInterviews:
    async def test_of_a_time_are_those_that_began_in_it(self, store: Store) -> None:
        for day in range(4):
            await Interview(store, f"P{day}", at=NOON + day * DAY).begin()
        began = [one.session.began_at for one in await store.interviews(NOON + DAY, NOON + 3 * DAY)]
        assert began == [NOON + DAY, NOON + 2 * DAY]

    async def test_are_read_in_pages_that_leave_none_out(
        self, store: Store, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Also where several began at the very same moment."""
        for room in (counting_in_memory, counting_statements):
            monkeypatch.setattr(room, "PAGE", 2)
        begun = {(await Interview(store, f"P{number}").begin()).id for number in range(5)}
        begun.add((await Interview(store, "Q", at=NOON + DAY).begin()).id)
        found = await met(store, NOON, NOON + 2 * DAY)
        assert len(found) == 6
        assert set(found) == begun

    async def test_know_when_their_person_was_last_here(self, store: Store) -> None:
        """In whichever interview that was."""
        first = Interview(store, "P")
        await first.begin()
        await first.stop()
        first.at = NOON + 3 * DAY
        await first.begin()
        [one] = await store.interviews(NOON, NOON + DAY)
        assert one.last_seen == NOON + 3 * DAY

    async def test_are_gone_with_their_person(self, store: Store) -> None:
        interview = Interview(store, "P")
        await interview.begin()
        await interview.take(erased(NOON))
        assert not await store.interviews(NOON - DAY, NOON + DAY)


class TestCounts:
    async def test_are_found_by_how_their_names_begin_and_their_days(self, store: Store) -> None:
        for day in range(3):
            await store.tally(NOON + day * DAY, ["came:a:1", "came:b:1", "other"])
        assert await store.counted("came:a:", "2026-11-25", "2026-11-26") == {
            ("2026-11-25", "came:a:1"): 1,
            ("2026-11-26", "came:a:1"): 1,
        }
        assert len(await store.counted("came:")) == 6

    async def test_are_of_the_day_that_their_moment_has_where_it_is(self, store: Store) -> None:
        late = datetime(2026, 11, 24, 23, 30, tzinfo=ZoneInfo("America/New_York"))
        await store.tally(late, ["came:a:1"])
        assert await store.counted("came:") == {("2026-11-24", "came:a:1"): 1}

    async def test_of_taps_are_found_by_invite(self, store: Store) -> None:
        for topic in ("sleep", "food"):
            link = await store.link(Destination(OURS, "made", topic, "en", "helper", "A" * 16))
            await store.tally(NOON, [f"tapped:{link}", f"tapped:{link}"])
        other = await store.link(Destination(THEIRS, "made", "sleep", "en", "helper", "B" * 16))
        await store.tally(NOON, [f"tapped:{other}"])
        assert await store.taps(OURS, "2026-11-24", "2026-11-24") == {"A" * 16: 4}
        assert await store.taps(OURS, "2026-11-25", "2026-11-30") == {}


class TestWhatIsPublished:
    async def test_stands(self, store: Store) -> None:
        assert await store.publish(OURS, "month:2026-11", "one") == "one"
        assert await store.publish(OURS, "month:2026-11", "two") == "one"
        assert await store.publish(THEIRS, "month:2026-11", "three") == "three"
        assert await store.published(OURS) == {"month:2026-11": "one"}

    async def test_is_the_same_for_all_who_publish_at_once(self, store: Store) -> None:
        told = await asyncio.gather(*(store.publish(OURS, "a", str(one)) for one in range(10)))
        assert len(set(told)) == 1

    async def test_takes_the_place_of_what_it_was_made_from(self, store: Store) -> None:
        for name in ("raw:1", "raw:2", "raw:3"):
            await store.publish(OURS, name, "counts")
        await store.publish_last(OURS, "month:1", "sum", ["raw:1", "raw:2"])
        assert await store.published(OURS) == {"month:1": "sum", "raw:3": "counts"}
