"""What /mydata gives: everything kept about a person, as a readable page and as a file for another program.

Pure functions of the person's sessions; the file's keys are English, its labels in the person's language.
"""

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from bot.conversation.content import Content
from bot.conversation.replies import Attachment, Message, Reply
from bot.conversation.route import FREE_TEXT_ARM, choices_given, route
from bot.conversation.scene import Scene, joined
from bot.conversation.session import Session
from bot.conversation.taps import Act
from bot.scoring.quality import Marks, marks
from bot.scoring.scales import score
from bot.scoring.segments import Change

FILE_NAME = "my-data.json"

Kept = Sequence[tuple[Content, Session]]


def readable(present: Content, kept: Kept, reply: Reply) -> Message:
    """Return the page with everything kept, and the file beside it."""
    newest = kept[-1][1] if kept else None
    scene = Scene(present, newest, reply)
    allowed = _last_word(kept)
    parts = [_part(Scene(content, session, reply), allowed=allowed) for content, session in kept]
    lines = joined(*parts) or scene.say("mydata.none")
    page = scene.message(
        scene.say("mydata.with_words" if _words(kept) else "mydata", lines=lines),
        [scene.button("go_on", Act.HERE)],
        [scene.button("erase", Act.PAGE, "erase")],
    )
    file = Attachment(FILE_NAME, account(kept))
    return Message(page.page, page.text, page.rows, page.toast, page.new, file)


def _words(kept: Kept) -> bool:
    """Tell whether any interview may hold words that the person wrote."""
    return any(FREE_TEXT_ARM in session.arm for _, session in kept)


def _last_word(kept: Kept) -> bool:
    """Return whether the last word on research is yes: a later no holds for what was before, too."""
    words = [(session.research_at, session.research) for _, session in kept if session.research_at]
    return bool(max(words, key=lambda word: word[0])[1]) if words else False


def _part(scene: Scene, *, allowed: bool) -> str:
    session = scene.interview
    head = [
        f"**{scene.texts.title}**",
        scene.say("mydata.began", when=_minute(session.began_at)),
    ]
    if session.consent:
        head.append(scene.say("mydata.consent", when=_minute(session.consent.at)))
        head.append(
            scene.say("mydata.research_on" if session.research and allowed else "mydata.research_off")
        )
    return "\n".join([*head, *_answers(scene, session), *_verdict(scene, session)])


def _answers(scene: Scene, session: Session) -> list[str]:
    lines = [
        scene.say("mydata.answer", text=scene.texts.items[item], label=scene.answer(item))
        for item in route(scene.content.questionnaire, session)
        if item in session.answers
    ]
    return lines or [scene.say("mydata.none")]


def _verdict(scene: Scene, session: Session) -> list[str]:
    segments = scene.texts.segments
    lines = []
    if session.shown:
        lines.append(scene.say("mydata.segment", said_as=segments[session.shown.segment].said_as))
    if session.correction:
        lines.append(scene.say("mydata.correction", said_as=segments[session.correction].said_as))
    return [*lines, *(scene.say(f"mydata.mark.{flag}") for flag in _marks(scene.content, session).flags)]


def _minute(at: datetime) -> str:
    return at.strftime("%Y-%m-%d %H:%M")


# ---------------------------------------------------------------- the file


def account(kept: Kept) -> bytes:
    """Return everything kept about a person as JSON in UTF-8 (GDPR Art. 15 and 20)."""
    body = {
        "format": "attune-my-data/1",
        "interviews": [_interview(content, session) for content, session in kept],
    }
    return json.dumps(body, ensure_ascii=False, indent=2).encode()


def _interview(content: Content, session: Session) -> dict[str, Any]:
    return {
        "questionnaire": session.questionnaire,
        "version": content.questionnaire.version,
        "edition_sha256": session.edition,
        "organisation": session.organisation,
        "channel": session.channel,
        "invite": session.invite,
        "brought_by_a_shared_link": session.brought,
        "took_the_link_to_share": session.shared,
        "language": session.language,
        "arm": dict(session.arm),
        "step": session.step.value,
        "began_at": session.began_at.isoformat(),
        "ended_at": session.ended_at.isoformat() if session.ended_at else None,
        "consent": _consent(session),
        "research": {"allowed": session.research, "at": _iso(session.research_at)},
        "new_message_for_each_question": session.plain,
        "answers": _answer_rows(content, session),
        "asked": _asked_rows(session),
        "scales": _scale_rows(content, session),
        "result": _result(session),
        "quality": _quality(content, session),
        "correction": session.correction,
        "offers": dict(session.offers),
        "asked_again_at": _iso(session.asked_again_at),
        "tips_helpful": dict(session.ratings),
    }


def _consent(session: Session) -> dict[str, Any] | None:
    consent = session.consent
    if consent is None:
        return None
    return {
        "text_sha256": consent.digest,
        "language": consent.language,
        "at": consent.at.isoformat(),
    }


def _answer_rows(content: Content, session: Session) -> list[dict[str, Any]]:
    texts = content.texts(session.language)
    rows = []
    for item, given in session.answers.items():
        answers = content.questionnaire.item(item).answers
        rows.append(
            {
                "item": item,
                "text": texts.items[item],
                "choice": given.choice,
                "label": texts.said(answers, given.choice) if given.choice else None,
                **({"declined": True} if given.declined else {}),
                "at": given.at.isoformat(),
                "edits": given.edits,
            }
        )
    return rows


def _asked_rows(session: Session) -> list[dict[str, Any]]:
    """Return the order asked in an adaptive form, and what was believed after each answer."""
    return [
        {
            "item": one.item,
            "by_chance": one.by_chance,
            "segment": one.segment,
            "probability": one.probability,
        }
        for one in session.asked
    ]


def _quality(content: Content, session: Session) -> dict[str, Any]:
    found = _marks(content, session)
    return {
        "long_string": found.long_string,
        "median_seconds": found.median_seconds,
        "person_fit": found.person_fit,
        "flags": list(found.flags),
    }


def _marks(content: Content, session: Session) -> Marks:
    """Measure what may be odd about the answers."""
    answers = choices_given(content.questionnaire, session)
    return marks(content.questionnaire, answers, [session.answers[item].at for item in answers])


def _scale_rows(content: Content, session: Session) -> dict[str, Any]:
    questionnaire = content.questionnaire
    asked = route(questionnaire, session)
    scores = score(questionnaire, asked, choices_given(questionnaire, session))
    return {scale: {"value": one.value, "missing": one.missing, "t": one.t} for scale, one in scores.items()}


def _result(session: Session) -> dict[str, Any] | None:
    shown = session.shown
    if shown is None:
        return None
    return {
        "segment": shown.segment,
        "runner_up": shown.runner_up,
        "unsure": shown.unsure,
        "probabilities": dict(shown.probabilities),
        "weighed": list(shown.weighed),
        "change": _change(shown.change),
    }


def _change(change: Change | None) -> dict[str, str] | None:
    """Return the other answer that would have led elsewhere."""
    if change is None:
        return None
    return {"item": change.item, "choice": change.choice, "segment": change.segment}


def _iso(at: datetime | None) -> str | None:
    return at.isoformat() if at else None
