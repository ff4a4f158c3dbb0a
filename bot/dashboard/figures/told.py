"""Figures as a page shows them: blocks of rows and cells, in words already, each number with its band."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bot.conversation.scene import Scene
from bot.dashboard.figures.bands import Band


@dataclass(frozen=True, slots=True)
class Figure:
    """One cell: its words, and the number as it is published; `share` in 100 is drawn as a bar."""

    text: str
    band: Band | None = None
    share: int | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """One row of a table."""

    label: str
    cells: tuple[Figure, ...]


@dataclass(frozen=True, slots=True)
class Block:
    """One table with its heading, what it is about, and what can be said of its differences."""

    name: str
    heading: str
    about: str
    columns: tuple[str, ...]  # the first is that of the labels
    lines: tuple[Line, ...]
    findings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Choice:
    """A period, or another view, that can be chosen: its words and the query of its address."""

    label: str
    query: str
    chosen: bool = False


@dataclass(frozen=True, slots=True)
class Overview:
    """Everything that the overview shows of one period."""

    organisation: str
    period: str
    sentence: str
    months: tuple[Choice, ...]
    weeks: tuple[Choice, ...]
    blocks: tuple[Block, ...]
    notes: tuple[str, ...]
    simulated: bool = False  # made-up people, and nobody else
    other: Choice | None = None  # made-up people where these are people, and the other way round


def number(scene: Scene, band: Band | None, *, of: Band | None = None) -> Figure:
    """Return a number; of an exact whole, where both are shown, its share is drawn."""
    if band is None:
        return Figure(scene.say("figures.not_shown"))
    text = str(band.low) if band.exact else _range(scene, band)
    share = round(100 * band.low / of.low) if of and of.exact and of.low and band.exact else None
    return Figure(text, band, share)


def percent(scene: Scene, part: Band | None, whole: Band | None) -> Figure:
    """Return a share in 100, made of numbers that are shown and of no others."""
    if part is None or whole is None or not (part.exact and whole.exact and whole.low):
        return Figure(scene.say("figures.no_share"))
    share = round(100 * part.low / whole.low)
    return Figure(scene.say("figures.percent", share=share), None, share)


def _range(scene: Scene, band: Band) -> str:
    if band.high is None:
        return scene.say("figures.at_least", least=band.low) if band.low > 1 else scene.say("figures.hidden")
    return scene.say("figures.range", low=band.low, high=band.high)


def tightened(parts: Mapping[str, Band], whole: Band | None) -> dict[str, Band]:
    """Return parts of a whole, each as near as the others say that it is: nothing that a reader couldn't."""
    if whole is None or not whole.exact:
        return dict(parts)
    found = {}
    for name, band in parts.items():
        others = [one for key, one in parts.items() if key != name]
        found[name] = within(band, whole.low, others)
    return found


def within(band: Band, whole: int, others: Sequence[Band]) -> Band:
    """Return a band as near as the other parts of a whole say that it is."""
    most = whole - sum(one.low for one in others)
    high = most if band.high is None else min(band.high, most)
    ends = [one.high for one in others]
    rest = whole - sum(end for end in ends if end is not None) if None not in ends else 0
    return Band(max(band.low, rest), high)


def total(parts: Sequence[Band]) -> Band:
    """Return what is known of a sum."""
    ends = [one.high for one in parts]
    high = None if None in ends else sum(end for end in ends if end is not None)
    return Band(sum(one.low for one in parts), high)
