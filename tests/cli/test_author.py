"""The authors' commands, as an author meets them."""

import json
import shutil
import subprocess
import sys
from collections.abc import AsyncIterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from typer.testing import CliRunner, Result

from bot.cli import app
from bot.cli.dead_links import open_all
from bot.cli.diagnostics import printable
from tests.questionnaire.planting import ROOT, copied, replaced

MAIN = "questionnaire.yaml"


def attune(*arguments: str | Path) -> Result:
    """Run a command."""
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


class TestCheck:
    def test_a_clean_folder_is_said_to_be_well(self, tmp_path: Path) -> None:
        done = attune("check", copied("with-segments", tmp_path))
        assert (done.exit_code, done.stdout) == (0, "")
        assert "1 questionnaire(s) and 0 organisation(s): all is well." in done.stderr

    def test_a_problem_is_shown_as_a_compiler_shows_it(self, tmp_path: Path) -> None:
        """The place, the line, a caret below the column, what to do; exit 1."""
        folder = copied("tiny", tmp_path)
        replaced(folder / MAIN, "required: true", "requird: true")
        done = attune("check", folder)
        assert done.exit_code == 1
        assert done.stdout.splitlines() == [
            f"{folder / MAIN}:29:54: unknown-key: nobody knows the key `requird`",
            "    29 |   - {id: coffee, text: I like coffee., answers: fit, requird: true}",
            "       |                                                      ^",
            "       = Did you mean `required`?",
        ]

    def test_a_long_line_is_shown_where_the_problem_is(self, tmp_path: Path) -> None:
        folder = copied("tiny", tmp_path)
        replaced(folder / MAIN, "{id: tea,", "{" + "x: y, " * 60 + "id: tea,")
        shown = attune("check", folder).stdout.splitlines()
        carets = [(line, below.index("^")) for line, below in pairwise(shown) if "^" in below]
        assert carets
        assert all(len(line) < 120 and line[column] == "x" for line, column in carets)

    def test_a_program_gets_json(self, tmp_path: Path) -> None:
        folder = copied("tiny", tmp_path)
        replaced(folder / MAIN, "required: true", "requird: true")
        done = attune("check", folder, "--format", "json")
        assert done.exit_code == 1
        assert json.loads(done.stdout) == [
            {
                "path": (folder / MAIN).as_posix(),
                "line": 29,
                "column": 54,
                "code": "unknown-key",
                "message": "nobody knows the key `requird`",
                "hint": "Did you mean `required`?",
            }
        ]

    def test_a_program_gets_an_empty_list_where_all_is_well(self, tmp_path: Path) -> None:
        done = attune("check", copied("tiny", tmp_path), "--format", "json")
        assert (done.exit_code, json.loads(done.stdout), done.stderr) == (0, [], "")

    def test_a_path_may_be_a_file_a_folder_or_a_folder_of_folders(self, tmp_path: Path) -> None:
        """An editor gives a file, an author a folder, a reviewer the whole."""
        shelf = tmp_path / "questionnaires"
        folder = copied("two-languages", shelf)
        copied("tiny", shelf)
        for path in (folder / "locales" / "es.yaml", folder):
            assert "1 questionnaire(s)" in attune("check", path).stderr
        for path in (shelf, tmp_path):
            assert "2 questionnaire(s)" in attune("check", path).stderr

    def test_a_folder_whose_main_file_is_misspelt_is_told(self, tmp_path: Path) -> None:
        """Among questionnaires, a folder without one is a mistake."""
        copied("tiny", tmp_path)
        folder = copied("show-if", tmp_path)
        (folder / MAIN).rename(folder / "questionaire.yaml")
        said = attune("check", tmp_path).stdout
        assert f"{folder / MAIN}:1:1: no-file" in said
        assert f"{folder / 'questionaire.yaml'}:1:1: stray-file" in said

    @pytest.mark.parametrize("what", ["nowhere", "."])
    def test_nothing_to_check_is_a_mistake_of_the_command(self, what: str) -> None:
        done = attune("check", what)
        assert done.exit_code == 2
        assert "There is no" in done.stderr

    def test_a_phrase_that_nobody_says_is_told(self, tmp_path: Path) -> None:
        """Nor can a phrase have a placeholder that its place doesn't fill in."""
        folder = copied("tiny", tmp_path)
        with (folder / MAIN).open("a", encoding="utf-8") as file:
            file.write("phrases:\n  button.bakc: Back\n  button.back: 'Back, {name}'\n  topic.tea: Tea\n")
        said = [line for line in attune("check", folder).stdout.splitlines() if str(folder) in line]
        assert [line.removeprefix(f"{folder / MAIN}:").split(" ")[1] for line in said] == [
            "unknown-phrase:",
            "placeholder:",
        ]

    def test_a_journey_that_no_longer_holds_is_told_at_its_step(self, tmp_path: Path) -> None:
        folder = copied("tiny", tmp_path)
        (folder / "journeys").mkdir()
        journey = folder / "journeys" / "start.yaml"
        journey.write_text("name: A start\nsteps:\n  - starts:\n  - sees: Nobody ever says this\n", "utf-8")
        shutil.copytree(ROOT / "organisations", tmp_path / "organisations")
        said = attune("check", folder, tmp_path / "organisations")
        assert f"{journey}:4:5: journey-broken" in said.stdout
        journey.write_text("name: A start\nsteps:\n  - starts:\n  - sees: Example Hospital\n", "utf-8")
        assert attune("check", folder, tmp_path / "organisations").exit_code == 0

    def test_a_terminal_is_not_steered_by_a_file(self) -> None:
        """A file can't paint the screen or hide what is said about it."""
        assert printable("a\x1b[2Jb\r\x07\u202e") == "a\ufffd[2Jb\ufffd\ufffd\ufffd"

    @pytest.mark.slow
    def test_the_shipped_folders_are_clean_in_a_program_of_its_own(self, tmp_path: Path) -> None:
        """Wherever it is started, with nothing but the program itself."""
        command = [sys.executable, "-m", "bot", "check"]
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
        assert (done.returncode, done.stdout) == (0, "")
        assert "3 questionnaire(s) and 1 organisation(s): all is well." in done.stderr


class TestLinks:
    @pytest.fixture
    async def server(self) -> AsyncIterator[str]:
        """Return the address of a server with good, bad and reserved pages."""

        async def page(request: web.Request) -> web.Response:
            return web.Response(status=int(request.match_info["status"]))

        site = web.Application()
        site.router.add_get("/{status}", page)
        runner = web.AppRunner(site)
        await runner.setup()
        listener = web.TCPSite(runner, "127.0.0.1", 0)
        await listener.start()
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
        await runner.cleanup()

    async def test_dead_ones_are_found(self, server: str) -> None:
        """A page that only refuses programs counts as alive."""
        found = await open_all([f"{server}/{status}" for status in (200, 403, 404, 500)])
        assert list(found.values()) == ["", "", "answers 404", "answers 500"]

    async def test_nobody_listening_is_dead_too(self) -> None:
        found = await open_all(["http://127.0.0.1:1/", "http://"])
        assert all(found.values())

    def test_a_dead_link_is_told_at_its_place(self, tmp_path: Path) -> None:
        """Port 1 of this machine answers nobody."""
        folder = copied("with-segments", tmp_path)
        replaced(folder / "links.yaml", "https://medlineplus.gov/", "https://127.0.0.1:1/")
        assert attune("check", folder).exit_code == 0
        done = attune("check", folder, "--links")
        assert done.exit_code == 1
        assert (
            f"{folder / 'links.yaml'}:3:40: dead-link: https://127.0.0.1:1/ can't be reached" in done.stdout
        )


class TestSchema:
    @pytest.mark.parametrize(
        "kind", ["questionnaire", "locale", "links", "facts", "tip", "organisation", "journey"]
    )
    def test_each_kind_of_file_has_one(self, kind: str) -> None:
        schema = json.loads(attune("schema", kind).stdout)
        assert schema["$schema"].endswith("2020-12/schema")
        assert schema["additionalProperties"] is False

    def test_all_are_printed_by_name(self) -> None:
        schemas: dict[str, Any] = json.loads(attune("schema").stdout)
        assert schemas["tip"]["title"] == "TipMatter"

    def test_they_are_written_where_they_are_wanted(self, tmp_path: Path) -> None:
        assert attune("schema", "--out", tmp_path / "schemas").exit_code == 0
        assert len(list((tmp_path / "schemas").glob("*.schema.json"))) == 7


class TestInit:
    @pytest.mark.slow
    def test_the_shipped_folders_are_copied_to_be_edited(self, tmp_path: Path) -> None:
        """The copy is clean, and an editor finds a schema for each file."""
        folder = tmp_path / "ours"
        assert attune("init", folder).exit_code == 0
        assert (folder / "questionnaires" / "health-mindset" / MAIN).is_file()
        mapping = json.loads((folder / ".vscode" / "settings.json").read_text("utf-8"))["yaml.schemas"]
        for schema, opened in mapping.items():
            assert (folder / schema).is_file()
            assert all(any(folder.glob(pattern)) for pattern in opened)
        assert attune("check", folder).exit_code == 0

    def test_nothing_is_ever_overwritten(self, tmp_path: Path) -> None:
        (tmp_path / "mine.txt").touch()
        done = attune("init", tmp_path)
        assert done.exit_code == 1
        assert "isn't an empty folder" in done.stderr
        assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


@pytest.mark.parametrize("command", ["check", "schema", "init"])
def test_every_command_explains_itself_with_an_example(command: str) -> None:
    """The example can be copied."""
    assert f"Example: attune {command}" in attune(command, "--help").stdout
