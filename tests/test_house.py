"""The laws of the house that no other test would notice broken."""

import io
import re
import shutil
import subprocess
import sys
import tokenize
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from bot.settings import Settings

NAMES_THAT_SAY_NOTHING = {"base", "common", "helper", "helpers", "manager", "misc", "util", "utils"}
LONGEST_FILE = 350  # a file past about 300 lines is asked which two things it is

NEVER_WRITTEN = {
    "a package registry's host": r"\b(pypi\.org|pythonhosted\.org|npmjs\.org|deb\.debian\.org|crates\.io)\b",
    "a path of one machine": r"(?<![\w.~-])/(work|root)/|/opt/(pypi|wheels)",
    "a tool of one workplace": r"\bissues (show|list|note)\b|\bsub-?agents?\b|\b(claude|anthropic|openai)\b",
}

# One planted breach for each contract: who imports what must not be imported there.
BREACHES = {
    "Imports go downward only, and neighbours never meet": ("bot/scoring/planted.py", "import bot.storage"),
    "The thinking rooms are pure": ("bot/conversation/planted.py", "import random"),
    "Telegram's types stay in Telegram's channel": ("bot/research/planted.py", "import telegram"),
    "SQL and its drivers stay in storage": ("bot/research/planted_too.py", "import sqlalchemy"),
    "The environment is read once, in settings": ("bot/storage/planted.py", "import pydantic_settings"),
    "YAML is read in one place, with line and column": ("bot/organisation/planted.py", "import ruamel.yaml"),
}


def lint_imports(folder: Path) -> subprocess.CompletedProcess[str]:
    """Check the floors of the house that stands in this folder."""
    linter = Path(sys.executable).with_name("lint-imports")
    command = [str(linter), "--no-logo", "--no-cache"]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


def tracked(root: Path, *patterns: str) -> list[Path]:
    """Return the files that git keeps, or is about to, as far as they are still there."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard", "--", *patterns]
    listed = subprocess.run(command, cwd=root, capture_output=True, text=True, check=True).stdout
    return [path for name in listed.split("\0") if name and (path := root / name).is_file()]


def comments(path: Path) -> Iterator[tuple[int, str]]:
    """Return each comment of a Python file with its line."""
    for token in tokenize.generate_tokens(io.StringIO(path.read_text("utf-8")).readline):
        if token.type == tokenize.COMMENT:
            yield token.start[0], token.string


@pytest.fixture(scope="session")
def project(root: Path) -> dict[str, Any]:
    """Return what pyproject.toml says."""
    return tomllib.loads((root / "pyproject.toml").read_text("utf-8"))


@pytest.mark.slow
def test_imports_go_downward_only(root: Path) -> None:
    """Every contract between the rooms is kept, and every room stands on a floor."""
    checked = lint_imports(root)
    assert checked.returncode == 0, checked.stdout


@pytest.mark.slow
def test_a_breach_of_any_contract_is_noticed(root: Path, tmp_path: Path) -> None:
    """One wrong import planted for each contract breaks each of them."""
    shutil.copytree(root / "bot", tmp_path / "bot", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(root / "pyproject.toml", tmp_path)
    for place, line in BREACHES.values():
        (tmp_path / place).write_text(f"{line}\n", "utf-8")
    broken = re.findall(r"^(.+) BROKEN\b", lint_imports(tmp_path).stdout, flags=re.MULTILINE)
    assert set(broken) == BREACHES.keys()


@pytest.mark.slow
def test_a_room_without_a_floor_is_noticed(root: Path, tmp_path: Path) -> None:
    """A new module at the top level has to be given its floor first."""
    shutil.copytree(root / "bot", tmp_path / "bot", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(root / "pyproject.toml", tmp_path)
    (tmp_path / "bot" / "attic.py").touch()
    checked = lint_imports(tmp_path)
    assert checked.returncode == 1
    assert "attic" in checked.stdout


def test_names_say_what_a_thing_is(root: Path) -> None:
    """No folder and no file is called after nothing in particular."""
    parts = {part.split(".")[0] for path in tracked(root) for part in path.relative_to(root).parts}
    assert not {part.lstrip("_").lower() for part in parts} & NAMES_THAT_SAY_NOTHING


def test_a_file_can_be_read_in_one_sitting(root: Path) -> None:
    """No file of the program is longer than what a reader keeps in mind."""
    lengths = {path: len(path.read_text("utf-8").splitlines()) for path in tracked(root, "bot/*.py")}
    assert not {str(path): length for path, length in lengths.items() if length > LONGEST_FILE}


@pytest.mark.slow
@pytest.mark.parametrize("what", NEVER_WRITTEN)
def test_the_project_belongs_to_no_machine(root: Path, what: str) -> None:
    """No tracked file names a registry's host, a path of one machine or a tool of one workplace."""
    pattern = re.compile(NEVER_WRITTEN[what], flags=re.IGNORECASE)
    found = [
        f"{path.relative_to(root)}:{number}: {line.strip()[:100]}"
        for path in tracked(root)
        if path != Path(__file__)
        for number, line in enumerate(path.read_text("utf-8", errors="replace").splitlines(), start=1)
        if pattern.search(line)
    ]
    assert not found


def test_every_suppression_gives_its_reason(root: Path) -> None:
    """A silenced check names the rule that it silences and says why."""
    reasoned = r"# (noqa: [A-Z]+\d+(, ?[A-Z]+\d+)*|type: ignore\[[\w, -]+\]|pragma: no (cover|branch))\W+\w.*"
    silenced = re.compile(r"#\s*(noqa|type:\s*ignore|pragma:)")

    def unexplained(comment: str) -> bool:
        return bool(silenced.match(comment)) and not re.fullmatch(reasoned, comment)

    def suspect(path: Path) -> bool:  # to look at lines is quicker than to read the language
        found = (silenced.search(line) for line in path.read_text("utf-8").splitlines())
        return any(one and unexplained(one.string[one.start() :]) for one in found)

    assert not [
        f"{path.relative_to(root)}:{line}: {comment}"
        for path in filter(suspect, tracked(root, "*.py"))
        for line, comment in comments(path)
        if unexplained(comment)
    ]


def test_every_ignored_rule_gives_its_reason(root: Path) -> None:
    """Beside each rule that ruff ignores stands why."""
    text = (root / "pyproject.toml").read_text("utf-8")
    ignored = re.findall(r'^    "[A-Z]+[0-9]*",.*$', text, flags=re.MULTILINE)
    assert ignored
    assert not [line for line in ignored if not re.search(r",\s+# \S", line)]


def test_the_time_is_read_in_one_place(root: Path) -> None:
    """One Clock reads the time for everybody; the thinking rooms get it with the event."""
    readers = {
        str(path.relative_to(root))
        for path in tracked(root, "bot/*.py")
        if "TID251" in path.read_text("utf-8")
        for _, comment in comments(path)
        if "noqa" in comment and "TID251" in comment
    }
    assert len(readers) <= 1


def test_warnings_are_errors(project: dict[str, Any]) -> None:
    """A warning fails the test that raised it; markers are declared; an expected failure has to fail."""
    options = project["tool"]["pytest"]["ini_options"]
    assert options["filterwarnings"][0] == "error"
    assert not [known for known in options["filterwarnings"][1:] if known.count(":") < 2]
    assert options["xfail_strict"] is True
    assert "--strict-markers" in options["addopts"]


@pytest.mark.parametrize("lock", ["requirements.lock", "requirements-dev.lock"])
def test_a_lock_has_a_hash_for_everything_and_no_address(root: Path, lock: str) -> None:
    """What is installed is what was checked, from wherever it comes."""
    text = (root / lock).read_text("utf-8")
    entry = re.compile(r"[\w.-]+==\S+ (; [^\\]+?)?( *--hash=sha256:[0-9a-f]{64})+")
    assert all(entry.fullmatch(line) for line in text.replace("\\\n", " ").splitlines())
    assert "://" not in text


@pytest.mark.parametrize(
    ("lock", "extras"),
    [("requirements.lock", []), ("requirements-dev.lock", ["dev", "research", "postgres"])],
)
def test_a_lock_is_in_step_with_the_project_file(
    root: Path, project: dict[str, Any], lock: str, extras: list[str]
) -> None:
    """Every requirement is locked at a version that it allows."""
    found = re.findall(r"^([\w.-]+)==(\S+)", (root / lock).read_text("utf-8"), flags=re.MULTILINE)
    locked = {canonicalize_name(name): version for name, version in found}
    wanted = list(project["project"]["dependencies"])
    for extra in extras:
        wanted += project["project"]["optional-dependencies"][extra]
    for requirement in map(Requirement, wanted):
        assert requirement.specifier.contains(locked[canonicalize_name(requirement.name)]), requirement


def test_the_locks_agree(root: Path) -> None:
    """What the tests run against is exactly what people install."""
    stable, development = (
        set(re.findall(r"^[\w.-]+==\S+", (root / lock).read_text("utf-8"), flags=re.MULTILINE))
        for lock in ("requirements.lock", "requirements-dev.lock")
    )
    assert stable < development


def test_every_setting_is_in_the_example_and_in_the_docs(root: Path) -> None:
    """An operator finds every variable in `.env.example` and reads about it in a page."""
    ours = set(Settings.model_fields) - {"xdg_state_home"}  # the system's own, not one to be set for us
    names = {name.upper() for name in ours}
    example = (root / ".env.example").read_text("utf-8")
    named = set(re.findall(r"^#?\s?([A-Z][A-Z0-9_]+)=", example, flags=re.MULTILINE))
    pages = "\n".join(path.read_text("utf-8") for path in tracked(root, "README.md", "docs/*.md"))
    explained = set(re.findall(r"`([A-Z][A-Z0-9_]+)`", pages))
    assert named == names
    assert names <= explained


def test_every_error_is_used(root: Path) -> None:
    """An error that nobody raises or catches is a promise that nobody keeps."""
    errors = root / "bot" / "errors.py"
    names = re.findall(r"^class (\w+)", errors.read_text("utf-8"), flags=re.MULTILINE)
    rest = "\n".join(path.read_text("utf-8") for path in tracked(root, "bot/*.py") if path != errors)
    assert not [name for name in names if not re.search(rf"\b{name}\b", rest)]


def test_the_one_command_that_checks_everything_can_be_run(root: Path) -> None:
    """`.ci/run` and `.ci/lock` are executable, and the README holds the two commands that `.ci/run` tries."""
    assert all((root / ".ci" / name).stat().st_mode & 0o111 for name in ("run", "lock"))
    readme = (root / "README.md").read_text("utf-8")
    assert re.findall(r"^<!-- command: (\w+) -->\n```sh\n[^\n]+\n```$", readme, flags=re.MULTILINE) == [
        "try",
        "test",
    ]
