"""`responses_wide.csv`, line by line, from stored interviews."""

from collections.abc import Callable, Container, Mapping
from typing import Any

from bot.conversation.session import Step
from bot.questionnaire.model import Edition
from bot.research.layout import Layout
from bot.research.quick.cells import milliseconds, moment, numbers, quoted
from bot.research.quick.interview import Interview
from bot.research.response import Status, withheld
from bot.scoring.scales import NOT_ASKED, SKIPPED, TOO_FEW, WITHHELD

NA, SKIP, HELD, FEW = str(NOT_ASKED), str(SKIPPED), str(WITHHELD), str(TOO_FEW)
_RESULT = Step.RESULT.value
_PARTIAL = Status.PARTIAL.value
STATUSES = {_RESULT: Status.COMPLETE.value, Step.STOPPED.value: Status.STOPPED.value}
"""How far an interview came, by its step; else it is partial."""

_REMEMBERED = 4096  # different beginnings of a line


def texts_of(edition: Edition, held: Container[str]) -> dict[str, dict[str | None, str]]:
    """Return, for each item, the text in its column for each choice; None is a skip."""
    asked = edition.questionnaire
    return {
        item.id: {None: SKIP}
        | {
            choice.id: HELD if item.id in held else str(choice.value)
            for choice in asked.answers[item.answers].choices
        }
        for item in asked.items
    }


def wide_lines(edition: Edition, layout: Layout, *, withhold: bool = True) -> Callable[[Interview], str]:
    """Return what turns an interview into its line."""
    held = withheld(edition.questionnaire) if withhold else frozenset()
    who, items = _who(edition), _items(texts_of(edition, held), layout)
    scales, results = _scales(edition, layout), _results(edition, layout)

    def line(interview: Interview) -> str:
        return (
            f"{interview.code},{interview.person},{interview.follows or NA},{who(interview.state)},"
            f"{_when(interview)},{','.join([*items(interview), *scales(interview)])},{results(interview)}"
        )

    return line


def _who(edition: Edition) -> Callable[[Mapping[str, Any]], str]:
    """Return what writes who asked and what was agreed to: the same for many, so it is remembered."""
    start = f"{edition.questionnaire.id},{quoted(edition.questionnaire.version)},{edition.digest}"
    known: dict[object, str] = {}

    def text(state: Mapping[str, Any]) -> str:
        consent, arm = state.get("consent"), state.get("arm")
        key = (
            state["channel"],
            state["language"],
            state["organisation"],
            state.get("invite"),
            tuple(arm.items()) if arm else None,
            (consent["digest"], consent["language"]) if consent else None,
        )
        found = known.get(key)
        if found is None:
            found = f"{start},{_who_text(state)}"
            if len(known) < _REMEMBERED:
                known[key] = found
        research = state.get("research_at")
        agreed = moment(consent["at"]) if consent else NA
        return f"{found},{agreed},{NA if research is None else moment(research)}"

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
    state, given, step = interview.state, list(interview.choices.values()), interview.step
    answers, skipped, open_ = interview.answers, given.count(None), interview.open is not None
    edits = [answers[item]["edits"] for item in interview.choices if "edits" in answers[item]]
    ended = moment(state["ended_at"]) if step == _RESULT else SKIP
    return (
        f"{moment(state['began_at'])},{ended},{STATUSES.get(step, _PARTIAL)},"
        f"{milliseconds(interview.began, interview.last) / 1000!r},"
        f"{len(given) + open_},{len(given) - skipped},{skipped},{sum(edits)}"
    )


def _items(by_item: Mapping[str, dict[str | None, str]], layout: Layout) -> Callable[[Interview], list[str]]:
    places = {item: place for place, item in enumerate(layout.items)}
    texts = {item: (places[item], words) for item, words in by_item.items()}
    nothing = [NA] * len(places)

    def cells(interview: Interview) -> list[str]:
        line = nothing.copy()
        for item, choice in interview.choices.items():
            place, words = texts[item]
            line[place] = words[choice]
        if interview.open is not None:
            line[places[interview.open]] = SKIP
        return line

    return cells


def _scales(edition: Edition, layout: Layout) -> Callable[[Interview], list[str]]:
    every = list(layout.scales)
    places = [every.index(scale.id) for scale in edition.questionnaire.scales]
    in_order = places == list(range(len(every)))
    nothing = [NA] * len(every)

    def cells(interview: Interview) -> list[str]:
        if in_order:
            return [score.value for score in interview.scores]
        line = nothing.copy()
        for place, score in zip(places, interview.scores, strict=True):
            line[place] = score.value
        return line

    return cells


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
