"""What is published stands, whoever leaves later, and hangs together over weeks and months."""

import json
import random
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta

import pytest

from bot.dashboard.figures import publication
from bot.dashboard.figures.bands import Band
from bot.dashboard.figures.counting import FINISHED, LEFT, OUTCOMES, UNFINISHED, Counts, N, add
from bot.dashboard.figures.network import ALL
from bot.dashboard.figures.publication import Publication, publications
from bot.storage.memory import MemoryStore
from tests.dashboard.figures.crowds import LATER, WEEKS, a_month, an_organisation, publish


def a_week(left: int, unfinished: int, finished: int) -> Counts:
    """Return a week of one place."""
    counts: Counts = {}
    for outcome, n in zip(OUTCOMES, (left, unfinished, finished), strict=True):
        add(counts, "place", "here", outcome, n)
        add(counts, "channel", "web", outcome, n)
    add(counts, "question", "made/q", n=unfinished)
    add(counts, "segment", "made/s", "kept", finished)
    for seconds in range(finished):
        add(counts, "seconds", str(60 + seconds))
    return counts


def by_name(published: Sequence[Publication]) -> Mapping[str, Publication]:
    """Return publications by their names."""
    return {one.name: one for one in published}


LARGE = a_week(30, 20, 50)


class TestAMonth:
    async def test_is_the_sum_of_its_weeks(self) -> None:
        published = by_name(await publish([LARGE] * 4))
        month = published["month:2026-11"]
        assert (month.first, month.last) == (date(2026, 11, 2), date(2026, 11, 29))
        sums = {name: month.tables["week"].at(ALL, name) for name in (LEFT, UNFINISHED, FINISHED, ALL)}
        assert sums == {
            name: Band(n, n) for name, n in zip((*OUTCOMES, ALL), (120, 80, 200, 400), strict=True)
        }

    async def test_says_of_each_week_what_the_week_itself_said(self) -> None:
        chance = random.Random(4)
        for _ in range(5):
            published = await a_month(chance).published()
            for month in (one for one in published if one.is_month):
                for week in (one for one in published if not one.is_month):
                    said = {name: week.tables["outcome"].at(name, N) for name in OUTCOMES}
                    if all(said.values()):
                        assert said == {name: month.tables["week"].at(week.name, name) for name in OUTCOMES}

    async def test_takes_the_place_of_the_weeks_own_counts(self) -> None:
        """What isn't shown is kept no longer than it is needed."""
        store = MemoryStore()
        await publish([LARGE] * 4, store)
        assert not [name for name in await store.published("made") if name.startswith("raw:")]

    async def test_has_a_median_where_enough_people_finished(self) -> None:
        month = by_name(await publish([LARGE] * 4))["month:2026-11"]
        assert month.seconds == 60 + 24
        few = by_name(await publish([a_week(30, 20, 1)] * 4))["month:2026-11"]
        assert few.seconds is None

    async def test_shows_no_part_of_a_number_that_it_does_not_show(self) -> None:
        month = by_name(await publish([a_week(30, 2, 50)] * 4))["month:2026-11"]
        assert month.tables["week"].at(ALL, UNFINISHED) != Band(8, 8)
        assert "question" not in month.tables


class TestAWeek:
    async def test_of_too_few_is_published_with_those_after_it(self) -> None:
        published = by_name(await publish([a_week(1, 1, 2), a_week(2, 2, 5), LARGE, LARGE]))
        assert {name for name in published if name.startswith("weeks:")} == {
            f"weeks:{WEEKS[0]}",
            f"weeks:{WEEKS[2]}",
            f"weeks:{WEEKS[3]}",
        }
        assert published[f"weeks:{WEEKS[0]}"].last == date(2026, 11, 15)
        assert published[f"weeks:{WEEKS[0]}"].tables["outcome"].at(ALL, ALL) == Band(13, 13)

    async def test_of_too_few_at_the_end_of_a_month_goes_into_the_next_one(self) -> None:
        """The sum of the month would give it away."""
        store = MemoryStore()
        published = by_name(await publish([LARGE, LARGE, LARGE, a_week(1, 1, 2)], store))
        assert published["month:2026-11"].last == date(2026, 11, 22)
        monday = date(2026, 11, 30)
        for week in range(5):
            await store.publish("made", f"raw:{monday + timedelta(weeks=week)}", json.dumps(LARGE))
        later = by_name(await publications(store, an_organisation(), LATER + timedelta(days=40)))
        assert later["month:2026-12"].first == date(2026, 11, 23)
        assert later["month:2026-12"].tables["week"].at(ALL, ALL) == Band(504, 504)

    async def test_of_nobody_is_shown_as_such(self) -> None:
        published = by_name(await publish([a_week(0, 0, 0), LARGE, LARGE, LARGE]))
        assert published[f"weeks:{WEEKS[0]}"].tables["outcome"].at(ALL, ALL) == Band(0, 0)


class TestWhatIsPublished:
    async def test_stays_as_it_is(self) -> None:
        store = MemoryStore()
        first = await publish([LARGE] * 4, store)
        again = await publications(store, an_organisation(), LATER)
        assert [one.body for one in again] == [one.body for one in first]

    async def test_is_read_and_not_worked_out_when_a_page_is_looked_at(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """However many people there are, a page costs what the publications of its organisation do."""
        store = MemoryStore()
        await publish([LARGE] * 4, store)

        async def counts(*_: object, **__: object) -> Counts:
            raise AssertionError("a closed period was counted again")

        monkeypatch.setattr(publication, "count_week", counts)
        assert await publications(store, an_organisation(), LATER)

    async def test_is_the_same_for_two_who_publish_at_once(self) -> None:
        """One counted before somebody left, the other after: what was stored first stands for both."""
        store = MemoryStore()
        await store.publish("made", f"raw:{WEEKS[0]}", json.dumps(a_week(30, 20, 49)))
        mine = await publish([LARGE] * 4, store)
        assert by_name(mine)[f"weeks:{WEEKS[0]}"].tables["outcome"].at(FINISHED, N) == Band(49, 49)

    async def test_begins_where_there_is_anything_to_count(self) -> None:
        assert await publications(MemoryStore(), an_organisation(), datetime(2026, 12, 1, tzinfo=UTC)) == ()
