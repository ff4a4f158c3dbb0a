"""Files are untrusted: each is refused with its place, quickly, and nothing in it is ever run or built."""

import os
import resource
import shutil
import string
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.errors import AuthorError
from bot.questionnaire.check import check
from bot.questionnaire.load import Loaded, load
from bot.questionnaire.sources import read_sources
from bot.source import Document, Problem, read_front_matter, read_yaml, refuse
from tests.questionnaire.planting import TINY, TODAY

BOMB = "a: &a [x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"{new}: &{new} [{', '.join([f'*{old}'] * 9)}]\n" for old, new in zip("abcdefgh", "bcdefghi", strict=True)
)


def read(folder: Path, content: str | bytes) -> Document:
    """Read a file with this content."""
    path = folder / "file.yaml"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return read_yaml(path, folder)


def told(document: Document) -> list[str]:
    """Return what is wrong with a document, as `line:column code`."""
    return [f"{problem.line}:{problem.column} {problem.code}" for problem in document.problems]


@pytest.fixture(autouse=True)
def _quick_and_small() -> Iterator[None]:
    """Fail whatever takes a second or 50 MB more than before."""
    began, peak = time.process_time(), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    yield
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - peak < 50_000
    if not os.environ.get("PYTEST_CURRENT_TEST", "").startswith("tests/test_source.py::test_any_"):
        assert time.process_time() - began < 1


class TestWhatIsNoTextIsRefused:
    def test_a_file_that_is_not_there(self, tmp_path: Path) -> None:
        assert told(read_yaml(tmp_path / "none.yaml", tmp_path)) == ["1:1 no-file"]

    def test_ten_megabytes(self, tmp_path: Path) -> None:
        assert told(read(tmp_path, b"a: b\n" * 2_000_000)) == ["1:1 too-large"]

    def test_a_file_without_end(self, tmp_path: Path) -> None:
        """A device gives bytes for ever; a pipe would wait for ever."""
        os.mkfifo(tmp_path / "pipe.yaml")
        assert told(read_yaml(tmp_path / "pipe.yaml", tmp_path)) == ["1:1 unreadable"]
        assert told(read_yaml(Path("/dev/zero"), Path("/dev"))) == ["1:1 unreadable"]

    def test_a_folder_in_a_files_place(self, tmp_path: Path) -> None:
        (tmp_path / "folder.yaml").mkdir()
        assert told(read_yaml(tmp_path / "folder.yaml", tmp_path)) == ["1:1 unreadable"]

    def test_a_link_out_of_the_folder(self, tmp_path: Path) -> None:
        """Also through a linked folder, and by dots."""
        secret = tmp_path / "secret.yaml"
        secret.write_text("key: value", "utf-8")
        home = tmp_path / "home"
        home.mkdir()
        (home / "link.yaml").symlink_to(secret)
        (home / "folder").symlink_to(tmp_path)
        assert told(read_yaml(home / "link.yaml", home)) == ["1:1 outside"]
        assert told(read_yaml(home / "folder" / "secret.yaml", home)) == ["1:1 outside"]
        assert told(read_yaml(home / ".." / "secret.yaml", home)) == ["1:1 outside"]

    def test_a_link_within_the_folder_is_fine(self, tmp_path: Path) -> None:
        (tmp_path / "one.yaml").write_text("key: value", "utf-8")
        (tmp_path / "two.yaml").symlink_to(tmp_path / "one.yaml")
        assert read_yaml(tmp_path / "two.yaml", tmp_path).value == {"key": "value"}

    def test_a_link_to_itself(self, tmp_path: Path) -> None:
        (tmp_path / "loop.yaml").symlink_to(tmp_path / "loop.yaml")
        assert told(read_yaml(tmp_path / "loop.yaml", tmp_path)) in (["1:1 unreadable"], ["1:1 no-file"])

    def test_bytes_that_are_not_utf8(self, tmp_path: Path) -> None:
        """The column counts characters, not bytes."""
        assert told(read(tmp_path, "a: b\nñú: ".encode() + b"caf\xe9\n")) == ["2:8 not-utf8"]
        assert told(read(tmp_path, "a: b".encode("utf-16"))) == ["1:1 not-utf8"]

    def test_characters_that_nobody_sees(self, tmp_path: Path) -> None:
        """All of them are told, each at its place; NUL, escape, a line separator, a turned direction."""
        document = read(tmp_path, "a: b\x00\nc: \x1b[31m\nd: \u2028\ne: \u202e\n")
        assert told(document) == [f"{place} control-character" for place in ("1:5", "2:4", "3:4", "4:4")]

    def test_a_picture_is_told_shortly(self, tmp_path: Path) -> None:
        assert len(read(tmp_path, bytes(range(32)) * 1000).problems) <= 20

    def test_a_byte_order_mark_and_windows_line_ends_are_fine(self, tmp_path: Path) -> None:
        document = read(tmp_path, b"\xef\xbb\xbfa: b\r\nc: |\r\n  d\r\n  e\r\n")
        assert document.value == {"a": "b", "c": "d\ne\n"}
        assert document.places["c",].key == (2, 1)


class TestWhatIsMoreThanDataIsRefused:
    def test_a_bomb_costs_nothing(self, tmp_path: Path) -> None:
        """324 bytes that would become nine to the ninth values."""
        document = read(tmp_path, BOMB)
        assert set(told(document)[:2]) == {"1:4 yaml-alias", "2:4 yaml-alias"}
        assert len(document.places) < 100

    def test_merge_keys_tags_and_anchors(self, tmp_path: Path) -> None:
        text = "a: &x {b: 1}\nc:\n  <<: *x\nd: !!python/name:os.system x\ne: !mine [1]\n"
        assert told(read(tmp_path, text)) == [
            "1:4 yaml-alias",
            "3:7 yaml-alias",
            "3:3 yaml-merge",
            "4:4 yaml-tag",
            "5:4 yaml-tag",
        ]

    def test_keys_said_twice(self, tmp_path: Path) -> None:
        """Each is told, and the first one holds."""
        document = read(tmp_path, "a: 1\nb: {c: 1, d: 2, c: 3}\na: 2\n'a': 3\n")
        assert told(document) == ["2:17 duplicate-key", "3:1 duplicate-key", "4:1 duplicate-key"]
        assert document.value == {"a": 1, "b": {"c": 1, "d": 2}}

    @pytest.mark.parametrize("opening", ["[", "{a: ", "- ", "? "])
    def test_endless_depth(self, tmp_path: Path, opening: str) -> None:
        assert told(read(tmp_path, opening * 3000))[-1].split()[1] in {"too-deep", "yaml-syntax"}
        assert len(read(tmp_path, opening * 3000).places) < 100

    def test_more_values_than_anybody_writes(self, tmp_path: Path) -> None:
        assert told(read(tmp_path, "a:\n" + "- b\n" * 200_000)) == ["20000:3 too-large"]

    def test_a_second_document(self, tmp_path: Path) -> None:
        assert told(read(tmp_path, "a: 1\n---\nb: 2\n")) == ["2:1 several-documents"]

    def test_tabs_are_all_told(self, tmp_path: Path) -> None:
        assert told(read(tmp_path, "a:\n\tb: 1\n  \tc: 2\n")) == ["2:1 tab-indent", "3:3 tab-indent"]

    @pytest.mark.parametrize(
        ("text", "where"),
        [
            ("a: [1, 2\n", "2:1"),
            ("a: b: c\n", "1:5"),
            ('a: "b\n', "2:1"),
            ("a: @b\n", "1:4"),
            ("a: b\n  c: d\n", "2:4"),
        ],
    )
    def test_what_is_no_yaml(self, tmp_path: Path, text: str, where: str) -> None:
        assert told(read(tmp_path, text)) == [f"{where} yaml-syntax"]

    @pytest.mark.parametrize("text", ["", "# nothing\n", "- a\n", "just words\n", "~\n"])
    def test_what_holds_no_keys(self, tmp_path: Path, text: str) -> None:
        assert [line.split()[1] for line in told(read(tmp_path, text))] == ["not-a-mapping"]

    def test_a_key_that_is_no_word(self, tmp_path: Path) -> None:
        assert told(read(tmp_path, "[a, b]: c\n")) == ["1:1 yaml-key"]

    def test_numbers_that_are_none(self, tmp_path: Path) -> None:
        assert told(read(tmp_path, "a: .nan\nb: -.inf\nc: 1e999\n")) == [
            "1:4 yaml-number",
            "2:4 yaml-number",
            "3:4 yaml-number",
        ]
        assert told(read(tmp_path, f"a: {'9' * 5000}\n")) == ["1:4 yaml-number"]


class TestWhatIsFineIsReadAsYaml12:
    def test_words_stay_words(self, tmp_path: Path) -> None:
        """YAML 1.1 would read false, true, 90, a date and 10."""
        document = read(tmp_path, "a: no\nb: on\nc: 1:30\nd: 2026-11-24\ne: 012\nno: x\n1: y\n")
        assert document.value == {
            "a": "no",
            "b": "on",
            "c": "1:30",
            "d": "2026-11-24",
            "e": 12,
            "no": "x",
            "1": "y",
        }

    def test_numbers_and_nothing(self, tmp_path: Path) -> None:
        document = read(tmp_path, "a: -3\nb: 0x1F\nc: 0o17\nd: 1.5e3\ne: ~\nf:\ng: true\nh: '1'\n")
        assert document.value == {
            "a": -3,
            "b": 31,
            "c": 15,
            "d": 1500.0,
            "e": None,
            "f": None,
            "g": True,
            "h": "1",
        }

    def test_what_the_fast_parser_refuses_the_careful_one_reads(self, tmp_path: Path) -> None:
        """Question marks and addresses may stand unquoted in braces."""
        document = read(tmp_path, "a: {text: Tea?, url: https://example.org/x}\n")
        assert document.value == {"a": {"text": "Tea?", "url": "https://example.org/x"}}

    def test_every_node_knows_its_place(self, tmp_path: Path) -> None:
        """For key and for value; characters beyond the first plane count as one."""
        document = read(
            tmp_path, "a: 🙂\nitems:\n  - {id: x, text: '🙂', n: 1}\n  - id: y\n    answers:\n      - z\n"
        )
        assert document.place(("items", 0, "n")) == ((3, 24), (3, 27))
        assert document.place(("items", 1, "answers", 0)) == ((6, 9), (6, 9))
        assert document.place(("items", 1, "answers")) == ((5, 5), (6, 7))
        assert document.place(("items", 1, "nothing", "here")) == document.place(("items", 1))


class TestFrontMatter:
    def test_lines_are_counted_in_the_whole_file(self, tmp_path: Path) -> None:
        path = tmp_path / "tip.md.j2"
        path.write_text("---\na: 1\nb: [\n---\nThe body.\n", "utf-8")
        document, body, line = read_front_matter(path, tmp_path)
        assert told(document) == ["4:1 yaml-syntax"]
        assert (body, line) == ("The body.\n", 5)

    @pytest.mark.parametrize("text", ["", "a: 1\n", "---\na: 1\n", "\n---\na: 1\n---\n"])
    def test_it_must_be_there(self, tmp_path: Path, text: str) -> None:
        path = tmp_path / "tip.md.j2"
        path.write_text(text, "utf-8")
        assert told(read_front_matter(path, tmp_path).document) == ["1:1 no-front-matter"]


class TestProblems:
    def test_print_as_a_compiler_does(self) -> None:
        problem = Problem(Path("a/b.yaml"), 3, 14, "brace", "a stray `{`", "Take it away.")
        assert str(problem) == "a/b.yaml:3:14: brace: a stray `{`\n    Take it away."

    def test_stop_the_program_with_the_first_few(self) -> None:
        problems = [Problem(Path("a.yaml"), line, 1, "brace", "a stray brace") for line in range(9, 0, -1)]
        with pytest.raises(AuthorError) as caught:
            refuse(Path("a"), problems)
        assert str(caught.value).count("a stray brace") == 5
        assert "a.yaml:1:1" in str(caught.value)
        assert "4 more" in str(caught.value)

    def test_none_stop_nothing(self) -> None:
        refuse(Path("a"), [])


def mutated(data: st.DataObject, raw: bytes) -> bytes:
    """Return bytes with a piece cut out, put in, repeated or overwritten."""
    start = data.draw(st.integers(0, len(raw)))
    end = data.draw(st.integers(start, min(len(raw), start + 40)))
    noise = st.binary(max_size=8) | st.text(string.printable + "&*!<>|%@`{}[]é🙂\u202e", max_size=8).map(
        str.encode
    )
    piece = data.draw(st.one_of(noise, st.just(raw[start:end] * 3)))
    return raw[:start] + piece + raw[end:]


def survives(folder: Path, data: st.DataObject) -> None:
    """Spoil one file of a copied folder, then check and load it: problems or a value, never an exception."""
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(TINY / "with-segments", folder)
    names = ["questionnaire.yaml", "links.yaml", "tips/facts.yaml", "tips/social/walking.md.j2"]
    path = folder / data.draw(st.sampled_from(names))
    path.write_bytes(mutated(data, path.read_bytes()))
    problems = check(read_sources(folder), TODAY, ())
    assert all(problem.line >= 1 and problem.column >= 1 and problem.code for problem in problems)
    try:
        assert isinstance(load(folder), Loaded)
    except AuthorError:
        assert problems


@pytest.mark.slow
@given(data=st.data())
@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_mutation_gives_problems_or_a_value(tmp_path: Path, data: st.DataObject) -> None:
    """Whatever happens to a file's bytes, the check answers and the loader loads or refuses."""
    survives(tmp_path / "with-segments", data)


@pytest.mark.slow
@given(data=st.data())
@settings(max_examples=500, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_of_many_mutations_gives_problems_or_a_value(tmp_path: Path, data: st.DataObject) -> None:
    """The same, longer."""
    survives(tmp_path / "with-segments", data)
