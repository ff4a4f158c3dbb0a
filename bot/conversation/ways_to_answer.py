"""What stands below a question, by its kind of answers: buttons, ticks, or how to type."""

from collections.abc import Sequence

from bot.conversation.replies import Button, Entry
from bot.conversation.scene import Scene
from bot.conversation.session import ticks
from bot.conversation.taps import DECLINES, DONE, ENTERS, Act, token
from bot.questionnaire.model import (
    AnswerScale,
    AnyAnswers,
    DateAnswer,
    NumberAnswer,
    Recommendation,
    SeveralChoices,
    TextAnswer,
)

IN_A_ROW = 6  # numbers fit side by side
LONGEST_LABEL = 40  # of an answer that was typed, on its button

Rows = list[list[Button]]


def answer_rows(scene: Scene, item: str, answers: AnyAnswers) -> Rows:
    """Return the buttons that answer an item, what was answered before marked."""
    match answers:
        case SeveralChoices():
            rows = _ticks(scene, item, answers)
        case AnswerScale() | Recommendation():
            rows = _choices(scene, item, answers)
        case _:
            rows = _as_before(scene, item)
    if scene.content.questionnaire.item(item).prefer_not_to_say:
        given = scene.interview.answers.get(item)
        label = scene.marked(scene.say("button.declines"), chosen=given is not None and given.declined)
        rows.append([scene.tap(label, Act.SKIP, DECLINES)])
    return rows


def _choices(scene: Scene, item: str, answers: AnswerScale | Recommendation) -> Rows:
    given = scene.interview.answers.get(item)
    chosen = given.choice if given else None
    labels = scene.texts.labels[scene.content.questionnaire.item(item).answers]
    buttons = [
        scene.tap(scene.marked(labels[one.id], chosen=chosen == one.id), Act.CHOOSE, place)
        for place, one in enumerate(answers.choices)
    ]
    return _rows(buttons, IN_A_ROW if isinstance(answers, Recommendation) else 1)


def _rows(buttons: Sequence[Button], length: int) -> Rows:
    return [list(buttons[start : start + length]) for start in range(0, len(buttons), length)]


def _ticks(scene: Scene, item: str, answers: SeveralChoices) -> Rows:
    """Return a button for each choice, which says what it turns to, and one that says that this is all."""
    chosen = set(ticks(scene.interview))
    labels = scene.texts.labels[scene.content.questionnaire.item(item).answers]
    rows: Rows = []
    for place, one in enumerate(answers.choices):
        on = one.id in chosen
        label = scene.marked(labels[one.id], chosen=on)
        rows.append([scene.tap(label, Act.CHOOSE, f"{place}_{int(not on)}")])
    if answers.takes(chosen):
        rows.append([scene.button("all_ticked", Act.CHOOSE, DONE)])
    return rows


def _as_before(scene: Scene, item: str) -> Rows:
    """Return what goes on with the answer that was typed before."""
    given = scene.interview.answers.get(item)
    if given is None or given.choice is None:
        return []
    words = " ".join(given.choice.split())
    short = words if len(words) <= LONGEST_LABEL else f"{words[: LONGEST_LABEL - 1]}…"
    return [[scene.tap(scene.marked(short, chosen=True), Act.CHOOSE, DONE)]]


def how_to_type(scene: Scene, answers: AnyAnswers) -> str:
    """Return how an answer is typed; nothing for answers that are tapped."""
    match answers:
        case NumberAnswer():
            return scene.say("typing.number", least=f"{answers.min:g}", most=f"{answers.max:g}")
        case DateAnswer():
            return scene.say(f"type.{answers.precision}")
        case TextAnswer():
            key = "typing.exported" if answers.exported else "typing.text"
            return scene.say(key, count=answers.max_length)
        case _:
            return ""


def entry(scene: Scene, answers: AnyAnswers) -> Entry | None:
    """Return what a channel with fields offers for typing."""
    session = scene.interview
    if answers.choices:
        return None
    longest = answers.max_length if isinstance(answers, TextAnswer) else None
    return Entry(
        answers.kind,
        token(session.id, session.revision, Act.CHOOSE, ENTERS),
        scene.say("button.send"),
        longest,
    )
