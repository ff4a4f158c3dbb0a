"""What a researcher's file may look like, and what is said of one that can't be right."""

import gzip
from pathlib import Path

import pytest

from bot.errors import OperatorError
from bot.research.fit.bank import Bank, bank
from bot.research.fit.fitting import Plan, fit
from bot.research.fit.people import Columns, People, read_people
from tests.research.made_up_people import questionnaire

HEAD = "plan,drift,ask,alone,segment\n"


@pytest.fixture(scope="module")
def tiny() -> Bank:
    """Return four items, two of them reversed, and three segments."""
    return bank(questionnaire())


def read(tiny: Bank, text: str, columns: Columns | None = None) -> People:
    """Read a file of this text."""
    path = Path("people.csv")
    path.write_text(text, "utf-8")
    return read_people(path, tiny, columns or Columns("segment"))


def refusal(tiny: Bank, text: str, columns: Columns | None = None) -> str:
    """Return what is said of a file of this text."""
    with pytest.raises(OperatorError) as caught:
        read(tiny, text, columns)
    return str(caught.value)


def test_values_ids_names_and_spreadsheets_decimals_are_all_understood(tiny: Bank) -> None:
    """Columns and segments match without case; a choice may be its value or its id."""
    text = "\ufeffPLAN,Drift,ask,alone,Segment,age\n1,2,just_me,4.0,STEADY,40\n4,3,2,1,Social Asker,12\n"
    people = read(tiny, text)
    assert people.choices.tolist() == [[0, 1, 3, 3], [3, 2, 1, 0]]
    assert people.segments is not None
    assert people.segments.tolist() == [0, 1]
    assert people.adults is not None
    assert people.adults.tolist() == [True, False]
    assert people.languages == ("en", "en")


def test_reversed_items_are_turned_round_in_scoring_only(tiny: Bank) -> None:
    """1 on a reversed item of 1 to 4 counts as 4."""
    people = read(tiny, HEAD + "1,1,4,4,free\n")
    assert tiny.keyed(people.choices).tolist() == [[1, 4, 4, 1]]
    assert tiny.scores(tiny.keyed(people.choices)).tolist() == [[2.5, 2.5]]


def test_gaps_are_left_out_and_counted_never_filled_in(tiny: Bank) -> None:
    """Empty, NA and the missing codes of the export are gaps; so is no segment."""
    text = HEAD + "1,,1,1,free\n1,NA,1,1,free\n-99,1,1,1,free\n1,1,1,1,\n2,2,2,2,free\n"
    people = read(tiny, text)
    assert (people.read, people.gaps, people.unsorted, len(people.choices)) == (5, 3, 1, 1)


def test_other_columns_are_named_as_ignored_and_gzip_is_read(tiny: Bank) -> None:
    """The name of the file says how it is packed."""
    path = Path("people.csv.gz")
    path.write_bytes(gzip.compress(b"plan,drift,ask,alone,segment,height\n1,1,1,1,free,180\n"))
    assert read_people(path, tiny, Columns("segment")).ignored == ("height",)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "is empty"),
        ("a,b,c\n1,2,3\n", "no column that is an item of with-segments"),
        ("plan,drift,segment\n1,1,free\n", "lacks 2 of the 4 items: ask, alone"),
        ("plan,drift,ask,alone\n1,1,1,1\n", "no column `segment`"),
        (HEAD + "1,1,1,1,free\n1,7,1,1,free\n", "line 3, column `drift`: the value there isn't a choice"),
        (HEAD + "1,1,1,1,brave\n", "line 2, column `segment`: the value there isn't a segment"),
    ],
)
def test_a_file_that_cannot_be_right_is_told_with_its_place(tiny: Bank, text: str, said: str) -> None:
    """One sentence, and what to do; never the value, which may be somebody's words."""
    found = refusal(tiny, text)
    assert said in found
    assert "brave" not in found


def test_an_item_cannot_be_the_segment_and_a_wrong_option_is_named(tiny: Bank) -> None:
    """Both are said with the option that is meant."""
    assert "is an item" in refusal(tiny, HEAD + "1,1,1,1,free\n", Columns("plan"))
    assert "--age-column" in refusal(tiny, HEAD + "1,1,1,1,free\n", Columns("segment", age="years"))


def test_a_file_in_another_encoding_or_none_at_all_is_one_sentence(tiny: Bank) -> None:
    """The line of the first wrong byte is told."""
    path = Path("people.csv")
    path.write_bytes(b"plan\n\xff\n")
    with pytest.raises(OperatorError, match=r"line 2: this isn't UTF-8"):
        read_people(path, tiny, Columns())
    with pytest.raises(OperatorError, match="can't be read"):
        read_people(Path("nothing.csv"), tiny, Columns())


@pytest.mark.parametrize(
    ("people", "segments", "said"),
    [(20, (0, 1, 2), "20 people have a complete long form"), (300, (0, 1), "Only 0 of 300 people")],
)
def test_too_few_people_and_an_empty_segment_are_refused(
    tiny: Bank, people: int, segments: tuple[int, ...], said: str
) -> None:
    """A segment that nobody is in can't be learned."""
    lines = [f"1,2,3,4,{tiny.segments[segments[row % len(segments)]]}" for row in range(people)]
    with pytest.raises(OperatorError, match=said):
        fit(tiny, read(tiny, HEAD + "\n".join(lines) + "\n"), Plan(), lambda _done, _of: None)


def test_everybody_in_one_segment_is_refused(tiny: Bank) -> None:
    """There is nothing to tell apart."""
    everybody = read(tiny, HEAD + "1,2,3,4,free\n" * 200)
    assert everybody.segments is not None
    assert set(everybody.segments.tolist()) == {2}
    with pytest.raises(OperatorError, match="steady"):
        fit(tiny, everybody, Plan(), lambda _done, _of: None)
