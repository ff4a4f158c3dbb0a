"""How hard a page is to read, by a formula made for its language.

English: the Flesch-Kincaid grade, 0.39 words/sentences + 11.8 syllables/words - 15.59, at most 6 (consent:
8). Spanish: Szigriszt-Pazos, 206.835 - 62.3 syllables/words - words/sentences, read on the INFLESZ scale:
at least 65 ("rather easy", primary school), consent at least 55 ("normal"). For other languages nothing is
measured and nothing is said. Only whole pages of 30 words or more: a formula knows nothing about one short
sentence. Why these, and where syllables come from: docs/decisions/0006-reading-grade.md.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

LEAST_WORDS = 30

_WORD = re.compile(r"[^\W\d_]+(?:['\u2019][^\W\d_]+)*|\d+(?:[.,:]\d+)*")
_END = re.compile(r"[.!?…]+(?=\s+[\"“(¿¡]*[^\Wa-zà-ÿ]|[\"”)]*\s*$)|\n+")


@dataclass(frozen=True, slots=True)
class Measure:
    """One language's formula, and what is still easy enough."""

    name: str
    syllables: Callable[[str], int]
    formula: Callable[[float, float], float]
    """From words per sentence and syllables per word."""
    limit: float
    consent_limit: float
    higher_is_easier: bool

    def verdict(self, value: float, *, consent: bool) -> str:
        """Return what is wrong with a page of this value; nothing if it is easy enough."""
        limit = self.consent_limit if consent else self.limit
        if self.higher_is_easier:
            return "" if value >= limit else f"{self.name} {value:.1f}; {limit:g} is the least"
        return "" if value <= limit else f"{self.name} {value:.1f}; {limit:g} is the most"


def verdict(text: str, language: str, *, consent: bool = False) -> str:
    """Return what is wrong with a page's reading grade; nothing if it is easy enough.

    Short or not measurable.
    """
    measure = MEASURES.get(language.split("-", maxsplit=1)[0])
    value = grade(text, language)
    return measure.verdict(value, consent=consent) if measure and value is not None else ""


def grade(text: str, language: str) -> float | None:
    """Return a page's value by its language's formula; nothing for short pages and languages without one."""
    measure = MEASURES.get(language.split("-", maxsplit=1)[0])
    words = _WORD.findall(text.replace("**", ""))
    if measure is None or len(words) < LEAST_WORDS:
        return None
    sentences = sum(bool(_WORD.search(part)) for part in _END.split(text.replace("**", "")))
    syllables = sum(measure.syllables(word.lower()) for word in words)
    return measure.formula(len(words) / max(sentences, 1), syllables / len(words))


@cache
def english_syllables(word: str) -> int:
    """Return how many syllables an English word has; a number counts as one."""
    from syllapy import count  # type: ignore[import-untyped]  # noqa: PLC0415 - only `attune check` measures

    return max(1, int(count(word)))


_SILENT_U = re.compile(r"(?<=q)u|(?<=g)u(?=[eiéí])")
_FINAL_Y = re.compile(r"y\b")
_VOWELS = re.compile(r"[aeiouáéíóúü]+")
_STRONG = re.compile(r"[aeoáéóíú]")


@cache
def spanish_syllables(word: str) -> int:
    """Return how many syllables a Spanish word has: its strong vowels, and the weak ones that stand alone."""
    sounds = _FINAL_Y.sub("i", _SILENT_U.sub("", word))
    return max(1, sum(max(1, len(_STRONG.findall(run))) for run in _VOWELS.findall(sounds)))


def _flesch_kincaid(sentence: float, word: float) -> float:
    return 0.39 * sentence + 11.8 * word - 15.59


def _szigriszt_pazos(sentence: float, word: float) -> float:
    return 206.835 - 62.3 * word - sentence


MEASURES = {
    "en": Measure("Flesch-Kincaid grade", english_syllables, _flesch_kincaid, 6, 8, higher_is_easier=False),
    "es": Measure(
        "Szigriszt-Pazos (INFLESZ)", spanish_syllables, _szigriszt_pazos, 65, 55, higher_is_easier=True
    ),
}
