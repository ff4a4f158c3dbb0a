"""Which item comes next: recomputed from the answers every time, so going back and editing need no stack.

A fixed form asks its items in their order. An adaptive one asks first what it has asked already, in that
order, and then the item that the answers, as they stand now, call for: an edit never takes an answer away,
and never makes an interview longer than it was said to be.
"""

from collections.abc import Container, Iterable, Mapping

from bot.conversation.session import Session
from bot.questionnaire.model import AdaptiveRule, Form, Questionnaire, ShowIf, TextAnswer, ticked
from bot.scoring.adaptive import Asked, Next, next_item, standings_of
from bot.scoring.prepared import Prepared

SECOND_ARM = "second_part"
"""The arm that says when the second part is offered."""
FORM_ARM = "form"
"""The arm that says which form was drawn, where a questionnaire asks one of several."""


FREE_TEXT_ARM, ALLOWED = "free_text", "on"
"""The arm that says that the operator let people answer in their own words when the session began."""


def form_of(questionnaire: Questionnaire, arm: Mapping[str, str]) -> Form:
    """Return the form that a session with these arms is asked; own words only where they are allowed."""
    form = questionnaire.form_named(arm[FORM_ARM]) if FORM_ARM in arm else questionnaire.form
    if not questionnaire.free_text or arm.get(FREE_TEXT_ARM) == ALLOWED:
        return form
    return _without_words(questionnaire)[form.id]


def _wordless(questionnaire: Questionnaire) -> dict[str, Form]:
    def asked(form: Form) -> tuple[str, ...]:
        items = form.items
        return tuple(one for one in items if not isinstance(questionnaire.answered(one), TextAnswer))

    return {form.id: form.model_copy(update={"items": asked(form)}) for form in questionnaire.forms}


_without_words = Prepared(_wordless)
"""Return the forms without the items that are answered in own words."""


def route(questionnaire: Questionnaire, session: Session) -> tuple[str, ...]:
    """Return the ids of the items that are asked in a session with these answers, in order.

    A condition holds only on an item that is asked itself: an answer that an edit has left behind opens
    nothing. In an adaptive form the last item is the one that comes next, unless it is enough.
    """
    form = form_of(questionnaire, session.arm)
    if form.rule is None:
        return applying(questionnaire, form.items, _choices(session))
    asked = _asked(questionnaire, session)
    upcoming = _upcoming(questionnaire, form, form.rule, session, asked)
    return (*asked, upcoming.item) if upcoming else asked


def applying(
    questionnaire: Questionnaire, items: Iterable[str], choices: Mapping[str, str | None]
) -> tuple[str, ...]:
    """Return those of the items, in their order, whose conditions hold with these choices."""
    conditions = conditions_of(questionnaire)
    if not conditions:
        return tuple(items)
    asked: dict[str, None] = {}
    for item in items:
        if _holds(conditions.get(item), choices, asked):
            asked[item] = None
    return tuple(asked)


def _holds(condition: ShowIf | None, choices: Mapping[str, str | None], asked: Container[str]) -> bool:
    if condition is None:
        return True
    given = ticked(choices.get(condition.item))
    return condition.item in asked and any(choice in condition.any_of for choice in given)


def closed_items(questionnaire: Questionnaire, choices: Mapping[str, str | None]) -> frozenset[str]:
    """Return the items whose conditions don't hold after these choices, all of them asked."""
    conditions = conditions_of(questionnaire).items()
    return frozenset(item for item, condition in conditions if not _holds(condition, choices, choices))


def _conditions(questionnaire: Questionnaire) -> dict[str, ShowIf]:
    return {item.id: item.show_if for item in questionnaire.items if item.show_if is not None}


conditions_of = Prepared(_conditions)
"""Return the conditions of those items that have one."""


def _choices(session: Session) -> dict[str, str | None]:
    return {item: answer.choice for item, answer in session.answers.items()}


def following(questionnaire: Questionnaire, session: Session) -> str | None:
    """Return the first item without an answer or a skip, or None where all are done."""
    return next((item for item in route(questionnaire, session) if item not in session.answers), None)


def preceding(questionnaire: Questionnaire, session: Session) -> str | None:
    """Return the item before the present one (before the end, where it is None), or None at the first."""
    asked = route(questionnaire, session)
    place = asked.index(session.item) if session.item in asked else len(asked)
    return asked[place - 1] if place else None


def choices_given(questionnaire: Questionnaire, session: Session) -> dict[str, str | None]:
    """Return item to choice (None: skipped) for the items on the route, as `scoring` reads them."""
    answers = session.answers
    return {item: answers[item].choice for item in route(questionnaire, session) if item in answers}


# ---------------------------------------------------------------- adaptive forms


def _asked(questionnaire: Questionnaire, session: Session) -> tuple[str, ...]:
    """Return the items that were asked and still apply, in the order they were asked."""
    order = (one.item for one in session.asked if one.item in session.answers)
    return applying(questionnaire, order, _choices(session))


def _upcoming(
    questionnaire: Questionnaire, form: Form, rule: AdaptiveRule, session: Session, asked: tuple[str, ...]
) -> Next | None:
    choices = {item: session.answers[item].choice for item in asked}
    left_behind = session.answers.keys() - choices.keys()
    closed = closed_items(questionnaire, choices) | left_behind
    return next_item(questionnaire, form, rule, choices, session.seed, closed)


def asked_so_far(questionnaire: Questionnaire, before: Session, after: Session) -> tuple[Asked, ...]:
    """Return the items asked of an adaptive form, with what is believed after each as the answers stand now.

    `before` is the session in which the newest item was still open. What an edit has left behind keeps what
    was believed after it then. A fixed form keeps none of this: its order says it all.
    """
    form = form_of(questionnaire, after.arm)
    if form.rule is None or after.item is None:
        return ()
    entries = {one.item: one for one in before.asked}
    if after.item not in entries:
        upcoming = _upcoming(questionnaire, form, form.rule, before, _asked(questionnaire, before))
        entries[after.item] = Asked(after.item, upcoming is not None and upcoming.by_chance, "", 0.0)
    choices: dict[str, str | None] = {}
    standings = standings_of(questionnaire)
    for item in applying(questionnaire, entries, _choices(after)):
        choices[item] = after.answers[item].choice
        entries[item] = standings.believed(item, choices, by_chance=entries[item].by_chance)
    return tuple(entries.values())
