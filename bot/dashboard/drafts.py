"""A new invite as a form says it: checked field by field, so that each mistake stands beside its field."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from bot.conversation.library import Library
from bot.storage.invites import LABEL, LEAST_LIMIT, Invite, new_code

FIELDS: Final = ("campaign", "source", "questionnaire", "language", "expires", "limit", "shared_screen")
MOST: Final = 1_000_000
_A_DAY: Final = timedelta(days=1)
MOMENT: Final = timedelta(seconds=1)
"""Before the end of a day it is still that day."""


@dataclass(frozen=True, slots=True)
class Draft:
    """What was read: an invite, or the phrase about what is wrong, by field."""

    invite: Invite | None
    wrong: Mapping[str, str]


def read(form: Mapping[str, str], library: Library, organisation: str, now: datetime) -> Draft:
    """Read a form; an empty field means what the form says it does."""
    given = {name: value.strip() for name, value in form.items()}
    questionnaire = given.get("questionnaire") or library.default_questionnaire
    limit, expires_at = _limit(given), _expires_at(given, library, organisation)
    checks = {
        "campaign": ("staff.wrong_label", LABEL.fullmatch(given.get("campaign", ""))),
        "source": ("staff.wrong_label", LABEL.fullmatch(given.get("source") or "none")),
        "questionnaire": ("staff.wrong_choice", questionnaire in library.questionnaires),
        "language": ("staff.wrong_choice", _is_spoken(given, library, organisation, questionnaire)),
        "limit": ("staff.wrong_limit", limit is None or LEAST_LIMIT <= limit <= MOST),
        "expires": ("staff.wrong_day", expires_at is None or expires_at > now),
    }
    wrong = {field: phrase for field, (phrase, right) in checks.items() if not right}
    if wrong:
        return Draft(None, wrong)
    invite = Invite(
        new_code(),
        organisation,
        questionnaire,
        given["campaign"],
        now,
        given.get("source", ""),
        given.get("language") or None,
        "shared_screen" in given,
        expires_at,
        limit,
    )
    return Draft(invite, {})


def _is_spoken(given: Mapping[str, str], library: Library, organisation: str, questionnaire: str) -> bool:
    language, loaded = given.get("language"), library.questionnaires.get(questionnaire)
    return not language or (
        loaded is not None and language in library.content(loaded.edition, organisation).languages
    )


def _limit(given: Mapping[str, str]) -> int | None:
    text = given.get("limit", "")
    return (
        (int(text) if text.isascii() and text.isdigit() and len(text) <= len(str(MOST)) else 0)
        if text
        else None
    )


def _expires_at(given: Mapping[str, str], library: Library, organisation: str) -> datetime | None:
    """Return the end of the last day in the organisation's time zone; long ago where it is none."""
    text = given.get("expires", "")
    if not text:
        return None
    zone = ZoneInfo(library.organisations[organisation].time_zone)
    try:
        last = date.fromisoformat(text)
        return datetime.combine(last + _A_DAY, time(), zone)
    except (ValueError, OverflowError):
        return datetime.min.replace(tzinfo=ZoneInfo("UTC"))
