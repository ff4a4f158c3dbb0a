"""What was typed, read as an answer: a number, a day or a month, or None where it isn't plainly one.

Law: nothing is guessed. What could be read in two ways (03/04/2026; 1,000) is asked again, and what was
understood is said back.
"""

import re
import unicodedata
from datetime import date
from decimal import Decimal

from bot.questionnaire.model import AnyAnswers, DateAnswer, NumberAnswer

_NUMBER = re.compile(r"([+-]?\d{1,12})(?:\.(\d+))?", re.ASCII)
_YEAR_FIRST = re.compile(r"(\d{4})[-/. ](\d{1,2})(?:[-/. ](\d{1,2}))?", re.ASCII)
_YEAR_LAST = re.compile(r"(?:(\d{1,2})[-/. ])?(\d{1,2})[-/. ](\d{4})", re.ASCII)
_LONGEST = 40


def read_typed(answers: AnyAnswers, text: str) -> str | None:
    """Return what was typed in the writing in which it is stored."""
    said = _plain(text)
    match answers:
        case NumberAnswer():
            return _number(answers, said)
        case DateAnswer(precision="month"):
            return _month(answers, said)
        case DateAnswer():
            return _day(answers, said)
        case _:
            return None


def _plain(text: str) -> str:
    """Return a text with digits and signs of any script as ASCII has them."""
    spaced = " ".join(unicodedata.normalize("NFKC", text[:_LONGEST]).split()).translate(_SIGNS)
    return "".join(str(unicodedata.decimal(sign, sign)) for sign in spaced)


_UNSEEN = "\u200e\u200f\u061c\u2066\u2067\u2069"  # marks of right-to-left writing
_SIGNS = str.maketrans(",\u066b\u2212\u2010\u2011\u2013", "..----", _UNSEEN)


def _number(answers: NumberAnswer, said: str) -> str | None:
    found = _NUMBER.fullmatch(said)
    if found is None or len(found[2] or "") > answers.decimals:
        return None
    number = Decimal(said)
    if not Decimal(repr(answers.min)) <= number <= Decimal(repr(answers.max)):
        return None
    return f"{number.normalize() + 0:f}"  # + 0: no minus before nothing


def _day(answers: DateAnswer, said: str) -> str | None:
    if found := _YEAR_FIRST.fullmatch(said):
        days = {_date(found[1], found[2], found[3])}
    elif found := _YEAR_LAST.fullmatch(said):
        days = {_date(found[3], found[1], found[2]), _date(found[3], found[2], found[1])}
    else:
        return None
    known = days - {None}
    day = known.pop() if len(known) == 1 else None
    return day.isoformat() if day is not None and _within(answers, day) else None


def _month(answers: DateAnswer, said: str) -> str | None:
    first, last = _YEAR_FIRST.fullmatch(said), _YEAR_LAST.fullmatch(said)
    month = None
    if first and not first[3]:
        month = _date(first[1], first[2], "1")
    elif last and not last[1]:
        month = _date(last[3], last[2], "1")
    return f"{month:%Y-%m}" if month is not None and _within(answers, month) else None


def _date(year: str | None, month: str | None, day: str | None) -> date | None:
    try:
        return date(int(year or ""), int(month or ""), int(day or ""))
    except ValueError:
        return None


def _within(answers: DateAnswer, day: date) -> bool:
    low, high = answers.min, answers.max
    if low is not None and answers.precision == "month":
        low = low.replace(day=1)  # a month is written as its first day
    return (low is None or low <= day) and (high is None or day <= high)
