"""Items of every other kind for data sets made by chance: ticked, typed, 0 to 10, own words.

Some of them change their kind from one edition to the next. It has a chance of its own, so that what was made
before it came is made as before.
"""

import base64
import random
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from bot.conversation.events import Answered, Declined, Event, Skipped, Ticked
from bot.conversation.session import Answer
from bot.questionnaire.model import (
    AnyAnswers,
    Choice,
    DateAnswer,
    Item,
    NumberAnswer,
    Questionnaire,
    Recommendation,
    Sensitivity,
    SeveralChoices,
    ShowIf,
    TextAnswer,
)

KINDS = ("several", "likely", "years", "weight", "day", "month", "words")
_FIRST, _LAST = date(1850, 1, 1), date(2026, 12, 31)


class OtherKinds:
    """Makes items that aren't one choice, and answers to them."""

    def __init__(self, seed: int, text: Callable[[random.Random], str]) -> None:
        self.chance = random.Random(f"other kinds {seed}")
        self._text = text

    def text(self) -> str:
        """Return odd words."""
        return self._text(self.chance)

    def answers(self) -> dict[str, AnyAnswers]:
        """Return the ways to answer."""
        ids = ["c0", "c1", *self.chance.sample(["c2", "c3", "c4", "none"], self.chance.randint(0, 4))]
        choices = [Choice(id=one, value=10 + place, label=self.text()) for place, one in enumerate(ids)]
        return {
            "several": SeveralChoices(kind="choices", choices=tuple(choices)),
            "likely": Recommendation(kind="nps"),
            "years": NumberAnswer(kind="number", min=-90, max=120),
            "weight": NumberAnswer(kind="number", min=-50, max=1e6, decimals=2),
            "day": DateAnswer(kind="date"),
            "month": DateAnswer(kind="date", precision="month"),
            "words": TextAnswer(kind="text"),
        }

    def items(self) -> Iterator[Item]:
        """Yield an item of each kind; now and then two change places."""
        kinds = list(KINDS)
        if self.chance.random() < 0.3:
            one, other = self.chance.sample(range(len(kinds) - 1), 2)
            kinds[one], kinds[other] = kinds[other], kinds[one]
        for name, kind in zip(KINDS, kinds, strict=True):
            ticked = kinds[0] == "several" and name == "month" and self.chance.random() < 0.5
            yield Item(
                id=f"of_{name}",
                text=self.text(),
                answers=kind,
                prefer_not_to_say=self.chance.random() < 0.7,
                show_if=ShowIf(item="of_several", any_of=("c0", "c1")) if ticked else None,
                sensitivity=self.chance.choice([Sensitivity.NONE] * 9 + [Sensitivity.IDENTIFIER]),
            )

    # ------------------------------------------------------------ answers

    def answered(self, asked: Questionnaire, item: Item, at: datetime, events: list[Event]) -> Answer:
        """Answer one item, and write down how."""
        ways, roll = asked.answered(item.id), self.chance.random()
        if roll < 0.15 and item.prefer_not_to_say:
            events.append(Declined(at, item.id))
            return Answer(None, at, declined=True)
        if roll < 0.3:
            events.append(Skipped(at, item.id))
            return Answer(None, at)
        if isinstance(ways, SeveralChoices):
            events.append(Ticked(at, item.id, ways.choices[0].id, self.chance.random() < 0.5))
        said = self.said(ways)
        events.append(Answered(at, item.id, said))
        return Answer(said, at)

    def said(self, ways: AnyAnswers) -> str:
        """Return an answer in the writing of its kind."""
        chance = self.chance
        match ways:
            case SeveralChoices(choices=choices):
                ticked = [one.id for one in choices if chance.random() < 0.5] or [choices[-1].id]
                return "|".join(ticked)
            case NumberAnswer(decimals=0, min=low, max=high):
                return str(chance.randint(int(low), int(high)))
            case NumberAnswer(min=low, max=high, decimals=decimals):
                return f"{Decimal(str(round(chance.uniform(low, high), decimals))).normalize() + 0:f}"
            case DateAnswer(precision=precision):
                day = _FIRST + timedelta(days=chance.randrange((_LAST - _FIRST).days))
                return day.isoformat() if precision == "day" else f"{day:%Y-%m}"
            case TextAnswer():
                return base64.b64encode(chance.randbytes(40)).decode()
            case _:
                return chance.choice(ways.choices).id


def tick(chance: random.Random, at: datetime) -> datetime:
    """Let some time pass."""
    return (at + timedelta(microseconds=chance.randrange(1, 9_000_000))).astimezone(UTC)
