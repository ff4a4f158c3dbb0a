"""`responses_wide.csv`, line by line, from stored interviews."""

from collections.abc import Callable, Container, Iterator, Mapping, Sequence
from operator import getitem
from typing import Any

from bot.conversation.session import Step
from bot.questionnaire.model import AnyAnswers, Edition
from bot.research.layout import Layout
from bot.research.parts import Part, parts, said
from bot.research.quick.cells import moment, numbers, quoted
from bot.research.quick.interview import Interview
from bot.research.quick.scales import DECLINES, OPEN, UNREACHED, Known, Route, Values, picking
from bot.research.response import Status, withheld
from bot.scoring.scales import DECLINED, NOT_ASKED, SKIPPED, TOO_FEW, WITHHELD

NA, SKIP, HELD, FEW = str(NOT_ASKED), str(SKIPPED), str(WITHHELD), str(TOO_FEW)
SAID_NOT = str(DECLINED)
_MOST = 10_000  # answers of one item that are remembered
_TOGETHER, _FEW = 3, 400  # items whose columns are written together, and combinations of theirs remembered
_RESULT = Step.RESULT.value
_PARTIAL = Status.PARTIAL.value
STATUSES = {_RESULT: Status.COMPLETE.value, Step.STOPPED.value: Status.STOPPED.value}
"""How far an interview came, by its step; else it is partial."""

_NEVER = (None, None, None)  # nobody agreed to anything
_FRACTIONS = [repr(number / 1000)[1:] for number in range(1000)]  # of a second, from its milliseconds
_WHOLE = [f"{number},{number},0,0" for number in range(100)]  # counts where everything is answered


class Texts(dict[str | None, str]):
    """What stands in the columns of one item for each answer, and for what stands in its place.

    An answer that isn't known yet is worked out when it is met: numbers and days have no end.
    """

    def __init__(self, columns: int, make: Callable[[str], str]) -> None:
        super().__init__(
            {
                none: ",".join([code] * columns)
                for none, code in {None: SKIP, OPEN: SKIP, DECLINES: SAID_NOT, UNREACHED: NA}.items()
            }
        )
        self._make = make

    def __missing__(self, answer: str | None) -> str:
        """Work out an answer, and remember it while there are few."""
        text = self._make(answer or "")
        if len(self) < _MOST:
            self[answer] = text
        return text


def texts_of(edition: Edition, layout: Layout, held: Container[str]) -> dict[str, Texts]:
    """Return, for each item that has columns, what stands in them."""
    return {
        item.id: _texts(edition.questionnaire.answered(item.id), found, held=item.id in held)
        for item in edition.questionnaire.items
        if (found := parts(layout, item.id))
    }


def _texts(answers: AnyAnswers, found: Sequence[Part], *, held: bool) -> Texts:
    if held:
        return Texts(len(found), lambda _answer: ",".join([HELD] * len(found)))
    return Texts(len(found), lambda answer: ",".join([said(part, answers, answer) for part in found]))


def wide_lines(edition: Edition, layout: Layout, *, withhold: bool = True) -> Callable[[Interview], str]:
    """Return what turns an interview into its line."""
    held = withheld(edition.questionnaire, identifiers=withhold)
    who, results = _who(edition), _results(edition, layout)
    said = _said(edition, texts_of(edition, layout, held), layout)

    def line(interview: Interview) -> str:
        return (
            f"{interview.code},{interview.person},{interview.follows or NA},{who(interview.state)},"
            f"{_when(interview)},{said(interview)}{results(interview)}"
        )

    return line


def _who(edition: Edition) -> Callable[[Mapping[str, Any]], str]:
    """Return what writes who asked and what was agreed to: mostly the same as the one before."""
    start = f"{edition.questionnaire.id},{quoted(edition.questionnaire.version)},{edition.digest}"
    before: list[object] = []
    same = ""

    def text(state: Mapping[str, Any]) -> str:
        nonlocal before, same
        get = state.get
        consent, research = get("consent"), get("research_at")
        digest, language, at = (consent["digest"], consent["language"], consent["at"]) if consent else _NEVER
        key = [state["channel"], state["language"], state["organisation"], get("invite"), get("arm")]
        key += digest, language
        if key != before:
            before, same = key, f"{start},{_who_text(state)}"
        return f"{same},{moment(at) if at else NA},{moment(research) if research else NA}"

    return text


def _who_text(state: Mapping[str, Any]) -> str:
    consent, invite, arm = state.get("consent"), state.get("invite"), state.get("arm")
    return ",".join(
        [
            quoted(state["channel"]),
            quoted(state["language"]),
            quoted(state["organisation"]),
            NA if invite is None else quoted(invite),
            quoted("|".join([f"{name}={arm[name]}" for name in sorted(arm)])) if arm else NA,
            *((consent["digest"], quoted(consent["language"])) if consent else (NA, NA)),
        ]
    )


def _when(interview: Interview) -> str:
    state, began = interview.state, interview.state["began_at"]
    ended = moment(state["ended_at"]) if interview.step == _RESULT else SKIP
    spent = (interview.last - interview.began) // 1000
    seconds, rest = divmod(spent, 1000) if spent > 0 else (0, 0)
    return (
        f"{moment(began)},{ended},{STATUSES.get(interview.step, _PARTIAL)},"
        f"{seconds}{_FRACTIONS[rest]},{_counts(interview)}"
    )


def _counts(interview: Interview) -> str:
    given, skipped = interview.given, interview.values.count(None)
    if interview.open is None and not (skipped or interview.declined or interview.edited):
        return _WHOLE[given] if given < len(_WHOLE) else f"{given},{given},0,0"
    answered = interview.answered if interview.declined else given - skipped
    edits = _edits(interview) if interview.edited else 0
    return f"{given + (interview.open is not None)},{answered},{skipped},{edits}"


def _edits(interview: Interview) -> int:
    return sum([interview.answers[item].get("edits", 0) for item in interview.choices])


class _Together(dict[Values, str]):
    """The columns of a few items, for each combination of answers; remembered while they are few."""

    def __init__(self, pattern: str, words: Sequence[Texts]) -> None:
        super().__init__()
        self._pattern, self._words = pattern, words

    def __missing__(self, given: Values) -> str:
        text = self._pattern % tuple(map(getitem, self._words, given))
        if len(self) < _FEW:
            self[given] = text
        return text


def _said(edition: Edition, by_item: Mapping[str, Texts], layout: Layout) -> Callable[[Interview], str]:
    """Return what writes the columns of all items and scales, with a comma behind each."""
    key = object()

    def text(interview: Interview) -> str:
        route = interview.route
        found = route.prepared.get(key)
        if found is None:
            items, scales = _items(route, by_item, layout), _scales(route, edition, layout)
            found = route.prepared[key] = [*items, *scales]
        values = interview.values
        return "".join([texts[pick(values)] for pick, texts in found])

    return text


def _items(route: Route, by_item: Mapping[str, Texts], layout: Layout) -> Iterator[Known]:
    """Yield the columns of all items, a few at a time."""
    places = {item: place for place, item in enumerate(route.items)}
    every = {item: len(found) for item in layout.items if (found := parts(layout, item))}
    pattern, gaps = "", list[str]()
    for item, columns in every.items():
        if item not in places:
            pattern += f"{NA}," * columns
            continue
        if len(gaps) == _TOGETHER:
            yield picking([places[one] for one in gaps]), _Together(pattern, [by_item[one] for one in gaps])
            pattern, gaps = "", []
        pattern += "%s,"
        gaps.append(item)
    yield picking([places[one] for one in gaps]), _Together(pattern, [by_item[one] for one in gaps])


def _scales(route: Route, edition: Edition, layout: Layout) -> Iterator[Known]:
    """Yield the columns of all scales."""
    own = {
        scale.id: texts for scale, texts in zip(edition.questionnaire.scales, route.score_texts, strict=True)
    }
    for scale in layout.scales:
        yield own.get(scale) or (picking([]), {(): f"{NA},"})


def _results(edition: Edition, layout: Layout) -> Callable[[Interview], str]:
    segments = list(layout.segments)
    own = [segment.id for segment in edition.questionnaire.segments] == segments
    possible = edition.questionnaire.model is not None and bool(edition.questionnaire.segments)

    def cells(interview: Interview) -> str:
        shown = interview.state.get("shown")
        correction = interview.state.get("correction") or NA
        if shown is None:
            none = FEW if possible and interview.step == _RESULT else NA
            return f"{none}," * (3 + len(segments)) + correction
        found = shown["probabilities"]
        shares = numbers(list(found.values()))
        if not own or len(found) != len(segments):
            known = dict(zip(found, shares.split(","), strict=True))
            shares = ",".join([known.get(segment, NA) for segment in segments])
        start = f"{shown['segment']},{shown.get('runner_up') or NA}"
        comma = "," if segments else ""
        return f"{start},{shares}{comma}{'1' if shown['unsure'] else '0'},{correction}"

    return cells
