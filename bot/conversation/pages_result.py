"""Pages of the result: what was found, how sure that is, why, who disagrees, and the tips.

Law: honest. A model that isn't calibrated says so wherever its result is shown, and the first line names
nothing, for it shows on a lock screen.
"""

from datetime import date

from bot.conversation.pages_questions import second_button, second_count, to_first_part
from bot.conversation.pages_way_in import is_drafted
from bot.conversation.replies import Button, Message, Page
from bot.conversation.route import choices_given, route
from bot.conversation.scene import Scene, joined
from bot.conversation.session import Session
from bot.conversation.taps import Act
from bot.conversation.tips import find, render, voice
from bot.questionnaire.model import Link, Status, Tip
from bot.scoring.scales import score
from bot.scoring.segments import Verdict

BAR_CELLS = 10
CLEAR = 0.6  # said with words only: "clearly" from here on
TEN = 10


def result(scene: Scene) -> Message:
    """Show the result of a questionnaire with segments, with scales only, or with neither."""
    session = scene.interview
    if scene.content.questionnaire.segments:
        text = _of_segments(scene, session)
    elif scene.content.questionnaire.scales:
        text = joined(
            scene.say("result.first"), scene.say("result.scales"), _scales(scene, session), _rough(scene)
        )
    else:
        text = scene.say("result.thanks")
    return scene.message(text, *_result_rows(scene, session))


def _result_rows(scene: Scene, session: Session) -> list[list[Button]]:
    content = scene.content
    first = [scene.button("tip", Act.TIP, 0)] if content.questionnaire.topics else [_done(scene)]
    doubts = []
    if content.questionnaire.segments:
        disagree = [scene.button("not_me", Act.PAGE, Page.NOT_ME)] if session.shown else []
        doubts = [*disagree, scene.button("how", Act.PAGE, Page.HOW)]
    rows = [first, doubts, second_button(scene, "after")]
    if content.questionnaire.topics:
        rows.append([_done(scene)])
    return [to_first_part(scene), *rows]


def _done(scene: Scene) -> Button:
    return scene.button("done", Act.PAGE, Page.GOODBYE)


def _of_segments(scene: Scene, session: Session) -> str:
    verdict = session.shown
    if verdict is None:
        return joined(scene.say("result.first"), scene.say("result.none"))
    return joined(
        scene.say("result.first"),
        _sentence(scene, verdict),
        _certainty(scene, verdict),
        _bars(scene, verdict),
        _why(scene, session, verdict),
        _what_if(scene, verdict),
        scene.say("result.corrected") if session.correction else "",
        _second(scene),
    )


def _sentence(scene: Scene, verdict: Verdict) -> str:
    segments = scene.texts.segments
    if verdict.unsure and verdict.runner_up:
        first, second = segments[verdict.segment].said_as, segments[verdict.runner_up].said_as
        return scene.say("result.unsure", first=first, second=second)
    return scene.say("result.segment", said_as=segments[verdict.segment].said_as)


def _certainty(scene: Scene, verdict: Verdict) -> str:
    fit = (
        ""
        if verdict.unsure
        else scene.say("result.clear" if verdict.probability >= CLEAR else "result.likely")
    )
    how_sure = scene.say("result.provisional") if is_provisional(scene) else _in_ten(scene, verdict)
    return f"{fit} {how_sure}".strip()


def is_provisional(scene: Scene) -> bool:
    """Tell whether the model is a guess for the person: it was calibrated on people of certain languages."""
    questionnaire = scene.content.questionnaire
    evidence = questionnaire.evidence
    measured = questionnaire.status is Status.CALIBRATED and evidence is not None
    return not measured or evidence is None or scene.interview.language not in evidence.languages


def _in_ten(scene: Scene, verdict: Verdict) -> str:
    """Say how many in ten came out the same; never all of them, and nothing where two are named."""
    if verdict.unsure:
        return ""
    count = round(10 * verdict.probability)
    if count >= TEN:
        return scene.say("result.in_ten_most")
    return scene.say("result.in_ten", count=max(count, 1))


def _bars(scene: Scene, verdict: Verdict) -> str:
    shown = [one for one in (verdict.segment, verdict.runner_up) if one]
    shares, segments = verdict.probabilities, scene.texts.segments
    return "\n".join(
        scene.say(
            "result.bar", bar=bar(shares[one]), label=segments[one].bar, percent=round(100 * shares[one])
        )
        for one in shown
    )


def bar(probability: float) -> str:
    """Return a probability as ten cells."""
    full = round(probability * BAR_CELLS)
    return "▓" * full + "░" * (BAR_CELLS - full)


def _why(scene: Scene, session: Session, verdict: Verdict) -> str:
    lines = [
        scene.say("result.weighed_line", text=scene.texts.items[item], label=_label(scene, session, item))
        for item in verdict.weighed
    ]
    return "\n".join([scene.say("result.weighed"), *lines]) if lines else ""


def _what_if(scene: Scene, verdict: Verdict) -> str:
    """Say which other answer would have changed the result, where a model knows that well enough."""
    change = verdict.change
    if change is None or is_provisional(scene):
        return ""
    answers = scene.content.questionnaire.item(change.item).answers
    return scene.say(
        "result.change",
        label=scene.texts.labels[answers][change.choice],
        text=scene.texts.items[change.item],
        bar=scene.texts.segments[change.segment].bar,
    )


def _label(scene: Scene, session: Session, item: str) -> str:
    choice = session.answers[item].choice
    labels = scene.texts.labels[scene.content.questionnaire.item(item).answers]
    return labels[choice] if choice else scene.say("check.skipped")


def _second(scene: Scene) -> str:
    return scene.say("result.second", count=second_count(scene)) if second_button(scene, "after") else ""


def _scales(scene: Scene, session: Session) -> str:
    questionnaire = scene.content.questionnaire
    asked = route(questionnaire, session)
    scores = score(questionnaire, asked, choices_given(questionnaire, session))
    return "\n".join(
        _scale(scene, scale.id, scores[scale.id].value, scale.cuts) for scale in questionnaire.scales
    )


def _rough(scene: Scene) -> str:
    provisional = scene.content.questionnaire.status is Status.PROVISIONAL
    return scene.say("result.scales_provisional") if provisional else ""


def _scale(scene: Scene, scale: str, value: float | None, cuts: tuple[float, float] | None) -> str:
    texts = scene.texts.scales[scale]
    if value is None or cuts is None or texts.words is None:
        return scene.say("result.scale_missing", name=texts.name)
    words = (
        texts.words.low if value < cuts[0] else texts.words.high if value > cuts[1] else texts.words.middle
    )
    return scene.say("result.scale", name=texts.name, words=words)


def how(scene: Scene) -> Message:
    """Say how the result came about, with every probability, and what it never changes."""
    session = scene.interview
    verdict = session.shown
    segments = scene.texts.segments
    bars, name = "", ""
    if verdict:
        bars = "\n".join(
            scene.say("how.bar", bar=bar(share), label=segments[one].bar, percent=round(100 * share))
            for one, share in verdict.probabilities.items()
        )
        name = scene.say("how.name", segment=segments[session.correction or verdict.segment].name)
    notes = [
        scene.say("how.provisional") if is_provisional(scene) else "",
        scene.say("how.same"),
        scene.say("how.drafted") if is_drafted(scene) else "",
    ]
    text = scene.say("how", bars=bars, names=name, source=joined(*notes))
    return scene.message(joined(*text.split("\n\n")), [_to_result(scene)])


def _to_result(scene: Scene) -> Button:
    return scene.button("to_result", Act.PAGE, Page.RESULT)


def not_me(scene: Scene) -> Message:
    """Offer the other segments in one plain sentence each."""
    verdict = scene.interview.shown
    others = [
        (place, segment.id)
        for place, segment in enumerate(scene.content.questionnaire.segments)
        if verdict is None or segment.id != verdict.segment
    ]
    segments = scene.texts.segments
    lines = "\n".join(
        scene.say("not_me.line", number=number + 1, said_as=segments[one].said_as)
        for number, (_, one) in enumerate(others)
    )
    rows = [[scene.tap(segments[one].bar, Act.CORRECT, place)] for place, one in others]
    return scene.message(scene.say("not_me", lines=lines), *rows, [_to_result(scene)])


def corrected(scene: Scene) -> Message:
    """Thank for the correction; it stands beside the model's verdict."""
    tips = [scene.button("tip", Act.TIP, 0)] if scene.content.questionnaire.topics else []
    return scene.message(scene.say("corrected"), tips, [_to_result(scene)], [_done(scene)])


def tip(scene: Scene) -> Message:
    """Show one tip: the fact in the person's voice, one thing to do today, and one link."""
    session, number = scene.interview, scene.reply.number
    topics = scene.content.questionnaire.topics
    topic = topics[number]
    found = find(scene.content, voice(session, number), topic, scene.language)
    text = _tip_text(scene, session, topic, found) if found else scene.say("tip.missing")
    onwards = [scene.button("another_tip", Act.TIP, number + 1)]
    rate = [scene.button("helpful", Act.HELPFUL, number), scene.button("unhelpful", Act.UNHELPFUL, number)]
    rated = str(number) in session.ratings
    return scene.message(
        text, link(scene, topic), onwards, *(() if rated or not found else (rate,)), [_done(scene)]
    )


def _tip_text(scene: Scene, session: Session, topic: str, found: Tip) -> str:
    body = scene.say(
        "tip",
        topic=_topic_name(scene, topic),
        body=render(found, scene.content.organisation.name),
        next_step=scene.fill(found.matter.next_step),
    )
    return joined(body, _reviewed(scene, session))


def _topic_name(scene: Scene, topic: str) -> str:
    """Return the heading of a topic; an author's own topic that nobody worded is called by its id."""
    key = f"topic.{topic}"
    if scene.content.phrasebook.has(scene.language, key, scene.overrides):
        return scene.say(key)
    return topic.replace("_", " ").capitalize()


def _reviewed(scene: Scene, session: Session) -> str:
    """Say who reviewed the tips, as long as that sign-off holds; nobody is invented."""
    signed = scene.content.organisation.tips_signed_off
    today = session.seen_at.date() if session.seen_at else date.max
    if signed and signed.on <= today <= signed.until:
        return scene.say("tip.reviewed", by=signed.by, on=signed.on.isoformat())
    return scene.say("tip.unreviewed")


def link(scene: Scene, topic: str) -> list[Button]:
    """Return the provider link of a topic: the organisation's own first, then the questionnaire's."""
    own = scene.content.organisation.links.get(topic)
    if own:
        title = scene.content.organisation.words(own.title, scene.language)
        return [
            Button(scene.say("tip.link_own", kind=scene.say(f"kind.{own.kind}"), title=title), url=own.url)
        ]
    shared = scene.content.links.get(topic, ())
    nearest: Link | None = next(
        (one for one in shared if one.language == scene.language), shared[0] if shared else None
    )
    if nearest is None:
        return []
    key = "tip.link" if nearest.language == scene.language else "tip.link_language"
    label = scene.say(
        key,
        kind=scene.say(f"kind.{nearest.kind}"),
        title=nearest.title,
        provider=nearest.provider,
        language=_language_name(scene, nearest.language),
    )
    return [Button(label, url=nearest.url)]


def _language_name(scene: Scene, tag: str) -> str:
    key = f"link_language.{tag}"
    return scene.say(key) if scene.content.phrasebook.has(scene.language, key, scene.overrides) else tag


def no_more_tips(scene: Scene) -> Message:
    """Say that those were all."""
    return scene.message(scene.say("no_more_tips"), [_done(scene)], [_to_result(scene)])
