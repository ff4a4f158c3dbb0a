"""What `fit` found: values only; how it is told is another file's."""

from collections.abc import Mapping
from dataclasses import dataclass

from bot.research.fit.arrays import Ints
from bot.research.fit.asking import Model
from bot.research.fit.bank import Bank
from bot.research.fit.candidates import Candidate
from bot.research.fit.figures import Figure, Quality
from bot.research.fit.people import People
from bot.research.fit.retest import Retest
from bot.research.fit.stopping import Stopping


@dataclass(frozen=True, slots=True)
class Compared:
    """One kind of model, out of fold."""

    candidate: Candidate
    loss: float
    """Mean log loss over the lengths of an adaptive interview: what the choice is made by."""
    quality: Quality
    """After as many adaptive questions as the usual fixed form has, without stopping."""


@dataclass(frozen=True, slots=True, eq=False)
class FixedForm:
    """A fixed form: its items chosen from everybody, its figures from orders chosen inside each fold."""

    items: Ints
    quality: Quality


@dataclass(frozen=True, slots=True, eq=False)
class Lengths:
    """How long adaptive interviews get under one rule of stopping, and what they are worth."""

    stopping: Stopping
    mean: float
    median: float
    p90: float
    reach_most: float
    quality: Quality
    sure: float
    """The share of people with a probability of at least .9."""
    agreement_of_sure: float


@dataclass(frozen=True, slots=True)
class ItemFound:
    """What one item is worth."""

    item: str
    bits: float
    """What its answer alone tells about the segment."""
    exposure: float
    """The share of people whom the adaptive form asks it."""
    drop: float | None
    """How much agreement the fixed form loses without it; None where it isn't in that form."""


@dataclass(frozen=True, slots=True)
class LanguageFound:
    """Whether the model may be called calibrated for the adults of one language."""

    language: str
    adults: int
    ece: Figure | None
    agreement: float
    reason: str
    """Why not; empty where it may."""


@dataclass(frozen=True, slots=True, eq=False)
class Findings:
    """Everything that a fit says."""

    bank: Bank
    people: People
    segments: Ints
    own_segments: bool
    """The segments come from clustering these very answers."""
    shares: tuple[float, ...]
    split_half: float
    compared: tuple[Compared, ...]
    chosen: Compared
    model: Model
    length: int
    """The length at which models are compared."""
    fixed: Mapping[int, FixedForm]
    fixed_curve: tuple[float, ...]
    adaptive_curve: tuple[float, ...]
    adaptive: Lengths
    thresholds: tuple[Lengths, ...]
    items: tuple[ItemFound, ...]
    disjoint: float
    """How often two halves of the items, each without the other, say the same."""
    languages: tuple[LanguageFound, ...]
    why_provisional: str
    warnings: tuple[str, ...]
    retest: Retest | None = None

    @property
    def calibrated(self) -> tuple[str, ...]:
        """Return the languages for which the model may be called calibrated."""
        return tuple(found.language for found in self.languages if not found.reason)
