"""What a person reads: within what Telegram and a phone show, with known placeholders and balanced markup.

Every text of a folder is gathered here with its place, in whatever language it stands, and held against the
same few rules.
"""

from collections.abc import Iterator, Mapping

from bot.questionnaire.codes import TABLE, told
from bot.questionnaire.model import Facts, Links, Locale, Questionnaire
from bot.questionnaire.sources import File, Sources
from bot.source import LONGEST_PAGE, Document, Problem, Route, Said, flaws, units

LABEL = ("long-label", 60)
BAR = ("long-bar", 24)
COPY = ("long-copy", 256)
_OF_SEGMENT = {"bar": BAR, "clinician": COPY}


def texts(sources: Sources) -> Iterator[Problem]:
    """Yield everything wrong with a folder's texts, one by one and page by page."""
    for said in every_text(sources):
        yield from flaws(said, TABLE)
    yield from _pages(sources)


def every_text(sources: Sources) -> Iterator[Said]:
    """Yield every text that a person reads, with its place."""
    if sources.main is not None:
        yield from _of_questionnaire(sources.main)
    for file in sources.locales.values():
        yield from _of_locale(file)
    for facts in sources.facts.values():
        yield from _of_facts(facts)
    if sources.links is not None:
        yield from _of_links(sources.links)
    for tip in sources.tips:
        yield Said(tip.document, ("next_step",), tip.matter.next_step)


def _of_questionnaire(main: File[Questionnaire]) -> Iterator[Said]:
    questionnaire, document = main.value, main.document
    yield Said(document, ("title",), questionnaire.title)
    yield Said(document, ("summary",), questionnaire.summary)
    yield Said(document, ("consent", "whole"), questionnaire.consent.whole)
    yield from _each(document, ("consent", "lines"), questionnaire.consent.lines)
    for name, scale in questionnaire.answers.items():
        if scale.prompt:
            yield Said(document, ("answers", name, "prompt"), scale.prompt)
        for index, choice in enumerate(scale.choices):
            yield Said(document, ("answers", name, "choices", index, "label"), choice.label, most=LABEL)
    for index, item in enumerate(questionnaire.items):
        yield Said(document, ("items", index, "text"), item.text)
    for index, measured in enumerate(questionnaire.scales):
        yield Said(document, ("scales", index, "name"), measured.name)
        if measured.words:
            yield from _fields(document, ("scales", index, "words"), measured.words.model_dump())
    for index, segment in enumerate(questionnaire.segments):
        yield from _segment(document, ("segments", index), segment.model_dump(exclude={"id"}))
    for name, phrase in questionnaire.phrases.items():
        yield Said(document, ("phrases", name), phrase, free=True)


def _of_locale(file: File[Locale]) -> Iterator[Said]:
    locale, document = file.value, file.document
    yield Said(document, ("title",), locale.title)
    yield Said(document, ("summary",), locale.summary)
    yield Said(document, ("consent", "whole"), locale.consent.whole)
    yield from _each(document, ("consent", "lines"), locale.consent.lines)
    for name, scale in locale.answers.items():
        if scale.prompt:
            yield Said(document, ("answers", name, "prompt"), scale.prompt)
        for choice, label in scale.choices.items():
            yield Said(document, ("answers", name, "choices", choice), label, most=LABEL)
    yield from _fields(document, ("items",), locale.items)
    for name, measured in locale.scales.items():
        yield Said(document, ("scales", name, "name"), measured.name)
        if measured.words:
            yield from _fields(document, ("scales", name, "words"), measured.words.model_dump())
    for name, segment in locale.segments.items():
        yield from _segment(document, ("segments", name), segment.model_dump())
    for name, phrase in locale.phrases.items():
        yield Said(document, ("phrases", name), phrase, free=True)


def _of_facts(file: File[Facts]) -> Iterator[Said]:
    yield from _fields(file.document, ("facts",), file.value.facts)


def _of_links(file: File[Links]) -> Iterator[Said]:
    for topic, links in file.value.links.items():
        for index, link in enumerate(links):
            yield Said(file.document, ("links", topic, index, "title"), link.title, most=LABEL)
            yield Said(file.document, ("links", topic, index, "provider"), link.provider)


def _each(document: Document, route: Route, lines: tuple[str, ...]) -> Iterator[Said]:
    for index, line in enumerate(lines):
        yield Said(document, (*route, index), line)


def _segment(document: Document, route: Route, values: Mapping[str, str]) -> Iterator[Said]:
    for name, text in values.items():
        longest = _OF_SEGMENT.get(name, ("long-text", LONGEST_PAGE))
        yield Said(document, (*route, name), text, most=longest)


def _fields(document: Document, route: Route, values: Mapping[str, str]) -> Iterator[Said]:
    for name, text in values.items():
        yield Said(document, (*route, name), text)


def _pages(sources: Sources) -> Iterator[Problem]:
    """Yield the pages that are too long although each of their texts isn't."""
    if sources.main is not None:
        questionnaire = sources.main.value
        for index, item in enumerate(questionnaire.items):
            if (scale := questionnaire.answers.get(item.answers)) is not None:
                parts = [item.text, scale.prompt or "", *(choice.label for choice in scale.choices)]
                yield from _page(sources.main.document, ("items", index, "text"), parts)
        yield from _page(sources.main.document, ("consent", "lines"), questionnaire.consent.lines)
    for file in sources.locales.values():
        yield from _page(file.document, ("consent", "lines"), file.value.consent.lines)
    for tip in sources.tips:
        facts = sources.facts.get(tip.language)
        fact = facts.value.facts.get(tip.topic, "") if facts else ""
        yield from _page(tip.document, ("next_step",), (fact, tip.body, tip.matter.next_step))


def _page(document: Document, route: Route, parts: list[str] | tuple[str, ...]) -> Iterator[Problem]:
    each_fits = all(units(part) <= LONGEST_PAGE for part in parts)
    if each_fits and (length := sum(units(part) + 1 for part in parts)) > LONGEST_PAGE:
        message = f"the page has {length} characters; {LONGEST_PAGE} is the most"
        yield told("long-text", document, route, message)
