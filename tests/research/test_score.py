"""`attune score`: what the bot would have said of people who answered elsewhere; clear words otherwise."""

import csv
import gzip
import io
import tracemalloc
from collections.abc import Callable, Iterable, Sequence
from functools import cache
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from bot.cli import app
from bot.errors import AttuneError, OperatorError
from bot.questionnaire.load import load
from bot.questionnaire.model import Questionnaire
from bot.research.score import plan, score_file
from bot.scoring.segments import assign
from tests.conftest import ROOT

TINY = ROOT / "tests" / "questionnaires"
ITEMS = ("plan", "drift", "list", "ask", "alone", "share")
PLANNER = (4, 1, 4, 1, 4, 1)
IDS = {1: "not_me", 2: "a_bit", 3: "mostly", 4: "just_me"}

Cells = Sequence[object]


@cache
def made(name: str) -> Questionnaire:
    """Return one of the small questionnaires."""
    return load(TINY / name).edition.questionnaire


def sheet(path: Path, header: Cells, *rows: Cells, separator: str = ",") -> Path:
    """Write a file of answers."""
    text = io.StringIO()
    writer = csv.writer(text, delimiter=separator, lineterminator="\n")
    writer.writerows([header, *rows])
    raw = text.getvalue().encode()
    path.write_bytes(gzip.compress(raw) if path.suffix == ".gz" else raw)
    return path


def run(questionnaire: str, data: Path, *options: str, out: str = "scores.csv") -> Result:
    """Run the command as somebody would."""
    where = str(TINY / questionnaire) if (TINY / questionnaire).is_dir() else questionnaire
    return CliRunner().invoke(app, ["score", where, str(data), "--out", out, *options])


def rows(path: str = "scores.csv") -> list[dict[str, str]]:
    """Read what was written."""
    raw = Path(path).read_bytes()
    text = (gzip.decompress(raw) if path.endswith(".gz") else raw).decode()
    return list(csv.DictReader(io.StringIO(text)))


def refused(result: Result) -> str:
    """Return the one sentence that a refusal is."""
    assert isinstance(result.exception, AttuneError), result.output
    assert not Path("scores.csv").exists()
    assert not list(Path().glob(".*.part"))
    return str(result.exception)


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """Return a file with two people: a planner, and one who skipped half."""
    return sheet(tmp_path / "data.csv", ITEMS, PLANNER, (1, "", 2, "", 1, ""))


def test_the_columns_are_those_that_were_promised(data: Path) -> None:
    assert run("linear", data).exit_code == 0
    assert list(rows()[0]) == [
        "row",
        "segment",
        "p_steady",
        "p_social",
        "p_free",
        "runner_up",
        "n_asked",
        "asked",
        "planning",
        "company",
        "flag_long_string",
        "flag_person_fit",
    ]


@pytest.mark.parametrize("name", ["linear", "gaussian", "latent-class"])
def test_a_person_gets_the_verdict_of_the_bots_own_function(name: str, data: Path) -> None:
    """To the last digit: probabilities are written so that they read back the same."""
    form = "long" if name == "linear" else "quick"
    assert run(name, data, "--form", form).exit_code == 0
    for row, person in zip(rows(), (PLANNER, (1, None, 2, None, 1, None)), strict=True):
        answers = {item: IDS[value] if value else None for item, value in zip(ITEMS, person, strict=True)}
        due = assign(made(name), answers)
        assert due is not None
        assert (row["segment"], row["runner_up"]) == (due.segment, due.runner_up)
        assert [float(row[f"p_{segment}"]) for segment in due.probabilities] == list(
            due.probabilities.values()
        )


def test_a_skip_is_missing_and_a_scale_with_too_few_says_so(data: Path) -> None:
    """Two of three planning items answered are not 80 percent of those asked."""
    run("linear", data, "--form", "long")
    planner, skipper = rows()
    assert (planner["planning"], planner["company"]) == ("4.0", "1.0")
    assert skipper["planning"] == skipper["company"] == "-99"
    assert skipper["n_asked"] == "6"
    assert skipper["asked"] == "|".join(ITEMS)


def test_only_the_items_of_the_form_count(data: Path) -> None:
    run("linear", data, "--form", "short")
    assert rows()[0]["asked"] == "plan|drift|list|ask|alone"
    run("linear", data, "--form", "long", "--force")
    assert rows()[0]["asked"].endswith("|share")


def test_without_a_form_it_is_the_one_that_is_asked(data: Path) -> None:
    run("linear", data)
    assert rows()[0]["n_asked"] == "5"


def test_a_missing_column_is_not_asked(tmp_path: Path) -> None:
    """The scale is scored from the others, and the person wasn't asked it."""
    result = run("linear", sheet(tmp_path / "data.csv", ITEMS[:2], PLANNER[:2]))
    assert result.exit_code == 0
    assert rows()[0]["asked"] == "plan|drift"
    assert (rows()[0]["planning"], rows()[0]["company"]) == ("4.0", "-97")
    assert "Not asked, because they have no column: list, ask, alone." in result.stderr


def test_nobody_gets_a_segment_from_no_answers(tmp_path: Path) -> None:
    run("linear", sheet(tmp_path / "data.csv", ITEMS, [""] * 6))
    row = rows()[0]
    assert {row["segment"], row["p_free"], row["runner_up"]} == {"-99"}


def test_a_questionnaire_without_segments_has_no_columns_for_them(tmp_path: Path) -> None:
    assert run("tiny", sheet(tmp_path / "data.csv", ["tea", "coffee"], [1, 4])).exit_code == 0
    assert "segment" not in rows()[0]
    assert rows()[0]["asked"] == "tea|coffee"


def test_conditions_hold_as_in_the_interview(tmp_path: Path) -> None:
    """An item whose condition doesn't hold isn't asked, whatever stands in its cell."""
    questionnaire = made("show-if")
    items = list(questionnaire.form.items)
    conditional = next(item for item in questionnaire.items if item.show_if)
    assert conditional.show_if is not None
    choices = {one.id: one.value for one in questionnaire.choices(conditional.show_if.item)}
    holds = choices[conditional.show_if.any_of[0]]
    fails = next(value for one, value in choices.items() if one not in conditional.show_if.any_of)
    answers = {item: questionnaire.choices(item)[0].value for item in items}
    people = [{**answers, conditional.show_if.item: value} for value in (holds, fails)]
    data = sheet(tmp_path / "data.csv", items, *[[person[item] for item in items] for person in people])
    assert run("show-if", data).exit_code == 0
    asked = [row["asked"].split("|") for row in rows()]
    assert [conditional.id in each for each in asked] == [True, False]


# ---------------------------------------------------------------- adaptively


def test_adaptively_it_asks_what_the_bot_would_ask(data: Path) -> None:
    """The first item is the rule's; a planner is soon known; a skip is asked and says nothing."""
    assert run("latent-class", data, "--adaptive").exit_code == 0
    planner, skipper = rows()
    assert planner["asked"].startswith("plan|")
    assert int(planner["n_asked"]) == 3
    assert int(skipper["n_asked"]) == 4


def test_max_and_no_stop_change_the_rule(data: Path) -> None:
    run("latent-class", data, "--adaptive", "--no-stop")
    assert {row["n_asked"] for row in rows()} == {"4"}
    run("latent-class", data, "--adaptive", "--max", "5", "--no-stop", "--force")
    assert {row["n_asked"] for row in rows()} == {"5"}
    run("latent-class", data, "--adaptive", "--max", "1", "--force")
    assert {row["n_asked"] for row in rows()} == {"1"}
    run("latent-class", data, "--adaptive", "--max", "99", "--no-stop", "--force")
    assert {row["n_asked"] for row in rows()} == {"6"}


def test_adaptively_an_item_without_a_column_cannot_be_asked(tmp_path: Path) -> None:
    data = sheet(tmp_path / "data.csv", ITEMS[1:], PLANNER[1:])
    run("latent-class", data, "--adaptive", "--no-stop")
    assert "plan" not in rows()[0]["asked"].split("|")
    assert rows()[0]["n_asked"] == "4"


def test_adaptively_needs_a_rule(data: Path) -> None:
    assert "has no adaptive rule" in refused(run("linear", data, "--adaptive"))


@pytest.mark.parametrize("options", [("--max", "3"), ("--no-stop",)])
def test_options_of_adaptive_alone_are_a_mistake_of_use(options: tuple[str, ...], data: Path) -> None:
    result = run("latent-class", data, *options)
    assert result.exit_code == 2
    assert "go with --adaptive" in result.stderr


# ---------------------------------------------------------------- the file that is read


def test_ids_match_without_case_and_other_columns_are_told_once(tmp_path: Path) -> None:
    header = [" Plan ", "DRIFT", "List", "ask", "alone", "share", "age", "name"]
    result = run("linear", sheet(tmp_path / "data.csv", header, [*PLANNER, 70, "x"], [*PLANNER, 71, "y"]))
    assert result.exit_code == 0
    assert rows()[0]["planning"] == "4.0"
    assert result.stderr.count("aren't items: age, name.") == 1


def test_columns_are_carried_over_by_name(tmp_path: Path) -> None:
    """Under the name that the file gives them, after everything else; they aren't called ignored."""
    data = sheet(tmp_path / "data.csv", [*ITEMS, "Code", "group", "age"], [*PLANNER, "a,1", "x", 7])
    result = run("linear", data, "--keep", "code, group")
    assert list(rows()[0])[-2:] == ["in_Code", "in_group"]
    assert (rows()[0]["in_Code"], rows()[0]["in_group"]) == ("a,1", "x")
    assert "aren't items: age." in result.stderr


def test_a_column_to_keep_that_is_not_there_is_told(data: Path) -> None:
    assert "no column grup to keep" in refused(run("linear", data, "--keep", "grup"))


@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_the_separator_is_the_one_of_the_first_line(separator: str, tmp_path: Path) -> None:
    run("linear", sheet(tmp_path / "data.csv", ITEMS, PLANNER, separator=separator))
    assert rows()[0]["planning"] == "4.0"


@pytest.mark.parametrize("missing", ["", " ", "NA", "NaN", ".", "-97", "-99.0"])
def test_a_missing_answer_is_known_by_many_names(missing: str, tmp_path: Path) -> None:
    run("linear", sheet(tmp_path / "data.csv", ITEMS, (missing, 1, 4, 1, 4, 1)))
    assert rows()[0]["planning"] == "-99"


@pytest.mark.parametrize("four", ["4", "4.0", "4.00", " 4 ", "just_me"])
def test_an_answer_is_a_value_however_a_program_writes_it(four: str, tmp_path: Path) -> None:
    run("linear", sheet(tmp_path / "data.csv", ITEMS, (four, 1, 4, 1, 4, 1)))
    assert rows()[0]["planning"] == "4.0"


@pytest.mark.parametrize("wrong", ["7", "0", "2.5", "four", "1e0", "\uff14", "-1"])
def test_a_value_out_of_range_is_told_with_its_row_and_column(wrong: str, tmp_path: Path) -> None:
    """What the cell holds isn't repeated: it may be a name."""
    data = sheet(tmp_path / "data.csv", ITEMS, PLANNER, (4, wrong, 4, 1, 4, 1))
    told = refused(run("linear", data))
    assert "row 2, column drift: the value isn't one of 1, 2, 3, 4." in told
    assert "four" not in told


def test_a_byte_order_mark_and_windows_line_ends_are_no_matter(tmp_path: Path) -> None:
    text = "\r\n".join([",".join(ITEMS), ",".join(map(str, PLANNER)), "", ""])
    (tmp_path / "data.csv").write_bytes(b"\xef\xbb\xbf" + text.encode())
    assert run("linear", tmp_path / "data.csv").exit_code == 0
    assert [row["planning"] for row in rows()] == ["4.0"]


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "is empty"),
        (b"\n", "is empty"),
        (b"age,name\n1,2\n", "has no column that is an item of linear"),
        (b"plan,Plan\n1,2\n", "two columns for the item plan"),
        (b"plan,drift\n1,2,3\n", "row 1: 3 cells, but 2 columns"),
        (b"plan,name\n1,caf\xe9\n", "line 2: this isn't UTF-8. Save the file as CSV UTF-8."),
        (b'plan,name\n1,"a"b\n', "can't be read as CSV"),
    ],
)
def test_a_file_that_cannot_be_right_is_told_in_one_sentence(
    content: bytes, told: str, tmp_path: Path
) -> None:
    (tmp_path / "data.csv").write_bytes(content)
    assert told in refused(run("linear", tmp_path / "data.csv"))


def test_a_file_that_is_not_there_or_not_packed_is_told(tmp_path: Path) -> None:
    assert "can't be read: No such file" in refused(run("linear", tmp_path / "none.csv"))
    (tmp_path / "data.csv.gz").write_bytes(b"plan\n1\n")
    assert "can't be unpacked" in refused(run("linear", tmp_path / "data.csv.gz"))


# ---------------------------------------------------------------- the file that is written


def test_a_file_is_packed_where_its_name_says_so(tmp_path: Path) -> None:
    """Reading and writing; the same people give the same bytes."""
    packed = sheet(tmp_path / "packed.csv.gz", ITEMS, PLANNER)
    run("linear", packed, out="one.csv.gz")
    run("linear", packed, out="two.csv.gz")
    assert rows("one.csv.gz")[0]["planning"] == "4.0"
    assert Path("one.csv.gz").read_bytes() == Path("two.csv.gz").read_bytes()


def test_nothing_is_overwritten_unless_that_was_said(data: Path) -> None:
    Path("scores.csv").write_text("mine")
    result = run("linear", data)
    assert isinstance(result.exception, OperatorError)
    assert "is there already" in str(result.exception)
    assert Path("scores.csv").read_text() == "mine"
    assert run("linear", data, "--force").exit_code == 0
    assert rows()[0]["row"] == "1"


def test_a_run_that_fails_keeps_the_old_file(tmp_path: Path) -> None:
    """Also with --force: the new one takes the name only once it is whole."""
    Path("scores.csv").write_text("mine")
    data = sheet(tmp_path / "data.csv", ITEMS, *[PLANNER] * 300, (9, 1, 1, 1, 1, 1))
    assert isinstance(run("linear", data, "--force").exception, OperatorError)
    assert Path("scores.csv").read_text() == "mine"
    assert not list(Path().glob(".*.part"))


def test_the_answers_themselves_are_never_overwritten(data: Path) -> None:
    before = data.read_bytes()
    result = run("linear", data, "--force", out=str(data))
    assert "is the file of answers itself" in str(result.exception)
    assert data.read_bytes() == before


def test_a_folder_that_is_not_there_is_told(data: Path) -> None:
    result = run("linear", data, out="nowhere/scores.csv")
    assert "can't be written" in str(result.exception)


def test_an_unknown_form_or_questionnaire_is_told_with_those_that_exist(data: Path) -> None:
    assert "linear has no form shorter. Its forms are short, long." in refused(
        run("linear", data, "--form", "shorter")
    )
    assert "There is no questionnaire nothing." in refused(run("nothing", data))


def test_a_shipped_questionnaire_is_found_by_its_id(tmp_path: Path) -> None:
    items = load(ROOT / "questionnaires" / "health-mindset").edition.questionnaire.form.items
    result = run("health-mindset", sheet(tmp_path / "data.csv", items, [3] * len(items)))
    assert result.exit_code == 0, result.output
    assert rows()[0]["n_asked"] == str(len(items))
    assert rows()[0]["flag_long_string"] == "1"


# ---------------------------------------------------------------- many people


def many(path: Path, people: int) -> Path:
    """Write a file of many people who differ."""
    return sheet(path, ITEMS, *((*PLANNER[:3], n % 4 + 1, n % 3 + 1, n % 2 + 1) for n in range(people)))


def peak(data: Path, out: Path, told: Callable[[int, int], None]) -> int:
    """Return the most memory that scoring a file took, in bytes."""
    tracemalloc.start()
    try:
        score_file(plan(made("with-segments")), data, out, told)
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


@pytest.mark.slow
def test_memory_does_not_grow_with_the_file(tmp_path: Path) -> None:
    """Fifteen times the people need only full buffers; kept rows would take 2 MB. The first run warms up."""
    few, lots = many(tmp_path / "few.csv", 100), many(tmp_path / "lots.csv", 1_500)
    peak(few, tmp_path / "warm.csv", lambda _done, _of: None)
    small = peak(few, tmp_path / "few-out.csv", lambda _done, _of: None)
    large = peak(lots, tmp_path / "lots-out.csv", lambda _done, _of: None)
    assert large < small + 250_000


def test_progress_is_told_in_bytes_of_the_file(tmp_path: Path) -> None:
    """It rises, and never beyond the end; a packed file is told in packed bytes."""
    told: list[tuple[int, int]] = []
    data = many(tmp_path / "data.csv.gz", 2_000)
    score_file(
        plan(made("with-segments")), data, tmp_path / "out.csv", lambda done, of: told.append((done, of))
    )
    done: Iterable[int] = [one for one, _ in told]
    assert {of for _, of in told} == {data.stat().st_size}
    assert sorted(done) == list(done)
    assert 0 < max(done) <= data.stat().st_size
