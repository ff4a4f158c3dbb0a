"""Pages made of a template, words and an organisation's brand."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

from jinja2 import ChoiceLoader, Environment, PackageLoader, StrictUndefined
from markupsafe import Markup
from starlette.responses import HTMLResponse

from bot.conversation.content import Content
from bot.conversation.phrasebook import Phrasebook
from bot.conversation.replies import Page, Reply
from bot.conversation.scene import Scene
from bot.organisation.model import Organisation
from bot.web.headers import policy

RIGHT_TO_LEFT: Final = frozenset({"ar", "arc", "ckb", "dv", "fa", "he", "ks", "ps", "sd", "ug", "ur", "yi"})
ROOMS: Final = ("bot.web", "bot.invites", "bot.channels.webchat", "bot.dashboard")
"""Whose folders `templates` are looked through."""

_PARTS: Final = ("head", "top", "menu", "stop", "urgent", "live")

_CALLED: Final = {
    "privacy": "web.privacy",
    "mydata": "button.mydata",
    "forget": "button.erase",
    "help": "web.help",
    "language": "web.language",
    "resume": "button.resume",
    "start": "web.begin",
    "stop": "button.stop",
}
_COMMAND: Final = re.compile(rf"(?<![\w/.:-])/({'|'.join(_CALLED)})\b")

_ISOLATE: Final = "\u2068"  # first strong isolate
_END: Final = "\u2069"  # pop directional isolate


class PageScene(Scene):
    """A scene whose phrases keep what is filled in apart, where the language is written from right to left.

    A date, a range of numbers or a campaign's name has a direction of its own. In the middle of a sentence
    it would be turned round, or turn round what stands beside it. So it is isolated, as <bdi> isolates.
    """

    __slots__ = ()

    def say(self, key: str, /, **values: object) -> str:
        """Return a phrase."""
        if direction(self.language) == "rtl":
            values = {name: isolated(value) for name, value in values.items()}
        return super().say(key, **values)


def isolated(value: object) -> object:
    """Return a text that keeps its own direction, whatever stands around it; a number needs nothing."""
    return f"{_ISOLATE}{value}{_END}" if isinstance(value, str) else value


def unmarked(text: str) -> str:
    """Return a text without the marks that `isolated` makes, for a file."""
    return text.replace(_ISOLATE, "").replace(_END, "")


@cache
def _templates() -> Environment:
    return Environment(
        loader=ChoiceLoader([PackageLoader(room) for room in ROOMS]),
        autoescape=True,
        undefined=StrictUndefined,
        auto_reload=False,  # else each page asks the disk whether its templates changed
        trim_blocks=True,
        lstrip_blocks=True,
    )


@dataclass(frozen=True, slots=True)
class _Framed:
    """What stands around every page of an organisation in a language, and what it was made of."""

    organisation: Organisation
    phrasebook: Phrasebook
    parts: Mapping[str, Markup]


class Pages:
    """The templates, read once, and what is the same around every page."""

    def __init__(self) -> None:
        self._templates = _templates()
        self._frames: dict[tuple[str, str], _Framed] = {}

    def render(self, template: str, content: Content, language: str, **values: Any) -> str:
        """Return a page in a language, in the colours of the content's organisation."""
        scene = PageScene(content, None, Reply(Page.HELP, language))
        return self._templates.get_template(template).render(
            say=scene.say,
            language=language,
            direction=direction(language),
            organisation=content.organisation,
            frame=self._frame(content, language, scene),
            **values,
        )

    def _frame(self, content: Content, language: str, scene: Scene) -> Mapping[str, Markup]:
        """Return what stands around a page, made anew only where the organisation's file is another."""
        organisation, phrasebook = content.organisation, content.phrasebook
        kept = self._frames.get((organisation.id, language))
        if kept is None or kept.organisation is not organisation or kept.phrasebook is not phrasebook:
            said = {"say": scene.say, "organisation": organisation, "calls": calls(content, language)}
            made = self._templates.get_template("frame.html").make_module(said)
            kept = _Framed(organisation, phrasebook, {part: getattr(made, part)() for part in _PARTS})
            self._frames[organisation.id, language] = kept
        return kept.parts

    def script(self, template: str, **values: Mapping[str, str]) -> str:
        """Return a script; its template writes values as JSON."""
        return self._templates.get_template(template).render(values)

    def answer(
        self,
        template: str,
        content: Content,
        language: str,
        *,
        status: int = 200,
        framed: bool = False,
        headers: Mapping[str, str] | None = None,
        **values: Any,
    ) -> HTMLResponse:
        """Return the answer with a page; `framed` lets the sites that the organisation names show it."""
        body = self.render(template, content, language, framed=framed, **values)
        sent = {"Content-Language": language, **(headers or {})}
        if framed:
            sent["Content-Security-Policy"] = policy(origin(site) for site in content.organisation.may_embed)
        return HTMLResponse(body, status, sent)


def opening(content: Content, language: str, code: str) -> dict[str, Any]:
    """Return what a person reads before the first tap."""
    scene = Scene(content, None, Reply(Page.WELCOME, language))
    return {
        "title": scene.fill(scene.texts.title),
        "greeting": content.organisation.words(content.organisation.greeting, language),
        "summary": scene.fill(scene.texts.summary),
        "taps": scene.say("taps.adaptive" if scene.form.rule else "taps"),
        "code": code,
        "others": [
            (tag, content.phrasebook.say(tag, "language.name", {}))
            for tag in content.languages
            if tag != language
        ],
    }


def said_on_web(content: Content, language: str, text: str) -> str:
    """Return a text in which a command is called what it is called below a page."""
    scene = Scene(content, None, Reply(Page.HELP, language))
    return _COMMAND.sub(lambda found: f"“{scene.say(_CALLED[found[1]])}”", text)


def direction(language: str) -> str:
    """Return in which direction a language is written, as HTML says it."""
    return "rtl" if language.split("-", maxsplit=1)[0] in RIGHT_TO_LEFT else "ltr"


def calls(content: Content, language: str) -> list[tuple[str, str, str]]:
    """Return the numbers to call: what it is for, as it is written, and as a phone dials it."""
    organisation = content.organisation
    return [
        (organisation.words(one.label, language), one.number, f"tel:{re.sub(r'[^0-9+]', '', one.number)}")
        for one in organisation.emergency
    ]


def origin(site: str) -> str:
    """Return the origin of a site, as a policy names it."""
    return "/".join(site.split("/")[:3])
