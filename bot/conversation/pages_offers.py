"""Pages of what is asked for after the result: more questions, and the same ones again in some weeks."""

from bot.conversation.offers import LONGER, RETEST, offer, still_open
from bot.conversation.replies import Button, Message, Page
from bot.conversation.scene import Scene
from bot.conversation.taps import Act


def offer_text(scene: Scene) -> str:
    """Return the words of what is offered now, or nothing."""
    match _offer(scene):
        case "longer":
            return scene.say("offer.longer", count=_left(scene))
        case "retest" if planned := scene.content.questionnaire.retest:
            from_day, to_day = planned.from_day, planned.to_day
            return scene.say("offer.retest", count=_again(scene), from_day=from_day, to_day=to_day)
        case _:
            return ""


def offer_rows(scene: Scene) -> list[list[Button]]:
    """Return a yes and a no to what is offered now."""
    match _offer(scene):
        case "longer":
            yes = scene.button("longer_yes", Act.OFFER, f"{LONGER}_yes", count=_left(scene))
            return [[yes], [_no(scene, LONGER)]]
        case "retest":
            return [[scene.button("retest_yes", Act.OFFER, f"{RETEST}_yes")], [_no(scene, RETEST)]]
        case _:
            return []


def longer(scene: Scene) -> Message:
    """Thank for the yes, and say what the rest of the longer form will be like."""
    return _before(scene, scene.say("longer", count=_left(scene)), LONGER)


def retest(scene: Scene) -> Message:
    """Propose what the person had said yes to weeks ago."""
    return _before(scene, scene.say("retest", count=_again(scene)), RETEST)


def _before(scene: Scene, text: str, part: str) -> Message:
    start = scene.button("offer_begin", Act.SECOND, part)
    to_result = scene.button("to_result", Act.PAGE, Page.RESULT)
    return scene.message(text, [start], [_no(scene, part)], [to_result])


def _offer(scene: Scene) -> str | None:
    return offer(scene.content.questionnaire, scene.session) if scene.session else None


def _no(scene: Scene, name: str) -> Button:
    return scene.button("offer_no", Act.OFFER, f"{name}_no")


def _left(scene: Scene) -> int:
    return still_open(scene.content.questionnaire, scene.interview)


def _again(scene: Scene) -> int:
    """Return how many questions the retest has."""
    questionnaire = scene.content.questionnaire
    return questionnaire.form_named(questionnaire.retest.form if questionnaire.retest else None).most
