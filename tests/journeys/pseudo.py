"""A right-to-left language made for tests: English in Hebrew letters, so that every text is there."""

import re
from typing import Any

from bot.conversation.journeys import Journey
from bot.conversation.library import Library
from bot.conversation.phrasebook import Phrasebook
from bot.questionnaire.load import Loaded, digest
from bot.questionnaire.model import Edition, Texts

TAG = "he"
_LETTERS = str.maketrans(
    {letter: "אבגדהוזחטיכלמנסעפצקרשתאבגד"[place] for place, letter in enumerate("abcdefghijklmnopqrstuvwxyz")}
)
_KEPT = re.compile(r"(\{[^}]*\}|/[a-z]+\b|https?://\S+)")
"""Placeholders, commands and addresses stay as they are."""


def mirrored(text: str) -> str:
    """Return a text in the pseudo-language."""
    parts = _KEPT.split(text)
    return "".join(
        part if place % 2 else part.lower().translate(_LETTERS) for place, part in enumerate(parts)
    )


def _deep(value: Any) -> Any:
    match value:
        case str():
            return mirrored(value)
        case dict():
            return {key: _deep(one) for key, one in value.items()}
        case list() | tuple():
            return [_deep(one) for one in value]
        case _:
            return value


def mirrored_library(library: Library, questionnaire: str) -> Library:
    """Return a library in which this questionnaire and the house speak the pseudo-language too."""
    english = library.phrasebook.books["en"]
    spoken = english.model_copy(update={"language": TAG, "phrases": _deep(english.phrases)})
    book = Phrasebook({**library.phrasebook.books, TAG: spoken})
    loaded = library.questionnaires[questionnaire]
    return Library(
        {**library.questionnaires, questionnaire: _mirrored(loaded)},
        library.organisations,
        book,
        questionnaire,
    )


def _mirrored(loaded: Loaded) -> Loaded:
    texts = loaded.edition.texts["en"]
    body = texts.model_dump(mode="json")
    kept = {"status": body.pop("status")}
    both = {**loaded.edition.texts, TAG: Texts.model_validate({**_deep(body), **kept})}
    questionnaire = loaded.edition.questionnaire
    wider = questionnaire.model_copy(update={"languages": (*questionnaire.languages, TAG)})
    edition = Edition(digest=digest(wider, both), questionnaire=wider, texts=both)
    return Loaded(loaded.folder, edition, loaded.tips, loaded.links)


def mirrored_journey(journey: Journey) -> Journey:
    """Return a journey whose person reads and taps the pseudo-language."""
    steps = [_mirrored_step(step.verb, step.argument) for step in journey.steps]
    return Journey.model_validate({"name": journey.name, "language": TAG, "steps": steps})


def _mirrored_step(verb: str, argument: Any) -> dict[str, Any]:
    spoken = verb in {"sees", "taps", "taps_old"} or (verb == "types" and not argument.startswith("/"))
    return {verb: mirrored(argument) if spoken else argument}
