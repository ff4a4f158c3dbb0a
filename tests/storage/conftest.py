import shutil
from collections.abc import AsyncIterator, Callable, Coroutine
from pathlib import Path
from typing import Any

import pytest

from bot.storage.memory import MemoryStore
from bot.storage.postgres import PostgresStore, open_postgres
from bot.storage.sqlite import SqliteStore, open_sqlite
from bot.storage.store import Store
from bot.storage.upgrading import prepare
from tests.postgres import Databases
from tests.storage.made import EDITION, NOON

KEY = "FINGERPRINT"

Opening = Callable[..., Coroutine[Any, Any, SqliteStore]]


@pytest.fixture(scope="session")
def empty_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return an empty database, to be copied: to make one takes Alembic a tenth of a second."""
    path = tmp_path_factory.mktemp("empty") / "attune.db"
    prepare(path, KEY, NOON)
    return path


@pytest.fixture
async def opening(tmp_path: Path, empty_database: Path) -> AsyncIterator[Opening]:
    """Return a function that opens one database again and again, and close what it opened."""
    opened: list[SqliteStore] = []

    async def open_it(path: Path | None = None, **settings: Any) -> SqliteStore:
        path = path or tmp_path / "attune.db"
        if not path.exists():
            shutil.copy(empty_database, path)
        store = await open_sqlite(path, KEY, clock=lambda: NOON, **settings)
        opened.append(store)
        await store.keep_edition(EDITION)
        return store

    yield open_it
    for store in opened:
        await store.close()


@pytest.fixture
async def sqlite(opening: Opening) -> SqliteStore:
    """Return a new SQLite store."""
    return await opening()


async def empty_postgres(url: str) -> None:
    """Make our tables in a database, and leave them empty."""
    store = await open_postgres(url, KEY)
    await store.keep_edition(EDITION)
    await store.close()


Sharing = Callable[..., Coroutine[Any, Any, PostgresStore]]


@pytest.fixture
async def sharing(request: pytest.FixtureRequest) -> AsyncIterator[Sharing]:
    """Return a function that opens one more worker on a database of this test's own."""
    url: str | None = None
    opened: list[PostgresStore] = []

    async def open_it(**settings: Any) -> PostgresStore:
        nonlocal url
        if url is None:  # a server is started for those who need it only
            server: Databases = request.getfixturevalue("postgres_server")
            url = await server.new(await server.template(empty_postgres))
        store = await open_postgres(url, KEY, **settings)
        opened.append(store)
        return store

    yield open_it
    for store in opened:
        await store.close()
    if url is not None:
        await request.getfixturevalue("postgres_server").drop(url)


STORES = [
    "memory",
    "sqlite",
    pytest.param("sqlite without cache", marks=pytest.mark.slow),
    pytest.param("postgres", marks=[pytest.mark.slow, pytest.mark.postgres]),
]


@pytest.fixture(params=STORES)
async def store(request: pytest.FixtureRequest, opening: Opening, sharing: Sharing) -> Store:
    """Return each kind of store in turn."""
    if request.param == "memory":
        memory = MemoryStore()
        await memory.keep_edition(EDITION)
        return memory
    if request.param == "postgres":
        return await sharing()
    return await opening(cached=0 if "without" in request.param else 100)
