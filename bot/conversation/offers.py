"""What people are asked for after their result: the rest of the longer form, and to answer again weeks later.

Law: it is offered only to people who allow research, one thing at a time, and once: whoever said no isn't
asked any more. Each is a session of its own that follows the first, so the first one's result stays as it is.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta

from bot.conversation.events import Began
from bot.conversation.route import FORM_ARM, SECOND_ARM, applying
from bot.conversation.session import Answer, Session, Step, session_id
from bot.questionnaire.model import Questionnaire, TextAnswer

LONGER, RETEST = "longer", "retest"
OFFERS = (LONGER, RETEST)

PART_ARM = "part"
"""The arm that says what a session is that follows another one of the same questionnaire."""


def offer(questionnaire: Questionnaire, session: Session) -> str | None:
    """Return what is offered at the end of an interview now, if anything is."""
    if session.step is not Step.RESULT or not session.research:
        return None
    part, said = session.arm.get(PART_ARM), session.offers
    if part is None and LONGER not in said and still_open(questionnaire, session):
        return LONGER
    theirs_to_offer = part == LONGER or (part is None and not said.get(LONGER))
    return RETEST if questionnaire.retest and RETEST not in said and theirs_to_offer else None


def still_open(questionnaire: Questionnaire, session: Session) -> int:
    """Return how many questions of the longer form are left to somebody."""
    if questionnaire.longer_form is None:
        return 0
    choices = {item: answer.choice for item, answer in taken_over(questionnaire, session).items()}
    items = questionnaire.form_named(questionnaire.longer_form).items
    return len([item for item in applying(questionnaire, items, choices) if item not in choices])


def taken_over(questionnaire: Questionnaire, session: Session) -> Mapping[str, Answer]:
    """Return the answers that aren't asked again in the longer form; what was skipped may be.

    Own words may be, too: they are sealed for the very answer that they are, and can't be opened elsewhere.
    """
    items = questionnaire.form_named(questionnaire.longer_form).items
    given = session.answers
    return {
        item: Answer(given[item].choice, given[item].at)
        for item in items
        if item in given
        and given[item].choice is not None
        and not isinstance(questionnaire.answered(item), TextAnswer)
    }


def is_due(questionnaire: Questionnaire, session: Session, now: datetime) -> bool:
    """Tell whether it is time to propose the retest to somebody who said yes to that."""
    retest, ended = questionnaire.retest, session.ended_at
    wished = session.step is Step.RESULT and session.research and session.offers.get(RETEST)
    if retest is None or ended is None or not wished:
        return False
    return timedelta(days=retest.from_day) <= now - ended < timedelta(days=retest.to_day + 1)


def _seed(session: Session, part: str) -> str:
    return f"{part}:{session.seed}"


def followed_by(session: Session, part: str) -> str:
    """Return the id that the session of such a part has: it begins once."""
    return session_id(_seed(session, part))


def begins(questionnaire: Questionnaire, session: Session, part: str, at: datetime) -> Began | None:
    """Return the beginning of what was offered, if it may begin: on the very edition of the first one."""
    if session.step is not Step.RESULT or not session.offers.get(part):
        return None
    answers: Mapping[str, Answer] = {}
    if part == LONGER and still_open(questionnaire, session):
        form, answers = questionnaire.longer_form or "", taken_over(questionnaire, session)
    elif part == RETEST and questionnaire.retest and session.asked_again_at:
        form = questionnaire.retest.form
    else:
        return None
    kept = {name: arm for name, arm in session.arm.items() if name != SECOND_ARM}
    return Began(
        at=at,
        seed=_seed(session, part),
        channel=session.channel,
        language=session.language,
        questionnaire=session.questionnaire,
        edition=session.edition,
        organisation=session.organisation,
        arm={**kept, FORM_ARM: form, PART_ARM: part},
        invite=session.invite,
        follows=session.follows or session.id,
        consent=session.consent,
        research=session.research,
        plain=session.plain,
        answers=answers,
    )
