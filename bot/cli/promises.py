"""Days that a consent text promises and the settings don't keep.

A text says "dropped 30 days after the interview", and people agree to that; ADDRESS_DAYS is what is done, and
longer than promised breaks the promise. Numbers before the word for days are what is read.
"""

import re
from typing import Final

from bot.questionnaire.load import load_all
from bot.settings import Settings

_DAYS: Final = re.compile(r"(\d{1,3})[\s\u00a0]+(?:days?|días?|dias?)\b", re.IGNORECASE)


def broken_promises(settings: Settings) -> list[str]:
    """Return a sentence for each consent text that promises fewer days than ADDRESS_DAYS."""
    broken = []
    for name, loaded in load_all(settings.questionnaires_folder).items():
        for language, texts in loaded.edition.texts.items():
            told = f"{' '.join(texts.consent.lines)} {texts.consent.whole}"
            days = [int(one) for one in _DAYS.findall(told)]
            if days and settings.address_days > min(days):
                broken.append(
                    f"The consent text of {name} ({language}) says {min(days)} days,"
                    f" but ADDRESS_DAYS is {settings.address_days}."
                )
    return broken
