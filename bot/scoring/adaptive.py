"""Which item comes next, and when it is enough: a pure function of the answers so far and the session's seed.

Law: the same answers and the same seed always lead the same way; chance is a digest of the seed. What the
answers say and how the items rank after them is kept by the answers, so that people who answer alike share
the work.
"""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from bot.questionnaire.model import AdaptiveRule, Form, Questionnaire
from bot.scoring.models import Given, Scorer, scorer_of
from bot.scoring.prepared import Prepared

KEPT = 4096  # sets of answers whose standing is kept; one or two kB each
_WHOLE = 2**48  # a fraction of it is exact, and below 1


@dataclass(frozen=True, slots=True)
class Standing:
    """What a set of answers says: the probability of each segment, and the other items by what they tell."""

    shares: tuple[float, ...]
    ranked: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Asked:
    """One item that was asked in an adaptive form, and what was believed once it was answered or skipped."""

    item: str
    by_chance: bool  # drawn at random, so that the model can be fitted again without bias
    segment: str  # the most probable one after it
    probability: float  # of that segment


class Standings:
    """A segment model that remembers."""

    def __init__(self, scorer: Scorer, segments: Sequence[str]) -> None:
        self.segments = tuple(segments)
        self.scorer = scorer
        self.after = lru_cache(maxsize=KEPT)(self._after)

    def _after(self, given: Given) -> Standing:
        shares = self.scorer.probabilities(given)
        return Standing(shares, self.scorer.ranked(given, shares))

    def of(self, answers: Mapping[str, str | None]) -> Standing:
        """Return what answers say."""
        return self.after(self.scorer.given(answers))

    def believed(self, item: str, answers: Mapping[str, str | None], *, by_chance: bool) -> Asked:
        """Return what is believed after an item, the answers so far including its own."""
        shares = self.of(answers).shares
        highest = max(shares)
        return Asked(item, by_chance, self.segments[shares.index(highest)], highest)


def _standings(questionnaire: Questionnaire) -> Standings:
    scorer = scorer_of(questionnaire)
    if scorer is None:
        raise ValueError("only a questionnaire with segments can be asked adaptively")
    return Standings(scorer, [segment.id for segment in questionnaire.segments])


standings_of = Prepared(_standings)
"""Return a questionnaire's segment model with its memory."""


@dataclass(frozen=True, slots=True)
class Next:
    """The item that comes next."""

    item: str
    by_chance: bool = False


def next_item(
    questionnaire: Questionnaire,
    form: Form,
    rule: AdaptiveRule,
    answers: Mapping[str, str | None],
    seed: str,
    closed: frozenset[str] = frozenset(),
) -> Next | None:
    """Return the next item of an adaptive form, or None where it is enough.

    `answers` are those to all items asked so far, None where one was skipped; `closed` are items that can't
    be asked now, such as those under a condition that doesn't hold.
    """
    asked = len(answers)
    if asked >= rule.max:
        return None
    for item in rule.first:
        if item not in answers and item not in closed:
            return Next(item)
    standing = standings_of(questionnaire).of(answers)
    if asked >= rule.min and max(standing.shares) >= rule.threshold(asked):
        return None
    return _chosen(form, rule, standing, answers, seed, closed)


def _chosen(
    form: Form,
    rule: AdaptiveRule,
    standing: Standing,
    answers: Mapping[str, str | None],
    seed: str,
    closed: frozenset[str],
) -> Next | None:
    asked = len(answers)
    if rule.random_share and fraction(seed, f"random:{asked}") < rule.random_share:
        left = [item for item in form.items if item not in answers and item not in closed]
        if left:
            return Next(left[int(fraction(seed, f"which:{asked}") * len(left))], by_chance=True)
    open_items = (
        item for item in standing.ranked if item in form.items and item not in answers and item not in closed
    )
    return _within_exposure(rule, open_items, seed)


def _within_exposure(rule: AdaptiveRule, items: Iterator[str], seed: str) -> Next | None:
    """Return the first item that may be asked of this person; the first at all, where none may."""
    best = next(items, None)
    if best is None:
        return None
    if rule.exposure >= 1 or fraction(seed, f"exposure:{best}") < rule.exposure:
        return Next(best)
    return Next(next((item for item in items if fraction(seed, f"exposure:{item}") < rule.exposure), best))


def fraction(seed: str, purpose: str) -> float:
    """Return a number from 0 to below 1, always the same one for a seed and a purpose."""
    digest = hashlib.sha256(f"{purpose}:{seed}".encode()).digest()
    return int.from_bytes(digest[:6]) / _WHOLE
