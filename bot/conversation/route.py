"""Which item comes next: recomputed from the answers every time, so going back and editing need no stack."""

from collections.abc import Container, Mapping

from bot.conversation.session import Answer
from bot.questionnaire.model import Questionnaire, ShowIf


def route(questionnaire: Questionnaire, answers: Mapping[str, Answer]) -> tuple[str, ...]:
    """Return the ids of the items that are asked of somebody with these answers, in order.

    A condition holds only on an item that is asked itself: an answer that an edit has left behind opens
    nothing.
    """
    conditions = {item.id: item.show_if for item in questionnaire.items}
    asked: dict[str, None] = {}
    for item in questionnaire.form.items:
        if _holds(conditions[item], answers, asked):
            asked[item] = None
    return tuple(asked)


def _holds(condition: ShowIf | None, answers: Mapping[str, Answer], asked: Container[str]) -> bool:
    if condition is None:
        return True
    given = answers.get(condition.item)
    return condition.item in asked and given is not None and given.choice in condition.any_of


def following(questionnaire: Questionnaire, answers: Mapping[str, Answer]) -> str | None:
    """Return the first item without an answer or a skip, or None where all are done."""
    return next((item for item in route(questionnaire, answers) if item not in answers), None)


def preceding(questionnaire: Questionnaire, answers: Mapping[str, Answer], item: str | None) -> str | None:
    """Return the item before this one (before the end, where it is None), or None at the first."""
    asked = route(questionnaire, answers)
    place = asked.index(item) if item in asked else len(asked)
    return asked[place - 1] if place else None


def choices_given(questionnaire: Questionnaire, answers: Mapping[str, Answer]) -> dict[str, str | None]:
    """Return item to choice (None: skipped) for the items on the route, as `scoring` reads them."""
    return {item: answers[item].choice for item in route(questionnaire, answers) if item in answers}
