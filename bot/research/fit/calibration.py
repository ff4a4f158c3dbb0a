"""Whether a model may be called calibrated.

Law: only for a language of which at least 400 adults answered this long form, and only where the upper 95 %
limit of the calibration error, out of fold, is at most .06. Everything else is provisional.
"""

import numpy as np

from bot.research.fit.arrays import Flags, Floats, Ints
from bot.research.fit.bank import Bank
from bot.research.fit.figures import quality
from bot.research.fit.findings import LanguageFound
from bot.research.fit.people import People

ADULTS = 400
HIGHEST_ECE = 0.06


def languages(bank: Bank, people: People, probabilities: Floats, segments: Ints) -> tuple[LanguageFound, ...]:
    """Return for each language of the questionnaire whether it may be called calibrated, or why not."""
    if people.adults is None or people.languages is None:
        return ()
    spoken = np.array([said.lower() for said in people.languages])
    return tuple(
        _found(language, people.adults & (spoken == language.lower()), probabilities, segments)
        for language in bank.questionnaire.languages
    )


def why_provisional(people: People) -> str:
    """Return what the file doesn't say that would have to be known."""
    if people.adults is None:
        return "no column says who is an adult (--age-column)"
    if people.languages is None:
        return "no column says in which language people answered (--language-column)"
    return ""


def _found(language: str, who: Flags, probabilities: Floats, segments: Ints) -> LanguageFound:
    adults = int(who.sum())
    if not adults:
        return LanguageFound(language, 0, None, 0.0, "no adults answered in it")
    found = quality(probabilities[who], segments[who])
    if adults < ADULTS:
        reason = f"{adults} adults answered in it, fewer than {ADULTS}"
    elif found.ece.high > HIGHEST_ECE:
        reason = f"the calibration error may be as high as {found.ece.high:.3f}, above {HIGHEST_ECE}"
    else:
        reason = ""
    return LanguageFound(language, adults, found.ece, found.agreement.value, reason)
