"""Everything that can be wrong with an organisation's file."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from zoneinfo import ZoneInfo

from bot.organisation.codes import TABLE, told
from bot.organisation.model import Localised, Organisation
from bot.source import Document, Problem, Route, Said, flaws, read_yaml, validate

MAIN = "organisation.yaml"
LEAST_CONTRAST = 4.5
"""WCAG 2.2, level AA, for text of ordinary size."""


@dataclass(frozen=True, slots=True)
class Source:
    """An organisation's folder as it was read."""

    folder: Path
    document: Document
    value: Organisation | None
    problems: tuple[Problem, ...]


def read_source(folder: Path) -> Source:
    """Read an organisation's folder."""
    document = read_yaml(folder / MAIN, folder)
    value, problems = validate(document, Organisation)
    return Source(folder, document, value, (*document.problems, *problems))


def check(source: Source, today: date) -> list[Problem]:
    """Return every problem of one organisation on a day."""
    found = [*source.problems, *must_hold(source)]
    if source.value is not None:
        found += [*_contrast(source.document, source.value), *_sign_off(source.document, source.value, today)]
    return sorted(set(found))


def must_hold(source: Source) -> Iterator[Problem]:
    """Yield every problem that keeps an organisation from being used, beyond what its reading found."""
    if source.value is None:
        return
    document, organisation = source.document, source.value
    yield from _names(source, document, organisation)
    for route, text in every_text(organisation):
        yield from _languages(document, organisation, route, text)
        label = route[0] in {"links", "emergency"}
        for language, words in text.items():
            most = ("long-label", 60) if label else ("long-text", 1000)
            yield from flaws(Said(document, (*route, language), words, most=most), TABLE)
    for index, number in enumerate(organisation.emergency):
        if not any(character.isdigit() for character in number.number):
            yield told("emergency-number", document, ("emergency", index, "number"), "nothing to dial")


def two_defaults(sources: Iterable[Source]) -> Iterator[Problem]:
    """Yield every default organisation after the first."""
    first: Source | None = None
    for source in sources:
        if source.value is None or not source.value.default:
            continue
        if first is not None:
            message = f"`{first.folder.name}` is the default already"
            yield told("two-defaults", source.document, ("default",), message)
        first = first or source


def contrast(one: str, other: str) -> float:
    """Return the contrast of two colours such as #1f4e79, from 1 to 21, by WCAG's formula."""
    darker, lighter = sorted((_luminance(one), _luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def every_text(organisation: Organisation) -> Iterator[tuple[Route, Localised]]:
    """Yield every text that a person reads, with the way to it."""
    for name in ("greeting", "sign_off", "privacy"):
        yield (name,), getattr(organisation, name)
    if organisation.thanks is not None:
        yield ("thanks",), organisation.thanks
    yield ("contact", "hours"), organisation.contact.hours
    for index, number in enumerate(organisation.emergency):
        yield ("emergency", index, "label"), number.label
    for topic, link in organisation.links.items():
        yield ("links", topic, "title"), link.title


def _names(source: Source, document: Document, organisation: Organisation) -> Iterator[Problem]:
    name = source.folder.resolve().name
    if organisation.id != name:
        yield told("folder-id", document, ("id",), f"`{organisation.id}` isn't the folder's name, `{name}`")
    for index, language in enumerate(organisation.languages):
        if language in organisation.languages[:index]:
            yield told("language-twice", document, ("languages", index), f"`{language}` stands here twice")
    if not _known_zone(organisation.time_zone):
        message = f"nobody knows the time zone `{organisation.time_zone}`"
        yield told("time-zone", document, ("time_zone",), message)
    if organisation.logo is not None and not _inside(source.folder, organisation.logo):
        yield told("no-logo", document, ("logo",), f"there is no `{organisation.logo}` in the folder")
    signed = organisation.tips_signed_off
    if signed is not None and signed.until < signed.on:
        yield told("sign-off-order", document, ("tips_signed_off", "until"), "before the day of the review")


def _languages(
    document: Document, organisation: Organisation, route: Route, text: Localised
) -> Iterator[Problem]:
    for language in organisation.languages:
        if language not in text:
            message = f"`{route[-1]}` isn't said in `{language}`"
            yield told("missing-translation", document, route, message, at_key=True)
    for language in text:
        if language not in organisation.languages:
            message = f"`{language}` isn't one of the organisation's languages"
            yield told("unlisted-language", document, (*route, language), message, at_key=True)


def _contrast(document: Document, organisation: Organisation) -> Iterator[Problem]:
    found = contrast(organisation.colours.background, organisation.colours.text)
    if found < LEAST_CONTRAST:
        message = f"the contrast is {found:.1f}; {LEAST_CONTRAST} is the least"
        yield told("contrast", document, ("colours", "text"), message)


def _sign_off(document: Document, organisation: Organisation, today: date) -> Iterator[Problem]:
    signed = organisation.tips_signed_off
    if signed is not None and signed.until < today:
        yield told(
            "overdue", document, ("tips_signed_off", "until"), f"held until {signed.until.isoformat()}"
        )


def _known_zone(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):  # unknown, not a name at all, a folder of the list
        return False
    return True


def _inside(folder: Path, name: str) -> bool:
    path = (folder / name).resolve()
    return path.is_relative_to(folder.resolve()) and path.is_file()


def _luminance(colour: str) -> float:
    red, green, blue = (_linear(int(colour[start : start + 2], 16) / 255) for start in (1, 3, 5))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(channel: float) -> float:
    return float(channel / 12.92 if channel <= 0.04045 else ((channel + 0.055) / 1.055) ** 2.4)  # noqa: PLR2004 - sRGB
