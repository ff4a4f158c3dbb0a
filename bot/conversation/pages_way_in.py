"""Pages on the way in: who asks, consent, research, and the kind goodbyes."""

import hashlib

from bot.conversation.content import Content
from bot.conversation.replies import Button, Message, Page, Reply
from bot.conversation.scene import Scene, joined
from bot.conversation.session import Session
from bot.conversation.taps import Act
from bot.questionnaire.model import LocaleStatus


def welcome(scene: Scene) -> Message:
    """Say who asks, what it is, how long it takes, and that nobody reads along."""
    organisation = scene.content.organisation
    text = scene.say(
        "welcome",
        greeting=organisation.words(organisation.greeting, scene.language),
        title=scene.fill(scene.texts.title),
        summary=scene.fill(scene.texts.summary),
        taps=scene.say("taps.adaptive" if scene.form.rule else "taps"),
    )
    return scene.message(text, [scene.button("begin", Act.BEGIN)], *_other_languages(scene))


def _other_languages(scene: Scene) -> list[list[Button]]:
    return [
        [scene.tap(_named(scene, tag), Act.LANGUAGE, place)]
        for place, tag in enumerate(scene.content.languages)
        if tag != scene.language
    ]


def _named(scene: Scene, tag: str) -> str:
    return scene.content.phrasebook.say(tag, "language.name", {})


def language(scene: Scene) -> Message:
    """Offer every language."""
    rows = [
        [scene.tap(_named(scene, tag), Act.LANGUAGE, place)]
        for place, tag in enumerate(scene.content.languages)
    ]
    return scene.message(scene.say("language"), *rows)


def consent(scene: Scene) -> Message:
    """Ask for consent in four lines."""
    lines = "\n".join(scene.say("consent.line", line=scene.fill(line)) for line in scene.texts.consent.lines)
    whole = scene.button("whole", Act.PAGE, Page.CONSENT_WHOLE)
    return scene.message(scene.say("consent", lines=lines), *_consent_rows(scene), [whole])


def consent_whole(scene: Scene) -> Message:
    """Show the whole text that is agreed to."""
    less = scene.button("less", Act.PAGE, Page.CONSENT)
    return scene.message(consent_text(scene), *_consent_rows(scene), [less])


def _consent_rows(scene: Scene) -> tuple[list[Button], ...]:
    return (
        [scene.button("agree", Act.AGREE)],
        [scene.button("under_age", Act.UNDER_AGE)],
        [scene.button("decline", Act.DECLINE)],
    )


def consent_text(scene: Scene) -> str:
    """Return the whole consent with the organisation's notice, in the page's language."""
    organisation = scene.content.organisation
    return scene.say(
        "consent.whole",
        whole=scene.fill(scene.texts.consent.whole),
        privacy=organisation.words(organisation.privacy, scene.language),
    )


def consent_digest(content: Content, language: str, session: Session | None = None) -> str:
    """Return the SHA-256 of exactly what is agreed to in a language: the short lines and the whole text.

    The text may say how many questions there are, which a session's form decides.
    """
    scene = Scene(content, session, Reply(Page.CONSENT, language))
    agreed = joined(consent(scene).text, consent_text(scene))
    return hashlib.sha256(agreed.encode()).hexdigest()


def research(scene: Scene) -> Message:
    """Ask whether researchers may use the answers; no is the first choice."""
    return scene.message(
        joined(scene.say("research"), *experiment_lines(scene)),
        [scene.button("research_no", Act.RESEARCH, 0)],
        [scene.button("research_yes", Act.RESEARCH, 1)],
    )


def experiment_lines(scene: Scene) -> list[str]:
    """Say that chance may choose the words of the tips, where a questionnaire runs that experiment."""
    return [scene.say("research.experiment")] if scene.content.questionnaire.experiment else []


def farewell(scene: Scene) -> Message:
    """Say goodbye to somebody too young, or who declined.

    Or tell what was erased. No button leads anywhere.
    """
    return scene.message(scene.say(scene.reply.page))


def is_drafted(scene: Scene) -> bool:
    """Tell whether the page's language is a translation that nobody reviewed."""
    own = scene.content.edition.languages[0]
    return scene.language != own and scene.texts.status is LocaleStatus.DRAFTED
