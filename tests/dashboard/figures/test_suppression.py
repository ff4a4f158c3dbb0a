"""Whoever solves for the hidden numbers finds at least ten values possible for each."""

import random
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator, Mapping

import pytest

from bot.dashboard.figures import after, tables
from bot.dashboard.figures.bands import LEAST, Band, first_band
from bot.dashboard.figures.network import ALL, Network, Table
from bot.dashboard.figures.suppression import WIDTH, corners, protect
from tests.dashboard.figures.attacker import Attacker, Said, said
from tests.dashboard.figures.crowds import Month, a_month, weeks_of


async def attacked(month: Month, *more: Said, whole_people: bool = False) -> dict[str, tuple[float, float]]:
    """Return what an attacker finds of each hidden number of a month."""
    published = await month.published()
    everything = [*said(published, weeks_of(published)), *more]
    return Attacker(month.worlds, everything).ranges(whole_people=whole_people)


def too_narrow(ranges: dict[str, tuple[float, float]]) -> dict[str, tuple[float, float]]:
    """Return the hidden numbers of which too few values are possible."""
    return {where: (least, most) for where, (least, most) in ranges.items() if most - least + 1 < WIDTH}


def months(first: int, many: int) -> Iterator[Month]:
    """Yield made-up months, always the same ones."""
    return (a_month(random.Random(seed)) for seed in range(first, first + many))


class TestAnAttackerWhoSolves:
    @pytest.mark.slow
    async def test_finds_ten_values_possible_for_every_hidden_number(self) -> None:
        hidden = 0
        for month in months(0, 6):
            ranges = await attacked(month)
            hidden += len(ranges)
            assert not too_narrow(ranges)
        assert hidden > 50

    @pytest.mark.slow
    @pytest.mark.parametrize("part", range(8))
    async def test_finds_no_more_in_two_thousand_random_tables(self, part: int) -> None:
        """In each part 250 and more: weeks, their sums, and every table that hangs on them."""
        found: Counter[str] = Counter()
        for month in months(1000 * (part + 1), 32):
            published = await month.published()
            found.update(name for one in published for name, table in one.tables.items() if table.rows)
            everything = said(published, weeks_of(published))
            assert not too_narrow(Attacker(month.worlds, everything).ranges())
        assert found.total() >= 250
        assert found["place_shared"]
        assert found["place_back"]

    @pytest.mark.slow
    async def test_finds_no_more_by_knowing_that_people_are_whole(self) -> None:
        for month in months(100, 12):
            assert not too_narrow(await attacked(month, whole_people=True))


def only_small(table: Table, fixed: object = None, sums: object = ()) -> dict[tuple[str, str], Band]:
    """Hide the small numbers, and nothing beside them: a planted fault."""
    del fixed, sums
    return {cell: first_band(table.count(cell)) for cell in table.cells()}


class TestAPlantedLeak:
    """The attacker is good enough to find what the rules are there for."""

    async def test_is_found_where_nothing_is_hidden_beside_the_small_numbers(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(tables, "protect", only_small)
        assert await _leaks(range(3))

    @pytest.mark.slow
    async def test_is_found_where_tables_are_made_safe_one_by_one(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """A sum that one table hides must not be told by another that adds up to it."""
        monkeypatch.setattr(tables, "corners", lambda *_: [])
        assert await _leaks(range(40))

    @pytest.mark.slow
    async def test_is_found_where_steps_after_the_result_hide_small_numbers_only(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(after, "protect", only_small)
        assert await _leaks(range(3))

    @pytest.mark.slow
    async def test_is_found_where_a_step_is_told_of_a_campaign_that_hides_how_many_finished(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        plain = after._parts

        def of_all(
            rows: Mapping[str, Mapping[str, int]],
            columns: tuple[str, ...],
            finished: Mapping[str, Band | None],
        ) -> Table:
            sums = {row: sum(rows.get(row, {}).values()) for row in finished}
            return plain(rows, columns, {row: Band(n, n) for row, n in sums.items()})

        monkeypatch.setattr(after, "_parts", of_all)
        assert await _leaks(range(44, 45))

    async def test_is_found_where_weeks_are_forgotten_when_their_month_is_published(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        plain = protect

        def forgetful(
            table: Table, fixed: dict[tuple[str, str], Band] | None = None, sums: tuple[()] = ()
        ) -> dict[tuple[str, str], Band] | None:
            weeks = any(row.startswith("weeks:") for row in table.rows)
            if not weeks:
                return plain(table, fixed, sums)
            found = {cell: first_band(table.count(cell)) for cell in table.cells() if ALL in cell}
            return {**found, **(fixed or {}), **found}

        monkeypatch.setattr(tables, "protect", forgetful)
        assert await _leaks(range(10))

    async def test_is_found_in_a_rounded_percentage(self) -> None:
        """A share in 100 of a number that isn't shown gives it away where the whole is."""

        async def leaks(month: Month) -> bool:
            published = await month.published()
            told = [one for one in said(published, weeks_of(published)) if one.where.startswith("month:")]
            whole = next(one for one in told if one.where.endswith("week * *"))
            shares = []
            for one in told:
                true = sum(n for kind, n in month.people.items() if one.counts(kind))
                if one.hidden and whole.low == whole.high:
                    share = round(100 * true / whole.low)
                    low, high = (whole.low * (share + end) / 100 for end in (-0.5, 0.5))
                    shares.append(Said(f"share of {one.where}", one.counts, low, high))
            found = Attacker(month.worlds, [*told, *shares]).ranges()
            return bool(too_narrow({name: one for name, one in found.items() if "share" not in name}))

        assert await _any(leaks, months(0, 5))

    async def test_is_found_in_a_period_that_cuts_through_a_week(self) -> None:
        """The reason why months are made of whole weeks: the piece is worked out by subtraction."""
        month = a_month(random.Random(2))
        published = await month.published()
        everything = list(said(published, weeks_of(published)))
        hidden = next(one for one in everything if one.hidden and one.high == LEAST - 1)
        true = sum(n for kind, n in month.people.items() if hidden.counts(kind))
        piece = Said("a calendar month less the weeks in it", hidden.counts, true, true)
        assert too_narrow(Attacker(month.worlds, [*everything, piece]).ranges())


async def _leaks(seeds: range) -> bool:
    async def leaks(month: Month) -> bool:
        return bool(too_narrow(await attacked(month)))

    return await _any(leaks, months(seeds.start, len(seeds)))


async def _any(leaks: Callable[[Month], Awaitable[bool]], some: Iterator[Month]) -> bool:
    for month in some:
        if await leaks(month):
            return True
    return False


def a_table(chance: random.Random) -> Table:
    """Return a table in which small numbers are common."""
    rows = tuple(f"r{one}" for one in range(chance.randint(1, 6)))
    columns = tuple(f"c{one}" for one in range(chance.randint(1, 4)))
    top = chance.choice((3, 12, 40, 200))
    inner = {(row, column): chance.choice((0, chance.randint(0, top))) for row in rows for column in columns}
    return Table(rows, columns, inner)


class TestATable:
    @pytest.mark.parametrize("seed", range(60))
    def test_shows_nothing_from_one_to_ten_and_always_shows_nothing_at_all(self, seed: int) -> None:
        table = a_table(random.Random(seed))
        bands = protect(table)
        for cell, band in (bands or {}).items():
            n = table.count(cell)
            assert band.low <= n
            assert band.high is None or n <= band.high
            assert not (band.exact and 0 < n < LEAST)
            assert n or band == Band(0, 0)

    @pytest.mark.parametrize("seed", range(60))
    def test_leaves_every_hidden_number_ten_values(self, seed: int) -> None:
        table = a_table(random.Random(seed))
        bands = protect(table) or {}
        network = Network(table, bands)
        for cell, band in bands.items():
            least, most = network.span(cell)
            assert band.exact or most - least + 1 >= WIDTH

    def test_hides_no_more_than_it_must(self) -> None:
        """One small number takes one other with it, the smallest that will do."""
        table = Table(("a", "b", "c"), ("n",), {("a", "n"): 4, ("b", "n"): 30, ("c", "n"): 90})
        bands = protect(table)
        assert bands is not None
        assert [row for row in table.rows if not bands[row, "n"].exact] == ["a", "b"]

    def test_with_large_numbers_only_is_shown_whole(self) -> None:
        table = Table(("a", "b"), ("x", "y"), {(r, c): 20 for r in "ab" for c in "xy"})
        bands = protect(table)
        assert bands is not None
        assert all(band.exact for band in bands.values())

    def test_of_too_few_people_is_not_published(self) -> None:
        assert protect(Table(("a", "b"), ("n",), {("a", "n"): 4, ("b", "n"): 5})) is None


def test_corners_are_the_ends_of_what_numbers_with_a_sum_can_be() -> None:
    found = corners({"a": (1, 10), "b": (20, 20), "c": (30, 39)}, 60)
    assert {tuple(sorted(one.items())) for one in found} == {
        (("a", 10), ("b", 20), ("c", 30)),
        (("a", 1), ("b", 20), ("c", 39)),
    }
