"""What is typed becomes an answer where it is plainly one, and is asked again where it isn't."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.conversation.event_log import dump_event, parse_event
from bot.conversation.session import dump, parse
from bot.conversation.typed import read_typed
from bot.questionnaire.model import DateAnswer, NumberAnswer

AGE = NumberAnswer(kind="number", min=18, max=120)
WEIGHT = NumberAnswer(kind="number", min=-5, max=400, decimals=2)
DAY = DateAnswer(kind="date", min=date(1900, 1, 1), max=date(2026, 12, 31))
MONTH = DateAnswer(kind="date", precision="month", min=date(2000, 5, 20))


@pytest.mark.parametrize(
    ("text", "stored"),
    [
        ("75", "75"),
        (" 075 ", "75"),
        ("+18", "18"),
        ("\u0667\u0665", "75"),  # Arabic digits
        ("\u200f\u06f7\u06f5", "75"),  # Persian ones, after a mark that turns the direction
        ("\uff17\uff15", "75"),
        ("17", None),
        ("121", None),
        ("75.0", None),
        ("1,000", None),
        ("seventy", None),
        ("75 years", None),
        ("-97", None),
        ("7e1", None),
        ("1_8", None),
        ("", None),
        ("9" * 500, None),
    ],
)
def test_a_whole_number(text: str, stored: str | None) -> None:
    assert read_typed(AGE, text) == stored


@pytest.mark.parametrize(
    ("text", "stored"),
    [
        ("72,5", "72.5"),
        ("72.50", "72.5"),
        ("72\u066b5", "72.5"),
        ("-0.00", "0"),
        ("\u22124.25", "-4.25"),
        ("1,000", None),
        ("72.505", None),
        ("72.", None),
        ("1.2.3", None),
        ("400.01", None),
    ],
)
def test_a_number_with_decimals(text: str, stored: str | None) -> None:
    """Three digits behind a comma could mean a thousand: nothing is guessed."""
    assert read_typed(WEIGHT, text) == stored


@given(st.decimals(-5, 400, places=2))
def test_a_number_is_stored_exactly(number: Decimal) -> None:
    """However it is written, what is stored is that very number, in one writing."""
    stored = read_typed(WEIGHT, str(number))
    assert stored is not None
    assert Decimal(stored) == number
    assert read_typed(WEIGHT, stored) == stored


@pytest.mark.parametrize(
    ("text", "stored"),
    [
        ("2025-11-24", "2025-11-24"),
        ("2025/1/2", "2025-01-02"),
        ("24.11.2025", "2025-11-24"),
        ("11/24/2025", "2025-11-24"),
        ("5/5/2025", "2025-05-05"),  # both ways the same
        ("\u0662\u0660\u0662\u0665-\u0661\u0661-\u0662\u0664", "2025-11-24"),
        ("03/04/2025", None),  # March or April?
        ("2025-02-29", None),
        ("2024-02-29", "2024-02-29"),
        ("24.11.25", None),
        ("1899-12-31", None),
        ("2027-01-01", None),
        ("2025-11", None),
        ("yesterday", None),
    ],
)
def test_a_day(text: str, stored: str | None) -> None:
    assert read_typed(DAY, text) == stored


@pytest.mark.parametrize(
    ("text", "stored"),
    [
        ("2019-5", "2019-05"),
        ("05/2019", "2019-05"),
        ("2000-05", "2000-05"),
        ("2000-04", None),
        ("2019-13", None),
        ("2019-05-01", None),
        ("May 2019", None),
    ],
)
def test_a_month(text: str, stored: str | None) -> None:
    """The month of the first day taken is taken whole."""
    assert read_typed(MONTH, text) == stored


@given(st.dates(date(1900, 1, 1), date(2026, 12, 31)))
def test_a_day_is_read_as_it_is_stored(day: date) -> None:
    assert read_typed(DAY, day.isoformat()) == day.isoformat()


@given(st.text(max_size=60))
def test_nothing_typed_breaks_the_reading(text: str) -> None:
    """Anything at all is an answer within the limits, or none."""
    for answers in (AGE, WEIGHT, DAY, MONTH):
        stored = read_typed(answers, text)
        assert stored is None or read_typed(answers, stored) == stored


def test_sessions_and_events_of_before_are_read_and_written_as_they_were() -> None:
    """An answer of one choice has no key that came with the other kinds."""
    body = '{"item":"tea","choice":"yes","at":"2026-03-01T09:00:00Z"}'
    event = parse_event("Answered", body)
    assert dump_event(event)[1].decode().count(":") == body.count(":")
    answer = '{"choice":null,"at":"2026-03-01T09:00:00Z"}'
    session = parse(f'{{{_SESSION},"answers":{{"tea":{answer}}}}}')
    assert not session.answers["tea"].declined
    assert session.ticked is None
    assert answer in dump(session).decode()


_SESSION = (
    '"id":"AAAAAAAAAAA","questionnaire":"tiny","edition":"0","organisation":"x","channel":"web",'
    '"language":"en","seed":"s","began_at":"2026-03-01T09:00:00Z"'
)
