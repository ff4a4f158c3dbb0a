"""Everything that can be wrong with a questionnaire's folder, in one run."""

from collections.abc import Iterable, Iterator
from datetime import date

from bot.questionnaire.adaptive_forms import adaptive_forms
from bot.questionnaire.answer_kinds import answer_kinds
from bot.questionnaire.codes import stops, told
from bot.questionnaire.model import Questionnaire
from bot.questionnaire.pages import reading
from bot.questionnaire.profiles import profiles
from bot.questionnaire.segment_numbers import segment_numbers
from bot.questionnaire.sources import File, Sources
from bot.questionnaire.structure import off_the_shelf, structure
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
        found += [*_main(sources.main), *translations(sources, sources.main)]
        found += tips(sources, sources.main, today)
        if questionnaires is not None and not off_the_shelf(sources.main):
            found += second_part(sources, questionnaires)
    return sorted(set(found))


def _main(main: File[Questionnaire]) -> Iterator[Problem]:
    """Yield what the parts of `questionnaire.yaml` say wrongly about each other."""
    for part in (structure, answer_kinds, profiles, segment_numbers, adaptive_forms):
        yield from part(main)


def must_hold(sources: Sources) -> Iterator[Problem]:
    """Yield every problem that keeps a questionnaire from being used."""
    yield from filter(stops, sources.problems)
    if sources.main is not None:
        yield from filter(stops, _main(sources.main))
        yield from filter(stops, translations(sources, sources.main))
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
