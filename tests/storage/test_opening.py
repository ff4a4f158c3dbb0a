"""What lies at the address, and what may be done to it."""

import hashlib
import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, create_engine

from bot.errors import AttuneError, DatabaseVersionError, KeyMismatch, OperatorError, SettingsError
from bot.storage import files, revisions, tables, upgrading
from bot.storage.invites import Destination
from bot.storage.memory import MemoryStore
from bot.storage.opening import open_store, sqlite_path
from bot.storage.sqlite import SqliteStore, open_sqlite
from bot.storage.store import Saved
from tests.storage.conftest import KEY
from tests.storage.made import EDITION, NOON, began


async def opened(path: Path, key: str = KEY) -> SqliteStore:
    """Open a database."""
    return await open_sqlite(path, key, clock=lambda: NOON)


async def made(path: Path) -> None:
    """Make a database with one session in it."""
    store = await opened(path)
    await store.keep_edition(EDITION)
    await store.save(Saved("PERSON"), began("seed"), "k")
    await store.close()


def digest(path: Path) -> str:
    """Return what changes when a file does."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def alter(path: Path, *statements: str) -> None:
    """Change a database behind the program's back."""
    with closing(sqlite3.connect(path)) as connection, connection:
        for statement in statements:
            connection.execute(statement)


class TestAnAddress:
    @pytest.mark.parametrize(
        ("url", "path"),
        [
            ("sqlite:///attune.db", "attune.db"),
            ("sqlite:///data/attune.db", "data/attune.db"),
            ("sqlite:////var/lib/attune.db", "/var/lib/attune.db"),
            ("sqlite:///a%20b.db", "a b.db"),
        ],
    )
    def test_names_a_file(self, url: str, path: str) -> None:
        assert sqlite_path(url) == Path(path)

    @pytest.mark.parametrize(
        "url",
        [
            "",
            "attune.db",
            "sqlite:",
            "sqlite:///",
            "sqlite://attune.db",
            "sqlite:///a/",
            "sqlite:///a?mode=ro",
            "x:///y",
        ],
    )
    def test_is_explained_where_it_names_nothing(self, url: str) -> None:
        with pytest.raises(SettingsError, match="Write sqlite:///"):
            sqlite_path(url)

    async def test_of_postgresql_without_its_driver_is_explained_without_its_password(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.delitem(sys.modules, "bot.storage.postgres", raising=False)
        monkeypatch.delitem(sys.modules, "bot.storage.postgres_connections", raising=False)
        monkeypatch.setitem(sys.modules, "asyncpg", None)
        with pytest.raises(OperatorError, match=r'pip install "\.\[postgres\]"') as caught:
            await open_store("postgresql://attune:secret@host/attune", KEY, clock=lambda: NOON)
        assert "secret" not in str(caught.value)

    async def test_opens_the_store_behind_it(self, tmp_path: Path) -> None:
        paths = [tmp_path / "here.db", tmp_path / "there.db"]
        for url in ("sqlite:///here.db", f"sqlite:///{tmp_path}/there.db"):
            store = await open_store(url, KEY, clock=lambda: NOON)
            await store.close()
        assert all(path.exists() for path in paths)
        assert isinstance(await open_store("memory:", KEY, clock=lambda: NOON), MemoryStore)


def shape(database: Path) -> dict[str, Any]:
    """Return what SQLite says of each table.

    In whatever order the columns stand; a default in the database only helped those who were there before.
    """
    with closing(sqlite3.connect(database)) as connection:

        def said(pragma: str, name: str) -> list[tuple[Any, ...]]:
            return connection.execute(f"PRAGMA {pragma}({name})").fetchall()

        return {
            name: {
                "without rowid": "WITHOUT ROWID" in (sql or "").upper(),
                "columns": sorted(
                    (column, kind, required, key)
                    for _, column, kind, required, _, key, _ in said("table_xinfo", name)
                ),
                "keys": sorted(tuple(row[2:]) for row in said("foreign_key_list", name)),
                "indexes": sorted(
                    (unique, origin, partial, tuple(one[2] for one in said("index_info", index)))
                    for _, index, unique, origin, partial in said("index_list", name)
                ),
            }
            for name, sql in connection.execute("SELECT name, sql FROM sqlite_master WHERE type = 'table'")
        }


def first_rows(database: Path) -> dict[str, int]:
    """Return how many rows each table has; the one of `meta` is the fingerprint of the key."""
    with closing(sqlite3.connect(database)) as connection:
        names = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
        return {
            name: connection.execute(f"SELECT count(*) FROM {name}").fetchone()[0]  # noqa: S608 - our own names
            for (name,) in names
        }


class TestANewDatabase:
    async def test_belongs_to_its_owner_alone(self, tmp_path: Path) -> None:
        await made(tmp_path / "attune.db")
        assert (tmp_path / "attune.db").stat().st_mode & 0o777 == 0o600

    async def test_has_the_tables_that_the_program_knows(self, tmp_path: Path) -> None:
        """What the migrations make and what `tables` says are the same, down to indexes."""
        await made(tmp_path / "attune.db")
        engine = create_engine(f"sqlite:///{tmp_path / 'attune.db'}")
        with engine.connect() as connection:
            context = MigrationContext.configure(connection, opts={"compare_type": True})
            assert compare_metadata(context, tables.metadata) == []
        engine.dispose()

    async def test_is_made_as_the_migrations_make_it(self, tmp_path: Path) -> None:
        """A new database takes the short way, an old one the long: both come to the same tables."""
        await (await opened(tmp_path / "attune.db")).close()
        long_way = create_engine(f"sqlite:///{tmp_path / 'long.db'}")
        with long_way.begin() as connection:
            revisions.upgrade(connection)
        long_way.dispose()
        assert shape(tmp_path / "attune.db") == shape(tmp_path / "long.db")
        assert first_rows(tmp_path / "attune.db") == {**first_rows(tmp_path / "long.db"), "meta": 1}

    def test_has_the_newest_revision(self) -> None:
        assert revisions.head() == upgrading.HEAD

    async def test_needs_a_folder(self, tmp_path: Path) -> None:
        with pytest.raises(OperatorError, match="folder"):
            await opened(tmp_path / "nowhere" / "attune.db")

    @pytest.mark.slow
    def test_is_made_once_by_all_that_start_at_once(self, tmp_path: Path, root: Path) -> None:
        script = (
            "import asyncio, sys; from datetime import UTC, datetime; from pathlib import Path\n"
            "from bot.storage.sqlite import open_sqlite\n"
            "async def main():\n"
            "    noon = datetime(2026, 1, 1, 12, tzinfo=UTC)\n"
            "    store = await open_sqlite(Path(sys.argv[1]), 'K', clock=lambda: noon)\n"
            "    print(await store.note(sys.argv[2], noon))\n"
            "    await store.close()\n"
            "asyncio.run(main())\n"
        )
        started = [
            subprocess.Popen(
                [sys.executable, "-W", "error", "-c", script, str(tmp_path / "attune.db"), f"k{n}"],
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
                env=os.environ | {"PYTHONPATH": str(root)},
            )
            for n in range(4)
        ]
        ended = [process.communicate() for process in started]
        assert ended == [("True\n", "")] * 4
        with closing(sqlite3.connect(tmp_path / "attune.db")) as reader:
            assert reader.execute("SELECT count(*) FROM heard").fetchone() == (4,)
            assert reader.execute("PRAGMA integrity_check").fetchone() == ("ok",)


class TestADatabaseThatIsNotOurs:
    async def test_with_another_key_is_refused_and_untouched(self, tmp_path: Path) -> None:
        path = tmp_path / "attune.db"
        await made(path)
        before = digest(path)
        with pytest.raises(KeyMismatch, match="another privacy key"):
            await opened(path, "OTHER")
        assert digest(path) == before
        await (await opened(path)).close()

    async def test_of_a_newer_version_is_refused_and_untouched(self, tmp_path: Path) -> None:
        path = tmp_path / "attune.db"
        await made(path)
        alter(path, "UPDATE alembic_version SET version_num = '9999'")
        before = digest(path)
        with pytest.raises(DatabaseVersionError, match="newer version") as caught:
            await opened(path)
        assert "backup" in caught.value.remedy
        assert digest(path) == before
        assert not upgrading.upgrade_backups(path)

    async def test_of_another_program_is_refused_and_untouched(self, tmp_path: Path) -> None:
        path = tmp_path / "attune.db"
        alter(path, "CREATE TABLE recipes (name TEXT)")
        before = digest(path)
        with pytest.raises(OperatorError, match="another program"):
            await opened(path)
        assert digest(path) == before

    @pytest.mark.parametrize("content", [b"not a database, but long enough to have a header " * 99, b"x"])
    async def test_but_something_else_is_refused_and_untouched(self, tmp_path: Path, content: bytes) -> None:
        path = tmp_path / "attune.db"
        path.write_bytes(content)
        with pytest.raises(OperatorError, match=r"attune\.db"):
            await opened(path)
        assert path.read_bytes() == content

    async def test_but_damaged_is_explained(self, tmp_path: Path) -> None:
        """Noise in the page that names the tables."""
        path = tmp_path / "attune.db"
        await made(path)
        content = bytearray(path.read_bytes())
        content[100:4096] = bytes(range(256)) * 15 + bytes(156)
        path.write_bytes(content)
        with pytest.raises(OperatorError, match="damaged"):
            await opened(path)

    async def test_but_a_folder_is_explained(self, tmp_path: Path) -> None:
        with pytest.raises(OperatorError):
            await opened(tmp_path)


TODAY = upgrading.HEAD


OLD_ROWS = (
    "INSERT INTO meta (name, value) VALUES ('_fingerprint', 'FINGERPRINT')",
    "INSERT INTO heard (key, at) VALUES ('k', 1)",
    "INSERT INTO daily_count (day, name, n) VALUES ('2026-11-24', 'began', 7)",
)
OLD_LINK = (
    "INSERT INTO tracked_link (link, organisation, questionnaire, topic, language, segment, invite)"
    " VALUES ('LINK', 'o', 'q', 'sleep', 'en', 's', 'i')"
)


class TestAnOlderDatabase:
    @pytest.fixture
    def old(self, tmp_path: Path) -> Path:
        """Return a database as the first revision made it."""
        path = tmp_path / "attune.db"
        files.create(path)
        upgrading.write_ahead(path)
        engine = create_engine(f"sqlite:///{path}")
        with engine.begin() as connection:
            revisions.upgrade(connection, "0001")
        engine.dispose()
        alter(path, *OLD_ROWS)
        return path

    async def test_is_copied_then_upgraded(self, old: Path) -> None:
        """What was in it is in both; opened again, it isn't copied again."""
        for _ in range(2):
            store = await opened(old)
            assert await store.counts() == {("2026-11-24", "began"): 7}
            assert not await store.note("k", NOON)
            await store.close()
        (backup,) = upgrading.upgrade_backups(old)
        assert backup.name == f"attune.db.before-{upgrading.HEAD}-20261124T120000Z.db"
        assert backup.stat().st_mode & 0o777 == 0o600
        for path, revision in ((backup, "0001"), (old, upgrading.HEAD)):
            with closing(sqlite3.connect(path)) as reader:
                assert reader.execute("SELECT version_num FROM alembic_version").fetchone() == (revision,)
                assert reader.execute("SELECT n FROM daily_count").fetchone() == (7,)

    async def test_leaves_its_tracked_links_to_who_is_in_no_experiment(self, tmp_path: Path) -> None:
        """A link in a message of before still leads there; whoever is in an arm gets another."""
        path = tmp_path / "attune.db"
        files.create(path)
        upgrading.write_ahead(path)
        engine = create_engine(f"sqlite:///{path}")
        with engine.begin() as connection:
            revisions.upgrade(connection, "0007")
        engine.dispose()
        alter(path, OLD_ROWS[0], OLD_LINK)
        store = await opened(path)
        there = Destination("o", "q", "sleep", "en", "s", "i")
        assert await store.destination("LINK") == there
        assert await store.link(there) == "LINK"
        assert await store.link(replace(there, arm="own")) != "LINK"
        await store.close()

    async def test_has_the_same_tables_afterwards_as_a_new_one(self, old: Path, tmp_path: Path) -> None:
        await (await opened(old)).close()
        await (await opened(tmp_path / "new.db")).close()
        assert shape(old) == shape(tmp_path / "new.db")

    async def test_of_another_key_is_neither_copied_nor_upgraded(self, old: Path) -> None:
        before = digest(old)
        with pytest.raises(KeyMismatch):
            await opened(old, "OTHER")
        assert digest(old) == before
        assert not upgrading.upgrade_backups(old)

    async def test_stays_as_it_was_where_the_upgrade_fails(
        self, old: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Whole or not at all: the tables that an upgrade had made before it failed are gone again."""
        upgrade = revisions.upgrade

        def fails(connection: Connection) -> None:
            upgrade(connection)
            raise ZeroDivisionError

        with closing(sqlite3.connect(old)) as reader:
            before = reader.execute("SELECT name, sql FROM sqlite_master").fetchall()
        monkeypatch.setattr(revisions, "upgrade", fails)
        with pytest.raises(ZeroDivisionError):
            await opened(old)
        with closing(sqlite3.connect(old)) as reader:
            assert reader.execute("SELECT name, sql FROM sqlite_master").fetchall() == before
            assert reader.execute("SELECT version_num FROM alembic_version").fetchone() == ("0001",)


MOUNTS = """\
/dev/vda / ext4 rw,relatime 0 0
tmpfs /tmp tmpfs rw 0 0
server:/export /mnt/share nfs4 rw 0 0
//server/share /mnt/with\\040space cifs rw 0 0
me@host: /home/me/remote fuse.sshfs rw 0 0
/dev/vdb /mnt/share/local ext4 rw 0 0
"""


class TestAFileSystem:
    @pytest.mark.parametrize(
        ("folder", "kind"),
        [
            ("/", "ext4"),
            ("/var/lib", "ext4"),
            ("/tmp/x", "tmpfs"),  # noqa: S108 - a line of the table above
            ("/mnt/share/attune", "nfs4"),
            ("/mnt/share/local/attune", "ext4"),
            ("/mnt/shared", "ext4"),
            ("/mnt/with space", "cifs"),
        ],
    )
    def test_is_the_one_mounted_nearest(self, folder: str, kind: str) -> None:
        assert files.file_system(Path(folder), MOUNTS) == kind

    @pytest.mark.parametrize("folder", ["/mnt/share", "/mnt/with space", "/home/me/remote"])
    def test_of_a_network_is_refused(self, folder: str) -> None:
        with pytest.raises(OperatorError, match="network disk"):
            files.refuse_network(Path(folder) / "attune.db", MOUNTS)

    async def test_of_a_network_stops_the_start(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        mounts = tmp_path / "mounts"
        mounts.write_text(f"server:/export {tmp_path} nfs rw 0 0\n")
        monkeypatch.setattr(files, "MOUNTS", mounts)
        with pytest.raises(AttuneError, match="nfs"):
            await opened(tmp_path / "attune.db")
        assert not (tmp_path / "attune.db").exists()
