"""The columns that an item has in the wide table, and what an answer says in each: one law for every kind.

A choice, a number or a day has the item's own column. Several choices have one 0/1 column each,
`item__choice`; a recommendation has its group beside it, `item__group`. Own words have none. Where editions
differ in how an item is answered, it has the columns of all, and each interview fills those of its own.
"""

from dataclasses import dataclass

from bot.questionnaire.answer_kinds import GROUP
from bot.questionnaire.model import (
    AnyAnswers,
    DateAnswer,
    Edition,
    NumberAnswer,
    Recommendation,
    SeveralChoices,
    TextAnswer,
    ticked,
)
from bot.research.columns import Type
from bot.research.layout import Layout
from bot.research.response import value
from bot.scoring.scales import NOT_ASKED

GROUPS = ((1, "detractor (0 to 6)"), (2, "passive (7 or 8)"), (3, "promoter (9 or 10)"))
_PASSIVE, _PROMOTER = 7, 9
TICKED = ((0, "not ticked"), (1, "ticked"))


@dataclass(frozen=True, slots=True)
class Part:
    """One column of an item."""

    name: str
    item: str
    type: Type
    choice: str | None = None  # of several, the one that it is about
    group: bool = False  # of a recommendation


def parts(layout: Layout, item: str) -> tuple[Part, ...]:
    """Return the columns of an item, in order."""
    met = [edition.questionnaire.answered(item) for edition in having(layout, item)]
    plain = {_type(answers) for answers in met if not isinstance(answers, SeveralChoices | TextAnswer)}
    choices = (one.id for answers in met if isinstance(answers, SeveralChoices) for one in answers.choices)
    return (
        *([Part(item, item, _common(plain))] if plain else []),
        *(
            [Part(f"{item}__{GROUP}", item, Type.INTEGER, group=True)]
            if any(isinstance(answers, Recommendation) for answers in met)
            else []
        ),
        *(Part(f"{item}__{one}", item, Type.INTEGER, one) for one in dict.fromkeys(choices)),
    )


def having(layout: Layout, item: str) -> list[Edition]:
    """Return the editions that have an item, newest first."""
    return [edition for edition in layout.editions if item in edition.questionnaire.items_by_id]


def _type(answers: AnyAnswers) -> Type:
    match answers:
        case NumberAnswer(decimals=decimals):
            return Type.NUMBER if decimals else Type.INTEGER
        case DateAnswer(precision=precision):
            return Type.DATE if precision == "day" else Type.STRING
        case _:
            return Type.INTEGER


def _common(types: set[Type]) -> Type:
    """Return the type that holds the values of all editions."""
    if len(types) == 1:
        return next(iter(types))
    return Type.NUMBER if types == {Type.INTEGER, Type.NUMBER} else Type.STRING


def said(part: Part, answers: AnyAnswers, stored: str) -> str:
    """Return what a stored answer says in a column, as the text that stands there."""
    if part.choice is not None:
        known = isinstance(answers, SeveralChoices) and any(one.id == part.choice for one in answers.choices)
        return str(int(part.choice in ticked(stored))) if known else str(NOT_ASKED)
    if part.group:
        return _group(answers, stored)
    return str(NOT_ASKED) if isinstance(answers, SeveralChoices | TextAnswer) else value(answers, stored)


def _group(answers: AnyAnswers, stored: str) -> str:
    if not isinstance(answers, Recommendation):
        return str(NOT_ASKED)
    number = int(value(answers, stored))
    return str(1 + (number >= _PASSIVE) + (number >= _PROMOTER))


def value_type(layout: Layout) -> Type:
    """Return the type that holds the values of all items, as in the long table."""
    met = {
        Type.STRING if isinstance(answers, SeveralChoices) else _type(answers)
        for edition in layout.editions
        for answers in map(edition.questionnaire.answered, edition.questionnaire.items_by_id)
        if not isinstance(answers, TextAnswer)
    }
    return _common(met) if met else Type.INTEGER
