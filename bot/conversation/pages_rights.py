"""Pages that are there at any time: a person to talk to, rights, help, urgent need.

And what follows the result.
"""

from dataclasses import replace
from urllib.parse import quote

from bot.conversation.pages_offers import offer_rows, offer_text
from bot.conversation.pages_way_in import experiment_lines
from bot.conversation.replies import Button, Message, Page
from bot.conversation.scene import Scene, joined
from bot.conversation.session import Step
from bot.conversation.taps import Act
from bot.conversation.tips import fitting


def goodbye(scene: Scene) -> Message:
    """Thank, and offer what may still be wanted."""
    rows = [
        [scene.button("person", Act.PAGE, Page.PERSON)],
        [scene.button("share", Act.PAGE, Page.SHARE)],
        [scene.button("mydata", Act.PAGE, Page.MYDATA), scene.button("erase", Act.PAGE, Page.ERASE)],
    ]
    if scene.session and scene.session.shown:
        rows.insert(1, [scene.button("clinician", Act.PAGE, Page.CLINICIAN)])
    text = joined(scene.say("goodbye"), offer_text(scene))
    return scene.message(text, *offer_rows(scene), *rows, [scene.button("to_result", Act.PAGE, Page.RESULT)])


def person(scene: Scene) -> Message:
    """Say how to reach a human being."""
    contact = scene.content.organisation.contact
    hours = scene.content.organisation.words(contact.hours, scene.language)
    page = [Button(scene.say("person.page"), url=contact.page)] if contact.page else []
    return scene.message(scene.say("person", phone=contact.phone, hours=hours), page, _go_on(scene))


def clinician(scene: Scene) -> Message:
    """Give a line to copy; it is sent to nobody."""
    session = scene.session
    if session is None or session.shown is None:
        return scene.message(scene.say("clinician.none"), _go_on(scene))
    line = scene.texts.segments[fitting(session, 0)].clinician
    return scene.message(
        scene.say("clinician", line=line), [Button(scene.say("button.copy"), copy=line[:256])], _go_on(scene)
    )


def share(scene: Scene) -> Message:
    """Pass on the questions, never the result; the organisation may say thank you."""
    organisation, where = scene.content.organisation, scene.content.share_link
    thanks = organisation.words(organisation.thanks, scene.language) if organisation.thanks else ""
    if where is None:
        nowhere = scene.say("share.nowhere")
        return scene.message(joined(scene.say("share"), thanks, nowhere), _go_on(scene))
    said = quote(scene.say("share.text"), safe="")
    address = f"https://t.me/share/url?url={quote(where, safe='')}&text={said}"
    ways = [Button(scene.say("share.button"), url=address), Button(scene.say("share.copy"), copy=where)]
    return scene.message(joined(scene.say("share"), thanks, where), *([way] for way in ways), _go_on(scene))


def privacy(scene: Scene) -> Message:
    """Show what happens with answers, and the two switches."""
    session = scene.session
    if session is None:
        return scene.message(_privacy_text(scene))
    states, rows = [], []
    if session.consent:
        on = bool(session.research)
        states.append(scene.say("privacy.research_on" if on else "privacy.research_off"))
        states += experiment_lines(scene)
        rows.append([scene.button("research_off" if on else "research_on", Act.PLAIN, "off" if on else "on")])
    states.append(scene.say("privacy.plain_on" if session.plain else "privacy.plain_off"))
    rows.append(
        [scene.button("plain_off" if session.plain else "plain_on", Act.PLAIN, "e" if session.plain else "m")]
    )
    rights = [scene.button("mydata", Act.PAGE, Page.MYDATA), scene.button("erase", Act.PAGE, Page.ERASE)]
    text = joined(_privacy_text(scene), "\n".join(states))
    return scene.message(text, _go_on(scene), *rows, rights)


def _privacy_text(scene: Scene) -> str:
    organisation = scene.content.organisation
    return scene.say(
        "privacy",
        whole=scene.fill(scene.texts.consent.whole),
        privacy=organisation.words(organisation.privacy, scene.language),
    )


def erase(scene: Scene) -> Message:
    """Say what is erased and what can't be called back, before the second tap."""
    return scene.message(
        scene.say("erase"),
        [scene.button("keep", Act.PAGE, Page.KEPT)],
        [scene.button("erase_go", Act.PAGE, Page.ERASE_SURE)],
    )


def erase_sure(scene: Scene) -> Message:
    """Ask the second time."""
    return scene.message(
        scene.say("erase_sure"),
        [scene.button("keep", Act.PAGE, Page.KEPT)],
        [scene.button("erase_sure", Act.ERASE)],
    )


def kept(scene: Scene) -> Message:
    """Say that nothing was erased."""
    return scene.message(scene.say("kept"), _go_on(scene))


def help_page(scene: Scene) -> Message:
    """Say what can be done, and whom to call."""
    contact = scene.content.organisation.contact
    hours = scene.content.organisation.words(contact.hours, scene.language)
    text = scene.say("help", phone=contact.phone, hours=hours, numbers=scene.emergency_lines())
    code = scene.content.code
    return scene.message(joined(text, scene.say("help.code", code=code) if code else ""), _go_on(scene))


def urgent(scene: Scene) -> Message:
    """Show the fixed card: numbers to call, and that nobody reads along."""
    rows = [[scene.button("safe", Act.HERE)]]
    if scene.session and scene.session.step not in {Step.RESULT, Step.STOPPED}:
        rows.append([scene.button("stop", Act.STOP)])
    return scene.message(scene.say("urgent", numbers=scene.emergency_lines()), *rows)


def nobody(scene: Scene) -> Message:
    """Say that no interview is open."""
    return scene.message(scene.say("nobody"))


def resting(scene: Scene) -> Message:
    """Say that no interview begins now, and whom to ask."""
    contact = scene.content.organisation.contact
    hours = scene.content.organisation.words(contact.hours, scene.language)
    return scene.message(scene.say("resting", phone=contact.phone, hours=hours), _go_on(scene))


def sorry(scene: Scene) -> Message:
    """Own up to a fault of ours; the reply's notice is the code that a person may quote."""
    text = scene.say("sorry", code=scene.reply.notice or "-")
    silent = Scene(scene.content, scene.session, replace(scene.reply, notice=None))
    return silent.message(text, _go_on(scene))


def _go_on(scene: Scene) -> list[Button]:
    return [scene.button("go_on", Act.HERE)]
