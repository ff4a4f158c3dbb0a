"""Every text in every language: nothing missing, nothing too much."""

from collections.abc import Iterable, Iterator

from bot.questionnaire.codes import told
from bot.questionnaire.model import AnyAnswers, Locale, LocaleStatus, Questionnaire, Recommendation
from bot.questionnaire.sources import File, Sources
from bot.source import Problem, Route


def translations(sources: Sources, main: File[Questionnaire]) -> Iterator[Problem]:
    """Yield every translation that is missing or too much."""
    for index, language in enumerate(main.value.languages[1:], start=1):
        if not sources.has("locales", f"{language}.yaml"):
            message = f"there is no locales/{language}.yaml"
            yield told("missing-translation", main.document, ("languages", index), message)
    for name, file in sources.locales.items():
        yield from _named(main.value, name, file)
        yield from _complete(main.value, file)


def _named(questionnaire: Questionnaire, name: str, file: File[Locale]) -> Iterator[Problem]:
    if file.value.language != name:
        message = f"the file is called {name}.yaml, its language is `{file.value.language}`"
        yield told("language-mismatch", file.document, ("language",), message)
    elif name not in questionnaire.languages[1:]:
        message = f"`{name}` isn't one of the further languages of the questionnaire"
        yield told("unlisted-language", file.document, ("language",), message)
    if file.value.status is LocaleStatus.REVIEWED and file.value.reviewed_by == "none":
        yield told("no-reviewer", file.document, ("status",), "reviewed, but by nobody")


def _complete(questionnaire: Questionnaire, file: File[Locale]) -> Iterator[Problem]:
    locale = file.value
    if len(locale.consent.lines) != len(questionnaire.consent.lines):
        message = f"{len(locale.consent.lines)} lines, but {len(questionnaire.consent.lines)} to translate"
        yield told("missing-translation", file.document, ("consent", "lines"), message, at_key=True)
    yield from _same(file, ("items",), (item.id for item in questionnaire.items), locale.items)
    yield from _same(file, ("segments",), (segment.id for segment in questionnaire.segments), locale.segments)
    yield from _same(file, ("phrases",), questionnaire.phrases, locale.phrases)
    yield from _same(file, ("answers",), questionnaire.answers, locale.answers)
    yield from _same(file, ("scales",), (scale.id for scale in questionnaire.scales), locale.scales)
    yield from _answers(questionnaire, file)
    for scale in questionnaire.scales:
        if scale.id in locale.scales:
            yield from _both(file, ("scales", scale.id), "words", scale.words, locale.scales[scale.id].words)


def _answers(questionnaire: Questionnaire, file: File[Locale]) -> Iterator[Problem]:
    for name, scale in questionnaire.answers.items():
        if (text := file.value.answers.get(name)) is None:
            continue
        route: Route = ("answers", name)
        yield from _both(file, route, "prompt", scale.prompt, text.prompt)
        yield from _same(file, (*route, "choices"), _worded(scale), text.choices)
        seen: set[str] = set()
        for choice, label in text.choices.items():
            if label in seen:
                message = f"`{label}` stands here twice"
                yield told("duplicate-label", file.document, (*route, "choices", choice), message)
            seen.add(label)


def _worded(answers: AnyAnswers) -> list[str]:
    """Return the choices that have words: numbers are the same in every language."""
    return [] if isinstance(answers, Recommendation) else [choice.id for choice in answers.choices]


def _same(file: File[Locale], route: Route, wanted: Iterable[str], given: Iterable[str]) -> Iterator[Problem]:
    expected, found = list(wanted), set(given)
    for name in expected:
        if name not in found:
            message = f"`{name}` of `{route[-1]}` has no translation"
            yield told("missing-translation", file.document, route, message, at_key=True)
    for name in sorted(found.difference(expected)):
        message = f"there is no `{name}` to translate"
        yield told("extra-translation", file.document, (*route, name), message, at_key=True)


def _both(
    file: File[Locale], route: Route, name: str, original: object, translated: object
) -> Iterator[Problem]:
    if original is not None and translated is None:
        message = f"`{name}` has no translation"
        yield told("missing-translation", file.document, route, message, at_key=True)
    if original is None and translated is not None:
        message = f"there is no `{name}` to translate"
        yield told("extra-translation", file.document, (*route, name), message, at_key=True)
