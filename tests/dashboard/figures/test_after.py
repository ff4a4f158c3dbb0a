"""A step after the result, by campaign: parts of numbers that are shown, safe beside its own total."""

from bot.dashboard.figures.after import OTHERS, after_result
from bot.dashboard.figures.bands import LARGE, Band
from bot.dashboard.figures.counting import FINISHED, Counts, N
from bot.dashboard.figures.network import ALL, Network, Table
from bot.dashboard.figures.shown import Shown

COLUMNS = ("shared", "kept")


def exact(n: int) -> Band:
    """Return the band of a number that is shown."""
    return Band(n, n)


def a_segment(total: Band, rest: Band, people: int) -> Shown:
    """Return what is published of people of one segment, and so of all."""
    bands = {
        (row, name): band for row in ("s", ALL) for name, band in zip(COLUMNS, (total, rest), strict=True)
    }
    return Shown(("s",), COLUMNS, bands | {(row, ALL): exact(people) for row in ("s", ALL)})


def places(finished: dict[str, Band]) -> Shown:
    """Return what is published of campaigns."""
    return Shown(tuple(finished), (FINISHED,), {(row, FINISHED): band for row, band in finished.items()})


def shared(place: Shown, segment: Shown, counted: dict[str, tuple[int, int]]) -> Shown:
    """Return who shared, by campaign; by campaign it is counted how many did and how many didn't."""
    counts: Counts = {
        "place_shared": {row: dict(zip(COLUMNS, ns, strict=True)) for row, ns in counted.items()},
        "segment": {"s": {name: sum(ns[at] for ns in counted.values()) for at, name in enumerate(COLUMNS)}},
    }
    shown = {"place": place, "segment": segment, "back": Shown((), (N,), {})}
    return dict(after_result(counts, shown))["place_shared"]


THREE = {"p": exact(60), "q": exact(60), "r": exact(60)}


class TestSharing:
    def test_is_shown_where_all_numbers_are_large(self) -> None:
        found = shared(places(THREE), a_segment(exact(60), exact(120), 180), dict.fromkeys("pqr", (20, 40)))
        assert all(band.exact for band in found.bands.values())
        assert found.at("p", "shared") == exact(20)

    def test_tells_nothing_of_a_total_that_is_hidden(self) -> None:
        """Whatever the total could be by its own table, it could still be by this one."""
        counted = dict.fromkeys("pqr", (20, 40))
        found = shared(places(THREE), a_segment(LARGE, LARGE, 180), counted)
        inner = {(row, name): n for row, ns in counted.items() for name, n in zip(COLUMNS, ns, strict=True)}
        network = Network(Table(("p", "q", "r"), COLUMNS, inner), found.bands)
        for total in (11, 60, 169):
            assert not network.lacks({"shared": total, "kept": 180 - total})

    def test_takes_campaigns_that_hide_how_many_finished_together(self) -> None:
        """Their sum is known to whoever subtracts; none of them has a part of its own."""
        place = places({"p": exact(60), "q": LARGE, "r": LARGE})
        counted = {"p": (20, 40), "q": (15, 35), "r": (25, 45)}
        found = shared(place, a_segment(exact(60), exact(120), 180), counted)
        assert found.rows == ("p", OTHERS)
        assert found.at(OTHERS, "shared") == exact(40)
        assert found.at("q", "shared") is None

    def test_of_the_only_campaign_is_what_is_told_of_everybody(self) -> None:
        found = shared(places({"p": exact(60)}), a_segment(LARGE, LARGE, 60), {"p": (25, 35)})
        assert (found.at("p", "shared"), found.at(ALL, "shared")) == (LARGE, LARGE)

    def test_that_weeks_of_an_older_version_did_not_count_is_not_told(self) -> None:
        """Their people finished, and are in no row: whoever subtracts would take them for others."""
        found = shared(places(THREE), a_segment(exact(60), exact(120), 180), dict.fromkeys("pq", (20, 40)))
        assert not found.rows

    def test_of_small_numbers_hides_what_they_could_be_worked_out_from(self) -> None:
        counted = {"p": (4, 56), "q": (26, 34), "r": (30, 30)}
        found = shared(places(THREE), a_segment(exact(60), exact(120), 180), counted)
        hidden = {cell for cell, band in found.bands.items() if not band.exact}
        assert {("p", "shared"), ("p", "kept")} < hidden
        assert len({row for row, _ in hidden}) == len(counted) - 1
