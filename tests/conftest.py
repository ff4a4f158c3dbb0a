"""No test sees the settings, the key or the database of the person who runs it, nor leaves one behind."""

import gc
import logging
import os
import re
import signal
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from types import FrameType
from typing import Any

import pytest
from hypothesis import configuration, settings

from tests.cost import Cost, held
from tests.postgres import Databases, databases
from tests.watch import Watch, watch_logs

ROOT = Path(__file__).resolve().parent.parent
SHARED = ROOT.parent / "shared"

settings.register_profile("house", deadline=None, max_examples=25)  # a slow machine is no failure
settings.register_profile("whole", deadline=None)  # four times as many; CI asks for it beside the slow tests
settings.load_profile("house")
configuration.set_hypothesis_home_dir(ROOT / ".hypothesis")  # failures found once are tried first next time


def settings_named_in_the_example() -> frozenset[str]:
    """Return every variable that `.env.example` names, with its NAME_FILE twin."""
    example = ROOT / ".env.example"
    text = example.read_text("utf-8") if example.exists() else ""
    names = re.findall(r"^#?\s?([A-Z][A-Z0-9_]+)=", text, flags=re.MULTILINE)
    return frozenset(names) | {f"{name}_FILE" for name in names}


@pytest.fixture(scope="session", autouse=True)
def _a_strangers_environment(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Run tests, and the programs they start, without our variables and with a state folder of their own."""
    with pytest.MonkeyPatch.context() as patch:
        for name in settings_named_in_the_example() & os.environ.keys():
            patch.delenv(name)
        patch.setenv("XDG_STATE_HOME", str(tmp_path_factory.mktemp("state")))
        yield


@pytest.fixture(scope="session")
def _folders(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Return where to make one folder after another."""
    base = tmp_path_factory.mktemp("tests")
    return (base / str(number) for number in count())


@pytest.fixture
def tmp_path(_folders: Iterator[Path]) -> Path:
    """Return an empty folder; pytest's own looks through those of all tests before, each time."""
    folder = next(_folders)
    folder.mkdir()
    return folder


@pytest.fixture(autouse=True)
def _an_empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Start every test in an empty folder, with no `.env` to find and no database left in the repository."""
    monkeypatch.chdir(tmp_path)


@pytest.fixture(scope="session")
def root() -> Path:
    """Return the folder of the repository."""
    return ROOT


@pytest.fixture(scope="session")
def shared() -> Path:
    """Return the folder of shared reference data beside the repository."""
    if not SHARED.is_dir():
        reason = f"needs the folder of shared reference data at {SHARED}"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    return SHARED


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[Databases]:
    """Lend a PostgreSQL server."""
    with databases() as lent:
        yield lent


# ---------------------------------------------------------------- quick tests begin quickly

ONLY_SLOW = ("browser", "benchmarks", "emulator_self/test_clients.py")
"""Tests that are all slow, and need libraries that take seconds to load."""


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Leave those unread where no slow test is wanted."""
    heavy = {ROOT / "tests" / name for name in ONLY_SLOW}
    return True if collection_path in heavy and "not slow" in config.option.markexpr else None


@pytest.hookimpl(tryfirst=True)
def pytest_collection() -> None:
    """Don't look for garbage while thousands of tests are made: there is none."""
    gc.disable()


def pytest_collection_finish() -> None:
    """Never again look through what stays to the end: the tests, and the libraries that they loaded."""
    gc.freeze()
    gc.enable()


def _interrupted(number: int, frame: FrameType | None) -> None:
    """Stop at Ctrl-C, as always."""
    signal.default_int_handler(number, frame)


# ---------------------------------------------------------------- nothing private is ever logged

_WATCH = pytest.StashKey[Watch]()


def pytest_configure(config: pytest.Config) -> None:
    """Log as the program does, at DEBUG, with somebody reading along."""
    from bot.cli.logs import configure  # noqa: PLC0415 - collected before the program is imported
    from bot.settings import LogFormat, LogLevel  # noqa: PLC0415 - the same

    configure(LogLevel.DEBUG, LogFormat.JSON)
    logging.getLogger().handlers.clear()
    config.stash[_WATCH] = watch_logs()
    # Where the handler is Python's own, asyncio sets one for each test and fixture, and `signal` writes out
    # what it is, with all that a fixture made: a tenth of the time of the quick tier.
    signal.signal(signal.SIGINT, _interrupted)
    if held(config):
        config.pluginmanager.register(Cost())


@pytest.fixture
def watch(request: pytest.FixtureRequest) -> Watch:
    """Return whoever reads the logs of this run."""
    return request.config.stash[_WATCH]


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """Fail the run if a token, a name, a label or a typed word was logged by any test."""
    found = session.config.stash[_WATCH].found
    if hasattr(session.config, "workeroutput"):  # a worker of xdist, to whose end nobody listens
        session.config.workeroutput["private"] = found
    elif found:
        print("\nPRIVATE THINGS WERE LOGGED:", *sorted(set(found)), sep="\n  ")  # noqa: T201 - the run's last word
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """Take over what a worker of xdist found."""
    node.config.stash[_WATCH].found.extend(getattr(node, "workeroutput", {}).get("private", ()))
