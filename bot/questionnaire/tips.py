"""Tips, facts and links: complete, one fact and one source for every voice, and no template beyond two words.

Guards the person against facts that change with the voice, and the program against templates: a body may
say `{{ fact }}` and `{{ organisation }}`, and nothing else that a template engine could understand.
"""

import re
from collections.abc import Iterator
from datetime import date

from bot.questionnaire.codes import told
from bot.questionnaire.model import NEUTRAL, Questionnaire
from bot.questionnaire.sources import File, Sources, TipFile
from bot.source import Document, Problem, Route, Spot, markup_flaws

LONGEST_TIP = 5
_SAYING = re.compile(r"\{\{ ?(fact|organisation) ?\}\}")
_BRACE = re.compile(r"[{}]+[^{}\n]{0,40}[{}]*")


def templates(sources: Sources) -> Iterator[Problem]:
    """Yield what is wrong with the bodies of tips: the part that must hold before one is shown."""
    for tip in sources.tips:
        said = [found.group(1) for found in _SAYING.finditer(tip.body)]
        if said.count("fact") != 1:
            message = f"the body says {{{{ fact }}}} {said.count('fact')} times"
            yield _in_body(tip, "fact-once", 0, message)
        rest = _SAYING.sub(lambda found: " " * len(found.group()), tip.body)
        for found in _BRACE.finditer(rest):
            yield _in_body(tip, "template", found.start(), f"`{found.group()}` may not stand in a tip")
        for offset, code, message in markup_flaws(tip.body):
            yield _in_body(tip, code, offset, message)


def tips(sources: Sources, main: File[Questionnaire], today: date) -> Iterator[Problem]:
    """Yield what is wrong with tips, facts and links of a questionnaire on a day."""
    if main.value.review.review_by < today:
        yield _overdue(main.document, ("review", "review_by"), main.value.review.review_by)
    for tip in sources.tips:
        yield from _tip(main.value, tip, today)
    yield from _evidence(sources)
    for language in main.value.languages:
        yield from _missing_tips(sources, main, language)
        yield from _missing_facts(sources, main, language)
    yield from _links(sources, main)


def _in_body(tip: TipFile, code: str, offset: int, message: str) -> Problem:
    line, start = tip.body.count("\n", 0, offset), tip.body.rfind("\n", 0, offset) + 1
    spot = Spot(tip.body_line + line, offset - start + 1)
    hint = told(code, tip.document, (), message).hint
    return Problem(tip.document.path, spot.line, spot.column, code, message, hint)


def _overdue(document: Document, route: Route, day: date) -> Problem:
    return told("overdue", document, route, f"was to be reviewed by {day.isoformat()}")


def _tip(questionnaire: Questionnaire, tip: TipFile, today: date) -> Iterator[Problem]:
    if tip.matter.review_by < today:
        yield _overdue(tip.document, ("review_by",), tip.matter.review_by)
    if tip.matter.topic != tip.topic:
        message = f"the file is called {tip.topic}.md.j2, its topic is `{tip.matter.topic}`"
        yield told("topic-mismatch", tip.document, ("topic",), message)
    elif tip.topic not in questionnaire.topics:
        yield told("unknown-topic", tip.document, ("topic",), f"no topic is called `{tip.topic}`")
    if tip.language not in questionnaire.languages:
        yield told(
            "unlisted-language", tip.document, (), f"`{tip.language}` isn't a language of the questionnaire"
        )
    if tip.voice not in _voices(questionnaire):
        yield told("unknown-voice", tip.document, (), f"no segment is called `{tip.voice}`")
    if (lines := sum(bool(line.strip()) for line in tip.body.split("\n"))) > LONGEST_TIP:
        yield _in_body(tip, "long-tip", 0, f"{lines} lines; {LONGEST_TIP} is the most")


def _voices(questionnaire: Questionnaire) -> tuple[str, ...]:
    return (*(segment.id for segment in questionnaire.segments), NEUTRAL)


def _evidence(sources: Sources) -> Iterator[Problem]:
    first: dict[str, TipFile] = {}
    for tip in sources.tips:
        other = first.setdefault(tip.topic, tip)
        if other.matter.evidence != tip.matter.evidence:
            where = other.document.path.relative_to(sources.folder).as_posix()
            yield told("evidence-differs", tip.document, ("evidence",), f"not the evidence of {where}")


def _missing_tips(sources: Sources, main: File[Questionnaire], language: str) -> Iterator[Problem]:
    folder = _folder(main.value, language)
    for index, topic in enumerate(main.value.topics):
        for voice in _voices(main.value):
            if not sources.has(*folder, voice, f"{topic}.md.j2"):
                message = f"there is no {'/'.join(folder)}/{voice}/{topic}.md.j2"
                yield told("missing-tip", main.document, ("topics", index), message)


def _folder(questionnaire: Questionnaire, language: str) -> tuple[str, ...]:
    own = language == questionnaire.languages[0]
    return ("tips",) if own else ("locales", language, "tips")


def _missing_facts(sources: Sources, main: File[Questionnaire], language: str) -> Iterator[Problem]:
    parts = (*_folder(main.value, language), "facts.yaml")
    file = sources.facts.get(language)
    if file is None:
        if main.value.topics and not sources.has(*parts):
            yield told(
                "missing-fact", main.document, ("topics",), f"there is no {'/'.join(parts)}", at_key=True
            )
        return
    for topic in main.value.topics:
        if topic not in file.value.facts:
            yield told("missing-fact", file.document, ("facts",), f"`{topic}` has no fact", at_key=True)
    for topic in file.value.facts:
        if topic not in main.value.topics:
            yield told(
                "unknown-topic", file.document, ("facts", topic), f"no topic is called `{topic}`", at_key=True
            )


def _links(sources: Sources, main: File[Questionnaire]) -> Iterator[Problem]:
    if sources.links is None:
        if main.value.topics and not sources.has("links.yaml"):
            yield told("missing-link", main.document, ("topics",), "there is no links.yaml", at_key=True)
        return
    links = sources.links.value.links
    for topic in main.value.topics:
        if not links.get(topic):
            yield told(
                "missing-link", sources.links.document, ("links",), f"`{topic}` has no link", at_key=True
            )
    for topic in links:
        if topic not in main.value.topics:
            message = f"no topic is called `{topic}`"
            yield told("unknown-topic", sources.links.document, ("links", topic), message, at_key=True)
