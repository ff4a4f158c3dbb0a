"""Words of urgent need: noticed in every language we speak, before anything else, and then dropped.

A fixed list in the phrase files, not a diagnosis: it errs towards showing the card. Only a count is kept.
"""

import re
import unicodedata
from functools import lru_cache

from bot.conversation.phrasebook import Phrasebook

READ_AT_MOST = 4096  # characters: the longest text that Telegram lets people send
_WITHIN_WORDS = re.compile(r"['\u2018\u2019\u02bc\u00b4`\u2032\uff07]")  # can't, can\u2019t, can\u00b4t
_BETWEEN_WORDS = re.compile(r"[\W_]+")


def is_urgent(phrasebook: Phrasebook, text: str) -> bool:
    """Tell whether somebody may be in urgent need."""
    said = f" {_folded(text[:READ_AT_MOST])} "
    return any(words in said for words in _listened_for(phrasebook.urgent_words))


@lru_cache(maxsize=8)  # phrasebooks: a program has one
def _listened_for(urgent_words: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(f" {_folded(words)} " for words in urgent_words)


def _folded(text: str) -> str:
    """Return the words in one case, without accents and apostrophes; all else stands between words."""
    decomposed = unicodedata.normalize("NFKD", _WITHIN_WORDS.sub("", text))
    letters = "".join(char for char in decomposed if unicodedata.category(char) not in _UNHEARD)
    return _BETWEEN_WORDS.sub(" ", letters.casefold()).strip()


_UNHEARD = frozenset({"Mn", "Me", "Cf"})  # accents, and marks that nobody sees
