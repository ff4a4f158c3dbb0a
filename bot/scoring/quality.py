"""Marks of a response that may not mean what it says: pure functions of answers and times.

Law: a mark never changes what the person sees or what is stored; whoever analyses the data decides. None of
them proves anything: somebody may honestly give one answer ten times.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby, pairwise
from statistics import median

from bot.questionnaire.model import Questionnaire
from bot.scoring.models import scorer_of
from bot.scoring.prepared import Prepared

LONG_STRING, TOO_FAST, PERSON_FIT = "long_string", "too_fast", "person_fit"
FLAGS = (LONG_STRING, TOO_FAST, PERSON_FIT)
"""Every mark, by its name in files; a column of it is called `flag_` and this."""

FEWEST_GAPS = 3  # times between answers; a median of fewer says nothing


@dataclass(frozen=True, slots=True)
class Marks:
    """What was measured, and which marks it earns."""

    long_string: int  # the longest run of one choice
    median_seconds: float | None  # between answers
    person_fit: float | None  # a z value; low where the answers don't belong together
    flags: tuple[str, ...]


def marks(
    questionnaire: Questionnaire, answers: Mapping[str, str | None], times: Sequence[datetime] = ()
) -> Marks:
    """Measure the answers to a form, in the order they were asked, and the times they were given."""
    run, pace, fit = longest_run(questionnaire, answers), median_gap(times), usual(questionnaire, answers)
    found = {
        LONG_STRING: _over(run, questionnaire.quality.long_string),
        TOO_FAST: _under(pace, questionnaire.quality.min_seconds),
        PERSON_FIT: _under(fit, questionnaire.quality.person_fit),
    }
    return Marks(run, pace, fit, tuple(flag for flag in FLAGS if found[flag]))


def longest_run(questionnaire: Questionnaire, answers: Mapping[str, str | None]) -> int:
    """Return how often at most the same choice of the same answer scale was given in a row.

    A skip ends a run; answers of another kind, such as a number, don't count. Choices are taken as they were
    tapped, never reversed: somebody who taps one button again and again is who is looked for.
    """
    scales = scored_scales(questionnaire)
    taps = [(scales[item], choice) for item, choice in answers.items() if item in scales]
    runs = [len(list(run)) for (_, choice), run in groupby(taps) if choice is not None]
    return max(runs, default=0)


def _scored_scales(questionnaire: Questionnaire) -> dict[str, str]:
    return {
        item.id: item.answers for item in questionnaire.items if questionnaire.answers[item.answers].scored
    }


scored_scales = Prepared(_scored_scales)
"""Return the answer scale of each item that is answered by one choice."""


def median_gap(times: Sequence[datetime]) -> float | None:
    """Return the median seconds between answers, whatever order they were given in; None for too few."""
    gaps = [(later - earlier).total_seconds() for earlier, later in pairwise(sorted(times))]
    return median(gaps) if len(gaps) >= FEWEST_GAPS else None


def usual(questionnaire: Questionnaire, answers: Mapping[str, str | None]) -> float | None:
    """Return how usual the answers are together, as the segment model sees it; None where it can't tell."""
    scorer = scorer_of(questionnaire)
    given = scorer.given(answers) if scorer else ()
    return scorer.person_fit(given) if scorer and given else None


def _over(value: int, threshold: int | None) -> bool:
    return threshold is not None and value >= threshold


def _under(value: float | None, threshold: float | None) -> bool:
    return value is not None and threshold is not None and value < threshold
