"""Puts a report together: the sections that these people's answers can fill."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from bot.research.report.against import against
from bot.research.report.answered import answered
from bot.research.report.behaviours import behaviours
from bot.research.report.groups import groups
from bot.research.report.items import items
from bot.research.report.marks import quality
from bot.research.report.people import People
from bot.research.report.rules import CAUTIONS, LEAST
from bot.research.report.scales import scales
from bot.research.report.segments import segments, who
from bot.research.report.table import Report, Section
from bot.research.report.traits import demographics, outcomes
from bot.research.report.trends import trends
from bot.research.report.voices import voices

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a researcher said about the columns of a file of answers."""

    demographics: tuple[str, ...] | None = None
    outcomes: tuple[str, ...] | None = None


def report(people: People, second: People | None, wanted: Wanted, progress: Progress) -> Report:
    """Return the report on these people, and on what they did in a second part."""
    everybody, people = people, people.first
    known = demographics(people, wanted.demographics)
    found = outcomes(people, second, wanted.outcomes)
    makers: Sequence[Callable[[], Section | None]] = (
        lambda: answered(people),
        lambda: items(people),
        lambda: scales(everybody.longest),
        lambda: segments(people, everybody),
        lambda: quality(people),
        lambda: behaviours(people, found),
        lambda: against(people, found, known),
        lambda: voices(people),
        lambda: groups(people),
        lambda: trends(people),
    )
    sections: list[Section] = []
    for number, make in enumerate(makers, 1):
        section = make()
        if section is not None:
            sections.append(section)
        progress(number, len(makers))
    title = people.edition.texts[people.edition.languages[0]].title
    return Report(f"Report: {title}", _about(people), _cautions(people), tuple(sections), _facts(people))


def _about(people: People) -> tuple[str, ...]:
    questionnaire = people.questionnaire
    source = f"as of turn {people.manifest['as_of']}" if people.manifest else "from a file"
    return (f"{questionnaire.id} {questionnaire.version}", f"{people.count} people", source)


def _cautions(people: People) -> tuple[str, ...]:
    many = f"{people.count} {'person' if people.count == 1 else 'people'}"
    few = (f"Only {many}: too few to say anything but counts.",) if people.count < LEAST else ()
    return (
        *few,
        f"These are {who(people)[0].lower()}{who(people)[1:]}. Shares hold for them only.",
        *CAUTIONS,
    )


def _facts(people: People) -> dict[str, object]:
    return {
        "questionnaire": people.questionnaire.id,
        "version": people.questionnaire.version,
        "edition_sha256": people.edition.digest,
        "people": people.count,
        "as_of": people.manifest.get("as_of"),
    }
