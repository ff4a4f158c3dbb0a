"""What can be said of the differences in a table, from numbers that are shown and from no others."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from bot.dashboard.figures.differences import LEVEL, Counted, clear_difference, fisher
from bot.dashboard.figures.names import Names

AMBASSADORS: Final = ("self_achiever", "willful_endurer")
"""Who shares most, by what is published of these segments: a claim, looked at and not taken over."""


def finding(names: Names, compared: Mapping[str, Counted], clear: str) -> str:
    """Return whether two rows clearly differ, in the words of the phrase `clear`."""
    if len(compared) < 2:  # noqa: PLR2004 - one alone differs from nothing
        return names.say("figures.no_comparison")
    pair = clear_difference(compared)
    if pair is None:
        return names.say("figures.no_clear_difference")
    return names.say(clear, more=pair[0], less=pair[1])


def ambassadors(names: Names, rows: Iterable[str], compared: Mapping[str, Counted]) -> Iterator[str]:
    """Yield whether those segments share more than the others here, for each questionnaire that has them.

    `rows` are the segments of people here. Those whose numbers are shown are compared, by how many took the
    link along and how many didn't. The question was there before the numbers were: it is one test of its own.
    """
    for questionnaire in sorted({row.partition("/")[0] for row in rows if "/" in row}):
        claimed = [f"{questionnaire}/{one}" for one in AMBASSADORS]
        if not names.has_segments(questionnaire, AMBASSADORS):
            continue
        known = {row: n for row, n in compared.items() if row.startswith(f"{questionnaire}/")}
        ours = [known[row] for row in claimed if row in known]
        others = [n for row, n in known.items() if row not in claimed]
        one, two = map(names.segment, claimed)
        if len(ours) < len(claimed) or not others:
            yield names.say("figures.ambassadors_hidden", one=one, two=two)
        else:
            verdict = _verdict(_sum(ours), _sum(others))
            yield names.say(f"figures.ambassadors_{verdict}", one=one, two=two)


def _sum(several: list[Counted]) -> Counted:
    return sum(did for did, _ in several), sum(not_ for _, not_ in several)


def _verdict(ours: Counted, others: Counted) -> str:
    if not sum(ours) or not sum(others) or fisher(ours, others) > LEVEL:
        return "unclear"
    more = ours[0] * sum(others) > others[0] * sum(ours)
    return "more" if more else "less"
