"""Which texts a person reads together, so that a whole page can be measured."""

import re
from collections.abc import Iterator
from typing import NamedTuple

from bot.questionnaire.codes import told
from bot.questionnaire.model import ConsentText, Locale, Questionnaire, ScaleWords
from bot.questionnaire.reading import verdict
from bot.questionnaire.sources import File, Sources
from bot.source import Document, Problem, Route

_EXAMPLES = {"organisation": "hospital", "count": "12", "emergency": "911", "segment": "plan"}
_FACT = re.compile(r"\{\{ ?fact ?\}\}")
_PLACEHOLDER = re.compile(r"\{\{? ?([a-z][a-z0-9_]*) ?\}?\}")


class Page(NamedTuple):
    """Texts that are read together; all items of a form count as one page."""

    document: Document
    route: Route
    language: str
    parts: tuple[str, ...]
    is_consent: bool = False


def reading(sources: Sources) -> Iterator[Problem]:
    """Yield every page that is harder to read than people can be asked to."""
    for page in pages(sources):
        text = "\n".join(_filled(part) for part in page.parts)
        if message := verdict(text, page.language, consent=page.is_consent):
            yield told("reading-grade", page.document, page.route, message, at_key=True)


def pages(sources: Sources) -> Iterator[Page]:
    """Yield every page of a folder, in every language."""
    if sources.main is not None:
        yield from _own(sources.main)
        for file in sources.locales.values():
            yield from _translated(sources.main.value, file)
    for tip in sources.tips:
        facts = sources.facts.get(tip.language)
        fact = facts.value.facts.get(tip.topic, "") if facts else ""
        body = fact.join(_FACT.split(tip.body))
        yield Page(tip.document, (), tip.language, (body, tip.matter.next_step))


def _own(main: File[Questionnaire]) -> Iterator[Page]:
    questionnaire, document, language = main.value, main.document, main.value.languages[0]
    consent = ConsentText(lines=questionnaire.consent.lines, whole=questionnaire.consent.whole)
    yield from _consent(document, language, consent)
    yield Page(document, ("summary",), language, (questionnaire.summary,))
    texts = {item.id: item.text for item in questionnaire.items}
    yield from _forms(questionnaire, document, ("items",), language, texts)
    for index, scale in enumerate(questionnaire.scales):
        yield from _words(document, ("scales", index, "words"), language, scale.words)
    for index, segment in enumerate(questionnaire.segments):
        yield Page(document, ("segments", index, "said_as"), language, (segment.said_as,))


def _translated(questionnaire: Questionnaire, file: File[Locale]) -> Iterator[Page]:
    locale, document, language = file.value, file.document, file.value.language
    yield from _consent(document, language, locale.consent)
    yield Page(document, ("summary",), language, (locale.summary,))
    yield from _forms(questionnaire, document, ("items",), language, locale.items)
    for name, scale in locale.scales.items():
        yield from _words(document, ("scales", name, "words"), language, scale.words)
    for name, segment in locale.segments.items():
        yield Page(document, ("segments", name, "said_as"), language, (segment.said_as,))


def _consent(document: Document, language: str, consent: ConsentText) -> Iterator[Page]:
    yield Page(document, ("consent", "lines"), language, consent.lines, is_consent=True)
    yield Page(document, ("consent", "whole"), language, (consent.whole,), is_consent=True)


def _forms(
    questionnaire: Questionnaire, document: Document, route: Route, language: str, texts: dict[str, str]
) -> Iterator[Page]:
    for form in questionnaire.forms:
        parts = tuple(texts[name] for name in form.items if name in texts)
        yield Page(document, route, language, parts)


def _words(document: Document, route: Route, language: str, words: ScaleWords | None) -> Iterator[Page]:
    if words is not None:
        yield Page(document, route, language, (words.low, words.middle, words.high))


def _filled(text: str) -> str:
    return _PLACEHOLDER.sub(lambda found: _EXAMPLES.get(found.group(1), "word"), text)
