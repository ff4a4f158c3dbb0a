"""Pages while an interview runs: the question, the end of it, the list of answers, and leaving."""

from bot.conversation.replies import Button, Message, Page
from bot.conversation.route import SECOND_ARM, route
from bot.conversation.scene import Scene, joined
from bot.conversation.session import Session, Step
from bot.conversation.taps import Act, token
from bot.conversation.ways_to_answer import answer_rows, entry, how_to_type

CHANGES_IN_A_ROW = 3  # more don't fit a phone


def question(scene: Scene) -> Message:
    """Ask one item, with its place among those asked, and what was chosen before."""
    session = scene.interview
    item = session.item or ""
    questionnaire = scene.content.questionnaire
    asked = route(questionnaire, session)
    answers = questionnaire.answered(item)
    form = scene.form
    key, of = ("question.adaptive", form.most) if form.rule else ("question", len(asked))
    head = scene.say(key, number=asked.index(item) + 1, of=of, text=scene.texts.items[item])
    prompt = scene.texts.prompts.get(questionnaire.item(item).answers)
    text = f"{head}\n{scene.say('question.prompt', prompt=prompt)}" if prompt else head
    text = joined(text, how_to_type(scene, answers))
    rows = (*answer_rows(scene, item, answers), _around(scene, session, item))
    return scene.message(text, *rows, entry=entry(scene, answers))


def _around(scene: Scene, session: Session, item: str) -> list[Button]:
    buttons = [scene.button("back", Act.BACK)]
    if not scene.content.questionnaire.item(item).required:
        buttons.append(scene.button("skip", Act.SKIP))
    if session.step is Step.ASKING:
        buttons.append(scene.button("pause", Act.PAUSE))
    return buttons


def ready(scene: Scene) -> Message:
    """Say that the last question is answered; the result is the first choice."""
    second = second_button(scene, "before")
    offer = scene.say("ready.second", count=second_count(scene)) if second else ""
    return scene.message(
        joined(scene.say("ready"), offer),
        [_result_button(scene)],
        second,
        [scene.button("check", Act.CHECK)],
        [scene.button("back", Act.BACK), scene.button("pause", Act.PAUSE)],
    )


def _result_button(scene: Scene) -> Button:
    questionnaire = scene.content.questionnaire
    key = "result" if questionnaire.segments or questionnaire.scales else "finish"
    return scene.button(key, Act.RESULT)


def second_button(scene: Scene, arm: str) -> list[Button]:
    """Return the offer of the second part, where the arm drawn for this session says that it comes now."""
    session = scene.session
    if session is None or scene.content.second is None or session.arm.get(SECOND_ARM) != arm:
        return []
    return [scene.button("second", Act.SECOND, count=second_count(scene))]


def to_first_part(scene: Scene) -> list[Button]:
    """Return the way from a second part back to the interview that it follows."""
    first = scene.session.follows if scene.session else None
    return [Button(scene.say("button.to_result"), token(first, 0, Act.HERE))] if first else []


def second_count(scene: Scene) -> int:
    """Return how many questions the second part has."""
    return scene.content.second.questionnaire.form.most if scene.content.second else 0


def check(scene: Scene) -> Message:
    """List every answer in one line each, with a button to change it."""
    session = scene.interview
    asked = route(scene.content.questionnaire, session)
    lines = "\n".join(answer_line(scene, item, place + 1) for place, item in enumerate(asked))
    changes = [scene.button("change", Act.EDIT, place, number=place + 1) for place in range(len(asked))]
    rows = [changes[start : start + CHANGES_IN_A_ROW] for start in range(0, len(changes), CHANGES_IN_A_ROW)]
    back = [scene.button("back", Act.BACK)]
    return scene.message(scene.say("check", lines=lines), [_result_button(scene)], *rows, back)


def answer_line(scene: Scene, item: str, number: int) -> str:
    """Return one answer as a line."""
    return scene.say("check.line", number=number, text=scene.texts.items[item], label=scene.answer(item))


def paused(scene: Scene) -> Message:
    """Say how to come back."""
    return scene.message(scene.say("paused"), [scene.button("resume", Act.RESUME)])


def stopped(scene: Scene) -> Message:
    """Say what stays, and how to erase it; who leaves a second part finds back to the first."""
    return scene.message(
        scene.say("stopped"),
        to_first_part(scene),
        [scene.button("resume", Act.RESUME)],
        [scene.button("erase", Act.PAGE, Page.ERASE)],
        [scene.button("again", Act.AGAIN)],
    )


def again(scene: Scene) -> Message:
    """Offer what is there, and a new beginning."""
    session = scene.interview
    there = (
        scene.button("to_result", Act.PAGE, Page.RESULT)
        if session.step is Step.RESULT
        else scene.button("resume", Act.RESUME)
    )
    return scene.message(scene.say("again"), [there], [scene.button("again", Act.AGAIN)])
