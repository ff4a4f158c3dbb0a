"""What people install: the wheel, with nothing but the locked run-time packages, in an empty folder."""

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]  # two environments are made and filled

FORWARD = "1\n" * 80  # in a pipe, choice 1 always goes forward; what is left over isn't read


def run(*command: str | Path, cwd: Path, given: str = "") -> str:
    """Run a command to its good end and return what it printed."""
    done = subprocess.run(command, cwd=cwd, input=given, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr + done.stdout
    return done.stdout


@pytest.fixture(scope="module")
def wheel(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the wheel from what git keeps."""
    folder = tmp_path_factory.mktemp("wheel")
    source = folder / "source"
    run("git", "clone", "-q", root, source, cwd=folder)
    run(sys.executable, "-m", "venv", folder / "builder", cwd=folder)
    run(folder / "builder/bin/pip", "wheel", "-q", "--no-deps", "-w", folder, source, cwd=folder)
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def installed(root: Path, wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Install the wheel as a stranger would and return the folder of its commands."""
    folder = tmp_path_factory.mktemp("installed")
    run(sys.executable, "-m", "venv", folder, cwd=folder)
    run(folder / "bin/pip", "install", "-q", "-r", root / "requirements.lock", cwd=folder)
    run(folder / "bin/pip", "install", "-q", "--no-deps", wheel, cwd=folder)
    return folder / "bin"


def test_the_wheel_carries_every_file_that_is_not_python(root: Path, wheel: Path) -> None:
    """Questionnaires, organisations, phrases, pages and migrations are in it, and nothing of the tests."""
    listed = run("git", "ls-files", "bot", "questionnaires", "organisations", cwd=root).splitlines()
    kept = {name if name.startswith("bot/") else f"bot/_shipped/{name}" for name in listed}
    with zipfile.ZipFile(wheel) as archive:
        carried = {name for name in archive.namelist() if ".dist-info/" not in name}
    assert carried == kept


def test_the_wheel_names_its_licences(wheel: Path) -> None:
    """The licence and the notice travel with the program."""
    with zipfile.ZipFile(wheel) as archive:
        names = {Path(name).name for name in archive.namelist() if ".dist-info/licenses/" in name}
    assert names == {"LICENSE", "NOTICE"}


def test_an_interview_runs_in_an_empty_folder(installed: Path, tmp_path: Path) -> None:
    """`attune chat` finds its questionnaires in the wheel and asks all twelve questions."""
    seen = run(installed / "attune", "chat", cwd=tmp_path, given=FORWARD)
    assert "12 of 12" in seen


def test_the_shipped_files_pass_their_own_check(installed: Path, tmp_path: Path) -> None:
    """`attune init` copies out what the wheel carries, and `attune check` finds nothing wrong with it."""
    run(installed / "attune", "init", "mine", cwd=tmp_path)
    run(installed / "attune", "check", "mine/questionnaires", "mine/organisations", cwd=tmp_path)


def test_every_module_stands_on_the_run_time_packages(installed: Path, tmp_path: Path) -> None:
    """No module needs a development tool or an extra to be imported, but for researchers and PostgreSQL.

    `tests/research/test_fit_command.py` says what these commands answer where the extra is missing.
    """
    of_extra = ("fit.", "simulate", "made_up", "formats.", "report")
    apart = (*(f"bot.research.{name}" for name in of_extra), "bot.storage.postgres")
    script = f"import bot, importlib, pkgutil; apart = {apart!r}; [importlib.import_module(m.name) for m in "
    script += "pkgutil.walk_packages(bot.__path__, 'bot.') "
    script += "if not m.name.endswith('__main__') and not m.name.startswith(apart)]"
    run(installed / "python", "-c", script, cwd=tmp_path)
    assert not list(tmp_path.iterdir())
