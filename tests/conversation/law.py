"""What holds of every interview and every message, whatever people did: the law of the property test.

Written apart from the code it judges: which items are asked is worked out here once more, in another way.
"""

from collections.abc import Iterator, Mapping, Sequence
from functools import cache

from bot.conversation.content import Content
from bot.conversation.replies import Message, Page
from bot.conversation.session import ENDED, Answer, Session, Step
from bot.conversation.taps import MAX_TOKEN_BYTES, read
from bot.questionnaire.model import Questionnaire
from bot.scoring.segments import assign
from tests.conversation.world import phrasebook

MAX_TEXT = 4096  # characters of one message in Telegram
ON_A_QUESTION = {Step.ASKING, Step.EDITING}
LEFT = {Step.PAUSED, Step.STOPPED}
BEFORE_CONSENT = {Step.WELCOME, Step.CONSENT}
ALL_ANSWERED = {Step.READY, Step.CHECKING, Step.EDITING, Step.RESULT}
NAMES_NOTHING = {"result.first", "result.thanks"} | {
    f"notice.{notice}"
    for notice in ("closed", "nudge", "not_understood", "second_done", "slow_down", "welcome_back")
}
"""What may stand in the first line of a result, which shows on a lock screen."""


@cache
def first_lines() -> frozenset[str]:
    """Return the first lines that a result may have, in every language."""
    return frozenset(book.phrases[key] for book in phrasebook().books.values() for key in NAMES_NOTHING)


def asked(
    questionnaire: Questionnaire,
    answers: Mapping[str, Answer],
    form: str | None = None,
    *,
    own_words: bool = False,
) -> list[str]:
    """Return the items that somebody with these answers is asked: a condition holds on asked items only."""
    items = {item.id: item for item in questionnaire.items}
    listed = next((one for one in questionnaire.forms if one.id == form), questionnaire.form).items

    def is_asked(item: str) -> bool:
        condition = items[item].show_if
        if item not in listed or condition is None:
            return item in listed
        given = answers.get(condition.item)
        chosen = (given.choice or "").split("|") if given else []
        return is_asked(condition.item) and any(choice in condition.any_of for choice in chosen)

    typed = {name for name, answers in questionnaire.answers.items() if answers.kind == "text"}
    left_out = set() if own_words else {item.id for item in questionnaire.items if item.answers in typed}
    return [item for item in listed if is_asked(item) and item not in left_out]


def breaches(content: Content, session: Session) -> list[str]:
    """Return every law that an interview breaks; lawful is to break none."""
    laws = {**_place(content, session), **_answers(content, session), **_result(content, session)}
    return [law for law, holds in laws.items() if not holds]


def _place(content: Content, session: Session) -> dict[str, bool]:
    step = session.step
    stands = session.resume_to if step in LEFT and session.resume_to else step
    on_route = asked(
        content.questionnaire, session.answers, session.arm.get("form"), own_words="free_text" in session.arm
    )
    where = session.item in on_route if stands in ON_A_QUESTION else session.item is None
    return {
        "there is an item on the route exactly while a question is asked": where,
        "a place to resume is known exactly where the person left": (session.resume_to in set(Step))
        is (step in LEFT),
        "one resumes to a page of the interview": session.resume_to not in LEFT | {Step.RESULT},
        "an end has its time exactly where it is an end": (session.ended_at is not None) is (step in ENDED),
        "consent stands before every step behind it": session.consent is not None or stands in BEFORE_CONSENT,
        "whether researchers may is decided before the first question": session.research is not None
        or stands in BEFORE_CONSENT | {Step.RESEARCH},
        "the language is spoken": session.language in content.languages,
    }


def _answers(content: Content, session: Session) -> dict[str, bool]:
    questionnaire = content.questionnaire
    choices = {item.id: questionnaire.choices(item.id) for item in questionnaire.items}
    known = {item: {choice.id for choice in its} for item, its in choices.items()}
    required = {item.id for item in questionnaire.items if item.required}
    given = session.answers
    stands = session.resume_to if session.step in LEFT else session.step
    open_items = [
        item
        for item in asked(questionnaire, given, session.arm.get("form"), own_words="free_text" in session.arm)
        if item not in given
    ]
    return {
        "answers are of known items": given.keys() <= known.keys(),
        "answers are known choices": all(
            one.choice is None or not known[item] or known[item].issuperset(one.choice.split("|"))
            for item, one in given.items()
        ),
        "what is required is never skipped": all(
            given[item].choice or given[item].declined for item in required & given.keys()
        ),
        "only who is asked so declines": all(
            questionnaire.item(item).prefer_not_to_say and one.choice is None
            for item, one in given.items()
            if one.declined
        ),
        "a tick is of the present item": session.ticked is None or stands in ON_A_QUESTION,
        "nothing is answered before consent": session.consent is not None or not given,
        "answers lie in the time of the interview, or of the one it follows": all(
            (session.follows or session.began_at <= one.at) and one.at <= (session.seen_at or one.at)
            for one in given.values()
        ),
        "all is answered where the end is reached": not open_items or stands not in ALL_ANSWERED,
        "edits are counted from none": all(one.edits >= 0 for one in given.values()),
    }


def _result(content: Content, session: Session) -> dict[str, bool]:
    questionnaire = content.questionnaire
    segments = {segment.id for segment in questionnaire.segments}
    on_route = asked(
        questionnaire, session.answers, session.arm.get("form"), own_words="free_text" in session.arm
    )
    choices = {item: session.answers[item].choice for item in on_route if item in session.answers}
    at_the_end = session.step is Step.RESULT
    due = assign(questionnaire, choices) if at_the_end else None
    return {
        "the verdict is what the answers on the route say": session.shown == due,
        "only a result is corrected": session.correction is None
        or (at_the_end and session.correction in segments),
        "only tips that exist are rated": set(session.ratings)
        <= ({str(place) for place in range(len(questionnaire.topics))} if at_the_end else set()),
    }


def faults(messages: Sequence[Message], own: Sequence[str]) -> list[str]:
    """Return what is wrong with messages to somebody whose interviews have these ids."""
    return [fault for message in messages for fault in _faults(message, own)]


def _faults(message: Message, own: Sequence[str]) -> Iterator[str]:
    first = message.text.split("\n")[0]
    if not message.text.strip():
        yield f"{message.page}: no text"
    if len(message.text) > MAX_TEXT and message.page is not Page.MYDATA:
        yield f"{message.page}: {len(message.text)} characters"
    if "{" in message.text:
        yield f"{message.page}: a placeholder is left"
    if message.page is Page.RESULT and first not in first_lines():
        yield f"{message.page}: the first line shows on a lock screen: {first}"
    for button in message.buttons:
        yield from _button_faults(message.page, button.label, button.token, own)


def _button_faults(page: Page, label: str, token: str | None, own: Sequence[str]) -> Iterator[str]:
    if not label.strip() or "{" in label:
        yield f"{page}: the label {label!r}"
    if token is None:
        return
    tap = read(token)
    if len(token.encode()) > MAX_TOKEN_BYTES or tap is None:
        yield f"{page}: the token of {label!r} can't be read back"
    elif tap.session not in own:
        yield f"{page}: {label!r} is about somebody else's interview"
