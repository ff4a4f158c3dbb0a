"""How long choosing the next question takes: `python benchmarks/next_item.py`.

Five segments, 40 items on eight scales, six choices; states of knowledge of people who have answered 0 to 11
items. The textbook loop works out, for each item and each choice, the posterior and its entropy. Ours is the
same choice, made once without a memory and once with what earlier people left in it. The two are held against
each other first: what they would ask next tells equally much.
"""

import math
import random
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from bot.questionnaire.model import Questionnaire
from bot.scoring.adaptive import next_item, standings_of
from bot.scoring.models import scorer_of
from bot.scoring.models.tables import TableScorer

SEGMENTS, ITEMS, CHOICES, SCALES = 5, 40, 6, 8
STATES = 60  # of knowledge, at which an item is chosen
ROUNDS = 7  # the best of them counts
BAR, AIM = 4, 40

Given = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Timed:
    """What one way of choosing takes."""

    name: str
    microseconds: float


def questionnaire(model: dict[str, object]) -> Questionnaire:
    """Return a questionnaire of that size with this model."""
    choices = [{"id": f"c{value}", "value": value, "label": str(value)} for value in range(1, CHOICES + 1)]
    items = [f"i{place}" for place in range(ITEMS)]
    named = [f"s{place}" for place in range(SEGMENTS)]
    return Questionnaire.model_validate(
        {
            "id": "bank",
            "version": "1",
            "title": "Bank",
            "summary": "Bank.",
            "languages": ["en"],
            "licence": "CC0-1.0",
            "source": "own",
            "review": {"review_by": "2099-01-01"},
            "changes": [{"version": "1", "on": "2026-11-24", "what": "First."}],
            "consent": {"lines": ["Yes."], "whole": "Yes."},
            "answers": {"six": {"choices": choices}},
            "items": [{"id": item, "text": item, "answers": "six"} for item in items],
            "scales": [{"id": f"k{n}", "name": f"k{n}", "items": items[n::SCALES]} for n in range(SCALES)],
            "forms": [
                {
                    "id": "adaptive",
                    "items": items,
                    "order": "adaptive",
                    "adaptive": {"min": 12, "max": 12, "stop_at": 0.99},
                }
            ],
            "segments": [{"id": s, "name": s, "said_as": s, "bar": s, "clinician": s} for s in named],
            "model": model,
        }
    )


def latent_class(chance: random.Random) -> dict[str, object]:
    """Return classes that differ as real ones do, without damping: the textbook knows none."""

    def row() -> list[float]:
        middle, spread = chance.uniform(1, 6), chance.uniform(1, 2)
        raw = [math.exp(-((value - middle) ** 2) / (2 * spread**2)) + 0.01 for value in range(1, 7)]
        return [one / sum(raw) for one in raw]

    named = [f"s{place}" for place in range(SEGMENTS)]
    return {
        "type": "latent-class",
        "shares": dict.fromkeys(named, 1 / SEGMENTS),
        "damping": 0,
        "probabilities": {f"i{n}": {segment: row() for segment in named} for n in range(ITEMS)},
    }


def gaussian(chance: random.Random) -> dict[str, object]:
    """Return a joint normal in which items of one scale go together."""
    return {
        "type": "gaussian",
        "items": [f"i{n}" for n in range(ITEMS)],
        "mean": [3.5] * ITEMS,
        "covariance": [
            [
                2.0 if row == column else 0.9 if row % SCALES == column % SCALES else 0.2
                for column in range(row + 1)
            ]
            for row in range(ITEMS)
        ],
        "rules": {
            f"s{place}": {
                "intercept": chance.gauss(0, 1),
                "weights": [chance.gauss(0, 0.2) for _ in range(ITEMS)],
            }
            for place in range(SEGMENTS)
        },
    }


def states(chance: random.Random) -> list[dict[str, str | None]]:
    """Return what people have answered so far."""
    return [
        {f"i{n}": f"c{chance.randint(1, CHOICES)}" for n in chance.sample(range(ITEMS), many % 12)}
        for many in range(STATES)
    ]


# ---------------------------------------------------------------- the textbook


@dataclass(frozen=True, slots=True)
class Textbook:
    """Bayes' rule as it is taught, over lists."""

    shares: Sequence[float]
    tables: Sequence[Sequence[Sequence[float]]]  # item, segment, choice

    def choose(self, answers: dict[int, int]) -> tuple[int, float]:
        """Return the item with the lowest expected entropy after it, and what it is expected to tell."""
        now = self.posterior(answers)
        best, least = -1, math.inf
        for item in range(ITEMS):
            if item in answers:
                continue
            expected = 0.0
            for choice in range(CHOICES):
                chance = sum(now[k] * self.tables[item][k][choice] for k in range(SEGMENTS))
                after = [now[k] * self.tables[item][k][choice] / chance for k in range(SEGMENTS)]
                expected += chance * self.entropy(after)
            if expected < least:
                best, least = item, expected
        return best, self.entropy(now) - least

    def posterior(self, answers: dict[int, int]) -> list[float]:
        """Return the probability of each segment."""
        found = list(self.shares)
        for item, choice in answers.items():
            found = [found[k] * self.tables[item][k][choice] for k in range(SEGMENTS)]
        return [one / sum(found) for one in found]

    @staticmethod
    def entropy(shares: Sequence[float]) -> float:
        """Return the entropy."""
        return -sum(p * math.log(p) for p in shares if p > 0)


def textbook(bank: Questionnaire) -> Textbook:
    """Return the textbook's tables of the same model."""
    model = bank.model
    assert model is not None
    assert model.type == "latent-class"
    tables = [list(by_segment.values()) for by_segment in model.probabilities.values()]
    return Textbook(list(model.shares.values()), tables)


# ---------------------------------------------------------------- the race


def best(act: Callable[[], object], times: int) -> float:
    """Return the microseconds of processor time that one of so many acts takes, in the best round."""
    found = []
    for _ in range(ROUNDS):
        began = time.process_time()
        act()
        found.append((time.process_time() - began) / times)
    return min(found) * 1e6


def without_memory(bank: Questionnaire, known: Sequence[dict[str, str | None]]) -> Callable[[], None]:
    """Return the choice, probabilities and all, as if nobody had ever answered so before."""
    scorer = scorer_of(bank)
    assert scorer is not None

    def act() -> None:
        for answers in known:
            given = scorer.given(answers)
            next(iter(scorer.ranked(given, scorer.probabilities(given))))

    return act


def with_memory(bank: Questionnaire, known: Sequence[dict[str, str | None]]) -> Callable[[], None]:
    """Return the whole choice as the bot makes it, for people who answer as others have."""
    form = bank.form
    rule = form.rule
    assert rule is not None

    def act() -> None:
        for answers in known:
            assert next_item(bank, form, rule, answers, "seed")

    return act


def same_choice(bank: Questionnaire, book: Textbook, known: Sequence[dict[str, str | None]]) -> None:
    """Stop where ours would ask something that tells less than the textbook's choice."""
    scorer = scorer_of(bank)
    assert isinstance(scorer, TableScorer)
    for answers in known:
        given = scorer.given(answers)
        shares = scorer.probabilities(given)
        gains = scorer.gains(given, shares)
        _, most = book.choose(plain(answers))
        assert math.isclose(gains[scorer.ranked(given, shares)[0]], most, abs_tol=1e-9)


def plain(answers: dict[str, str | None]) -> dict[int, int]:
    """Return answers by number, as the textbook likes them."""
    return {int(item[1:]): int((choice or "c1")[1:]) - 1 for item, choice in answers.items()}


def main() -> None:
    """Race, and print the table."""
    chance = random.Random(12)
    bank, joint = questionnaire(latent_class(chance)), questionnaire(gaussian(chance))
    known, book = states(chance), textbook(bank)
    same_choice(bank, book, known)
    numbers = [plain(answers) for answers in known]

    def by_the_book() -> None:
        for answers in numbers:
            book.choose(answers)

    timed = [Timed("the textbook loop (latent-class)", best(by_the_book, STATES))]
    for name, one in (("latent-class", bank), ("gaussian", joint)):
        standings_of(one)
        timed.append(Timed(f"{name}, nothing remembered", best(without_memory(one, known), STATES)))
        timed.append(Timed(f"{name}, answers met before", best(with_memory(one, known), STATES)))
    print(f"{SEGMENTS} segments x {ITEMS} items x {CHOICES} choices, one core, best of {ROUNDS}\n")
    print("| one choice | us | over the textbook |\n| --- | --- | --- |")
    for row in timed:
        print(f"| {row.name} | {row.microseconds:.1f} | {timed[0].microseconds / row.microseconds:.1f}x |")
    print(f"\nbar {BAR}x with nothing remembered, aim {AIM}x with the memory (latent-class)")


if __name__ == "__main__":
    main()
