"""Words of urgent need: noticed in every language we speak, before anything else, and then dropped.

A fixed list in the phrase files, not a diagnosis: it errs towards showing the card. Only a count is kept.
"""

import re
import unicodedata

from bot.conversation.phrasebook import Phrasebook


def is_urgent(phrasebook: Phrasebook, text: str) -> bool:
    """Tell whether somebody may be in urgent need."""
    said = f" {_folded(text[:2000])} "
    return any(f" {_folded(words)} " in said for words in phrasebook.urgent_words)


def _folded(text: str) -> str:
    """Return lower case without accents and punctuation, single spaces."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    letters = "".join(char for char in decomposed if not unicodedata.combining(char))
    return " ".join(re.sub(r"[^\w\s]", "", letters).split())
