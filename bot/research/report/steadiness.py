"""Is a segment steady? Asked again weeks later, and by other questions of the same interview.

The second needs nobody to answer twice: everybody's answers are cut in two at random, each scale's items
evenly, and each half says a segment. The two halves share no answer, so nothing but the person makes them
agree. Each has half the items, so the whole form is steadier than that; and both were answered in one mood,
on one day, so it isn't what a retest would give.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from bot.questionnaire.segment_numbers import used_items
from bot.research.fit.arrays import Flags, Floats, Ints
from bot.research.report.intervals import resampled, share
from bot.research.report.people import LONGER, PART_ARM, People, arms
from bot.research.report.rules import LEAST, RELIABILITY
from bot.research.report.table import Block, Cell, Column, Show, Table
from bot.scoring.models import scorer_of

HALVINGS, MOST, SEED = 10, 400, 20_261_124
"""How often answers are cut in two, and of how many people at most: it is done for each of them anew."""


def steadiness(people: People, everybody: People) -> Iterator[Block]:
    """Yield what is known of both."""
    yield Block(_again(everybody))
    if people.questionnaire.model is not None and not people.segments_given:
        yield Block(_halves(people))


# ---------------------------------------------------------------- asked again


def _again(everybody: People) -> Table:
    pairs = _twice(everybody)
    same = sum(one == other for one, other in pairs)
    columns = (
        Column("people", "People who answered twice", Show.COUNT),
        Column("same", "Same segment both times", Show.PERCENT),
    )
    row = (len(pairs), share(same, len(pairs)) if pairs else None)
    note = f"First and last result of the same person; {LEAST} such people are needed."
    return Table("steadiness", "Would they get the same segment again?", columns, (row,), note)


def _twice(people: People) -> list[tuple[str, str]]:
    """Return the first and the last segment of everybody who answered again; a longer form isn't again."""
    people = people.those(arms(people.column("arm"), PART_ARM) != LONGER)
    met: dict[str, list[tuple[str, str]]] = defaultdict(list)
    rows = zip(people.column("person_id"), people.column("started_at"), people.segment, strict=True)
    for person, began, segment in rows:
        if person and segment:
            met[person].append((began, segment))
    sorted_ = [sorted(ones) for ones in met.values() if len(ones) > 1]
    return [(ones[0][1], ones[-1][1]) for ones in sorted_]


# ---------------------------------------------------------------- two halves of the answers


def _halves(people: People) -> Table:
    columns = (
        Column("people", "People", Show.COUNT),
        Column("items", "Items, both halves", Show.COUNT),
        Column("same", "Both halves say the same", Show.PERCENT),
        Column("chance", "By chance alone", Show.PERCENT),
        Column("kappa", "Kappa"),
    )
    note = (
        f"Everybody's answers are cut in two at random, {HALVINGS} times, each scale's items evenly; each "
        "half says a segment. A half has half the items, so the whole form is steadier; but both were "
        "answered on one day, so weeks later it may be less. Kappa is what is left once chance is taken "
        f"away: 0 is chance, 1 is always the same. Needs {RELIABILITY} people who were asked a fixed form "
        "and answered all of it."
    )
    title = "Would other questions of the same form say the same?"
    return Table("halves", title, columns, (_cut_in_two(people),), note)


def _cut_in_two(people: People) -> tuple[Cell, ...]:
    items = _asked(people)
    whole = people.those(_answered_all(people, items))
    if len(items) < 2 or whole.count < RELIABILITY:  # noqa: PLR2004 - one item has no halves
        return whole.count, len(items), None, None, None
    chosen = np.random.default_rng(SEED).permutation(whole.count)[:MOST]
    said = _said(whole, items, np.sort(chosen))
    same, chance, kappa = resampled(lambda rows: np.array(agreement(said[rows])), len(said), SEED)
    return len(said), len(items), same, chance.value, kappa


def _asked(people: People) -> list[str]:
    """Return the items that the model uses and that those with a fixed form were asked."""
    fixed = people.those(people.by_fixed_form)
    answered = {item: int((~np.isnan(values)).sum()) for item, values in fixed.values.items()}
    usual = max(answered.values(), default=0)
    useful = used_items(people.questionnaire)
    return [item for item, count in answered.items() if item in useful and count > usual / 2]


def _answered_all(people: People, items: Sequence[str]) -> Flags:
    found = people.by_fixed_form & people.finished
    for item in items:
        found &= ~np.isnan(people.values[item])
    return found


def _said(people: People, items: Sequence[str], rows: Ints) -> Ints:
    """Return, by person, halving and half, the number of the segment that the half says."""
    questionnaire = people.questionnaire
    scorer = scorer_of(questionnaire)
    assert scorer is not None  # noqa: S101 - there is a model
    named = {item: {float(one.value): one.id for one in questionnaire.choices(item)} for item in items}
    chance = np.random.default_rng(SEED)
    found = np.empty((len(rows), HALVINGS, 2), dtype=np.intp)
    for place, row in enumerate(rows.tolist()):
        choices = {item: named[item][float(people.values[item][row])] for item in items}
        for halving in range(HALVINGS):
            for side, half in enumerate(halved(people, items, chance)):
                given: Mapping[str, str | None] = {item: choices[item] for item in half}
                found[place, halving, side] = int(np.argmax(scorer.probabilities(scorer.given(given))))
    return found


def halved(people: People, items: Sequence[str], chance: np.random.Generator) -> tuple[list[str], list[str]]:
    """Cut items in two at random, those of each scale as evenly as can be."""
    scale_of = {item: scale.id for scale in people.questionnaire.scales for item in scale.items}
    shuffled = [items[place] for place in chance.permutation(len(items))]
    ordered = sorted(shuffled, key=lambda item: scale_of.get(item, ""))  # stable: by chance within a scale
    first = int(chance.integers(2))
    return ordered[first::2], ordered[1 - first :: 2]


def agreement(said: Ints) -> tuple[float, float, float]:
    """Return how often two halves say the same, how often they would by chance, and Cohen's (1960) kappa."""
    one, other = said[..., 0].ravel(), said[..., 1].ravel()
    same = float((one == other).mean())
    many = int(max(one.max(), other.max())) + 1
    shares: list[Floats] = [np.bincount(side, minlength=many) / len(side) for side in (one, other)]
    chance = float(shares[0] @ shares[1])
    return same, chance, (same - chance) / (1 - chance) if chance < 1 else 0.0
