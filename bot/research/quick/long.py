"""`answers_long.csv`, `events.csv` and `scores.csv`, line by line, from stored interviews with their logs."""

from collections.abc import Callable, Iterator
from datetime import datetime
from functools import partial
from typing import Any

from bot.conversation.event_log import EVENTS
from bot.questionnaire.model import Edition, Item
from bot.research.long import event_name
from bot.research.quick.cells import milliseconds, moment, moment_of, numbers, quoted
from bot.research.quick.interview import Interview
from bot.research.quick.scales import DECLINES
from bot.research.quick.wide import HELD, NA, SAID_NOT, SKIP, Texts
from bot.research.response import State, value, withheld
from bot.research.scores import SCALE, SEGMENT, quality
from bot.scoring.quality import marks
from bot.scoring.scales import NOT_ASKED

Lines = Callable[[Interview], list[str]]
_NAMES = {name: event_name(kind) for name, kind in EVENTS.items()}
_ABOUT_ITEMS = frozenset({"Answered", "Skipped", "Declined", "EditAsked", "Ticked"})
_SAYS = frozenset({"Answered", "Ticked"})
_GIVEN = frozenset({"Answered", "Skipped", "Declined"})


def answer_lines(edition: Edition, *, withhold: bool = True) -> Lines:
    """Return what turns an interview into its lines in `answers_long.csv`."""
    digest, held, asked = edition.digest, _held(edition, withhold), edition.questionnaire
    texts = {item: Texts(1, partial(value, asked.answered(item))) for item in asked.items_by_id}
    labels = _labels(edition)
    first = edition.languages[0]
    never = f"{NA},{NA},,{NA},{State.NOT_ASKED.value},{NA},{NA},{NA},{NA},{NA},{NA},{NA},{digest}"
    left = f"{SKIP},{SKIP},,{SKIP},{State.ABANDONED.value},{SKIP},{SKIP},{SKIP}"

    def lines(interview: Interview) -> list[str]:
        code, answers, given = interview.code, interview.answers, _given(interview)
        found, choices, ways = [], interview.choices, _ways(interview, held)
        for position, item in enumerate(interview.form, start=1):
            if item not in choices:
                rest = f"{left},{ways[item]},{digest}" if item == interview.open else never
                found.append(f"{code},{item},{position},{rest}")
                continue
            answer, (at, ms, language) = answers[item], given[item]
            choice, edits = answer["choice"], answer.get("edits", 0)
            if answer.get("declined"):
                words = f"{SAID_NOT},{SAID_NOT},,{quoted(language)},{State.DECLINED.value}"
            elif choice is None:
                words = f"{SKIP},{SKIP},,{quoted(language)},{State.SKIPPED.value}"
            elif item in held:
                words = f"{HELD},{HELD},,{quoted(language)},{State.ANSWERED.value}"
            else:
                label = labels.get((language, item)) or labels[first, item]
                said = f"{choice},{texts[item][choice]},{label[choice]}"
                words = f"{said},{quoted(language)},{State.ANSWERED.value}"
            found.append(f"{code},{item},{position},{words},{at},{ms},{edits},{ways[item]},{digest}")
        return found

    return lines


def _held(edition: Edition, withhold: bool) -> frozenset[str]:  # noqa: FBT001 - passed on as it came
    return withheld(edition.questionnaire, identifiers=withhold)


def _labels(edition: Edition) -> dict[tuple[str, str], Texts]:
    asked = edition.questionnaire

    def label(item: Item, language: str) -> Texts:
        if not asked.choices(item.id):
            return Texts(1, lambda _typed: "")
        return Texts(1, lambda choice: quoted(edition.texts[language].said(item.answers, choice)))

    return {(language, item.id): label(item, language) for language in edition.texts for item in asked.items}


def _ways(interview: Interview, held: frozenset[str]) -> dict[str, str]:
    """Return how each item that applies came to be asked, and what was believed after it."""
    places = {item: place for place, item in enumerate(interview.route.items, start=1)}
    if not interview.adaptive:
        return {item: f"{place},{NA},{NA},{NA}" for item, place in places.items()}
    after = {one["item"]: one for one in interview.state.get("asked") or ()}
    return {item: f"{place},{_belief(after.get(item), item in held)}" for item, place in places.items()}


def _belief(after: dict[str, Any] | None, held: bool) -> str:  # noqa: FBT001 - a private step of the above
    if after is None:
        return f"{SKIP},{SKIP},{SKIP}"
    believed = f"{HELD},{HELD}" if held else f"{after['segment']},{after['probability']!r}"
    return f"{int(after['by_chance'])},{believed}"


def _given(interview: Interview) -> dict[str, tuple[str, int, str]]:
    """Return, for each item answered or skipped, when, how long it took, and the language it was in."""
    given: dict[str, tuple[str, int, str]] = {}
    language, before = "", None
    for kind, at, body in interview.events:
        if kind in _GIVEN:
            took = 0 if before is None else milliseconds(before, at)
            given[body["item"]] = (moment_of(at), took, language)
        elif kind in {"Began", "LanguageChosen"}:
            language = body["language"]
            for item, answer in (body.get("answers") or {}).items():
                given[item] = (moment(answer["at"]), NOT_ASKED, language)
        before = at
    return given


# ---------------------------------------------------------------- events.csv


def event_lines(edition: Edition, *, withhold: bool = True) -> Lines:
    """Return what turns an interview into its lines in `events.csv`."""
    held, topics = _held(edition, withhold), edition.questionnaire.topics

    def lines(interview: Interview) -> list[str]:
        code, began = interview.code, interview.began
        return [
            f"{code},{turn},{_NAMES[kind]},{_event(kind, body, held, topics)},{milliseconds(began, at)}"
            for turn, (kind, at, body) in enumerate(interview.events, start=1)
        ]

    return lines


def _event(kind: str, body: dict[str, Any], held: frozenset[str], topics: tuple[str, ...]) -> str:
    """Return the item, the choice and the detail."""
    if kind in _ABOUT_ITEMS:
        item = body["item"]
        choice = "" if kind not in _SAYS else HELD if item in held else body["choice"]
        return f"{item},{choice},{_yes_no(body['on']) if kind == 'Ticked' else ''}"
    return f",,{quoted(_detail(kind, body, topics))}"


def _detail(kind: str, body: dict[str, Any], topics: tuple[str, ...]) -> str:
    found = ""
    match kind:
        case "LanguageChosen":
            found = body["language"]
        case "ResearchSet" | "PlainSet":
            found = _yes_no(body["allowed" if kind == "ResearchSet" else "on"])
        case "Corrected":
            found = body["segment"]
        case "OfferAnswered":
            found = f"{body['offer']}={'yes' if body['accepted'] else 'no'}"
        case "Moved":
            found = body["edition"]
        case "TipAsked":
            found = _topic(body, topics)
        case "TipRated":
            found = f"{_topic(body, topics)}={'helpful' if body['helpful'] else 'not_helpful'}"
        case _:
            pass
    return found


def _yes_no(on: bool) -> str:  # noqa: FBT001 - it is what is written down
    return "yes" if on else "no"


def _topic(body: dict[str, Any], topics: tuple[str, ...]) -> str:
    number = body["number"]
    return topics[number] if number < len(topics) else ""


# ---------------------------------------------------------------- scores.csv


def score_lines(edition: Edition) -> Lines:
    """Return what turns an interview into its lines in `scores.csv`."""
    scales = edition.questionnaire.scales

    def lines(interview: Interview) -> list[str]:
        return [
            *_scale_lines(interview),
            *_segment_lines(interview, edition.digest),
            *_quality_lines(interview, edition),
        ]

    def _scale_lines(interview: Interview) -> Iterator[str]:
        for scale, score in zip(scales, interview.scores, strict=True):
            behind = f"{score.answered},{score.asked},{score.missing},{edition.digest}"
            yield f"{interview.code},{SCALE},{scale.id},{score.value},{score.t},{behind}"

    return lines


def _segment_lines(interview: Interview, digest: str) -> Iterator[str]:
    shown = interview.state.get("shown")
    if shown is None:
        return
    answered = interview.answered
    asked = interview.given + (interview.open is not None)
    found = shown["probabilities"]
    for segment, share in zip(found, numbers(list(found.values())).split(","), strict=True):
        yield f"{interview.code},{SEGMENT},{segment},{share},{NA},{answered},{asked},0,{digest}"


def _quality_lines(interview: Interview, edition: Edition) -> Iterator[str]:
    answered, asked = interview.answered, interview.given + (interview.open is not None)
    choices = interview.choices
    answers = {item: None if said == DECLINES else said for item, said in choices.items()}
    times = [datetime.fromisoformat(interview.answers[item]["at"]) for item in choices]
    found = marks(edition.questionnaire, answers, times)
    for kind, measure, number, missing in quality(found, answered):
        said, t = (number, NA) if missing is None else (missing, missing)
        behind = f"{answered},{asked},{missing or 0},{edition.digest}"
        yield f"{interview.code},{kind},{measure},{said},{t},{behind}"
