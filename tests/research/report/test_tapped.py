"""Taps on provider links by arm and segment: what is found, what isn't shown, and where nothing is known."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pytest

from bot.conversation.library import Library
from bot.conversation.taps import Act
from bot.conversation.voices import NEUTRAL_ARM, OWN_ARM
from bot.research.report.paradata import Paradata
from bot.research.report.people import People
from bot.research.report.table import Cell, Estimate, Section, Table
from bot.research.report.voices import voices
from bot.storage.counting import ArmTaps
from bot.storage.invites import Destination
from bot.storage.memory import MemoryStore
from tests.research.interviewing import Interviewing
from tests.research.report.made import SEGMENTS, people
from tests.research.report.test_report import collected

ARMS = {OWN_ARM: 0.7, NEUTRAL_ARM: 0.3}
COUNT = 2_000


@pytest.fixture(autouse=True)
def _no_pictures(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody looks at a picture here, and to draw them takes longer than all the rest."""
    monkeypatch.setattr("bot.research.report.pictures.drawn_svg", lambda _spec: "<svg/>")


def crowd(taps: Mapping[tuple[str, str], int] | None) -> People:
    """Return people in two arms, of whom every second was shown a tip."""
    chance = np.random.default_rng(11)
    made, ids = people(chance, COUNT), np.char.mod("r%d", np.arange(COUNT))
    arms = chance.choice(list(ARMS), COUNT, p=list(ARMS.values()))
    columns = {**made.columns, "response_id": ids, "arm": np.char.add("voice=", arms)}
    paradata = Paradata({}, {}, frozenset(), frozenset(ids[::2].tolist()))
    known = None if taps is None else ArmTaps(taps, "2026-11-24")
    return replace(made, columns=columns, paradata=paradata, taps=known)


def drawn(own: float, neutral: float, planted: float = 1.0) -> dict[tuple[str, str], int]:
    """Return taps at each arm's rate a person who saw a tip; the first segment's own times `planted`."""
    made, rates = crowd(None), {OWN_ARM: own, NEUTRAL_ARM: neutral}
    cells = zip(made.column("arm")[::2].tolist(), made.segment[::2].tolist(), strict=True)
    shown = Counter((cell.removeprefix("voice="), segment) for cell, segment in cells)
    chance = np.random.default_rng(6)
    return {
        of: int(chance.poisson(rates[of[0]] * n * (planted if of == FIRST else 1)))
        for of, n in sorted(shown.items())
    }


FIRST = (OWN_ARM, SEGMENTS[0])


def section(taps: Mapping[tuple[str, str], int] | None) -> Section:
    """Return the section about the voices."""
    found = voices(crowd(taps))
    assert found is not None
    return found


def table(of: Section) -> Table:
    """Return the table of taps."""
    return next(one for one in of.tables if one.id == "taps")


def column(of: Table, name: str) -> list[Cell]:
    """Return one of its columns, everybody's first."""
    place = [one.id for one in of.columns].index(name)
    return [row[place] for row in of.rows]


@pytest.mark.parametrize(("own", "neutral", "more"), [(0.8, 0.4, True), (0.4, 0.8, False)])
def test_a_planted_difference_is_found_with_its_direction(own: float, neutral: float, *, more: bool) -> None:
    """Its interval holds what was planted, in everybody and in every segment."""
    found = section(drawn(own, neutral))
    assert "Taps are counted, not people." in found.findings[1]
    assert "no difference" not in found.findings[1]
    ratios = column(table(found), "ratio")
    assert len(ratios) == 1 + len(SEGMENTS)
    for ratio in ratios:
        assert isinstance(ratio, Estimate)
        assert ratio.low <= own / neutral <= ratio.high
    everybody = ratios[0]
    assert isinstance(everybody, Estimate)
    assert (everybody.low > 1) if more else (everybody.high < 1)


def test_where_there_is_none_none_is_found() -> None:
    found = section(drawn(0.5, 0.5))
    assert "no difference shown" in found.findings[1]
    assert all(isinstance(p, float) and p >= 0.05 for p in column(table(found), "p"))


def test_a_difference_in_one_segment_is_found_there_and_nowhere_else() -> None:
    ps = column(table(section(drawn(0.5, 0.5, planted=2.5))), "p")
    found = [number for number, p in enumerate(ps) if isinstance(p, float) and p < 0.05]
    assert 1 in found
    assert not {2, 3, 4, 5}.intersection(found)


def test_people_are_those_who_were_shown_a_tip() -> None:
    found = table(section(drawn(0.5, 0.5)))
    everybody, *segments = found.rows
    own, neutral = column(found, "own_people"), column(found, "neutral_people")
    assert own[0] + neutral[0] == COUNT / 2  # type: ignore[operator]  # two counts
    assert sum(row[2] for row in segments if isinstance(row[2], int)) == everybody[2]
    rate = everybody[3]
    assert isinstance(rate, Estimate)
    assert rate.value == pytest.approx(100 * everybody[1] / everybody[2])  # type: ignore[operator]  # counts


def taps(own: list[int], neutral: list[int]) -> dict[tuple[str, str], int]:
    """Return what each segment tapped."""
    counts = {OWN_ARM: own, NEUTRAL_ARM: neutral}
    return {(arm, SEGMENTS[place]): n for arm, all_ in counts.items() for place, n in enumerate(all_)}


@pytest.mark.parametrize(
    ("own", "shown"),
    [
        ([50, 60, 70, 80, 90], [350, 50, 60, 70, 80, 90]),
        ([0, 60, 70, 80, 90], [300, 0, 60, 70, 80, 90]),
        ([7, 60, 70, 80, 90], [307, None, None, 70, 80, 90]),
        ([7, 0, 70, 80, 90], [247, None, None, None, 80, 90]),
        ([7, 8, 70, 80, 90], [255, None, None, 70, 80, 90]),
        ([2, 3, 70, 80, 90], [245, None, None, None, 80, 90]),
        ([7, 0, 0, 0, 0], [None, None, None, None, None, None]),
        ([3, 4, 5, 6, 7], [25, None, None, None, None, None]),
    ],
)
def test_a_small_count_is_neither_shown_nor_given_away(own: list[int], shown: list[int | None]) -> None:
    """Everybody's less what is shown never gives a single small one; nor do a rate, a ratio or a p."""
    found = table(section(taps(own, [20, 30, 40, 50, 60])))
    assert column(found, "own_taps") == shown
    assert column(found, "neutral_taps") == [200, 20, 30, 40, 50, 60]
    for name in ("own", "ratio", "p"):
        told = [cell is not None for cell in column(found, name)]
        assert not [number for number, cell in enumerate(shown) if cell is None and told[number]]


def test_of_an_export_or_a_file_it_says_that_taps_are_not_known_there() -> None:
    found = section(None)
    assert [one.id for one in found.tables] == ["voices"]
    assert any("aren't known here" in words for block in found.blocks for words in block.words)
    assert len(found.findings) == 1


def test_before_the_first_tap_it_says_so() -> None:
    found = section({})
    assert [one.id for one in found.tables] == ["voices"]
    assert any("No tap on a provider link" in words for block in found.blocks for words in block.words)


def test_it_says_what_is_counted_and_since_when() -> None:
    words = " ".join(words for block in section(drawn(0.5, 0.5)).blocks for words in block.words)
    assert "taps, not people" in words
    assert "a second tap of the same person counts again" in words
    assert "2026-11-24" in words


async def test_the_store_tells_a_report_its_taps_and_who_was_shown_a_tip(shipped: Library) -> None:
    """One asks for a tip, and one doesn't; a tap counts in the arm of its link."""
    store = MemoryStore()
    for edition in shipped.editions():
        await store.keep_edition(edition)
    desk = Interviewing(store, shipped.cast("health-mindset"))
    for name in ("ana", "ben"):
        person = desk.person(name)
        await person.finishes(*[0] * 12)
        if name == "ana":
            await person.does(Act.TIP)
    organisation = shipped.default_organisation
    there = Destination(organisation, "health-mindset", "sleep", "en", "balance", arm=OWN_ARM)
    await store.tally(desk.now, [f"tapped:{await store.link(there)}"])
    found = (await collected(desk, "health-mindset")).people
    assert found.taps == ArmTaps({(OWN_ARM, "balance"): 1}, desk.now.date().isoformat())
    assert found.paradata is not None
    assert len(found.paradata.tipped) == 1
