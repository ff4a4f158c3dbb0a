"""From a folder to one frozen value that the other rooms use.

A folder is loaded only if everything holds that an interview relies on; what merely ought to be better (a
tip past its review date, a page that is hard to read) is for `attune check` to say. See the column "stops"
in the reference.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from bot.errors import AuthorError
from bot.questionnaire.check import must_hold, second_part
from bot.questionnaire.model import (
    AnyAnswers,
    ConsentText,
    Edition,
    Link,
    Locale,
    LocaleStatus,
    Questionnaire,
    ScaleText,
    SegmentText,
    Texts,
    Tip,
)
from bot.questionnaire.sources import MAIN, Sources, read_sources
from bot.source import refuse


@dataclass(frozen=True, slots=True)
class Loaded:
    """A questionnaire as it is now: the edition that is kept with a session, and what is never pinned."""

    folder: Path
    edition: Edition
    tips: Mapping[tuple[str, str, str], Tip]
    """By voice (a segment or `neutral`), topic and language."""
    links: Mapping[str, tuple[Link, ...]]
    """By topic."""

    @property
    def id(self) -> str:
        """Return the questionnaire's id."""
        return self.edition.questionnaire.id


def load(folder: Path) -> Loaded:
    """Load one questionnaire, or raise `AuthorError` with the first things that are wrong."""
    return _loaded(read_sources(folder), None)


def load_all(folder: Path) -> dict[str, Loaded]:
    """Load every questionnaire in a folder, by id, or raise `AuthorError`."""
    if not folder.is_dir():
        raise AuthorError(
            f"There is no folder {folder}.", remedy="Set QUESTIONNAIRES to a folder of questionnaires."
        )
    folders = questionnaire_folders(folder)
    if not folders:
        raise AuthorError(
            f"{folder} holds no questionnaire.", remedy="`attune init DIR` copies the shipped ones."
        )
    known = [each.name for each in folders]
    loaded = {each.name: _loaded(read_sources(each), known) for each in folders}
    for name, one in loaded.items():
        if one.id != name:
            raise AuthorError(
                f"The questionnaire in {folder / name} is called {one.id}.",
                remedy="Rename its folder to that.",
            )
    return loaded


def questionnaire_folders(folder: Path) -> list[Path]:
    """Return the folders in a folder that are questionnaires."""
    return sorted(path.parent for path in folder.glob(f"*/{MAIN}") if not path.parent.name.startswith("."))


def assemble(sources: Sources) -> Loaded:
    """Put a questionnaire together from sources in which everything holds."""
    if sources.main is None:
        raise AuthorError(f"{sources.folder} holds no questionnaire.")
    questionnaire = sources.main.value
    words = {questionnaire.languages[0]: _own_texts(questionnaire)}
    words |= {
        language: _translated(questionnaire, sources.locales[language].value)
        for language in questionnaire.languages[1:]
    }
    edition = Edition(digest=digest(questionnaire, words), questionnaire=questionnaire, texts=words)
    links = sources.links.value.links if sources.links else {}
    return Loaded(sources.folder, edition, MappingProxyType(dict(_tips(sources))), MappingProxyType(links))


def digest(questionnaire: Questionnaire, words: Mapping[str, Texts]) -> str:
    """Return the SHA-256 of the canonical JSON of a questionnaire and its texts, in hex."""
    content = {
        "questionnaire": questionnaire.model_dump(mode="json"),
        "texts": {language: text.model_dump(mode="json") for language, text in words.items()},
    }
    canonical = json.dumps(
        content, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False
    )
    return hashlib.sha256(canonical.encode()).hexdigest()


def _loaded(sources: Sources, known: Iterable[str] | None) -> Loaded:
    refuse(sources.folder, must_hold(sources))
    if known is not None:
        refuse(sources.folder, second_part(sources, known))
    return assemble(sources)


def _own_texts(questionnaire: Questionnaire) -> Texts:
    """Gather the texts that stand in `questionnaire.yaml`: reviewed once its items have a reviewer."""
    reviewed = questionnaire.review.reviewed_by != "none"
    return Texts(
        title=questionnaire.title,
        summary=questionnaire.summary,
        consent=ConsentText(lines=questionnaire.consent.lines, whole=questionnaire.consent.whole),
        prompts={name: scale.prompt for name, scale in questionnaire.answers.items()},
        labels={name: _own_labels(scale) for name, scale in questionnaire.answers.items()},
        items={item.id: item.text for item in questionnaire.items},
        scales={scale.id: ScaleText(name=scale.name, words=scale.words) for scale in questionnaire.scales},
        segments={
            segment.id: SegmentText(
                name=segment.name, said_as=segment.said_as, bar=segment.bar, clinician=segment.clinician
            )
            for segment in questionnaire.segments
        },
        phrases=questionnaire.phrases,
        status=LocaleStatus.REVIEWED if reviewed else LocaleStatus.DRAFTED,
    )


def _own_labels(answers: AnyAnswers) -> dict[str, str]:
    return {choice.id: choice.label for choice in answers.choices}


def _translated(questionnaire: Questionnaire, locale: Locale) -> Texts:
    return Texts(
        title=locale.title,
        summary=locale.summary,
        consent=locale.consent,
        prompts={name: scale.prompt for name, scale in locale.answers.items()},
        labels={
            name: dict(scale.choices) or _own_labels(questionnaire.answers[name])
            for name, scale in locale.answers.items()
        },
        items=locale.items,
        scales=locale.scales,
        segments=locale.segments,
        phrases=locale.phrases,
        status=locale.status,
    )


def _tips(sources: Sources) -> Iterator[tuple[tuple[str, str, str], Tip]]:
    """Yield every tip whose fact is there; a tip can be withdrawn by taking its file or its fact away."""
    for file in sources.tips:
        facts = sources.facts.get(file.language)
        if facts is not None and (fact := facts.value.facts.get(file.topic)) is not None:
            tip = Tip(
                voice=file.voice,
                language=file.language,
                matter=file.matter,
                fact=fact,
                body=file.body.strip(),
            )
            yield (file.voice, file.topic, file.language), tip
