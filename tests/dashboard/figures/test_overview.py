"""From interviews through the hallway to what a manager reads, and to the file."""

import asyncio
import csv
import io
import random
import re
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.conversation.events import Started
from bot.conversation.session import Step
from bot.dashboard.figures import Overview, csv_of, overview
from bot.invites import simulation
from bot.invites.simulation import Someone, simulate
from bot.storage.invites import Invite, new_code, paused
from bot.storage.memory import MemoryStore
from bot.storage.sqlite import open_sqlite
from bot.storage.store import Store
from bot.turns import Desk, Incoming, take_turn
from bot.web.site import Limits, Site
from tests.journeys.house import KEYS
from tests.journeys.pseudo import TAG, mirrored_library
from tests.journeys.test_journeys import LIBRARY
from tests.storage.made import erased

ORGANISATION = "example-hospital"  # in New York
NOW = datetime(2026, 12, 8, 18, tzinfo=UTC)
MONDAY = datetime(2026, 11, 2, 5, tzinfo=UTC)  # midnight there


@dataclass
class House:
    """A desk over a store, with one invite, and the site that shows its figures."""

    store: Store
    invite: Invite
    now: datetime = NOW

    @property
    def desk(self) -> Desk:
        """Return the desk as the clock stands."""
        return Desk(self.store, LIBRARY, KEYS, lambda: self.now)

    async def shows(self, language: str = "en", **query: str) -> Overview:
        """Return the overview."""
        desk = replace(self.desk, library=mirrored_library(LIBRARY, "health-mindset"))
        site = Site(
            self.desk if language != TAG else desk,
            "http://here",
            Path(),
            lambda: None,
            Limits.made(time.monotonic),
        )
        return await overview(site, ORGANISATION, query, language)

    async def begins(self, name: str, at: datetime) -> None:
        """Let somebody open the questions."""
        started = Started(at, f"seed of {name}", "web", "en", self.invite.code)
        await take_turn(self.desk, Incoming("web", name, name, f"begins {name}", started))

    async def leaves(self, name: str) -> None:
        """Erase somebody, as a confirmed /forget does."""
        saved = await self.store.load(KEYS.person("web", name))
        assert saved.session is not None
        await self.store.save(saved, erased(self.now), f"leaves {name}")

    async def interviews(self, people: int, at: datetime, seed: int = 1) -> None:
        """Interview made-up people whom nothing marks as such, from a moment on."""
        for number in range(people):
            chance = random.Random(f"{seed} {number}")
            someone = Someone(self.desk, chance, f"{seed} {number}", at + timedelta(minutes=number))
            await someone.is_interviewed(self.invite.code)


@asynccontextmanager
async def a_house(store: Store) -> AsyncIterator[House]:
    """Furnish a house over a store."""
    for edition in LIBRARY.editions():
        await store.keep_edition(edition)
    invite = Invite(new_code(), ORGANISATION, "health-mindset", "autumn", MONDAY, "poster")
    await store.keep_invite(invite)
    yield House(store, invite)
    await store.close()


@pytest.fixture
async def house(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[House]:
    """Return a house over memory, in which made-up people count as people."""
    monkeypatch.setattr(simulation, "CHANNEL", "web")
    async with a_house(MemoryStore()) as made:
        yield made


@pytest.fixture(scope="module")
def autumn() -> House:
    """Return such a house in which forty people were interviewed, for those who only look."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(simulation, "CHANNEL", "web")
        return asyncio.run(_autumn())


async def _autumn() -> House:
    async with a_house(MemoryStore()) as made:
        await made.interviews(40, MONDAY)
        return made


def table(shown: Overview, name: str) -> dict[str, list[str]]:
    """Return the cells of a block by the labels of its rows."""
    block = next(one for one in shown.blocks if one.name == name)
    return {line.label: [cell.text for cell in line.cells] for line in block.lines}


OPENED, FINISHED = "Opened the questions", "Came to their result"


class TestPeople:
    @pytest.mark.slow
    async def test_are_counted_once_from_the_first_page_to_the_result(self, house: House) -> None:
        await house.interviews(60, MONDAY)
        sessions = [one.session for one in await house.store.interviews(MONDAY, NOW)]
        finished = sum(one.step is Step.RESULT for one in sessions)
        shown = await house.shows(period="2026-11-02")
        begun = (await house.store.invites())[0].begun
        assert begun > 30
        assert table(shown, "funnel")[OPENED] == [str(begun)]
        assert shown.sentence.startswith(f"2026-11-02 to 2026-11-08: {begun} people opened the questions")
        if table(shown, "funnel")[FINISHED] == [str(finished)]:
            assert f"and {finished} of them" in shown.sentence

    async def test_who_refuse_or_are_erased_are_still_among_those_who_came(self, house: House) -> None:
        """Nobody is left of them but that they came."""
        for number in range(20):
            await house.begins(f"P{number}", MONDAY)
            if number < 10:
                await house.leaves(f"P{number}")
        shown = await house.shows(period="2026-11-02")
        assert table(shown, "funnel")[OPENED] == ["20"]
        assert table(shown, "funnel")[FINISHED] == ["0"]

    async def test_who_are_heard_twice_are_counted_once(self, house: House) -> None:
        """A delivery that comes again after a crash changes no count."""
        for number in range(12):
            for _ in range(2):
                started = Started(MONDAY, f"seed {number}", "web", "en", house.invite.code)
                await take_turn(house.desk, Incoming("web", f"P{number}", "", f"key {number}", started))
        assert table(await house.shows(period="2026-11-02"), "funnel")[OPENED] == ["12"]

    async def test_are_counted_in_the_week_that_it_is_where_the_organisation_is(self, house: House) -> None:
        for number in range(11):
            await house.begins(f"late on Sunday {number}", MONDAY + timedelta(days=7, minutes=-5))
            await house.begins(f"early on Monday {number}", MONDAY + timedelta(days=7, minutes=5))
        for period in ("2026-11-02", "2026-11-09"):
            assert table(await house.shows(period=period), "funnel")[OPENED] == ["11"]

    async def test_who_leave_after_their_week_was_published_change_nothing(self, house: House) -> None:
        """Neither in the week nor in its month: nobody sees by a number that somebody left."""
        house.now = MONDAY + timedelta(days=9)
        await house.interviews(60, MONDAY)
        before = await house.shows(period="2026-11-02")
        for one in await house.store.interviews(MONDAY, NOW):
            if one.session.step is Step.RESULT:
                await house.leaves(f"1 {_number(one.session.seed)}")
        left = await house.store.interviews(MONDAY, NOW)
        assert not [one for one in left if one.session.step is Step.RESULT]
        assert await house.shows(period="2026-11-02") == before
        house.now = NOW
        month = await house.shows(period="2026-11")
        assert table(month, "funnel")[FINISHED] == table(before, "funnel")[FINISHED]


def _number(seed: str) -> str:
    return seed.partition(":")[0].partition(" ")[2]


class TestMadeUpPeople:
    async def test_are_never_counted_with_people(self) -> None:
        async with a_house(MemoryStore()) as house:
            await simulate(house.desk, [house.invite.code], 40)
            for number in range(15):
                await house.begins(f"P{number}", MONDAY)
            await house.store.remember("simulated", "yes")
            people, made_up = await house.shows(), await house.shows(people="simulated")
            assert table(people, "funnel")[OPENED] == ["15"]
            assert not people.simulated
            assert made_up.simulated
            assert {line.split(",")[2] for line in csv_of(made_up).splitlines()[1:]} == {"simulated"}

    @pytest.mark.slow
    async def test_leave_nothing_published(self) -> None:
        async with a_house(MemoryStore()) as house:
            await house.store.remember("simulated", "yes")
            await simulate(house.desk, [house.invite.code], 40)
            assert (await house.shows(people="simulated")).blocks
            bodies = (await house.store.published(ORGANISATION)).values()
            assert not any('"simulated"' in body for body in bodies)


class TestTheOverview:
    async def test_says_the_same_in_a_file(self, autumn: House) -> None:
        """Every number of the page is in the file, and no other."""
        for period in ("2026-11", "2026-11-02"):
            shown = await autumn.shows(period=period)
            rows = list(csv.DictReader(io.StringIO(csv_of(shown))))
            cells = [
                (block.name, line.label, column, cell.band)
                for block in shown.blocks
                for line in block.lines
                for column, cell in zip(block.columns[1:], line.cells, strict=True)
                if cell.band is not None
            ]
            assert len(rows) == len(cells) > 0
            for row, (name, label, column, band) in zip(rows, cells, strict=True):
                assert (row["table"], row["row"], row["column"]) == (name, label, column)
                assert row["number"] == ("" if band.value is None else str(band.value))

    @pytest.mark.slow
    async def test_shows_no_number_from_one_to_ten(self, house: House) -> None:
        await house.interviews(50, MONDAY)
        for period in ("2026-11", "2026-11-02"):
            shown = await house.shows(period=period)
            numbers = [
                cell.band.low
                for block in shown.blocks
                for line in block.lines
                for cell in line.cells
                if cell.band is not None and cell.band.exact
            ]
            assert not [n for n in numbers if 0 < n < 11]

    async def test_says_that_there_is_nothing_yet(self, house: House) -> None:
        house.now = MONDAY + timedelta(days=2)
        shown = await house.shows()
        assert shown.sentence == "There are no counts yet. The first ones come when a week is over."
        assert csv_of(shown).count("\n") == 1

    async def test_speaks_the_language_of_who_looks(self, autumn: House) -> None:
        spanish = await autumn.shows("es")
        assert "personas abrieron las preguntas" in spanish.sentence

    async def test_keeps_ranges_and_days_apart_where_one_reads_from_right_to_left(
        self, autumn: House
    ) -> None:
        """In the middle of such a sentence a range would be turned round; the file has no marks."""
        shown = await autumn.shows(TAG)
        assert re.search("\u2068[0-9]+\u2013[0-9]+\u2069", shown.sentence)
        assert re.match("\u2068\u20682026-11-02\u2069 .*\u20682026-11-29\u2069\u2069:", shown.sentence)
        assert not set("\u2068\u2069") & set(csv_of(shown))
        assert not set("\u2068\u2069") & set((await autumn.shows()).sentence)

    async def test_shows_which_campaigns_are_paused_or_closed(self, house: House) -> None:
        await house.interviews(20, MONDAY)
        assert table(await house.shows(), "place")["autumn · poster"][-1] == "open"
        await house.store.remember(paused(ORGANISATION), "yes")
        assert table(await house.shows(), "place")["autumn · poster"][-1] == "paused"
        await house.store.close_invite(house.invite.code, NOW)
        assert table(await house.shows(), "place")["autumn · poster"][-1] == "closed"

    async def test_takes_a_period_that_it_does_not_have_for_the_last_one(self, autumn: House) -> None:
        assert await autumn.shows(period="../../etc") == await autumn.shows()

    async def test_of_one_organisation_has_nothing_of_another(self, house: House) -> None:
        ours = LIBRARY.organisations[ORGANISATION]
        theirs = ours.model_copy(update={"id": "other-clinic"})
        await house.interviews(20, MONDAY)
        desk = replace(
            house.desk, library=replace(LIBRARY, organisations={ORGANISATION: ours, "other-clinic": theirs})
        )
        site = Site(desk, "http://here", Path(), lambda: None, Limits.made(time.monotonic))
        shown = await overview(site, "other-clinic", {"period": "2026-11"}, "en")
        assert not shown.blocks

    @pytest.mark.slow
    async def test_is_the_same_over_sqlite(
        self, tmp_path: Path, house: House, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(simulation, "CHANNEL", "web")
        file = await open_sqlite(tmp_path / "attune.db", KEYS.fingerprint, clock=lambda: NOW)
        async with a_house(file) as other:
            other.invite = house.invite
            await file.keep_invite(house.invite)
            for one in (house, other):
                await one.interviews(25, MONDAY)
            assert await other.shows() == await house.shows()


async def test_labels_that_a_spreadsheet_would_reckon_with_are_disarmed(house: House) -> None:
    await house.store.keep_invite(replace(house.invite, code=new_code(), campaign="_SUM", source="1"))
    await house.interviews(15, MONDAY)
    rows = list(csv.DictReader(io.StringIO(csv_of(await house.shows()))))
    assert not [row for row in rows if row["row"].startswith(("=", "+", "-", "@"))]


class TestAfterTheResult:
    @pytest.mark.slow
    async def test_each_campaign_tells_what_its_people_did(self, house: House) -> None:
        """Of one campaign it is what the whole organisation's figures say, and nothing is told of others."""
        await house.interviews(120, MONDAY)
        sessions = [one.session for one in await house.store.interviews(MONDAY, NOW)]
        sharing = sum(one.shared for one in sessions)
        shown = await house.shows()
        (cells,) = table(shown, "after").values()
        assert cells[0] == table(shown, "funnel")[FINISHED][0]
        assert cells[2] == table(shown, "funnel")["Took the link along to share"][0]
        assert cells[2] == str(sharing)

    @pytest.mark.slow
    async def test_made_up_people_go_the_whole_way(self) -> None:
        """A demonstration shows every step of the funnel."""
        async with a_house(MemoryStore()) as house:
            await house.store.remember("simulated", "yes")
            await simulate(house.desk, [house.invite.code], 300)
            shown = await house.shows(people="simulated")
            assert all(
                one in table(shown, "funnel")
                for one in ("Taps on links in tips", "Visits to the first web page")
            )
            people = await house.store.taps(ORGANISATION, "", "9")
            assert not people
