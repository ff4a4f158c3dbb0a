"""Everything that can be wrong with a questionnaire's folder, in one run."""

from collections.abc import Iterable, Iterator
from datetime import date

from bot.questionnaire.codes import stops, told
from bot.questionnaire.pages import reading
from bot.questionnaire.profiles import profiles
from bot.questionnaire.sources import Sources
from bot.questionnaire.structure import structure
from bot.questionnaire.texts import texts
from bot.questionnaire.tips import templates, tips
from bot.questionnaire.translations import translations
from bot.source import Problem


def check(sources: Sources, today: date, questionnaires: Iterable[str] | None = None) -> list[Problem]:
    """Return every problem of one questionnaire on a day, by file and line.

    `questionnaires` are the ids that a second part may name; nothing is said about it where they aren't
    known.
    """
    found = [*sources.problems, *texts(sources), *templates(sources), *reading(sources)]
    if sources.main is not None:
        found += [*structure(sources.main), *profiles(sources.main), *translations(sources, sources.main)]
        found += tips(sources, sources.main, today)
    if questionnaires is not None:
        found += second_part(sources, questionnaires)
    return sorted(set(found))


def must_hold(sources: Sources) -> Iterator[Problem]:
    """Yield every problem that keeps a questionnaire from being used."""
    yield from filter(stops, sources.problems)
    if sources.main is not None:
        for part in (structure(sources.main), profiles(sources.main), translations(sources, sources.main)):
            yield from filter(stops, part)
    yield from filter(stops, texts(sources))
    yield from templates(sources)


def second_part(sources: Sources, questionnaires: Iterable[str]) -> Iterator[Problem]:
    """Yield the second part if it isn't among the questionnaires known."""
    second = sources.main.value.second_part if sources.main else None
    if (
        sources.main is not None
        and second is not None
        and second.questionnaire not in {*questionnaires, sources.main.value.id}
    ):
        message = f"no questionnaire is called `{second.questionnaire}`"
        yield told("unknown-questionnaire", sources.main.document, ("second_part", "questionnaire"), message)
